/**
 * Ending a grant, or one access token of it. Pure.
 *
 * @module
 */
import { type RefreshToken, secretHash } from '../protocol/token-string.js'
import { hasFamilyProof } from './refresh.js'
import type { Active, Grant, RefreshFamily, RevocationReason } from './state.js'
import { ended, notBefore, type Presenter, refuse, type Step, strangerRefusal } from './step.js'

/** It is as was asked. `revoked` is false when it had been so before. */
export interface Done {
  readonly ok: true
  readonly revoked: boolean
}

/** Ends a grant on the server's own authority: the user, the operator, or the fact that the user is gone. */
export function revokeGrant(grant: Grant, because: RevocationReason, at: number): Step<Done> {
  return end(grant, because, notBefore(grant, at))
}

/**
 * Any genuine refresh token of the family, spent or not, ends the grant.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc7009#section-2.1 RFC 7009 §2.1}
 */
export function revokeByRefreshToken(grant: Grant, by: Presenter, token: RefreshToken, at: number): Step<Done> {
  const stranger = strangerRefusal(grant, by)
  if (stranger) return refuse(grant, stranger)
  if (grant.status === 'revoked') return unchanged(grant)
  if (grant.status !== 'active' || !grant.refresh || !isGenuine(grant.refresh, token)) return refuse(grant, 'forged')
  return end(grant, 'client_request', notBefore(grant, at))
}

/** Whether the token is, or once was, a token of this family, as far as the record can still tell. */
export function isGenuine(family: RefreshFamily, token: RefreshToken): boolean {
  if (!hasFamilyProof(family, token)) return false
  const held =
    token.generation === family.generation
      ? family.hash
      : family.retries.find((retry) => retry.generation === token.generation)?.hash
  return held === undefined || held === secretHash('refresh', token.secret)
}

const MAX_REVOKED_ACCESS = 16

/**
 * Ends one access token before its time, and nothing else. What `token` says comes from one whose signature was verified.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc7009#section-2.1 RFC 7009 §2.1}
 */
export function revokeAccessToken(
  grant: Grant,
  by: Presenter,
  token: { readonly tokenId: string; readonly issuedAt: number; readonly expiresAt: number },
  at: number,
): Step<Done> {
  const now = notBefore(grant, at)
  const stranger = strangerRefusal(grant, by)
  if (stranger) return refuse(grant, stranger)
  if (grant.status !== 'active' || token.expiresAt <= now) return unchanged(grant)
  const live = grant.revokedAccess.filter((revoked) => revoked.expiresAt > now)
  if (live.some((revoked) => revoked.tokenId === token.tokenId)) return unchanged(grant)
  const { tokenId, issuedAt, expiresAt } = token
  const listed = [...live, { tokenId, issuedAt, expiresAt }]
  const moved: Active =
    listed.length > MAX_REVOKED_ACCESS
      ? { ...grant, touchedAt: now, revokedAccess: [], accessNotBefore: afterAll(grant, listed) }
      : { ...grant, touchedAt: now, revokedAccess: listed }
  return { grant: moved, answer: { ok: true, revoked: true } }
}

/** By the times in the tokens themselves: the clock of the instance that issued one may be ahead of this one's. */
const afterAll = (grant: Active, listed: Active['revokedAccess']): number =>
  Math.max(grant.accessNotBefore, ...listed.map(({ issuedAt }) => issuedAt + 1))

/** Whether an access token, verified already, still has a live grant behind it. All times in epoch milliseconds. */
export function isAccessLive(
  grant: Grant,
  token: {
    readonly issuer: string
    readonly tokenId: string
    readonly clientId: string
    readonly issuedAt: number
    readonly expiresAt: number
  },
  at: number,
): boolean {
  if (grant.status !== 'active' || grant.issuer !== token.issuer || grant.clientId !== token.clientId) return false
  const now = notBefore(grant, at)
  return (
    now < Math.min(token.expiresAt, grant.endsAt) &&
    // `iat` has whole seconds, rounded down: within that second this revokes too much rather than too little.
    token.issuedAt >= grant.accessNotBefore &&
    !grant.revokedAccess.some((revoked) => revoked.tokenId === token.tokenId)
  )
}

function end(grant: Grant, because: RevocationReason, now: number): Step<Done> {
  if (grant.status === 'revoked') return unchanged(grant)
  return { grant: ended(grant, because, now), answer: { ok: true, revoked: true } }
}

const unchanged = (grant: Grant): Step<Done> => ({ grant, answer: { ok: true, revoked: false } })
