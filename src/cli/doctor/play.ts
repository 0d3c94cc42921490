/**
 * Plays one client: asks what it asks, in its order, and writes down what came. Judges nothing, but that it goes on wherever it can, so that one
 * run tells all that is wrong.
 *
 * @module
 */
import {
  type Encounter,
  type Identification,
  identify,
  type KnownClient,
  redirectUriOf,
  registrationRequest,
  resourceMetadataUrls,
  serverMetadataUrls,
} from '../../known-clients/index.js'
import { arrive, asSpecified } from './arrive.js'
import { byScript, getJson, initialize, postForm, postJson, preflightOf } from './ask.js'
import { type Exchange, jsonOf, statusOf } from './exchange.js'
import { search } from './follow.js'
import type { Probe } from './probe.js'
import { register, takeBack } from './register.js'
import { runsInBrowser } from './traits.js'
import { type Preflight, type Search, stringOf, stringsOf, type Target, type World } from './world.js'
import { bearerOf } from './www-authenticate.js'

/** What people set by hand. */
export interface Given {
  readonly clientId?: string | undefined
}

/** Where the app that uses a library would listen. */
const LIBRARY_CALLBACK = 'http://localhost:49152/callback'

const nothing: Search = { tries: [], found: null }

/** @param now The time of day, in milliseconds. */
export async function play(
  known: KnownClient,
  target: Target,
  probe: Probe,
  now: number,
  given: Given = {},
): Promise<World> {
  const exchanges: Exchange[] = []
  const noted: Probe = {
    exchanges,
    async send(asked) {
      const exchange = await probe.send(asked)
      exchanges.push(exchange)
      return exchange
    },
  }
  const client = asSpecified(known)
  const isMcp = target.kind === 'mcp'
  const challenge = isMcp ? await noted.send(initialize(target.url)) : null
  // RFC 9728 §5.1: of a 401 alone.
  const bearer = challenge && statusOf(challenge) === 401 ? bearerOf(challenge) : undefined
  const resourceMetadata = isMcp
    ? await search(noted, resourceMetadataUrls(client, target.url, bearer?.parameters.resource_metadata))
    : nothing
  const resource = resourceMetadata.found?.json
  const [named] = stringsOf(resource?.authorization_servers) ?? []
  const issuer = (isMcp ? named : target.url) ?? new URL(target.url).origin
  const serverMetadata = URL.canParse(issuer) ? await search(noted, serverMetadataUrls(client, issuer)) : nothing
  const server = serverMetadata.found?.json ?? {}

  const met: Encounter = {
    server,
    resource: stringOf(resource?.resource) ?? target.url,
    resourceScopes: stringsOf(resource?.scopes_supported),
    challengeScope: bearer?.parameters.scope,
    configuredClientId: given.clientId,
    redirectUri: LIBRARY_CALLBACK,
  }
  const way = identify(client, met)
  const request = way?.by === 'registration' ? registrationRequest(client, met) : undefined
  const registration = request ? await register(noted, server, request) : null
  try {
    const clientId = way?.client_id ?? stringOf((registration && jsonOf(registration.exchange))?.client_id)
    const redirectUris = redirectUrisOf(client, met, way, request?.redirect_uris)
    const arrival = await arrive(noted, { client, met, target, clientId, redirectUris })
    const preflights = runsInBrowser(client) ? await askPreflights(noted, target, resourceMetadata, serverMetadata) : []
    return {
      ...{ client: known, target, now, challenge, resourceMetadata, serverMetadata, issuer, met, way, clientId },
      issuerGuessed: isMcp && named === undefined,
      registered: registration && { ...registration, removal: await takeBack(noted, registration) },
      ...{ ...arrival, preflights, exchanges },
    }
  } catch (error) {
    if (registration) await takeBack(noted, registration)
    throw error
  }
}

/** Every redirect URI that has to be accepted: what it registers; else the one that it takes, and the others of its document. */
function redirectUrisOf(
  client: KnownClient,
  met: Encounter,
  way: Identification | undefined,
  registered: readonly string[] | undefined,
): readonly string[] {
  const first = redirectUriOf(client, met)
  const listed =
    way?.by === 'document'
      ? client.documents.find(({ url }) => url === way.document)?.copy?.document.redirect_uris.map(withPort)
      : undefined
  return [...new Set(registered ?? [...(first === undefined ? [] : [first]), ...(listed ?? [])])]
}

/** RFC 8252 §7.3: without a port means any. 49152 is the first that nobody is given. */
const withPort = (uri: string) => uri.replace(/^(http:\/\/(?:localhost|127\.0\.0\.1|\[::1\]))\//, '$1:49152/')

/** Everything that a script asks, with the headers that clients add. */
async function askPreflights(
  probe: Probe,
  target: Target,
  resource: Search,
  server: Search,
): Promise<readonly Preflight[]> {
  const metadata = server.found?.json ?? {}
  const places = [
    { what: 'the resource metadata', asked: resource.found && getJson(resource.found.url), again: true },
    { what: 'the server metadata', asked: server.found && getJson(server.found.url), again: true },
    { what: 'the registration endpoint', asked: posted(metadata.registration_endpoint, postJson) },
    { what: 'the token endpoint', asked: posted(metadata.token_endpoint, (url) => postForm(url, {})) },
    { what: 'the MCP endpoint', asked: target.kind === 'mcp' ? initialize(target.url) : null, again: true },
  ]
  const preflights: Preflight[] = []
  for (const { what, asked, again } of places) {
    if (!asked || (asked.method !== 'GET' && asked.method !== 'POST')) continue
    const own = ['content-type', 'mcp-protocol-version'].filter((name) => name in asked.headers)
    const headers = what === 'the MCP endpoint' ? ['authorization', ...own] : own
    preflights.push({
      what,
      preflight: await probe.send(preflightOf(asked.url, asked.method, headers)),
      answer: again ? await probe.send(byScript(asked)) : null,
    })
  }
  return preflights
}

const posted = (url: unknown, ask: (url: string, body: Record<string, string>) => ReturnType<typeof postJson>) =>
  typeof url === 'string' && URL.canParse(url) ? ask(url, {}) : null
