/**
 * How many attempts there were, and how long to wait for the next. Pure.
 *
 * Two rules, of which the longer wait holds. In a minute there may be so many, then there are waits of 1, 2, 4, 8 and from then on 15
 * minutes, with a fifth as many attempts between two of them, until an hour has passed without one. And at one user, however
 * slowly somebody goes: from the twentieth that was not forgiven within 24 hours on, there is a wait after each.
 *
 * @module
 */
import { CLOCK_SKEW } from '../protocol/clock-skew.js'

export interface Counter {
  readonly id: string
  readonly issuer: string
  /** Those since `since`. */
  readonly tries: number
  /** When the first of `tries` was. */
  readonly since: number
  /** When the latest was. A wait is counted from there. */
  readonly last: number
  /**
   * The latest tries within 24 hours, at most 24, those that are in `tries` and those before. Absent at addresses, and where an
   * earlier version wrote: none is known, so none can be forgiven.
   */
  readonly latest?: readonly Try[] | undefined
}

interface Try {
  readonly at: number
  /** A digest of the name exactly as it was typed. */
  readonly spelling: string
}

const MINUTE = 60_000
const DAY = 24 * 60 * MINUTE
export const LONGEST_WAIT = 15 * MINUTE
/** After this long without an attempt, the waits begin anew. */
const MEMORY = 60 * MINUTE
/** Tries within 24 hours after which each has a wait, whatever the pace. */
const DAILY_LIMIT = 20
/** With as many, the wait is the longest. */
const MOST_LISTED = DAILY_LIMIT + 4

/** From then on a counter says nothing. */
export const expiryOf = ({ last, latest = [] }: Counter): number =>
  Math.max(last + MEMORY, timeOfLast(latest, -DAY) + DAY)

/** Whether a time lies further ahead than clocks of instances differ: the clock that it is from was wrong. */
export const isImpossible = (time: number, now: number): boolean => time > now + CLOCK_SKEW

/**
 * One more attempt, when there is no wait.
 *
 * @param limit attempts in the first minute.
 * @param spelling at a user: a digest of the name exactly as it was typed.
 * @returns `waited` when there had been a wait before this one, which is over.
 */
export function tryOnce(
  stored: Counter,
  limit: number,
  now: number,
  spelling?: string,
): { readonly next: Counter; readonly wait: number; readonly waited: boolean } {
  const counter = withPossibleTimes(stored, now)
  const { tries, since, last, latest = [] } = counter
  // Where clocks differ a little, time stands still rather than go back; else each change of instances would shorten a wait.
  const at = Math.max(now, last)
  const wait = Math.max(growingWait(counter, limit, at), dailyWait(latest, at))
  if (wait > 0) return { next: stored, wait, waited: false }
  const waited = mustWait(tries, limit) || within24Hours(latest, at).length >= DAILY_LIMIT
  const isOver = tries === 0 || at >= (tries < limit ? since + MINUTE : last + MEMORY)
  const next = { ...counter, ...(isOver ? { tries: 1, since: at } : { tries: tries + 1 }), last: at }
  if (spelling === undefined) return { next, wait: 0, waited }
  const listed = [...within24Hours(latest, at), { at, spelling }].slice(-MOST_LISTED)
  // More would change no wait, and what is no longer listed could not be forgiven.
  return { next: { ...next, tries: Math.min(next.tries, MOST_LISTED), latest: listed }, wait: 0, waited }
}

/** After the right password: what was tried with exactly this spelling is forgiven. Look-alikes can be somebody else's. */
export function forgive(counter: Counter, spelling: string): Counter {
  const { tries, since, latest = [] } = counter
  const theirs = latest.filter((one) => one.spelling === spelling)
  if (theirs.length === 0) return counter
  const others = latest.filter((one) => one.spelling !== spelling)
  const counted = (listed: readonly Try[]) => listed.filter(({ at }) => at >= since).length
  const left = Math.max(0, tries - counted(theirs))
  // Nor does anybody wait because of them. When some are not listed (an earlier version counted them), it stays unknown since when.
  const last = left <= counted(others) ? timeOfLast(others, counter.last) : counter.last
  return { ...counter, tries: left, last, latest: others }
}

/** One try less, unless that would be back at the start of a wait that is over. */
export function oneLess(counter: Counter, limit: number): Counter {
  const tries = counter.tries - 1
  return tries < 0 || (mustWait(tries, limit) && !mustWait(counter.tries, limit)) ? counter : { ...counter, tries }
}

/** An attempt that was counted. */
export interface Taken {
  readonly at: number
  readonly spelling: string | undefined
  /** When the one before it was. */
  readonly before: number
}

/** As if this attempt had not been. */
export function giveBack(counter: Counter, limit: number, { at, spelling, before }: Taken): Counter {
  const { since, last, latest = [] } = counter
  const index = latest.findIndex((one) => one.at === at && one.spelling === spelling)
  // Forgiven meanwhile.
  if (spelling !== undefined && index < 0) return counter
  const next = index < 0 ? counter : { ...counter, latest: latest.filter((_, i) => i !== index) }
  // Counted before the waits began anew.
  if (at < since) return next
  const less = oneLess(next, limit)
  // When nobody has come since, the wait before it is over still.
  return last === at ? { ...less, tries: Math.max(0, next.tries - 1), last: before } : less
}

function growingWait({ tries, last }: Counter, limit: number, at: number): number {
  if (!mustWait(tries, limit)) return 0
  return last + Math.min(MINUTE * 2 ** ((tries - limit) / burstOf(limit)), LONGEST_WAIT) - at
}

function dailyWait(latest: readonly Try[], at: number): number {
  const listed = within24Hours(latest, at)
  if (listed.length < DAILY_LIMIT) return 0
  return timeOfLast(listed, 0) + Math.min(MINUTE * 2 ** (listed.length - DAILY_LIMIT), LONGEST_WAIT) - at
}

const within24Hours = (latest: readonly Try[], at: number): readonly Try[] => latest.filter((one) => at < one.at + DAY)

const timeOfLast = (latest: readonly Try[], none: number): number =>
  latest.length > 0 ? Math.max(...latest.map(({ at }) => at)) : none

/** Times that a wrong clock wrote become ones after which any wait has passed. What was counted stays so. */
function withPossibleTimes(counter: Counter, now: number): Counter {
  const possible = (time: number) => (isImpossible(time, now) ? now - LONGEST_WAIT : time)
  const { since, last, latest } = counter
  const times = { since: possible(since), last: possible(last) }
  if (latest === undefined) return { ...counter, ...times }
  return { ...counter, ...times, latest: latest.map((one) => ({ ...one, at: possible(one.at) })) }
}

const mustWait = (tries: number, limit: number): boolean => tries >= limit && (tries - limit) % burstOf(limit) === 0

/** Attempts between two waits. */
const burstOf = (limit: number): number => Math.ceil(limit / 5)
