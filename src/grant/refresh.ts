/**
 * Refreshing: rotation, retry and replay. A refresh that is retried inside the retry window gets the current token, derived
 * again from the token that the client presents; any older genuine token, however old, ends the grant. Pure.
 *
 * @module
 */

import { type AccessChoice, chooseAccess } from '../protocol/choose-access.js'
import { CLOCK_SKEW } from '../protocol/clock-skew.js'
import { OFFLINE_ACCESS } from '../protocol/offline-access.js'
import { formatRefreshToken, type RefreshToken, secretHash, u32 } from '../protocol/token-string.js'
import { concatBytes, decodeBase64url, encodeBase64url, hmacSha256, utf8 } from '../runtime/hash.js'
import type { Issued } from './redeem-code.js'
import { isCrowdedOut, isLive, whileLive, withSpent } from './spent.js'
import type { Active, Grant, RefreshFamily, RetryEntry } from './state.js'
import { ended, notBefore, type Presenter, refuse, type Step, strangerRefusal } from './step.js'

export interface Refresh {
  readonly by: Presenter
  readonly token: RefreshToken
  /** Thumbprint of the key whose possession was proved with this request, else null. */
  readonly jkt: string | null
  readonly choice: AccessChoice
  readonly rules: RefreshRules
}

/** Durations in milliseconds. */
export interface RefreshRules {
  /** Always true for public clients (RFC 9700 §4.14.2); for confidential ones a choice. */
  readonly rotate: boolean
  /** How long a spent token may be retried; 0 for never. */
  readonly retryWindow: number
  readonly idleLifetime: number
  /**
   * Keys derived from the deployment's secrets, newest first, mixed into the salt; so a stolen store and a spent token
   * together do not give the successor. Empty when the deployment has no secret.
   */
  readonly peppers: readonly Uint8Array[]
}

export interface Refreshed extends Issued {
  /** Generation of the token that was presented. */
  readonly presented: number
  /** True when a spent token was presented inside the retry window. */
  readonly retried: boolean
}

/** Fresh random bytes that {@link refresh} needs. */
export const REFRESH_ENTROPY = 16

const LAST_GENERATION = 0xffff_ffff

/** @see {@link https://www.rfc-editor.org/rfc/rfc9700#section-4.14.2 RFC 9700 §4.14.2} */
export function refresh(grant: Grant, input: Refresh, at: number, entropy: Uint8Array): Step<Refreshed> {
  const now = notBefore(grant, at)
  const stranger = strangerRefusal(grant, input.by)
  if (stranger) return refuse(grant, stranger)
  if (grant.status === 'revoked') return refuse(grant, 'revoked')
  if (grant.status !== 'active' || !grant.refresh) return refuse(grant, 'forged')
  const family = grant.refresh
  const { token } = input
  if (!hasFamilyProof(family, token)) return refuse(grant, 'forged')
  // RFC 9449 §5: bound to a key. Before any verdict of replay, else a thief without the key could end the victim's grant.
  if (family.jkt !== null && family.jkt !== input.jkt) return refuse(grant, 'key_mismatch')
  if (now >= Math.min(family.idleUntil, grant.endsAt)) return refuse(grant, 'expired')
  return token.generation === family.generation
    ? refreshCurrent(grant, family, input, now, windowTime(grant, at), entropy)
    : refreshSpent(grant, family, input, now, windowTime(grant, at))
}

/** Whether the token names a generation that exists, with the proof that is constant for the family. */
export const hasFamilyProof = (family: RefreshFamily, token: RefreshToken): boolean =>
  secretHash('family', token.family) === family.proof && token.generation <= family.generation

/** Whether the token is the family's current one, and the grant has not expired. */
export function isCurrent(grant: Active, token: RefreshToken, now: number): boolean {
  const family = grant.refresh
  return (
    family !== null &&
    hasFamilyProof(family, token) &&
    token.generation === family.generation &&
    secretHash('refresh', token.secret) === family.hash &&
    now < Math.min(family.idleUntil, grant.endsAt)
  )
}

function refreshCurrent(
  grant: Active,
  family: RefreshFamily,
  input: Refresh,
  now: number,
  at: number,
  entropy: Uint8Array,
): Step<Refreshed> {
  const { token, rules } = input
  if (secretHash('refresh', token.secret) !== family.hash) return refuse(grant, 'forged')
  const access = chooseAccess(grant.access, input.choice, grant.unticked)
  if (typeof access === 'string') return refuse(grant, access)
  const idleUntil = now + rules.idleLifetime
  if (!rules.rotate || family.generation === LAST_GENERATION) {
    // The idle end moves only when that is worth a write.
    const isMoved = idleUntil - family.idleUntil > rules.idleLifetime / 24
    const kept = isMoved
      ? { ...grant, touchedAt: now, refresh: { ...family, ...whileLive(family, at), idleUntil } }
      : grant
    return accept(kept, access, token, input, false)
  }
  const entry: RetryEntry = {
    generation: family.generation,
    hash: family.hash,
    salt: encodeBase64url(entropy.subarray(0, REFRESH_ENTROPY)),
    until: at + rules.retryWindow,
  }
  const secret = successor(token.secret, grant.id, entry, rules.peppers[0])
  const { retries: _, crowdedOut: __, ...others } = family
  const { retries, crowdedOut } = withSpent(family, entry, rules.retryWindow, at)
  const rotated: Active = {
    ...grant,
    touchedAt: now,
    refresh: {
      retries,
      ...(crowdedOut && { crowdedOut }),
      ...others,
      generation: family.generation + 1,
      hash: secretHash('refresh', secret),
      idleUntil,
    },
  }
  const next = { ...token, generation: token.generation + 1, secret }
  return accept(rotated, access, next, input, false)
}

/**
 * A token of an earlier generation: a retry, a forgery, or a replay that ends the grant.
 *
 * @param at the time for windows.
 */
function refreshSpent(grant: Active, family: RefreshFamily, input: Refresh, now: number, at: number): Step<Refreshed> {
  const { token, rules } = input
  const entry = family.retries.find((retry) => retry.generation === token.generation)
  if (entry && secretHash('refresh', token.secret) !== entry.hash) return refuse(grant, 'forged')
  if (rules.retryWindow > 0 && isCrowdedOut(family, token.generation, at)) return refuse(grant, 'crowded_out')
  if (!entry || rules.retryWindow === 0 || !isLive(entry, at)) {
    return refuse(ended(grant, 'replay', now), 'replayed')
  }
  // A window that ends further ahead than it is long proves nothing: neither a retry nor a replay.
  if (entry.until - at > rules.retryWindow + CLOCK_SKEW) return refuse(grant, 'expired')
  const access = chooseAccess(grant.access, input.choice, grant.unticked)
  if (typeof access === 'string') return refuse(grant, access)
  const current = deriveCurrent(grant.id, family, token, rules.peppers)
  // The secret with which the successor was derived has left the deployment's list. Nobody is at fault, nothing is lost.
  if (!current) return refuse(grant, 'expired')
  return accept(grant, access, current, input, true)
}

/**
 * The time for retry windows. For a grant it never runs backwards; but after a step by a clock that was ahead by more than clocks differ, it
 * would stand still, and no window would end.
 */
const windowTime = (grant: Grant, at: number): number => (grant.touchedAt - at > CLOCK_SKEW ? at : notBefore(grant, at))

/** Follows the retry entries from a spent token to the current one. */
function deriveCurrent(
  grantId: string,
  family: RefreshFamily,
  token: RefreshToken,
  peppers: readonly Uint8Array[],
): RefreshToken | null {
  let current = token
  while (current.generation < family.generation) {
    const { generation, secret } = current
    const entry = family.retries.find((retry) => retry.generation === generation)
    const nextHash =
      generation + 1 === family.generation
        ? family.hash
        : family.retries.find((retry) => retry.generation === generation + 1)?.hash
    if (!entry) return null
    // Without one, too: the deployment may have got its first secret inside the window.
    const next = [...peppers, undefined]
      .map((pepper) => successor(secret, grantId, entry, pepper))
      .find((candidate) => secretHash('refresh', candidate) === nextHash)
    if (!next) return null
    current = { ...current, generation: generation + 1, secret: next }
  }
  return current
}

function successor(secret: Uint8Array, grantId: string, entry: RetryEntry, pepper: Uint8Array | undefined): Uint8Array {
  const salt = decodeBase64url(entry.salt) ?? new Uint8Array()
  const label = utf8(`gw-refresh-1\0${grantId}`)
  return hmacSha256(secret, concatBytes(label, u32(entry.generation), pepper ? hmacSha256(pepper, salt) : salt))
}

function accept(
  grant: Active,
  access: Pick<Issued, 'resource' | 'scope'>,
  current: RefreshToken,
  { token, choice }: Refresh,
  retried: boolean,
): Step<Refreshed> {
  const refreshToken = formatRefreshToken(current)
  const offlineAccess = grant.offlineAccess && (choice.scope?.includes(OFFLINE_ACCESS) ?? true)
  return {
    grant,
    answer: { ok: true, grant, ...access, refreshToken, offlineAccess, presented: token.generation, retried },
  }
}
