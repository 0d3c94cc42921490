/**
 * Cursor, the editor and its cloud agents.
 *
 * @module
 */
import type { KnownClient, Source } from '../known-client.js'

const docs: Source = { kind: 'vendor documentation', url: 'https://cursor.com/docs/mcp', date: '2026-11' }
const reports: Source = { kind: 'public report', date: '2026-11' }
/** What version 3.24.9 sent and has in it, written down by somebody who ran a server for that purpose. */
const recorded: Source = {
  kind: 'public report',
  url: 'https://github.com/logocode/logo-plugins/blob/f9f6ef69ffb7ff417369df1025c73ebe2b402876/submissions/cursor-marketplace.md',
  date: '2026-10-09',
}

const agents = 'https://www.cursor.com/agents/mcp/oauth/callback'
const scheme = 'cursor://anysphere.cursor-mcp/oauth/callback'
const desktop = 'http://localhost:8787/callback'

export const cursor: KnownClient = {
  id: 'cursor',
  name: 'Cursor',
  vendor: 'Anysphere',
  version: '3',
  runs: 'local',
  vendorHosts: ['cursor.com', 'www.cursor.com'],
  // What is in it was never read as a whole, so that no copy ships.
  documents: [{ url: 'https://cursor.com/oauth/mcp-client.json', source: recorded }],
  identifies: [
    { by: 'static', when: ['configured'], source: docs },
    { by: 'document', document: 'https://cursor.com/oauth/mcp-client.json', when: ['document'], source: recorded },
    { by: 'registration', when: ['registration'], source: docs },
  ],
  redirectUris: [
    { uri: desktop, port: 'exact', proves: false, source: docs },
    { uri: agents, port: 'exact', proves: true, source: docs },
    { uri: scheme, port: 'exact', proves: false, source: reports },
    { uri: 'http://127.0.0.1:8787/callback', port: 'exact', proves: false, used: false, source: reports },
    { uri: 'https://www.cursor.com/bot/mcp/oauth/callback', port: 'exact', proves: true, used: false, source: reports },
  ],
  registration: {
    body: {
      redirect_uris: [scheme, agents, desktop],
      token_endpoint_auth_method: 'none',
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
      client_name: 'Cursor',
    },
    adapts: ['scope'],
    source: reports,
  },
  authentication: { methods: ['none'], source: recorded },
  scope: { from: ['configured', 'resource_metadata', 'server_metadata'], source: reports },
  traps: [
    {
      trap: 'It registers redirect URIs of three kinds in one request: a scheme without a dot, an https one and a loopback one. One that is refused must not refuse the rest.',
      source: reports,
    },
    {
      trap: 'Versions of October 2026 no longer send the `cursor:` URI; earlier ones use it.',
      cure: 'Keep it allowed as long as people have them.',
      source: recorded,
    },
    {
      trap: 'It registers when the server is added, before anybody wants to log in.',
      source: recorded,
    },
    {
      trap: 'Its loopback port is always 8787; another program that has it keeps people from connecting.',
      cure: 'Nothing to do at the server.',
      source: docs,
    },
  ],
}
