/**
 * Counting in a fixed window, which begins with the first. Counted in the storage, so that instances share it.
 *
 * @module
 */
import { CLOCK_SKEW } from '../protocol/clock-skew.js'
import { pause } from '../runtime/deadline.js'
import type { Repository } from '../storage/repositories.js'
import type { WindowCounter } from './records.js'

/** What counting needs of a deployment. */
export interface Counting {
  readonly counters: Repository<WindowCounter>
  readonly settings: { readonly issuer: string }
  now(): number
}

export interface Window {
  /** Of its counter. */
  readonly id: string
  readonly limit: number
  /** In milliseconds. */
  readonly length: number
}

/** Whether one more is within the limit, which counts it: 0. Else how many milliseconds to wait. */
export async function countInWindow({ counters, now, settings }: Counting, window: Window): Promise<number> {
  const { id, limit, length } = window
  for (let lost = 0; lost < MAX_LOST_SWAPS; lost++) {
    // Tabs that a browser opens again all at once are no flood.
    if (lost > 0) await pause(Math.random() * 2 ** lost)
    const stored = await counters.get(id)
    const at = now()
    const open = stored && isOpen(stored.value, at, length) ? stored.value : null
    const count = open?.count ?? 0
    if (count >= limit) return open ? open.expiresAt - at : length
    const next: WindowCounter = {
      id,
      issuer: settings.issuer,
      count: count + 1,
      expiresAt: open?.expiresAt ?? at + length,
    }
    if (await (stored ? counters.replace(next, stored.version) : counters.insert(next))) return 0
  }
  // So many at once is a flood.
  return WAIT_AFTER_RACES
}

/** How many there were in the window that is open now. Costs one read. */
export async function countedInWindow({ counters, now }: Counting, { id, length }: Window): Promise<number> {
  const stored = await counters.get(id)
  return stored && isOpen(stored.value, now(), length) ? stored.value.count : 0
}

/** One that ends further ahead than it is long was begun by a clock that was ahead: it is over. */
const isOpen = ({ expiresAt }: WindowCounter, at: number, length: number): boolean =>
  at < expiresAt && expiresAt - at <= length + CLOCK_SKEW

const MAX_LOST_SWAPS = 10
const WAIT_AFTER_RACES = 1000
