/**
 * Refresh tokens that were spent, for as long as their windows last: enough to derive the current token again from one of them, and to know a
 * retry that comes too late for that from a replay. Pure.
 *
 * @module
 */
import { CLOCK_SKEW } from '../protocol/clock-skew.js'
import type { CrowdedOut, RefreshFamily, RetryEntry } from './state.js'

/** Most rotations inside one window after which a spent token still gives the current one. */
const MAX_RETRIES = 16

/** Most spans of tokens for which there was no room. */
const MAX_SPANS = 10

/** What a family keeps of its spent tokens. */
export type Spent = Pick<RefreshFamily, 'retries' | 'crowdedOut'>

/** Whether a window has not ended, by any of the clocks. */
export const isLive = ({ until }: { readonly until: number }, at: number): boolean => at < until + CLOCK_SKEW

/**
 * With one more, and without those whose windows are over.
 *
 * @param window how long a spent token may be retried, in milliseconds.
 */
export function withSpent(spent: Spent, entry: RetryEntry, window: number, at: number): Spent {
  const { retries, crowdedOut } = whileLive(spent, at)
  if (retries.length < MAX_RETRIES) return { retries: [...retries, entry], crowdedOut }
  const [oldest, ...others] = retries
  return { retries: [...others, entry], crowdedOut: oldest && crowdOut(crowdedOut ?? [], oldest, window) }
}

/** Without those whose windows are over. */
export function whileLive({ retries, crowdedOut }: Spent, at: number): Spent {
  const left = crowdedOut?.filter((span) => isLive(span, at))
  return { retries: retries.filter((entry) => isLive(entry, at)), crowdedOut: left?.length ? left : undefined }
}

/**
 * Tokens that were spent shortly after each other share one window, the last one's: it ends for none of them too early, and for none later than
 * clocks may differ, or an eighth of a window. So ten are enough, however fast somebody refreshes, and who refreshes all the time
 * keeps no older token from telling a theft. Instances whose clocks differ by more would need one for each token: then the last takes the rest.
 */
function crowdOut(spans: readonly CrowdedOut[], { generation, until }: RetryEntry, window: number): CrowdedOut[] {
  const last = spans.at(-1)
  const isApart = !last || until < last.since || until - last.since > Math.max(CLOCK_SKEW, window / 8)
  if (!last || (isApart && spans.length < MAX_SPANS)) {
    return [...spans, { from: generation, through: generation, since: until, until }]
  }
  return [...spans.slice(0, -1), { ...last, through: generation, until: Math.max(last.until, until) }]
}

/** Whether a spent token is one of those for which there was no room, and its window is not over. */
export const isCrowdedOut = ({ crowdedOut = [] }: Spent, generation: number, at: number): boolean =>
  crowdedOut.some((span) => span.from <= generation && generation <= span.through && isLive(span, at))
