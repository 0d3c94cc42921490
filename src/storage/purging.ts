/**
 * Deleting expired records from time to time. Nothing depends on it but the size of the database.
 *
 * @module
 */
import type { Storage } from './contract.js'
import { purgeInRounds } from './purge-rounds.js'

export interface PurgingOptions {
  /**
   * Milliseconds from the end of one round to the next, at most 2,147,483,647. The first comes after as many. A round that lasts longer
   * than this leaves the rest to the next.
   */
  readonly every: number
  /** Told of each round that failed; the next one tries again. @default nobody is told */
  readonly onError?: ((error: unknown) => void) | undefined
  /** The time, in epoch milliseconds. @default Date.now */
  readonly now?: (() => number) | undefined
}

/**
 * Deletes expired records every so often. An authorization server does so by itself, unless its option `purge` is false: this is for
 * apps that want to do it elsewhere, such as in one worker process, or that keep a storage without a server.
 *
 * The batches grow from 1 record to at most 1,000, as long as their records take 10 to 20 milliseconds, and each is followed by a
 * pause of nine times the time that it took. Any number of instances may purge one storage. The timers keep no process alive.
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
  return purgeInRounds(storage, {
    now,
    pause: () => every,
    longest: every,
    onEnd: (failure) => failure && onError?.(failure.error),
  })
}
