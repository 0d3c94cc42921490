/**
 * What a driver asks of its database before the first use.
 *
 * @module
 */
import { shared } from '../runtime/shared.js'

/**
 * To be awaited before each use. Until a check has passed, those who come while one is under way wait for it, and begin another
 * one when it does not settle; after a failure the next one looks again. Once one has passed there is nothing to wait for.
 *
 * @param now epoch milliseconds.
 */
export function firstCheck(check: () => Promise<void>, now: () => number): () => Promise<void> | undefined {
  let hasPassed = false
  const checking = shared(async () => {
    await check()
    hasPassed = true
  }, now)
  return () => (hasPassed ? undefined : checking.start())
}
