/** What the provider tells an app when somebody has logged out: https://openid.net/specs/openid-connect-backchannel-1_0.html */
import { createRemoteJWKSet, jwtVerify } from 'jose'

const EVENT = 'http://schemas.openid.net/event/backchannel-logout'

/** @returns a function that reads a logout token: the id of the session that has ended. It throws when the token is not one for this app. */
export function logoutTokenReader(issuer: string, clientId: string) {
  const keys = createRemoteJWKSet(new URL(`${issuer}/oauth/jwks`))
  return async (token: unknown): Promise<string> => {
    const { payload } = await jwtVerify(String(token), keys, {
      issuer,
      audience: clientId,
      typ: 'logout+jwt',
      requiredClaims: ['iat', 'exp', 'jti'],
    })
    const { events, nonce, sid } = payload as { events?: { [event: string]: unknown }; nonce?: unknown; sid?: unknown }
    // With a nonce it would be an ID token.
    if (!events?.[EVENT] || nonce !== undefined) throw new Error('This is no logout token.')
    if (typeof sid !== 'string') throw new Error('The logout token does not say which session has ended.')
    return sid
  }
}
