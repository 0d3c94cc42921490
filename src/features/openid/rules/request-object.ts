/**
 * What a request object says, when its signature has been verified. Pure.
 *
 * @see {@link https://openid.net/specs/openid-connect-core-1_0.html#JWTRequests OpenID Connect Core §6.1}
 * @see {@link https://www.rfc-editor.org/rfc/rfc9101#section-4 RFC 9101 §4}
 * @module
 */
import { CLOCK_SKEW } from '../../../protocol/clock-skew.js'
import { isObject, type JsonObject } from '../../../protocol/json-object.js'

/** Claims about the object itself. */
const own: ReadonlySet<string> = new Set(['iss', 'aud', 'sub', 'exp', 'nbf', 'iat', 'jti'])

export interface ReadObject {
  readonly parameters: readonly (readonly [name: string, value: string])[]
}

/** @returns what is wrong, as a sentence for the client's developers, or the parameters. */
export function readRequestObject(
  claims: JsonObject,
  { clientId, issuer, now }: { readonly clientId: string; readonly issuer: string; readonly now: number },
): ReadObject | string {
  const { iss, aud, sub, exp, nbf } = claims
  // §6.1: iss is the client, aud the server; RFC 9101 §6.3 leaves them out of account where they are not there.
  if (iss !== undefined && iss !== clientId) return 'iss of the request object is not this client.'
  if (aud !== undefined && ![aud].flat().includes(issuer)) return 'aud of the request object is not this server.'
  // RFC 9101 §10.8: else it could pass for an assertion by which the client proves who it is, or be one.
  if (sub !== undefined && sub === clientId) return 'A request object must not have the client as its sub.'
  if (exp !== undefined && !(typeof exp === 'number' && exp * 1000 > now - CLOCK_SKEW)) {
    return 'The request object has expired.'
  }
  if (nbf !== undefined && !(typeof nbf === 'number' && nbf * 1000 <= now + CLOCK_SKEW)) {
    return 'The request object is not valid yet.'
  }
  const parameters: [string, string][] = []
  for (const [name, value] of Object.entries(claims)) {
    if (own.has(name)) continue
    // RFC 8707 §2: the only one that may repeat.
    const values: readonly unknown[] = name === 'resource' && Array.isArray(value) ? value : [value]
    for (const one of values) {
      const text = textOf(one)
      if (text === null) return 'A parameter in the request object is neither a string, a number nor an object.'
      parameters.push([name, text])
    }
  }
  return { parameters }
}

/** RFC 9101 §4: strings are strings, and numbers numbers; `claims` is an object. */
function textOf(value: unknown): string | null {
  if (typeof value === 'string') return value
  if (typeof value === 'number' && Number.isSafeInteger(value)) return String(value)
  return isObject(value) ? JSON.stringify(value) : null
}
