/**
 * The registration access token, with which a client reads, changes and removes its registration.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc7592#section-3 RFC 7592 §3}
 * @module
 */
import { OAuthError } from '../../edge/errors.js'
import type { HttpRequest } from '../../edge/message.js'
import { bearerTokenIn } from '../../protocol/bearer.js'
import { digest } from '../../runtime/hash.js'

export const managementTokenHash = (token: string): string => digest(`grantwright registration access token\0${token}`)

/**
 * The bearer token of a request; undefined for none.
 *
 * @throws {OAuthError} `invalid_token` for what is no bearer token.
 * @see {@link https://www.rfc-editor.org/rfc/rfc6750#section-2.1 RFC 6750 §2.1}
 */
export function bearerToken(request: HttpRequest): string | undefined {
  const [header, ...others] = request.headerValues('authorization')
  if (header === undefined) return undefined
  const token = others.length > 0 ? undefined : bearerTokenIn(header)
  if (token === undefined) throw invalidToken('registration:token_malformed')
  return token
}

/** RFC 6750 §3.1. Whether there is such a client cannot be learned from it. */
export const invalidToken = (reason: `registration:${string}`, hint?: string): OAuthError =>
  new OAuthError('invalid_token', 'The token is unknown, used up, expired, or for another client.', {
    headers: [['www-authenticate', 'Bearer realm="registration", error="invalid_token"']],
    reason,
    hint,
  })
