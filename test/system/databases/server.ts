/**
 * The authorization server of these tests, over any storage: with one public client, and without pages.
 *
 * @module
 */

import type { ServerOptions } from '../../../src/construction/options.js'
import { Unavailable } from '../../../src/edge/errors.js'
import { type AuthorizationServer, createAuthorizationServer } from '../../../src/server.js'
import type { Storage } from '../../../src/storage/contract.js'

export const issuer = 'https://auth.example.com'
export const resource = 'https://api.example.com'
export const clientId = 'app'
export const redirectUri = 'https://app.example.com/callback'

export const serverOver = (
  storage: Storage,
  now: () => number,
  more: Pick<ServerOptions, 'storageTimeout'> = {},
): AuthorizationServer =>
  createAuthorizationServer({
    ...more,
    issuer,
    storage,
    now,
    secret: 'one secret of at least 32 bytes for all processes',
    users: {
      current: async () => ({ subject: 'alice', authenticatedAt: now() }),
      challenge: async () => ({ status: 303, headers: [['location', '/login']], body: '' }),
    },
    clients: [{ client_id: clientId, token_endpoint_auth_method: 'none', redirect_uris: [redirectUri] }],
    // An outage is expected; whatever else fails is a defect.
    onEvent: (event) => {
      if (event.type === 'failed' && !(event.cause instanceof Unavailable)) console.error(event.cause)
    },
    resources: { [resource]: { scopes: { read: 'Read', write: 'Write' } } },
  })

/** What a client is told. */
export interface Answer {
  readonly status: number
  readonly retryAfter: string | undefined
  readonly body: string
  /** The refresh token in the body, if any. */
  readonly token: string | undefined
}

/** Posts a form, by default to the token endpoint. */
export async function post(server: AuthorizationServer, form: string, path = '/oauth/token'): Promise<Answer> {
  const response = await server.handle({
    method: 'POST',
    url: path,
    headerValues: (name) => (name === 'content-type' ? ['application/x-www-form-urlencoded'] : []),
    body: async () => new TextEncoder().encode(form),
    native: undefined,
  })
  if (!response) throw new Error(`There is no endpoint ${path}.`)
  const { status, headers, body } = response
  const retryAfter = headers.find(([name]) => name === 'retry-after')?.[1]
  return { status, retryAfter, body, token: /"refresh_token":"([^"]+)"/.exec(body)?.[1] }
}
