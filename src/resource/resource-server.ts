/**
 * The other half: an API that checks access tokens. Here it lives in the process of its authorization server, so nothing is
 * cached and a revoked grant is refused at once.
 *
 * @module
 */
import { deploymentOf } from '../deployments.js'
import type { HttpRequest, HttpResponse } from '../message.js'
import { jsonResponse } from '../responses.js'
import type { AuthorizationServer } from '../server.js'
import { findLiveAccessToken } from '../tokens/access-token.js'
import type { Claims } from '../users/contract.js'

/** Options of {@link createResourceServer}. */
export interface ResourceServerOptions {
  /** The authorization server in this process. */
  readonly server: AuthorizationServer
  /** The `aud` that tokens must have. @default the only resource of the server, else its default one */
  readonly resource?: string | undefined
}

/** Who calls, on whose behalf, with which rights: what a valid access token says. */
export interface Access {
  /** The user, or the client itself for the client_credentials grant. */
  readonly subject: string
  readonly clientId: string
  readonly scope: readonly string[]
  readonly resource: string
  /** Epoch milliseconds. */
  readonly expiresAt: number
  /** Epoch milliseconds at which the user logged in, where known. */
  readonly authenticatedAt: number | undefined
  /** Further claims of a JWT. Empty for opaque tokens. */
  readonly claims: Claims
}

/** What a route demands. */
export interface AccessNeed {
  /** Every one of these scopes: a list, or names separated by spaces. @default none */
  readonly scope?: string | readonly string[] | undefined
}

export type AccessDecision =
  | { readonly ok: true; readonly access: Access }
  | { readonly ok: false; readonly response: HttpResponse }

/** Checks access tokens for one resource. */
export interface ResourceServer {
  readonly resource: string
  /**
   * Judges the bearer token of a request. A refusal is a finished challenge.
   *
   * @see {@link https://www.rfc-editor.org/rfc/rfc6750#section-3 RFC 6750 §3}
   */
  check(request: HttpRequest, need?: AccessNeed): Promise<AccessDecision>
}

/** @throws {TypeError} when the resource is not one of the server's, or none is named and there are several. */
export function createResourceServer({ server, resource }: ResourceServerOptions): ResourceServer {
  const deployment = deploymentOf(server)
  const { settings } = deployment
  const mine = resource ?? settings.defaultResource
  if (mine === undefined || !settings.resources.has(mine)) {
    const names = [...settings.resources.keys()].map((name) => `'${name}'`).join(', ')
    throw new TypeError(`resource must be one of ${names}. Write \`createResourceServer({ server, resource: … })\`.`)
  }
  return {
    resource: mine,
    async check(request, need = {}) {
      const presented = bearerToken(request)
      if (!presented.ok) return { ok: false, response: challenge(presented.status, presented.problem) }
      let live: Awaited<ReturnType<typeof findLiveAccessToken>>
      try {
        live = await findLiveAccessToken(deployment, presented.token)
      } catch (cause) {
        // An open question is never an open door.
        deployment.emit({ type: 'failed', endpoint: 'resource', cause, reference: '' })
        const body = { error: 'temporarily_unavailable', error_description: 'Try again in a moment.' }
        return { ok: false, response: jsonResponse(503, body, [['retry-after', '1']]) }
      }
      // RFC 9068 §4: a token for another API is not valid here.
      if (live?.token.resource !== mine) return { ok: false, response: challenge(401, invalidToken) }
      const { token } = live
      const needed = typeof need.scope === 'string' ? need.scope.split(' ').filter(Boolean) : (need.scope ?? [])
      if (!needed.every((name) => token.scope.includes(name))) {
        return { ok: false, response: challenge(403, { ...insufficientScope, scope: needed.join(' ') }) }
      }
      return { ok: true, access: accessOf(token) }
    },
  }
}

type Token = NonNullable<Awaited<ReturnType<typeof findLiveAccessToken>>>['token']

const accessOf = ({ subject, clientId, scope, resource, expiresAt, login, claims }: Token): Access => ({
  subject,
  clientId,
  scope,
  resource,
  expiresAt,
  authenticatedAt: login.authenticatedAt,
  claims,
})

interface Problem {
  readonly error: string
  readonly error_description: string
  readonly scope?: string
}

const invalidToken: Problem = {
  error: 'invalid_token',
  error_description: 'The access token is unknown, expired, revoked, or for another resource.',
}
const insufficientScope: Problem = {
  error: 'insufficient_scope',
  error_description: 'The access token does not have the scope that this needs.',
}
const twoTokens: Problem = {
  error: 'invalid_request',
  error_description: 'There must be one Authorization header.',
}

/** RFC 6750 §2.1: the header is the only place that is looked at. RFC 9700 §4.3.2: never the query. */
function bearerToken(
  request: HttpRequest,
):
  | { readonly ok: true; readonly token: string }
  | { readonly ok: false; readonly status: number; readonly problem: Problem | null } {
  const [header, ...others] = request.headerValues('authorization')
  if (others.length > 0) return { ok: false, status: 400, problem: twoTokens }
  const token = /^bearer +([A-Za-z0-9._~+/-]+=*)$/i.exec(header ?? '')?.[1]
  if (token) return { ok: true, token }
  // RFC 6750 §3.1: a request without credentials is told no error code.
  return { ok: false, status: 401, problem: /^bearer\b/i.test(header ?? '') ? invalidToken : null }
}

/** RFC 6750 §3: the challenge. */
function challenge(status: number, problem: Problem | null): HttpResponse {
  const parameters = problem ? Object.entries(problem).map(([name, value]) => ` ${name}="${value}"`) : []
  return jsonResponse(status, problem ?? {}, [['www-authenticate', `Bearer${parameters.join(',')}`]])
}

/** What middlewares take: a resource server, or the authorization server whose only or default resource is meant. */
export function asResourceServer(guard: AuthorizationServer | ResourceServer): ResourceServer {
  return 'check' in guard ? guard : createResourceServer({ server: guard })
}
