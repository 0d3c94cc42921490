/**
 * What a client met at a deployment where nothing is wrong, to be changed in one place.
 *
 * @module
 */
import { checks } from '../../../src/cli/doctor/checks.js'
import type { Asked, Exchange } from '../../../src/cli/doctor/exchange.js'
import type { Finding } from '../../../src/cli/doctor/finding.js'
import type { Search, Visit, World } from '../../../src/cli/doctor/world.js'
import { type KnownClient, knownClients } from '../../../src/known-clients/index.js'

export const MCP = 'https://notes.example.com/mcp'
export const ISSUER = 'https://auth.example.com'
const CALLBACK = 'https://claude.ai/api/mcp/auth_callback'

export const NOW = Date.UTC(2026, 10, 27)

export function knownClient(id: string): KnownClient {
  const client = knownClients.find((one) => one.id === id)
  if (!client) throw new Error(`no client ${id}`)
  return client
}

interface Sent {
  readonly method?: Asked['method']
  readonly url?: string
  readonly status?: number
  readonly headers?: readonly (readonly [string, string])[]
  readonly body?: unknown
  readonly took?: number
  readonly asked?: { readonly [name: string]: string }
  readonly certificateEnds?: number
}

/** An exchange. A body that is no string is JSON. */
export function exchange(sent: Sent = {}): Exchange {
  const { method = 'GET', url = ISSUER, status = 200, headers = [], body = '', took = 40, asked = {} } = sent
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  const type = typeof body === 'string' ? 'text/html' : 'application/json'
  return {
    asked: { method, url, headers: asked },
    outcome: {
      answered: true,
      status,
      headers: [...headers, ['content-type', type]],
      body: text,
      certificateEnds: sent.certificateEnds,
    },
    took,
  }
}

export const noAnswer = (problem: 'timeout' | 'tls' | 'unreachable', url = ISSUER): Exchange => ({
  asked: { method: 'GET', url, headers: {} },
  outcome: { answered: false, problem, detail: problem === 'timeout' ? 'no answer within 10 s' : 'no connection (X)' },
  took: 10_000,
})

export const found = (url: string, json: { readonly [member: string]: unknown }): Search => ({
  tries: [{ url, hops: [exchange({ url, body: json })], json }],
  found: { url, json },
})

/** Tries that found nothing. */
export const notFound = (...exchanges: readonly Exchange[]): Search => ({
  tries: exchanges.map((one) => ({ url: one.asked.url, hops: [one], json: null })),
  found: null,
})

const serverMetadata = {
  issuer: ISSUER,
  authorization_endpoint: `${ISSUER}/oauth/authorize`,
  token_endpoint: `${ISSUER}/oauth/token`,
  registration_endpoint: `${ISSUER}/oauth/register`,
  response_types_supported: ['code'],
  code_challenge_methods_supported: ['S256'],
  token_endpoint_auth_methods_supported: ['client_secret_basic', 'none', 'private_key_jwt'],
  token_endpoint_auth_signing_alg_values_supported: ['RS256', 'ES256'],
  authorization_response_iss_parameter_supported: true,
  client_id_metadata_document_supported: true,
}

export const resourceMetadata = { resource: MCP, authorization_servers: [ISSUER], scopes_supported: ['notes:read'] }

export const RESOURCE_URL = 'https://notes.example.com/.well-known/oauth-protected-resource/mcp'
export const SERVER_URL = `${ISSUER}/.well-known/oauth-authorization-server`

export const challenged = (header = `Bearer resource_metadata="${RESOURCE_URL}"`): Exchange =>
  exchange({ method: 'POST', url: MCP, status: 401, headers: [['www-authenticate', header]], body: {} })

/** Answered with a login page, or with what `sent` says. */
export const visited = (sent: Sent = {}, redirectUri = CALLBACK): Visit => ({
  redirectUri,
  hops: [exchange({ url: `${ISSUER}/oauth/authorize`, body: '<h1>Log in</h1>', ...sent })],
})

/** Answered at the client. */
export const answered = (query: string, redirectUri = CALLBACK): Visit =>
  visited({ status: 302, headers: [['location', `${redirectUri}?${query}`]] }, redirectUri)

export const preflight = (
  what: string,
  allowed: readonly (readonly [string, string])[],
  status = 204,
): World['preflights'][number] => ({
  what,
  preflight: exchange({
    method: 'OPTIONS',
    status,
    headers: allowed,
    asked: { 'access-control-request-headers': 'authorization,content-type' },
  }),
  answer: exchange({
    status: 401,
    headers: [
      ['access-control-allow-origin', '*'],
      ['access-control-expose-headers', 'WWW-Authenticate'],
    ],
  }),
})

/** Claude at a deployment where all is as it should be. */
export function world(changed: Partial<World> = {}): World {
  const client = changed.client ?? knownClient('claude')
  const server = changed.serverMetadata ?? found(SERVER_URL, serverMetadata)
  const token = exchange({
    method: 'POST',
    url: `${ISSUER}/oauth/token`,
    status: 400,
    body: { error: 'invalid_grant' },
  })
  return {
    client,
    target: { kind: 'mcp', url: MCP },
    now: NOW,
    challenge: challenged(),
    resourceMetadata: found(RESOURCE_URL, resourceMetadata),
    serverMetadata: server,
    issuer: ISSUER,
    issuerGuessed: false,
    met: { server: server.found?.json ?? {}, resource: MCP },
    way: client.identifies.find(({ by }) => by === 'document'),
    registered: null,
    clientId: 'https://claude.ai/oauth/mcp-oauth-client-metadata',
    visits: [visited()],
    silentVisit: answered(`error=login_required&iss=${encodeURIComponent(ISSUER)}`),
    token,
    preflights: [],
    exchanges: [token],
    ...changed,
  }
}

/** Metadata of the server with some members changed; undefined takes one out. */
export const serverWith = (changed: { readonly [member: string]: unknown }): Pick<World, 'serverMetadata'> => ({
  serverMetadata: found(SERVER_URL, { ...serverMetadata, ...changed }),
})

export const resourceWith = (changed: { readonly [member: string]: unknown }): Pick<World, 'resourceMetadata'> => ({
  resourceMetadata: found(RESOURCE_URL, { ...resourceMetadata, ...changed }),
})

/** What one check says of a world with some facts changed. */
export function judge(name: string, changed: Partial<World> = {}): Finding {
  const check = checks.find((one) => one.name === name)
  if (!check) throw new Error(`no check ${name}`)
  return check.judge(world(changed))
}
