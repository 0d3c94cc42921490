/**
 * Claude Code, the command line.
 *
 * @module
 */
import type { KnownClient, Source } from '../known-client.js'

const docs: Source = { kind: 'vendor documentation', url: 'https://code.claude.com/docs/en/mcp', date: '2026-11' }
/** Requests of version 2.1.226, written down word by word by somebody who ran a server for that purpose. */
const recorded: Source = {
  kind: 'public report',
  url: 'https://github.com/popmechanic/Julian/blob/50cb03ef2499d2450151aa54b07202a7d5e24482/probe/captured-log-2026-08-09.json',
  date: '2026-08-09',
}
const reports: Source = { kind: 'public report', date: '2026-11' }

const document = 'https://claude.ai/oauth/claude-code-client-metadata'

export const claudeCode: KnownClient = {
  id: 'claude-code',
  name: 'Claude Code',
  vendor: 'Anthropic',
  runs: 'local',
  vendorHosts: ['claude.ai', 'claude.com'],
  documents: [
    {
      url: document,
      source: reports,
      copy: {
        source: { kind: 'metadata document', url: document, date: '2026-09-08' },
        document: {
          client_id: document,
          client_name: 'Claude Code',
          client_uri: 'https://claude.ai',
          redirect_uris: ['http://localhost/callback', 'http://127.0.0.1/callback'],
          grant_types: ['authorization_code', 'refresh_token'],
          response_types: ['code'],
          token_endpoint_auth_method: 'none',
        },
      },
    },
  ],
  identifies: [
    { by: 'static', when: ['configured'], source: docs },
    { by: 'document', document, when: ['document'], source: reports },
    { by: 'registration', when: ['registration'], source: recorded },
  ],
  redirectUris: [
    { uri: 'http://localhost/callback', port: 'any', proves: false, source: recorded },
    { uri: 'http://127.0.0.1/callback', port: 'any', proves: false, source: reports },
  ],
  registration: {
    body: {
      client_name: 'Claude Code ({name})',
      redirect_uris: ['http://localhost:{port}/callback'],
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
      token_endpoint_auth_method: 'none',
    },
    source: recorded,
  },
  authentication: { methods: ['none'], source: recorded },
  discovery: {
    resourceMetadata: ['challenge', 'path_inserted'],
    serverMetadata: ['oauth_path_inserted'],
    source: recorded,
  },
  scope: { from: ['configured', 'challenge', 'resource_metadata'], offlineAccess: true, source: docs },
  resource: { sentWith: ['authorization', 'token'], compares: 'exact', source: reports },
  refresh: { parallel: true, source: reports },
  traps: [
    {
      trap: 'Its document lists loopback URIs without a port, and it asks with a port that is free: the port must not be compared, for `localhost` as for `127.0.0.1`.',
      source: reports,
    },
    {
      trap: 'Several windows refresh at once with the same token.',
      source: reports,
    },
    {
      trap: 'When a tool needs a further scope, it has refreshed instead of asking anew, so that the scope never came.',
      cure: 'Tell people to run `/mcp` and authenticate again.',
      source: reports,
    },
  ],
}
