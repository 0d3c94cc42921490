/**
 * mcp-remote, through which programs connect that know local servers only.
 *
 * @module
 */
import type { KnownClient, Source } from '../known-client.js'

const code: Source = {
  kind: 'client code',
  url: 'https://www.npmjs.com/package/mcp-remote/v/0.15.1',
  date: '2026-11-27',
}
/** Driven by the tests of this project (test/system/mcp-clients), and read again for it. */
const driven: Source = { ...code, date: '2026-11-28' }

export const mcpRemote: KnownClient = {
  id: 'mcp-remote',
  name: 'mcp-remote',
  vendor: 'Glen Maddern',
  version: '0.15.1',
  runs: 'local',
  vendorHosts: [],
  documents: [],
  identifies: [
    { by: 'static', when: ['configured'], source: code },
    { by: 'document', when: ['document', 'document_configured'], source: code },
    { by: 'registration', when: ['registration'], source: code },
  ],
  redirectUris: [{ uri: 'http://localhost/oauth/callback', port: 'any', proves: false, source: code }],
  registration: {
    body: {
      redirect_uris: ['http://localhost:{port}/oauth/callback'],
      token_endpoint_auth_method: 'none',
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
      client_name: 'MCP CLI Proxy',
      client_uri: 'https://github.com/modelcontextprotocol/mcp-cli',
      software_id: '2e6dc280-f3c3-4e01-99a7-8181dbd1d23d',
      software_version: '0.15.1',
    },
    adapts: ['scope', 'token_endpoint_auth_method', 'application_type'],
    repeats: 'once',
    source: driven,
  },
  authentication: { methods: ['none', 'client_secret_post', 'client_secret_basic'], source: code },
  discovery: {
    resourceMetadata: ['challenge', 'path_inserted', 'root'],
    serverMetadata: ['oauth_path_inserted', 'oauth_root', 'openid_path_inserted', 'openid_path_appended'],
    takes: 'first',
    source: code,
  },
  scope: {
    from: ['configured', 'challenge', 'resource_metadata', 'server_metadata'],
    otherwise: 'openid email profile',
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
  refresh: { parallel: false, source: code },
  traps: [
    {
      trap: 'Where no scope is named, it asks for `openid email profile`.',
      cure: 'Name the scopes in the challenge or in resource metadata.',
      source: code,
    },
    {
      trap: 'It keeps what it has registered, per URL, and uses it until the token endpoint or the authorization endpoint says that the client is unknown.',
      source: code,
    },
    {
      trap: 'When its client is gone and it has no tokens, it registers anew and then opens no browser.',
      cure: 'Start it again.',
      source: driven,
    },
    { trap: 'Refreshes have the `scope` of the token response, `offline_access` included.', source: driven },
    {
      trap: 'When a tool needs a further scope, it asks the person, and makes the call again by itself.',
      source: driven,
    },
    {
      trap: 'Where the server does not list `none`, it registers with a secret.',
      source: code,
    },
  ],
}
