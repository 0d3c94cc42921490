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
  return {
    begin() {
      if (every === null || isOver || stop) return
      stop = purgeInRounds(storage, {
        now,
        // Instances that start together must not purge together. And a process that ends soon leaves it to others.
        pause: () => every * (0.5 + Math.random()),
        longest: every,
        onFailure(cause, isFirst) {
          if (isFirst) emit({ type: 'failed', endpoint: 'purge', cause, reference: '' })
        },
      })
    },
    async end() {
      isOver = true
      await stop?.()
    },
  }
}
