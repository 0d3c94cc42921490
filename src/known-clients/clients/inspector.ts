/**
 * MCP Inspector. It connects with the TypeScript SDK 2.
 *
 * @module
 */
import type { KnownClient, Source } from '../known-client.js'

const code: Source = {
  kind: 'client code',
  url: 'https://www.npmjs.com/package/@modelcontextprotocol/inspector/v/2.12.0',
  date: '2026-11-27',
}
/** Driven by the tests of this project (test/system/mcp-clients), and read again for it. */
const driven: Source = { ...code, date: '2026-11-28' }

export const inspector: KnownClient = {
  id: 'inspector',
  name: 'MCP Inspector',
  vendor: 'Model Context Protocol',
  version: '2.12.0',
  runs: 'local',
  vendorHosts: [],
  documents: [],
  identifies: [
    { by: 'static', when: ['configured'], source: code },
    { by: 'document', when: ['document', 'document_configured'], source: code },
    { by: 'registration', when: ['registration'], source: code },
  ],
  redirectUris: [
    { uri: 'http://127.0.0.1/oauth/callback', port: 'any', firstPort: 6274, proves: false, source: driven },
    { uri: 'http://localhost/oauth/callback', port: 'any', firstPort: 6274, proves: false, source: driven },
  ],
  registration: {
    body: {
      redirect_uris: ['{redirect_uri}'],
      token_endpoint_auth_method: 'none',
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
      client_name: 'MCP Inspector',
      client_uri: 'https://github.com/modelcontextprotocol/inspector',
      scope: '',
      application_type: 'native',
    },
    adapts: ['scope'],
    repeats: 'once',
    source: driven,
  },
  authentication: { methods: ['client_secret_basic', 'client_secret_post', 'none'], source: code },
  discovery: {
    resourceMetadata: ['challenge', 'path_inserted', 'root'],
    serverMetadata: ['oauth_path_inserted', 'openid_path_inserted', 'openid_path_appended'],
    takes: 'first',
    comparesIssuer: true,
    checksIss: 'when_sent_or_advertised',
    source: code,
  },
  scope: {
    from: ['challenge', 'resource_metadata', 'configured'],
    offlineAccess: true,
    promptsForOfflineAccess: true,
    source: code,
  },
  resource: {
    sentWith: ['authorization', 'token', 'refresh'],
    spelling: 'as_given',
    compares: 'path_prefix',
    source: code,
  },
  traps: [
    {
      trap: '`scope` in its registration is an empty string where neither challenge nor resource metadata name one.',
      source: code,
    },
    {
      trap: 'With `offline_access` it sends `prompt=consent`, so that people are asked each time.',
      cure: 'Switch off "Request refresh token" in its settings.',
      source: code,
    },
    {
      trap: 'Its web interface is called back where it is opened: `127.0.0.1:6274`, or `localhost:6274`; its command line and its terminal interface at `127.0.0.1:6276`.',
      cure: 'Register all of them where it is registered by hand.',
      source: driven,
    },
    {
      trap: 'When a tool needs a further scope, its web interface asks the person; its command line refreshes instead, and fails.',
      cure: 'Let people agree in the web interface. The command line uses its tokens.',
      source: driven,
    },
    { trap: 'Clearing its OAuth state revokes nothing, although "Revoke tokens on clear" is on.', source: driven },
  ],
}
