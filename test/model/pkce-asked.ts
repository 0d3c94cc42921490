/**
 * What the stages of the authorization request make of PKCE.
 *
 * @module
 */
import { validateAuthorizationRequest } from '../../src/protocol/authorization-request.js'
import type { ClientSettings } from '../../src/protocol/client-settings.js'
import { identifyClient } from '../../src/protocol/identify-client.js'
import { parseParameters } from '../../src/protocol/parameters.js'
import { clientMetadataParser } from '../../src/protocol/parse-client-metadata.js'
import type { Pkce } from '../../src/protocol/pkce.js'
import { api, app, callback } from '../grant/fixtures.js'
import { vocabulary } from '../support/tables.js'

/** A client of which only that matters. `allowed` beside `public` is refused at registration, but records can be wrong. */
export interface ClientKind {
  readonly public: boolean
  readonly allowed: boolean
}

export const settingsOf = (kind: ClientKind): ClientSettings => ({
  ...clientMetadataParser(vocabulary)({ redirect_uris: [callback] }),
  token_endpoint_auth_method: kind.public ? 'none' : undefined,
  allow_missing_pkce: kind.allowed,
})

/** Null when the request is refused. */
export function pkceAsked(kind: ClientKind, parameters: { readonly [name: string]: string }): Pkce | null {
  const client = { ...settingsOf(kind), client_id: app.clientId }
  const all = { client_id: app.clientId, redirect_uri: callback, response_type: 'code', scope: 'read', ...parameters }
  const query = parseParameters(new URLSearchParams(all).toString())
  const identified = identifyClient(query, client)
  if ('problem' in identified) throw new Error(identified.description)
  const asked = validateAuthorizationRequest(identified, query, {
    resources: [{ resource: api, scopes: ['read'], isDefault: true }],
    asConfigured: (uri) => uri,
    responseModes: new Map([['query', 1]]),
    terms: new Map(),
  })
  if (!('error' in asked)) return asked.pkce
  if (!asked.reason.startsWith('challenge_')) throw new Error(asked.description)
  return null
}
