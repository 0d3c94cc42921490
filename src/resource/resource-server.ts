/**
 * The other half: an API that checks access tokens. It lives in the process of its authorization server, or elsewhere.
 *
 * @module
 */
import type { HttpResponse } from '../edge/message.js'
import { checkServer, deploymentOf } from '../points/deployments.js'
import { OFFLINE_ACCESS } from '../protocol/offline-access.js'
import { isRecord, mistake, refuseUnknown } from '../runtime/option-checks.js'
import type { AuthorizationServer } from '../server.js'
import type { Access, AccessNeed, ResourceServer } from './access.js'
import {
  bearerToken,
  challenge,
  insufficientScope,
  insufficientUserAuthentication,
  invalidToken,
  type Problem,
  unavailable,
  withoutToken,
} from './challenge.js'
import { isPreflight } from './cors.js'
import { type InProcessOptions, tokensInProcess } from './in-process.js'
import { Unreachable } from './kept.js'
import { type Demand, readNeed } from './need.js'
import { metadataDocument, type ResourceMetadata } from './protected-resource.js'
import { type RemoteOptions, remoteTokens } from './remote.js'

export type { Access, AccessDecision, AccessNeed, ResourceServer } from './access.js'

/** Options of {@link createResourceServer}: `server`, or `issuer` and `resource`. */
export type ResourceServerOptions = (InProcessOptions | RemoteOptions) & {
  /**
   * Tell clients where to get a token: challenges point to a metadata document (RFC 9728), which an adapter's `resourceMetadata`
   * serves. An object adds members to it. @default no document
   */
  readonly metadata?: boolean | ResourceMetadata | undefined
}

/**
 * Checks the access tokens that come to an API.
 *
 * @example
 * const api = createResourceServer({ issuer: 'https://auth.example.com', resource: 'https://api.example.com' })
 *
 * @throws {TypeError} when an option is wrong.
 */
export function createResourceServer(options: ResourceServerOptions): ResourceServer {
  if (!isRecord(options) || 'handle' in options) {
    throw mistake(
      'createResourceServer takes options. Write `createResourceServer({ server: auth })`, or elsewhere `createResourceServer({ issuer, resource })`.',
      options,
    )
  }
  if ((options.server === undefined) === (options.issuer === undefined)) {
    throw new TypeError('createResourceServer takes either `server`, when it is in this process, or `issuer`.')
  }
  if (options.server !== undefined) {
    checkServer(options.server, 'createResourceServer', 'createResourceServer({ server: auth })')
  }
  refuseUnknown(options, options.server === undefined ? remoteOptions : inProcessOptions, 'createResourceServer')
  const { metadata } = options
  if (isRecord(metadata)) {
    refuseUnknown(metadata, ['scopes_supported', 'resource_name', 'resource_documentation'], 'metadata')
    if (metadata.scopes_supported?.includes(OFFLINE_ACCESS)) {
      throw new TypeError(
        "metadata.scopes_supported has 'offline_access', which is no access to an API: clients find it in the metadata of the server. Leave it out.",
      )
    }
  }
  const source = options.server === undefined ? remoteTokens(options) : tokensInProcess(options)
  // MCP 2026-07-28, Refresh Tokens: not of the resource, whoever makes it one of its scopes.
  const scopes =
    (isRecord(metadata) ? metadata.scopes_supported : undefined) ??
    source.defaultScope?.filter((name) => name !== OFFLINE_ACCESS)
  const document = metadata
    ? metadataDocument(source.resource, source.issuer, {
        resource_name: source.name,
        ...(isRecord(metadata) && metadata),
        // RFC 9728 §3.2: a list with nothing in it is left out.
        scopes_supported: scopes?.length ? scopes : undefined,
      })
    : undefined
  const refused = (status: number, problem: Problem | null, { scope }: Demand) =>
    ({ ok: false, response: challenge(status, problem, document?.url, scope) }) as const

  function judge(access: Access, demand: Demand): HttpResponse | null {
    const { scope, acr, maxAge } = demand
    if (!scope.every((name) => access.scope.includes(name))) {
      return refused(403, insufficientScope(scope, access.scope), demand).response
    }
    if (!isLoginEnough(access, demand, source.now() - source.tolerance)) {
      return refused(401, insufficientUserAuthentication(acr, maxAge, scope, access.scope), demand).response
    }
    return null
  }

  return {
    resource: source.resource,
    metadataUrl: document?.url,
    async check(request, need = {}) {
      const demand = readNeed(need, 'check')
      // A preflight has no credentials (Fetch, CORS protocol): what looks like some is not from a browser, and opens nothing.
      const presented = isPreflight(request) ? withoutToken : bearerToken(request)
      if (!presented.ok) return refused(presented.status, presented.problem, demand)
      let access: Access | null
      try {
        access = await source.find(presented.token)
      } catch (cause) {
        // An open question is never an open door.
        return { ok: false, response: unavailable(cause instanceof Unreachable ? cause.retryAfter : 0) }
      }
      if (!access) return refused(401, invalidToken, demand)
      const response = judge(access, demand)
      return response ? { ok: false, response } : { ok: true, access }
    },
    demand(access, need) {
      const demand = readNeed(need, 'demand')
      // Access to another API says nothing about this one.
      if (access.resource === source.resource) return judge(access, demand)
      throw mistake(`demand takes access to ${source.resource}, as check() or accessOf gave it.`, access.resource)
    },
    handle: (request) => document?.handle(request) ?? null,
  }
}

const inProcessOptions = ['server', 'resource', 'metadata', 'issuer']
const remoteOptions =
  'issuer allowHttpBeyondLoopback resource algorithms clockTolerance introspection onFailure fetch now metadata server'.split(
    ' ',
  )

/**
 * What a middleware takes: a resource server, or the authorization server whose only or default resource is meant.
 *
 * @param need what the route demands. A mistake in it would be an open or a closed door, so it is told when the route is made.
 * @throws {TypeError} when the server has several resources and none is the default, or `need` is wrong.
 */
export function asResourceServer(guard: AuthorizationServer | ResourceServer, need: AccessNeed = {}): ResourceServer {
  return resourceServerFor(guard, readNeed(need, 'requireAccessToken'))
}

/** @throws {TypeError} when `guard` is no server, has several resources and none is the default, or lacks a scope that is demanded. */
export function resourceServerFor(
  guard: AuthorizationServer | ResourceServer,
  demand: Demand,
  where = 'requireAccessToken',
): ResourceServer {
  if (isChecking(guard)) return guard
  checkServer(guard, where)
  const resourceServer = createResourceServer({ server: guard })
  const scopes = deploymentOf(guard).settings.resources.get(resourceServer.resource)?.scopes ?? []
  const unknown = demand.scope.find((name) => !scopes.includes(name))
  if (unknown !== undefined) {
    const known = scopes.join(', ') || 'none'
    throw new TypeError(`${where}: '${unknown}' is not a scope of ${resourceServer.resource}. They are ${known}.`)
  }
  return resourceServer
}

const isChecking = (guard: unknown): guard is ResourceServer =>
  isRecord(guard) && 'check' in guard && typeof guard.check === 'function'

/** @throws {TypeError} when an adapter's `resourceMetadata` is given something else. */
export function checkResourceServer(resourceServer: unknown): void {
  if (isChecking(resourceServer)) return
  throw mistake(
    'resourceMetadata takes a resource server. Write `resourceMetadata(createResourceServer({ …, metadata: true }))`.',
    resourceServer,
  )
}

/** RFC 9470 §4: what is not known about a login is not enough. */
function isLoginEnough(
  { acr, authenticatedAt }: Access,
  { acr: kinds, maxAge }: Pick<Demand, 'acr' | 'maxAge'>,
  now: number,
): boolean {
  if (kinds.length > 0 && !(acr !== undefined && kinds.includes(acr))) return false
  return maxAge === undefined || (authenticatedAt !== undefined && now - authenticatedAt <= maxAge * 1000)
}
