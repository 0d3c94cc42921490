/**
 * Deleting expired records from time to time. Nothing depends on it but the size of the database.
 *
 * @module
 */
import { checkFunctions, isRecord, mistake, refuseUnknown, toMilliseconds } from '../runtime/option-checks.js'
import type { Storage } from './contract.js'
import { purgeInRounds } from './purge-rounds.js'

export interface PurgingOptions {
  /**
   * Seconds from the end of one round to the next, from 1 to 86,400. The first comes after as many. A round that lasts longer than this
   * leaves the rest to the next.
   */
  readonly every: number
  /** Told of each round that failed; the next one tries again. @default prints it with console.error, once until a round goes well */
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
 * @throws {TypeError} when `every` is not such a number, or `storage` is none.
 */
export function startPurging(storage: Pick<Storage, 'purge'>, options: PurgingOptions): () => Promise<void> {
  if (typeof storage?.purge !== 'function') {
    const isServer = isRecord(storage) && 'handle' in storage
    throw mistake(
      `startPurging takes a storage. ${isServer ? 'A server purges its own by itself, as its option `purge` says. For a storage without a server write' : 'Write'} \`startPurging(storage, { every: 60 })\`.`,
      storage,
    )
  }
  if (!isRecord(options))
    throw mistake('startPurging: write how often, in seconds: `startPurging(storage, { every: 60 })`.', options)
  refuseUnknown(options, ['every', 'onError', 'now'], 'startPurging')
  checkFunctions(options, ['onError', 'now'], 'startPurging: ')
  const every = toMilliseconds(options.every, 'startPurging: every', 1, 86_400, 'Write for example `every: 60`.')
  return purgeInRounds(storage, {
    now: options.now ?? Date.now,
    pause: () => every,
    longest: every,
    onFailure(error, isFirst) {
      if (options.onError) options.onError(error)
      else if (isFirst) console.error('grantwright: purging failed', error)
    },
  })
}
