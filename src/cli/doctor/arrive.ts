/**
 * Arriving at the server as a client that it knows: at the authorization endpoint with each redirect URI, and at the token endpoint.
 *
 * @module
 */
import { authorizationParameters, codeParameters, type Encounter, type KnownClient } from '../../known-clients/index.js'
import { postForm } from './ask.js'
import type { Exchange, Json } from './exchange.js'
import { visit } from './follow.js'
import type { Probe } from './probe.js'
import { stringOf, type Target, type Visit, type World } from './world.js'

/** RFC 7636 Appendix B. Nothing is ever redeemed with it. */
const CODE_CHALLENGE = 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM'
const CODE_VERIFIER = 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk'
const STATE = 'grantwright-doctor'

export interface Arriving {
  readonly client: KnownClient
  readonly met: Encounter
  readonly target: Target
  /** Undefined for one that the server does not know; then only the token endpoint is asked. */
  readonly clientId: string | undefined
  readonly redirectUris: readonly string[]
}

export async function arrive(
  probe: Probe,
  { client: known, met, target, clientId, redirectUris }: Arriving,
): Promise<Pick<World, 'visits' | 'silentVisit' | 'token'>> {
  const client = asSpecified(known)
  const visits: Visit[] = []
  let silentVisit: Visit | null = null
  if (clientId !== undefined) {
    const parameters = authorizationOf(client, met, clientId, target.kind === 'mcp')
    for (const redirect_uri of redirectUris) {
      const seen = await visitWith(probe, met.server, { ...parameters, redirect_uri })
      if (seen) visits.push(seen)
    }
    const [redirect_uri] = redirectUris
    if (redirect_uri !== undefined) {
      silentVisit = await visitWith(probe, met.server, { ...parameters, redirect_uri, prompt: 'none' })
    }
  }
  return { visits, silentVisit, token: await askForToken(probe, client, met, clientId ?? STATE) }
}

/** What is not known of a client it does as the specification has it. */
export function asSpecified(client: KnownClient): KnownClient {
  const { discovery, scope, authentication } = client
  const { source } = authentication
  return {
    ...client,
    discovery: { source, resourceMetadata: resourceForms, serverMetadata: serverForms, ...discovery },
    scope: scope ?? { from: ['challenge', 'resource_metadata'], source },
  }
}

const resourceForms = ['challenge', 'path_inserted', 'root'] as const
const serverForms = ['oauth_path_inserted', 'openid_path_inserted', 'openid_path_appended'] as const

function authorizationOf(client: KnownClient, met: Encounter, client_id: string, hasResource: boolean) {
  const own = { client_id, code_challenge: CODE_CHALLENGE, state: STATE }
  const { resource, ...rest } = authorizationParameters(client, met, own)
  // Without an MCP endpoint nobody knows what the resource is called.
  return hasResource && resource !== undefined ? { ...rest, resource } : rest
}

async function visitWith(
  probe: Probe,
  server: Json,
  parameters: Readonly<Record<string, string>> & { readonly redirect_uri: string },
): Promise<Visit | null> {
  const endpoint = stringOf(server.authorization_endpoint)
  if (endpoint === undefined || !URL.canParse(endpoint)) return null
  const url = new URL(endpoint)
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value)
  return visit(probe, url.href, parameters.redirect_uri)
}

/** With a code that nobody was given. */
async function askForToken(
  probe: Probe,
  client: KnownClient,
  met: Encounter,
  client_id: string,
): Promise<Exchange | null> {
  const endpoint = stringOf(met.server.token_endpoint)
  if (endpoint === undefined) return null
  const own = { client_id, code: STATE, code_verifier: CODE_VERIFIER }
  const { resource: _, ...parameters } = codeParameters(client, met, own)
  return probe.send(postForm(endpoint, parameters))
}
