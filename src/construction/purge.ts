/**
 * The server's own purging of expired records, from its first request on. Not earlier: builds and command lines make servers, too.
 *
 * @module
 */
import type { Deployment } from '../deployment/deployment.js'
import { outlivesRequest } from '../runtime/shared.js'
import { purgeInRounds } from '../storage/purge-rounds.js'

export interface OwnPurging {
  /** Begins it, if that has not been done. */
  begin(): void
  /** Ends it for good. Resolves when the storage is left alone. */
  end(): Promise<void>
}

export function ownPurging({ settings, storage, now, emit }: Deployment): OwnPurging {
  const every = storage.expiresByItself || !outlivesRequest ? null : settings.purgeEvery
  let stop: (() => Promise<void>) | undefined
  let isOver = false
  let isFailing = false
  return {
    begin() {
      if (every === null || isOver || stop) return
      stop = purgeInRounds(storage, {
        now,
        // Instances that start together must not purge together. And a process that ends soon leaves it to others.
        pause: () => every * (0.5 + Math.random()),
        longest: every,
        onEnd(failure) {
          if (failure && !isFailing) emit({ type: 'failed', endpoint: 'purge', cause: failure.error, reference: '' })
          isFailing = failure !== null
        },
      })
    },
    async end() {
      isOver = true
      await stop?.()
    },
  }
}
