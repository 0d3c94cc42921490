/**
 * The authorization server that clients written by others are let loose on: one client for each way of authenticating.
 *
 * @module
 */
import { onTestFinished } from 'vitest'
import { browse, siteAt } from '../../adapters/testing/site.js'
import type { ServerOptions } from '../../src/construction/options.js'
import { createAuthorizationServer } from '../../src/server.js'
import { memoryStorage } from '../../src/storage/memory.js'
import type { UserAuthentication } from '../../src/users/contract.js'
import { type App, listen } from '../adapters/apps.js'

export const redirectUri = 'https://client.example/callback'
/** Longer than it must be, and full of what has to be encoded. */
export const clientSecret = 'a secret: with+plus, %percent & ampersand=1/2?'

export const methods = ['client_secret_basic', 'client_secret_post', 'none'] as const
export type Method = (typeof methods)[number]

/** An app with the server on a real socket. The issuer is its origin. @param more features, and clients beside those that are there anyway. */
export async function openSite(
  app: App,
  more: Pick<ServerOptions, 'features' | 'clients'> & Pick<UserAuthentication, 'claims'> = {},
) {
  const { origin: issuer, server, close } = await listen()
  const resource = `${issuer}/api`
  const auth = createAuthorizationServer({
    issuer,
    storage: memoryStorage(),
    users: {
      current: async () => ({ subject: 'ada', sessionId: 'session-of-ada' }),
      challenge: async () => ({ status: 500, headers: [], body: '' }),
      ...(more.claims && { claims: more.claims }),
    },
    resources: { [resource]: { scopes: { 'notes:read': 'Read your notes', 'notes:write': 'Change your notes' } } },
    features: more.features,
    clients: [
      ...(more.clients ?? []),
      ...methods.map((method) => ({
        // A colon in the name, which Basic would take for the end of it if it were not encoded.
        client_id: `client:${method}`,
        ...(method !== 'none' && { client_secret: clientSecret }),
        redirect_uris: [redirectUri],
        grant_types: [
          'authorization_code' as const,
          'refresh_token' as const,
          ...(method === 'none' ? [] : ['client_credentials' as const]),
        ],
        token_endpoint_auth_method: method,
      })),
      { client_id: 'api', client_secret: clientSecret, grant_types: ['client_credentials'], serves: [resource] },
    ],
  })
  server.on('request', app(auth))
  onTestFinished(close)
  return {
    issuer,
    resource,
    /** Where the browser ends up: the redirect URI with the answer to an authorization request. */
    visit: (url: URL) => browse(siteAt(issuer, issuer), url.href),
    callApi: (token: string) => fetch(`${issuer}/api/notes`, { headers: { authorization: `Bearer ${token}` } }),
  }
}
