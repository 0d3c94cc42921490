/**
 * Deleting expired records from time to time. Nothing depends on it but the size of the database.
 *
 * @module
 */
import type { Storage } from './contract.js'

export interface PurgingOptions {
  /** Milliseconds from the end of one round to the next, at most 2,147,483,647. The first comes after as many. */
  readonly every: number
  /** Told of a round that failed; the next one tries again. @default nobody is told */
  readonly onError?: ((error: unknown) => void) | undefined
  /** The time, in epoch milliseconds. @default Date.now */
  readonly now?: (() => number) | undefined
}

/**
 * Deletes expired records every so often, in batches of 1,000, until there are none. Any number of instances may do so on
 * one storage. The timer keeps no process alive.
 *
 * @returns a function that stops it. What that returns resolves when the storage is left alone: wait for it before you
 *   close the database.
 * @throws {TypeError} when `every` is not such a number.
 */
export function startPurging(storage: Pick<Storage, 'purge'>, options: PurgingOptions): () => Promise<void> {
  const { every, onError, now = Date.now } = options
  // Longer times would be taken for 1 ms.
  if (!Number.isSafeInteger(every) || every < 1 || every > 2_147_483_647) {
    throw new TypeError(
      'startPurging: `every` must be a number of milliseconds from 1 to 2,147,483,647, such as 60_000.',
    )
  }
  let stopped = false
  let timer: ReturnType<typeof setTimeout>
  let round: Promise<void> = Promise.resolve()

  const wait = (): void => {
    if (stopped) return
    timer = setTimeout(() => {
      round = purgeAll()
        .catch((error: unknown) => onError?.(error))
        .finally(wait)
    }, every)
    // Elsewhere than on Node a timer may be a number.
    if (typeof timer === 'object') timer.unref()
  }

  async function purgeAll(): Promise<void> {
    // Less than a batch: the rest has been purged, by this instance or by another.
    while (!stopped && (await storage.purge(now(), batch)) >= batch);
  }

  wait()
  return async () => {
    stopped = true
    clearTimeout(timer)
    await round
  }
}

const batch = 1000
