/**
 * An authorization server that exists only as answers to `fetch`: its documents can be changed, broken and counted.
 *
 * @module
 */
import { fromRequest } from '../../src/edge/fetch.js'
import { signJws } from '../../src/keys/jws.js'
import type { Signer } from '../../src/keys/signer-contract.js'
import {
  type AccessDecision,
  type AccessNeed,
  createResourceServer,
  type ResourceServer,
  type ResourceServerOptions,
} from '../../src/resource/index.js'

export const ISSUER = 'https://auth.example.com'
export const API = 'https://api.example.com'
export const START = Date.UTC(2026, 0, 15, 12)

type Answer = object | string | (() => Response | Promise<Response>)

export interface Issuer {
  /** What each URL answers: JSON, text, or whatever the function makes; 404 for all others. */
  readonly pages: { [url: string]: Answer }
  /** Every request, in order. */
  readonly asked: { readonly url: string; readonly init: RequestInit }[]
  /** What was told to `onFailure`. */
  readonly failures: unknown[]
  now: number
  /** How often a URL that ends like this was asked. */
  count(end: string): number
  readonly fetch: (url: string, init: RequestInit) => Promise<Response>
  /** An API that trusts this issuer. */
  api(options?: Partial<Extract<ResourceServerOptions, { issuer: string }>>): ResourceServer
  /** A good access token, with changes; `undefined` leaves a claim out. */
  token(signer: Signer, changes?: object, typ?: string): Promise<string>
}

export const METADATA = `${ISSUER}/.well-known/oauth-authorization-server`
export const JWKS = `${ISSUER}/jwks`

export function foreignIssuer(keys: readonly object[]): Issuer {
  const issuer: Issuer = {
    pages: {
      [METADATA]: { issuer: ISSUER, jwks_uri: JWKS, introspection_endpoint: `${ISSUER}/introspect` },
      [JWKS]: { keys },
    },
    asked: [],
    failures: [],
    now: START,
    count: (end) => issuer.asked.filter(({ url }) => url.endsWith(end)).length,
    async fetch(url, init) {
      issuer.asked.push({ url, init })
      const page = issuer.pages[url] ?? (() => new Response('Not Found', { status: 404 }))
      return typeof page === 'function' ? page() : new Response(typeof page === 'string' ? page : JSON.stringify(page))
    },
    api: (options) =>
      createResourceServer({
        issuer: ISSUER,
        resource: API,
        fetch: issuer.fetch,
        now: () => issuer.now,
        onFailure: (cause) => issuer.failures.push(cause),
        ...options,
      }),
    token: (signer, changes = {}, typ = 'at+jwt') =>
      signJws(signer, typ, JSON.stringify({ ...claimsAt(issuer.now), ...changes })),
  }
  return issuer
}

export const claimsAt = (now: number) => ({
  iss: ISSUER,
  sub: 'alice',
  aud: API,
  client_id: 'web',
  scope: 'read write',
  iat: now / 1000,
  exp: now / 1000 + 600,
  jti: 'x1',
})

export const request = (headers: HeadersInit, url = `${API}/notes`) => fromRequest(new Request(url, { headers }))

export const show = (api: ResourceServer, token: string, need?: AccessNeed): Promise<AccessDecision> =>
  api.check(request({ authorization: `Bearer ${token}` }), need)

/** 200 when access is given, else the status, and what was said besides. */
export function outcome(decision: AccessDecision) {
  if (decision.ok) return { status: 200, challenge: undefined, retryAfter: undefined, body: '' }
  const { status, headers, body } = decision.response
  const header = (wanted: string) => headers.find(([name]) => name === wanted)?.[1]
  return { status, challenge: header('www-authenticate'), retryAfter: header('retry-after'), body }
}

export const statusOf = async (decision: AccessDecision | Promise<AccessDecision>): Promise<number> =>
  outcome(await decision).status
