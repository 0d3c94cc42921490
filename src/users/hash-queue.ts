/**
 * Bounds how many passwords are hashed at once. Hashing is slow on purpose and shares Node's thread pool with the signing of
 * tokens; without a bound some dozen logins would stall every token request.
 *
 * @module
 */
import { Unavailable } from '../edge/errors.js'

const AT_ONCE = 2
const MAX_WAITING = 32

let running = 0
const waiting: (() => void)[] = []

/** Too many wait already, so nothing was hashed. */
export class HashQueueFull extends Unavailable {}

/**
 * Runs `hash` when it is its turn.
 *
 * @throws {HashQueueFull} when too many wait already: a person tries again, an attacker gains nothing.
 */
export async function inTurn<T>(hash: () => Promise<T>): Promise<T> {
  if (running >= AT_ONCE) {
    if (waiting.length >= MAX_WAITING) throw new HashQueueFull('Too many passwords are being hashed at once.')
    await new Promise<void>((resolve) => waiting.push(resolve))
  } else running++
  try {
    return await hash()
  } finally {
    const next = waiting.shift()
    if (next) next()
    else running--
  }
}
