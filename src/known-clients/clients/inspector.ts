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
    { uri: 'http://localhost/oauth/callback', port: 'any', firstPort: 6274, proves: false, source: code },
    { uri: 'http://127.0.0.1/oauth/callback', port: 'any', firstPort: 6276, proves: false, source: code },
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
    source: code,
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
      trap: 'Its command line and its terminal interface listen on `127.0.0.1:6276`, its web interface on `localhost:6274`.',
      cure: 'Register both where it is registered by hand.',
      source: code,
    },
  ],
}
