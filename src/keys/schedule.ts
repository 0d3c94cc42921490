/**
 * When a key signs and how long it stays published. A new key is published before it signs, for as long as anybody may
 * hold an older list of keys; an old one stays until its last token has expired. Pure.
 *
 * @module
 */

/** Epoch milliseconds. */
export interface Scheduled {
  readonly createdAt: number
  readonly signFrom: number
}

/** Milliseconds. */
export interface Schedule {
  /** How old the newest key gets before another is appended. */
  readonly rotateEvery: number
  /** From appending a key to its first signature: what a change needs to reach every instance and every verifier. */
  readonly lead: number
  /** How long a key stays after its successor has begun to sign. */
  readonly keep: number
}

/** An instance works at most this long with its copy of the keys before it reads them again. */
export const reloadAfter = 60_000

/** The clocks of the instances, and the time a reload takes, differ by less than this. */
export const margin = 60_000

/** From what a verifier may cache and how long a token may live. */
export function scheduleOf(rotateEvery: number, jwksMaxAge: number, longestTokenLifetime: number): Schedule {
  const lead = jwksMaxAge + reloadAfter + margin
  // One key must have begun to sign before the next is appended.
  if (!(rotateEvery > lead)) {
    throw new TypeError(
      `keyRotationInterval must be more than ${lead / 1000} seconds, the time that a new key needs to become known: jwksMaxAge and two minutes. Raise it, or lower jwksMaxAge.`,
    )
  }
  return { rotateEvery, lead, keep: lead + longestTokenLifetime }
}

/** The newest key whose time to sign has come; the oldest when a clock is so far behind that none has. */
export function signingKey<K extends Scheduled>(keys: readonly K[], now: number): K | undefined {
  return keys.findLast((key) => key.signFrom <= now) ?? keys[0]
}

/** The keys that a token may be signed with now, or may have been signed with and still be valid. Oldest first. */
export function publishedKeys<K extends Scheduled>(keys: readonly K[], now: number, { keep }: Schedule): readonly K[] {
  const first = keys.findIndex((_, i) => {
    const successor = keys[i + 1]
    return !successor || now < successor.signFrom + keep
  })
  return first > 0 ? keys.slice(first) : keys
}

/** The instant at which something has to be done about the keys: one appended or one dropped. */
export function nextChange(keys: readonly Scheduled[], { rotateEvery, keep }: Schedule): number {
  const newest = keys.at(-1)
  const successor = keys[1]
  if (!newest) return Number.NEGATIVE_INFINITY
  return Math.min(newest.createdAt + rotateEvery, successor ? successor.signFrom + keep : Number.POSITIVE_INFINITY)
}

/**
 * When the key to append now was created and will sign; null when none is due. With `early` one is due unless the newest
 * has yet to begin.
 */
export function nextKey(
  keys: readonly Scheduled[],
  now: number,
  { rotateEvery, lead }: Schedule,
  early: boolean,
): Scheduled | null {
  const newest = keys.at(-1)
  // Nobody has seen a list of keys yet, so there is nobody to wait for.
  if (!newest) return { createdAt: now, signFrom: now }
  const due = early ? newest.signFrom <= now : now >= newest.createdAt + rotateEvery
  return due ? { createdAt: now, signFrom: now + lead } : null
}
