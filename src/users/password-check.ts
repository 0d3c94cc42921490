/**
 * The two ways to tell whether a password is right. Both answer the same for a wrong password and for an unknown user, and
 * with `find` they also cost the same: exactly one hash.
 *
 * @module
 */
import { Unavailable } from '../edge/errors.js'
import { isLongerThan } from '../runtime/hash.js'
import { MAX_USERNAME_LENGTH } from './fold-name.js'
import { HashQueueFull } from './hash-queue.js'
import { decoyHash, hashPassword, MAX_PASSWORD_BYTES, needsRehash, verifyPassword } from './password-hash.js'
import type { FindUserOptions, VerifyPasswordOptions } from './password-options.js'
import { checkSubject } from './subject.js'

/**
 * Who it is, or null when the password is wrong or there is no such user.
 *
 * @throws {NotJudged}
 */
export type PasswordCheck = (
  username: string,
  password: string,
) => Promise<{ readonly subject: string; readonly amr: readonly string[] } | null>

/**
 * Nobody looked at the password, because too many were being hashed. Never what a hook of the app throws: one that does so at wrong
 * passwords must not make guesses free.
 */
export class NotJudged extends Unavailable {}

/** RFC 8176 §2: password-based authentication. */
const byPassword = ['pwd'] as const

export function checkFound(find: FindUserOptions['find'], save: FindUserOptions['save']): PasswordCheck {
  return async (username, password) => {
    const user = (isNobodys(username) ? null : await find(username)) ?? null
    const hash = user?.passwordHash ?? null
    const right = await verifyPassword(password, hash ?? (await decoyHash())).catch(notJudged)
    if (!right || user === null || hash === null) return null
    const subject = checkSubject(user.subject, 'passwordLogin: find')
    if (save && (await needsRehash(hash))) {
      // The password was right, so a full queue is no reason to refuse it: the next login renews the hash.
      const better = await hashPassword(password).catch(nullIfFull)
      if (better !== null) await save(subject, better, hash)
    }
    return { subject, amr: byPassword }
  }
}

export function checkVerified(verify: VerifyPasswordOptions['verify']): PasswordCheck {
  return async (username, password) => {
    if (isNobodys(username) || isLongerThan(password, MAX_PASSWORD_BYTES)) return null
    const verified = (await verify(username, password)) ?? null
    if (verified === null) return null
    const { subject, amr = byPassword } = typeof verified === 'object' ? verified : { subject: verified }
    return { subject: checkSubject(subject, 'passwordLogin: verify'), amr }
  }
}

const isNobodys = (username: string): boolean => username.length > MAX_USERNAME_LENGTH

function notJudged(error: unknown): never {
  throw error instanceof HashQueueFull ? new NotJudged(error.message) : error
}

function nullIfFull(error: unknown): null {
  if (error instanceof HashQueueFull) return null
  throw error
}
