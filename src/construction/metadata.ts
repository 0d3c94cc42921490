/**
 * Server metadata, made of what is mounted: an endpoint that is switched off disappears from it by construction.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc8414 RFC 8414}
 * @module
 */

import type { Settings } from '../deployment/settings.js'
import { cacheableJson } from '../edge/responses.js'
import type { Endpoint } from '../points/endpoint.js'

/** Where clients look: with the path of the issuer inserted (RFC 8414 §3.1), and appended, as OpenID Connect has it. */
function metadataPaths(issuer: string): string[] {
  const path = new URL(issuer).pathname.replace(/\/$/, '')
  const name = '/.well-known/oauth-authorization-server'
  return [...new Set([name + path, path + name])]
}

/** The document: what the server as a whole says, and what each endpoint adds. It is written once. */
export function metadataEndpoint(settings: Settings, endpoints: readonly Endpoint[]): Endpoint {
  const scopes = settings.resourceList.flatMap((resource) => resource.scopes)
  const response = cacheableJson(
    JSON.stringify({
      issuer: settings.issuer,
      ...Object.assign({}, ...endpoints.map((endpoint) => endpoint.metadata ?? {})),
      scopes_supported: [...new Set(scopes)],
    }),
    settings.jwksMaxAge,
  )
  return {
    name: 'metadata',
    paths: metadataPaths(settings.issuer),
    methods: { GET: () => response },
    answers: 'json',
    cors: true,
  }
}
