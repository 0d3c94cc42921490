/**
 * Deleting expired records in rounds, beside the work that matters: in batches that a request hardly notices, with pauses nine times
 * as long as what each batch took.
 *
 * @module
 */
import { quietAlarm } from '../runtime/deadline.js'
import type { Storage } from './contract.js'

// Kept from the start: tests of the app may put others in their place.
const { performance } = globalThis

export interface PurgeRounds {
  /** The time, in epoch milliseconds. */
  readonly now: () => number
  /** Milliseconds until a round begins, asked before each. */
  readonly pause: () => number
  /** Milliseconds after which a round leaves the rest to the next one. */
  readonly longest: number
  /** Told of each round that failed; `isFirst` when the one before went well. What it throws is ignored. */
  readonly onFailure: (error: unknown, isFirst: boolean) => void
}

/**
 * Begins with a pause. The timers keep no process alive.
 *
 * @returns a function that stops it. What that returns resolves when the storage is left alone.
 */
export function purgeInRounds(storage: Pick<Storage, 'purge'>, rounds: PurgeRounds): () => Promise<void> {
  let stopped = false
  let wake = (): void => {}
  const rest = (milliseconds: number): Promise<void> =>
    new Promise((resolve) => {
      const disarm = quietAlarm(milliseconds, resolve)
      wake = () => {
        disarm()
        resolve()
      }
    })

  async function round(): Promise<void> {
    const until = performance.now() + rounds.longest
    let size = 1
    /** What a batch takes whatever its size: a database far away, the flush to disk. */
    let least = Number.POSITIVE_INFINITY
    do {
      const start = performance.now()
      const purged = await storage.purge(rounds.now(), size)
      const took = performance.now() - start
      // Less than a batch: the rest has been purged, by this instance or by another.
      if (purged < size) return
      least = Math.min(least, took)
      if (took - least < 10) size = Math.min(size * 2, 1000)
      else if (took - least > 20) size = Math.max(Math.floor(size / 2), 1)
      if (!stopped) await rest(Math.max(9 * took, 5))
    } while (!stopped && performance.now() < until)
  }

  async function repeat(): Promise<void> {
    let wentWell = true
    while (!stopped) {
      await rest(rounds.pause())
      if (stopped) return
      const isFirst = wentWell
      wentWell = await round().then(
        () => true,
        (error: unknown) => {
          try {
            rounds.onFailure(error, isFirst)
          } catch {}
          return false
        },
      )
    }
  }

  const running = repeat()
  return () => {
    stopped = true
    wake()
    return running
  }
}
