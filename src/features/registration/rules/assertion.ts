/**
 * What the assertion of a client must say, apart from its signature. Pure.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc7523#section-3 RFC 7523 §3}
 * @see {@link https://openid.net/specs/openid-connect-core-1_0.html#ClientAuthentication OpenID Connect Core §9}
 * @module
 */

import { listed, nearestHint, quoted } from '../../../protocol/hint.js'
import { joseType } from '../../../protocol/jose-type.js'
import type { JsonObject } from '../../../protocol/json-object.js'
import type { RequestRefusal } from '../../../protocol/refusal-reason.js'
import { orList } from '../../../protocol/spelling.js'

/** The claims of an assertion, which said what they must. */
export interface AssertionClaims {
  /** Used once. */
  readonly jti: string
  /** Epoch milliseconds from which the assertion is refused. */
  readonly refusedFrom: number
}

export interface Expected {
  readonly client_id: string
  /** Of signatures, by this client. */
  readonly algorithms: readonly string[]
  /** What this server is called. */
  readonly audiences: readonly string[]
  /** Epoch milliseconds. */
  readonly now: number
}

export interface AssertionRefusal {
  readonly reason: RequestRefusal
  readonly hint: string
}

/** By how much the client's clock may differ, in milliseconds. */
const SKEW = 60_000
/** How far ahead `exp` may be. The `jti` is kept until then. */
const LONGEST = 600_000

/** Which client an unverified assertion claims to come from. RFC 7523 §3: its `sub` is the client_id. */
export const claimedClient = ({ sub }: JsonObject): string | null =>
  typeof sub === 'string' && sub !== '' && sub.length <= 2048 ? sub : null

/** The claims; or why the assertion is refused, whoever signed it. */
export function judgeAssertion(
  header: JsonObject,
  claims: JsonObject,
  expected: Expected,
): AssertionClaims | AssertionRefusal {
  const refusal =
    judgeHeader(header, expected) ??
    judgeClient(claims, expected) ??
    judgeAudience(claims, expected) ??
    judgeTimes(claims, expected)
  if (refusal) return refusal
  const { jti, exp } = claims
  // OpenID Connect Core §9: jti is required, and used once. Stricter than RFC 7523 §3, which leaves it to the server.
  if (typeof jti !== 'string' || !/^[\x20-\x7e]{1,255}$/.test(jti)) {
    return refused(
      'jti',
      `Received jti ${said(jti)}; it must be 1 to 255 printable ASCII characters, new in each assertion.`,
    )
  }
  return { jti, refusedFrom: Math.ceil(Number(exp) * 1000) + SKEW }
}

function judgeHeader({ alg, typ, crit, b64 }: JsonObject, { algorithms }: Expected): AssertionRefusal | null {
  // RFC 8725 §3.1: none but the allowed ones; `none` and the symmetric ones are never among them.
  if (typeof alg !== 'string' || !algorithms.includes(alg)) {
    return refused('algorithm', `Received alg ${said(alg)}; this client may sign with ${orList(algorithms)}.`)
  }
  // RFC 7515 §4.1.11: extensions that are not understood make the JWS invalid, and none is. RFC 7797 §6: b64 is one.
  if (crit !== undefined || b64 !== undefined) {
    return refused('header', 'Its header has crit or b64; no extension of JWS is known here.')
  }
  // RFC 8725 §3.11: what was signed for another purpose says so. Most assertions have no typ, or JWT.
  if (typ !== undefined && !types.includes(joseType(typ))) {
    return refused('header', `Received typ ${said(typ)}; leave it out, or write ${orList(types)}.`)
  }
  return null
}

const types: readonly string[] = ['jwt', 'client-authentication+jwt']

function judgeClient({ iss, sub }: JsonObject, { client_id }: Expected): AssertionRefusal | null {
  // RFC 7523 §3 (2.B): sub is the client_id. OpenID Connect Core §9: so is iss. RFC 7521 §4.2: and so is client_id beside it.
  if (iss === client_id && sub === client_id) return null
  return refused('client', `Received iss ${said(iss)} and sub ${said(sub)}; both must be ${quoted(client_id)}.`)
}

function judgeAudience({ aud }: JsonObject, { audiences }: Expected): AssertionRefusal | null {
  // RFC 7523 §3 (3): aud contains this server. Stricter: it is this server alone, or an assertion for two could be used by one at the other.
  const [only, ...more] = Array.isArray(aud) ? (aud as readonly unknown[]) : [aud]
  if (more.length === 0 && typeof only === 'string' && audiences.includes(only)) return null
  if (more.length > 0) {
    const names = (aud as readonly unknown[]).map((one) => (typeof one === 'string' ? one : typeof one))
    return refused('audience', `Received several aud: ${listed(names)}; it must be one, ${orList(audiences)}.`)
  }
  return refused(
    'audience',
    typeof only === 'string'
      ? nearestHint(only, audiences)
      : `Received aud ${said(only)}; it must be ${orList(audiences)}.`,
  )
}

function judgeTimes({ exp, nbf, iat }: JsonObject, { now }: Expected): AssertionRefusal | null {
  // RFC 7523 §3 (4): exp is required.
  if (!isTime(exp)) return refused('time', `Received exp ${said(exp)}; it must be a number of seconds since 1970.`)
  const ahead = exp * 1000 - now
  if (ahead <= -SKEW) {
    return refused(
      'expired',
      `It ended ${seconds(-ahead)} seconds ago. Look at the client's clock, and let it make a new one for each request.`,
    )
  }
  // RFC 7523 §3 (4): it may be refused when exp is unreasonably far ahead.
  if (ahead > LONGEST + SKEW) {
    return refused('time', `Received an exp that is ${seconds(ahead)} seconds ahead; ${seconds(LONGEST)} are the most.`)
  }
  // RFC 7523 §3 (5), (6): not yet valid, or made in the future. Neither is required.
  for (const [name, time] of Object.entries({ nbf, iat })) {
    if (time === undefined) continue
    if (!isTime(time))
      return refused('time', `Received ${name} ${said(time)}; it must be a number of seconds since 1970.`)
    if (time * 1000 > now + SKEW) {
      return refused(
        'time',
        `Received an ${name} that is ${seconds(time * 1000 - now)} seconds ahead. Look at the client's clock.`,
      )
    }
  }
  return null
}

const isTime = (time: unknown): time is number => typeof time === 'number' && Number.isFinite(time)

const seconds = (milliseconds: number): number => Math.round(milliseconds / 1000)

const refused = (what: AssertionReason, hint: string): AssertionRefusal => ({
  reason: `client_assertion_${what}`,
  hint,
})

type AssertionReason = 'algorithm' | 'header' | 'client' | 'audience' | 'time' | 'expired' | 'jti'

/** A value of a stranger, for the operator. */
const said = (value: unknown): string =>
  value === undefined
    ? 'none'
    : typeof value === 'string'
      ? quoted(value)
      : `a value that is no string (${typeof value})`
