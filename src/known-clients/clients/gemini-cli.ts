/**
 * Gemini CLI.
 *
 * @module
 */
import type { KnownClient, Source } from '../known-client.js'

const code: Source = {
  kind: 'client code',
  url: 'https://www.npmjs.com/package/@google/gemini-cli/v/0.61.0',
  date: '2026-11-28',
}

export const geminiCli: KnownClient = {
  id: 'gemini-cli',
  name: 'Gemini CLI',
  vendor: 'Google',
  version: '0.61.0',
  runs: 'local',
  vendorHosts: [],
  documents: [],
  identifies: [
    { by: 'static', when: ['configured'], source: code },
    { by: 'registration', when: ['registration'], source: code },
  ],
  redirectUris: [{ uri: 'http://localhost/oauth/callback', port: 'any', proves: false, source: code }],
  registration: {
    body: {
      client_name: 'Gemini CLI MCP Client',
      redirect_uris: ['http://localhost:{port}/oauth/callback'],
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
      token_endpoint_auth_method: 'none',
      scope: '',
    },
    adapts: ['scope'],
    repeats: 'each_login',
    source: code,
  },
  authentication: { methods: ['none'], source: code },
  discovery: {
    resourceMetadata: ['challenge', 'path_inserted', 'root'],
    serverMetadata: [
      'oauth_path_inserted',
      'openid_path_inserted',
      'openid_path_appended',
      'oauth_root',
      'openid_root',
    ],
    takes: 'first',
    checksIss: 'always',
    sameOriginOnly: true,
    source: code,
  },
  scope: { from: ['configured', 'server_metadata'], source: code },
  resource: { sentWith: ['authorization', 'token', 'refresh'], spelling: 'href', compares: 'normalized', source: code },
  refresh: { parallel: true, source: code },
  traps: [
    {
      trap: 'Metadata of the resource at another origin than the resource is refused.',
      cure: 'Serve it from the same host and port as the MCP endpoint.',
      source: code,
    },
    {
      trap: 'It asks for everything in `scopes_supported` of the server, also for what belongs to other resources.',
      source: code,
    },
    {
      trap: 'It refuses an answer without `iss`, whether the server advertises it or not.',
      source: code,
    },
    {
      trap: 'It asks for the challenge with a HEAD request; a server that does not answer HEAD with 401 is looked up at the well-known addresses.',
      source: code,
    },
    {
      trap: 'To register, it looks for metadata at the root of the host before it looks where the issuer has its path.',
      source: code,
    },
    {
      trap: '`scope` in its registration is an empty string where the server has no `scopes_supported`.',
      source: code,
    },
    {
      trap: 'It refreshes from five minutes before an access token ends: before every request, where tokens live five minutes or less, and several times at once with the same refresh token.',
      cure: 'Let access tokens live longer than that.',
      source: code,
    },
    {
      trap: 'Where an access token is refused that has not run out, it does not refresh. It registers a client without redirect URIs, is refused, and only calls the server disconnected.',
      cure: 'After a revocation, tell people to run `/mcp auth` and the name of the server.',
      source: code,
    },
  ],
}
