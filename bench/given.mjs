/**
 * What every contestant is given: one confidential client, its users, one API with two scopes, and lifetimes.
 *
 * @module
 */
import { createHash, randomBytes } from 'node:crypto'

export const given = {
  client: {
    id: 'bench-client',
    secret: 'Zq3vT0c8mWnR5yLx2KfHs9DpUe7GaJbV4iXoN1tMdQw',
    redirectUri: 'https://client.example.com/callback',
    name: 'The client of the benchmark',
  },
  /** Of every user. */
  password: 'analytical-engine',
  scope: 'notes:read notes:write',
  resource: 'https://api.example.com',
  /** Seconds. Codes are made before the window, and must live until it ends. */
  lifetimes: { code: 600, access: 600, refresh: 86_400 },
}

/** The id of a client that describes itself in a document there, and is public. */
export const documentId = 'https://client.example.com/oauth/client.json'

/** As RFC 6749 §2.3.1 wants it; neither of the two has a character that would have to be encoded. */
export const basic = `Basic ${Buffer.from(`${given.client.id}:${given.client.secret}`).toString('base64')}`

/** @returns {{ verifier: string, challenge: string }} PKCE, S256 */
export function pkcePair() {
  const verifier = randomBytes(32).toString('base64url')
  return { verifier, challenge: createHash('sha256').update(verifier).digest('base64url') }
}

/** The query of an authorization request of the client. */
export const authorizationQuery = (state, challenge, more = {}) =>
  new URLSearchParams({
    response_type: 'code',
    client_id: given.client.id,
    redirect_uri: given.client.redirectUri,
    scope: given.scope,
    state,
    code_challenge: challenge,
    code_challenge_method: 'S256',
    ...more,
  }).toString()

/** Of a contestant that reads one: the cookie of the app's own session. */
export const SESSION_COOKIE = 'session'

/** @returns {string | undefined} */
export function cookieOf(header, name) {
  for (const part of header?.split('; ') ?? []) if (part.startsWith(`${name}=`)) return part.slice(name.length + 1)
  return undefined
}
