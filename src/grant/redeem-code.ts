/**
 * Redeeming an authorization code. Pure.
 *
 * @module
 */

import { type AccessChoice, chooseAccess } from '../protocol/choose-access.js'
import { isCodeVerifier, matchesChallenge } from '../protocol/pkce.js'
import { type Code, formatRefreshToken, secretHash } from '../protocol/token-string.js'
import type { Refusal } from './refusal.js'
import type { Active, CodeBinding, CodeIssued, Grant, RefreshFamily } from './state.js'
import { ended, notBefore, type Presenter, refuse, type Step, strangerRefusal } from './step.js'

export interface RedeemCode {
  readonly by: Presenter
  readonly code: Code
  readonly redirectUri: string | undefined
  readonly verifier: string | undefined
  /** Whether the client may still redeem a code that no challenge binds: {@link mayOmitPkce}. */
  readonly mayOmitPkce: boolean
  readonly choice: AccessChoice
  /** Whether the code was unspent when it was presented, as far as anybody could know: another presentation of it had no answer yet. */
  readonly isCrossing: boolean
  /** Null when the client is not registered for the refresh grant type. `idleLifetime` in milliseconds. */
  readonly refresh: { readonly idleLifetime: number; readonly jkt: string | null } | null
}

/** Tokens may be issued from `grant`: an access token for `resource` with `scope`, and the refresh token, if any. */
export interface Issued {
  readonly ok: true
  readonly grant: Active
  readonly resource: string
  readonly scope: readonly string[]
  readonly refreshToken: string | null
  /** Whether the answer tells `offline_access` as well. */
  readonly offlineAccess?: boolean | undefined
}

/** Fresh random bytes that {@link redeemCode} needs. */
export const REDEEM_ENTROPY = 48

/** A genuine code may come with this many wrong verifiers; then the grant ends. */
const MAX_WRONG_VERIFIERS = 5

/**
 * A code yields tokens at most once. Presented again by its own client with the right verifier it ends the grant, but not where two
 * presentations cross: a client that sends its request twice has stolen nothing. Anything else that is wrong changes nothing, except that
 * wrong verifiers for a genuine code are counted.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc6749#section-4.1.3 RFC 6749 §4.1.3}
 */
export function redeemCode(grant: Grant, input: RedeemCode, at: number, entropy: Uint8Array): Step<Issued> {
  const now = notBefore(grant, at)
  const stranger = strangerRefusal(grant, input.by)
  if (stranger) return refuse(grant, stranger)
  if (grant.status === 'revoked') return refuse(grant, 'revoked')
  if (secretHash('code', input.code.secret) !== grant.code.hash) return refuse(grant, 'forged')
  const unproven = bindingRefusal(grant.code, input)
  if (grant.status === 'active') {
    // RFC 6749 §4.1.2, RFC 9700 §4.14.2: a second use ends what the first one gave. But only with the verifier, else whoever
    // saw the code could end the victim's grant.
    if (unproven) return refuse(grant, unproven)
    return input.isCrossing ? refuse(grant, 'crossed') : refuse(ended(grant, 'replay', now), 'replayed')
  }
  if (now >= Math.min(grant.code.expiresAt, grant.endsAt)) return refuse(grant, 'expired')
  if (unproven === 'verifier_mismatch') return refuse(countWrongVerifier(grant, now), unproven)
  if (unproven) return refuse(grant, unproven)
  const access = chooseAccess(grant.access, input.choice)
  if (typeof access === 'string') return refuse(grant, access)
  const family = input.refresh && startFamily(grant.id, input.refresh, now, entropy)
  const active = activate(grant, family?.record ?? null, now)
  const refreshToken = family?.token ?? null
  const offlineAccess = grant.offlineAccess && refreshToken !== null
  return { grant: active, answer: { ok: true, grant: active, ...access, refreshToken, offlineAccess } }
}

function bindingRefusal(code: CodeBinding, { redirectUri, verifier, mayOmitPkce }: RedeemCode): Refusal | null {
  if (redirectUri !== undefined && redirectUri !== code.redirectUri) return 'redirect_uri_mismatch'
  if ('exempt' in code.pkce) {
    // The client proves itself no more, or is to use PKCE by now: then nothing binds the code.
    if (!mayOmitPkce) return 'exemption_ended'
    // OAuth 2.1 §10.2: redirect_uri may be left out only where PKCE binds the code instead.
    if (redirectUri === undefined) return 'redirect_uri_missing'
    // RFC 9700 §4.8.2: a verifier without a challenge is a downgrade.
    return verifier === undefined ? null : 'verifier_unexpected'
  }
  if (verifier === undefined) return 'verifier_missing'
  if (!isCodeVerifier(verifier)) return 'verifier_malformed'
  return matchesChallenge(verifier, code.pkce.challenge) ? null : 'verifier_mismatch'
}

function countWrongVerifier(grant: CodeIssued, now: number): Grant {
  const wrongVerifiers = grant.code.wrongVerifiers + 1
  if (wrongVerifiers >= MAX_WRONG_VERIFIERS) return ended(grant, 'wrong_verifiers', now)
  return { ...grant, touchedAt: now, code: { ...grant.code, wrongVerifiers } }
}

function startFamily(
  grantId: string,
  { idleLifetime, jkt }: NonNullable<RedeemCode['refresh']>,
  now: number,
  entropy: Uint8Array,
): { record: RefreshFamily; token: string } {
  const family = entropy.subarray(0, 16)
  const secret = entropy.subarray(16, REDEEM_ENTROPY)
  return {
    token: formatRefreshToken({ grantId, family, generation: 0, secret }),
    record: {
      proof: secretHash('family', family),
      generation: 0,
      hash: secretHash('refresh', secret),
      idleUntil: now + idleLifetime,
      jkt,
      retries: [],
    },
  }
}

function activate({ code, ...grant }: CodeIssued, refresh: RefreshFamily | null, now: number): Active {
  const { hash, redirectUri, pkce } = code
  return {
    code: { hash, redirectUri, pkce },
    refresh,
    revokedAccess: [],
    accessNotBefore: 0,
    ...grant,
    status: 'active',
    touchedAt: now,
  }
}
