/**
 * Values that are remembered for a while, a bounded number of them.
 *
 * @module
 */

export interface KeptFor<T> {
  get(key: string, now: number): T | undefined
  keep(key: string, value: T, now: number, milliseconds: number): void
}

/** @param most beyond it, whatever was kept first goes first. */
export function keptFor<T>(most: number): KeptFor<T> {
  const held = new Map<string, { readonly value: T; readonly from: number; readonly until: number }>()
  return {
    get(key, now) {
      const entry = held.get(key)
      // One that begins in the future was kept by a clock that was ahead.
      if (entry && entry.from <= now && now < entry.until) return entry.value
      held.delete(key)
      return undefined
    },
    keep(key, value, now, milliseconds) {
      held.delete(key)
      const [oldest] = held.keys()
      if (held.size >= most && oldest !== undefined) held.delete(oldest)
      held.set(key, { value, from: now, until: now + milliseconds })
    },
  }
}
