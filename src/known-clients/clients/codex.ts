/**
 * Codex, the command line and the desktop app.
 *
 * @module
 */
import type { KnownClient, Source } from '../known-client.js'

const code: Source = {
  kind: 'client code',
  url: 'https://github.com/openai/codex/blob/main/codex-rs/rmcp-client/src/oauth_client_registration.rs',
  date: '2026-11',
}
/** The library that it connects with. */
const library: Source = {
  kind: 'client code',
  url: 'https://github.com/modelcontextprotocol/rust-sdk/blob/main/crates/rmcp/src/transport/auth.rs',
  date: '2026-11',
}

const document = 'https://chatgpt.com/oauth/codex/client.json'

export const codex: KnownClient = {
  id: 'codex',
  name: 'Codex',
  vendor: 'OpenAI',
  runs: 'local',
  vendorHosts: ['chatgpt.com'],
  documents: [
    {
      url: document,
      source: code,
      copy: {
        source: { kind: 'metadata document', url: document, date: '2026-09-24' },
        document: {
          client_id: document,
          client_uri: 'https://chatgpt.com/codex',
          application_type: 'native',
          redirect_uris: ['http://127.0.0.1/callback', 'http://localhost/callback'],
          token_endpoint_auth_method: 'none',
          token_endpoint_auth_methods_supported: ['none'],
          grant_types: ['authorization_code', 'refresh_token'],
          response_types: ['code'],
          client_name: 'Codex',
          logo_uri: 'https://persistent.oaistatic.com/sonic/misc/openai-logo.png',
        },
      },
    },
    { url: 'https://chatgpt.com/oauth/codex/{id}/client.json', source: code },
  ],
  identifies: [
    { by: 'static', when: ['configured'], source: code },
    { by: 'document', document, when: ['document', 'none', 'iss'], source: code },
    {
      by: 'document',
      document: 'https://chatgpt.com/oauth/codex/{id}/client.json',
      when: ['document', 'none'],
      source: code,
    },
    { by: 'registration', when: ['registration'], source: code },
  ],
  redirectUris: [
    { uri: 'http://127.0.0.1/callback', port: 'any', proves: false, when: ['iss'], source: code },
    { uri: 'http://127.0.0.1/callback/{id}', port: 'any', proves: false, source: code },
    { uri: 'http://localhost/callback', port: 'any', proves: false, when: ['iss'], source: code },
    { uri: 'http://localhost/callback/{id}', port: 'any', proves: false, source: code },
  ],
  registration: {
    body: {
      client_name: 'Codex',
      redirect_uris: ['{redirect_uri}'],
      grant_types: ['authorization_code', 'refresh_token'],
      token_endpoint_auth_method: 'none',
      response_types: ['code'],
    },
    adapts: ['scope'],
    source: library,
  },
  authentication: { methods: ['none'], source: code },
  discovery: {
    serverMetadata: ['oauth_path_inserted', 'openid_path_inserted', 'openid_path_appended', 'oauth_root'],
    checksIss: 'when_sent_or_advertised',
    source: library,
  },
  scope: {
    from: ['configured', 'challenge', 'resource_metadata', 'server_metadata'],
    offlineAccess: true,
    source: library,
  },
  resource: {
    sentWith: ['authorization', 'token'],
    source: { kind: 'public report', url: 'https://github.com/openai/codex/issues/33403', date: '2026-11' },
  },
  traps: [
    {
      trap: 'Whether `iss` is advertised decides its document and its redirect URI: `/callback` with it, `/callback/` and an id of the server without.',
      cure: 'Register both where it is registered by hand.',
      source: code,
    },
    {
      trap: 'Its refreshes may lack `resource`.',
      source: { kind: 'public report', url: 'https://github.com/openai/codex/issues/33403', date: '2026-11' },
    },
  ],
}
