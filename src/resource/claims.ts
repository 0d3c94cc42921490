/**
 * What a genuine token, or the introspection endpoint, says: whether it is for this resource and now.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc9068#section-4 RFC 9068 §4}
 * @module
 */

import type { JsonObject } from '../protocol/json-object.js'
import type { Access } from './access.js'

export interface Expected {
  readonly issuer: string
  readonly resource: string
  /** Epoch milliseconds. */
  readonly now: number
  /** By how many milliseconds the issuer's clock may differ. */
  readonly tolerance: number
}

/** What the claims give access to; null when they give none here and now. */
export function accessOf(said: JsonObject, { issuer, resource, now, tolerance }: Expected): Access | null {
  const { iss, sub, aud, client_id, scope = '', iat, exp, nbf, jti: _, auth_time, acr, amr: __, cnf, ...claims } = said
  if (iss !== issuer || !isName(sub) || !isName(client_id) || typeof scope !== 'string') return null
  // RFC 9068 §4: a token for another API is not valid here.
  if (aud !== resource && !(Array.isArray(aud) && aud.includes(resource))) return null
  // RFC 9449 §7.1, RFC 8705 §3: a token that is bound to a key is worth nothing without a proof of that key.
  if (cnf !== undefined) return null
  if (!isTime(exp) || now >= exp * 1000 + tolerance) return null
  if (!isTime(iat) || now < iat * 1000 - tolerance) return null
  if (nbf !== undefined && !(isTime(nbf) && now >= nbf * 1000 - tolerance)) return null
  return {
    subject: sub,
    clientId: client_id,
    scope: scope.split(' ').filter(Boolean),
    resource,
    expiresAt: exp * 1000,
    authenticatedAt: isTime(auth_time) ? auth_time * 1000 : undefined,
    acr: typeof acr === 'string' ? acr : undefined,
    claims,
  }
}

const isName = (value: unknown): value is string => typeof value === 'string' && value !== ''

// RFC 7519 §2: a number, not necessarily whole. JSON can spell infinity, as 1e999.
const isTime = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value)
