/**
 * What every step of the grant machine has in common. A step is a synchronous function of a grant, an input, the time and
 * fresh random bytes; it returns the grant that should be stored, and an answer. Nobody inside reads a clock, a store or a
 * source of randomness.
 *
 * @module
 */
import type { Refusal } from './refusal.js'
import type { Grant, RevocationReason, Revoked } from './state.js'

/** `grant` is the very same object when nothing has to be written. A refusal may still move the grant. */
export interface Step<Answer> {
  readonly grant: Grant
  readonly answer: Answer | Refused
}

export interface Refused {
  readonly ok: false
  readonly refusal: Refusal
}

/** Who presents a credential: the server it was presented to, and the authenticated client. */
export interface Presenter {
  readonly issuer: string
  readonly clientId: string
}

/** Why this presenter has no business with this grant, or null. Comes before everything else in each step. */
export function strangerRefusal(grant: Grant, by: Presenter): Refusal | null {
  if (grant.issuer !== by.issuer) return 'issuer_mismatch'
  // RFC 6749 §4.1.3, §6, RFC 7009 §2.1: a code or token is bound to the client it was issued to.
  if (grant.clientId !== by.clientId) return 'client_mismatch'
  return null
}

export const refuse = (grant: Grant, refusal: Refusal): Step<never> => ({ grant, answer: { ok: false, refusal } })

/** The final state, which holds no digest any more. */
export const ended = (grant: Grant, because: RevocationReason, now: number): Revoked =>
  grant.status === 'revoked'
    ? grant
    : {
        status: 'revoked',
        id: grant.id,
        issuer: grant.issuer,
        clientId: grant.clientId,
        subject: grant.subject,
        touchedAt: now,
        because,
      }

/** Clocks of instances differ; for one grant time does not run backwards. */
export const notBefore = (grant: Grant, now: number): number => Math.max(now, grant.touchedAt)
