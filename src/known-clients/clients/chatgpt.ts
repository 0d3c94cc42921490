/**
 * ChatGPT, in the browser and in its apps. The vendor's servers connect.
 *
 * @module
 */
import type { KnownClient, Source } from '../known-client.js'

const docs: Source = {
  kind: 'vendor documentation',
  url: 'https://developers.openai.com/plugins/build/auth',
  date: '2026-11',
}
const reports: Source = { kind: 'public report', date: '2026-11' }

const document = 'https://chatgpt.com/oauth/client.json'
const callback = 'https://chatgpt.com/connector_platform_oauth_redirect'
const keys = 'https://chatgpt.com/oauth/jwks.json'

export const chatgpt: KnownClient = {
  id: 'chatgpt',
  name: 'ChatGPT',
  vendor: 'OpenAI',
  runs: 'hosted',
  vendorHosts: ['chatgpt.com'],
  documents: [
    {
      url: document,
      source: docs,
      copy: {
        source: { kind: 'metadata document', url: document, date: '2026-09-08' },
        document: {
          client_id: document,
          client_uri: 'https://chatgpt.com/',
          redirect_uris: [callback],
          token_endpoint_auth_method: 'private_key_jwt',
          token_endpoint_auth_methods_supported: ['none', 'private_key_jwt'],
          grant_types: ['authorization_code', 'refresh_token'],
          response_types: ['code'],
          client_name: 'ChatGPT',
          logo_uri: 'https://persistent.oaistatic.com/sonic/misc/openai-logo.png',
          token_endpoint_auth_signing_alg: 'RS256',
          jwks_uri: keys,
        },
      },
    },
    { url: 'https://chatgpt.com/oauth/{id}/client.json', source: docs },
  ],
  identifies: [
    { by: 'static', when: ['configured'], source: docs },
    { by: 'document', document, when: ['document', 'iss'], source: docs },
    { by: 'document', document: 'https://chatgpt.com/oauth/{id}/client.json', when: ['document'], source: docs },
    { by: 'registration', when: ['registration'], source: docs },
  ],
  redirectUris: [
    { uri: callback, port: 'exact', proves: true, when: ['iss'], source: docs },
    { uri: 'https://chatgpt.com/connector/oauth/{id}', port: 'exact', proves: true, source: docs },
  ],
  authentication: {
    methods: ['private_key_jwt', 'none'],
    assertion: { alg: 'RS256', audience: 'token_endpoint', jwksUri: keys },
    source: reports,
  },
  discovery: { comparesIssuer: true, source: docs },
  scope: { from: ['challenge', 'resource_metadata'], offlineAccess: true, source: docs },
  resource: { sentWith: ['authorization', 'token'], source: docs },
  traps: [
    {
      trap: 'Whether `iss` is advertised decides its document and its redirect URI: fixed ones with it, others for each connector without.',
      cure: 'Do not change it once people have connected: their redirect URI changes with it.',
      source: docs,
    },
    {
      trap: 'Its document has a list of authentication methods beside the one that it prefers.',
      source: { kind: 'metadata document', url: document, date: '2026-09-08' },
    },
    {
      trap: 'The `aud` of its client assertion is the token endpoint and not the issuer.',
      cure: 'Do not restrict assertions to the issuer.',
      source: reports,
    },
    {
      trap: 'It compares the issuer as a string, slash at the end included, and wants the resource in the `aud` of the access token.',
      cure: 'Write the issuer in `authorization_servers` as the server writes it.',
      source: docs,
    },
    {
      trap: 'A workspace that is restricted to domains wants `openid email` and a UserInfo endpoint with `email_verified`.',
      cure: 'Not served yet: leave that restriction off.',
      source: docs,
    },
  ],
}
