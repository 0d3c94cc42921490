/**
 * Claude as people use it in the browser, on the desktop and on the phone. The vendor's servers connect; the apps only show it.
 *
 * @module
 */
import type { KnownClient, Source } from '../known-client.js'

const docs: Source = {
  kind: 'vendor documentation',
  url: 'https://claude.com/docs/connectors/building/authentication',
  date: '2026-11',
}
/** Requests of a connector, written down word by word by somebody who ran a server for that purpose. */
const recorded: Source = {
  kind: 'public report',
  url: 'https://github.com/popmechanic/Julian/blob/50cb03ef2499d2450151aa54b07202a7d5e24482/probe/captured-log-2026-08-09.json',
  date: '2026-08-09',
}
const reports: Source = { kind: 'public report', date: '2026-11' }

const document = 'https://claude.ai/oauth/mcp-oauth-client-metadata'
const callback = 'https://claude.ai/api/mcp/auth_callback'

export const claude: KnownClient = {
  id: 'claude',
  name: 'Claude',
  vendor: 'Anthropic',
  runs: 'hosted',
  vendorHosts: ['claude.ai', 'claude.com'],
  documents: [
    {
      url: document,
      source: reports,
      copy: {
        source: { kind: 'metadata document', url: document, date: '2026-09-29' },
        document: {
          client_id: document,
          client_name: 'Claude',
          client_uri: 'https://claude.ai',
          redirect_uris: [callback],
          grant_types: ['authorization_code', 'refresh_token', 'urn:ietf:params:oauth:grant-type:jwt-bearer'],
          response_types: ['code'],
          token_endpoint_auth_method: 'none',
        },
      },
    },
  ],
  identifies: [
    { by: 'static', when: ['configured'], source: docs },
    { by: 'document', document, when: ['document', 'none'], source: docs },
    { by: 'registration', when: ['registration'], source: docs },
  ],
  redirectUris: [
    { uri: callback, port: 'exact', proves: true, source: docs },
    { uri: 'https://claude.com/api/mcp/auth_callback', port: 'exact', proves: true, used: false, source: docs },
  ],
  registration: {
    body: {
      redirect_uris: [callback],
      token_endpoint_auth_method: 'none',
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
      client_name: 'Claude',
      application_type: 'web',
    },
    adapts: ['scope'],
    repeats: 'each_connection',
    source: recorded,
  },
  authentication: { methods: ['none'], source: docs },
  discovery: {
    resourceMetadata: ['challenge', 'path_inserted'],
    serverMetadata: ['oauth_path_inserted', 'openid_path_appended'],
    takes: 'first',
    timeout: 10,
    cachedFor: 300,
    source: docs,
  },
  scope: { from: ['challenge', 'resource_metadata'], source: docs },
  resource: { sentWith: ['authorization', 'token'], spelling: 'as_given', compares: 'exact', source: docs },
  refresh: { fromSeveralAddresses: true, source: reports },
  traps: [
    {
      trap: 'The host of its document answers 403 to addresses of data centres, and it never falls back to registration once documents are advertised.',
      source: { kind: 'public report', date: '2026-09-02' },
    },
    {
      trap: 'Discovery, registration and the token endpoint must answer within 10 seconds, and none of them may redirect to another host.',
      cure: 'Keep them fast: a server that sleeps when nobody calls it must wake in less.',
      source: docs,
    },
    {
      trap: 'It looks at a challenge only on a 401; a 403 counts with `error="insufficient_scope"` alone.',
      source: docs,
    },
    {
      trap: 'It takes the first of `authorization_servers` and keeps discovery for 5 minutes.',
      cure: 'Put the server that matters first, and wait 5 minutes after a change.',
      source: docs,
    },
    {
      trap: 'Some registrations ask for `client_secret_post`, and a client that was configured with a secret sends it in the form whatever the server lists.',
      cure: 'Leave `client_secret_post` allowed.',
      source: {
        kind: 'public report',
        url: 'https://github.com/anthropics/claude-ai-mcp/issues/1043',
        date: '2026-09-15',
      },
    },
    {
      trap: 'All of its people come from one network, 160.79.104.0/21.',
      cure: 'Do not limit that network as if it were one person.',
      source: docs,
    },
  ],
}
