/**
 * The clients that the authorization server knows. Clients of a configuration are the simplest; `auth.clients.create(…)` makes
 * others while the server runs.
 *
 * @module
 */
import type { StaticClient } from 'grantwright'
import { resourceOf } from './auth.js'
import type { Secrets } from './secrets.js'

export function clientsOf(issuer: string, secrets: Secrets) {
  return {
    /** A web app with a backend that can keep a secret: what the page at / plays with. */
    web: {
      client_id: 'web',
      client_secret: secrets.web,
      client_name: 'Notes on the Web',
      redirect_uris: [`${issuer}/demo/callback`],
      grant_types: ['authorization_code', 'refresh_token'],
      token_endpoint_auth_method: 'client_secret_basic',
    },
    /** A program on the user's machine: no secret, and it may listen on any port (RFC 8252 §7.3). */
    native: {
      client_id: 'native',
      client_name: 'Notes on the Desktop',
      redirect_uris: ['http://127.0.0.1/callback'],
      grant_types: ['authorization_code', 'refresh_token'],
      token_endpoint_auth_method: 'none',
    },
    /** A program that acts for itself; no user has a part in it. */
    service: {
      client_id: 'service',
      client_secret: secrets.service,
      client_name: 'Nightly report',
      grant_types: ['client_credentials'],
      scope: 'notes:read',
      token_endpoint_auth_method: 'client_secret_basic',
    },
    /** The API itself, which may ask about the access tokens that were made for it. */
    api: {
      client_id: 'api',
      client_secret: secrets.api,
      client_name: 'Notes API',
      grant_types: [],
      serves: [resourceOf(issuer)],
      token_endpoint_auth_method: 'client_secret_basic',
    },
  } satisfies Record<string, StaticClient>
}

export type Clients = ReturnType<typeof clientsOf>
