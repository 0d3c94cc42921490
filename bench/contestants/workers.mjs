/**
 * `@cloudflare/workers-oauth-provider`, which is made for workerd and Cloudflare's KV: here under Node, with a Map for its KV and a small bridge from
 * `node:http`. It has no client credentials and no introspection endpoint, and its tokens are opaque.
 *
 * @module
 */
import { register } from 'node:module'
import { given, pkcePair } from '../given.mjs'
import { nodeListenerOf } from './fetch.mjs'
import { listen } from './listen.mjs'
import { all, codeIn, materialFrom } from './material.mjs'

/** The one thing that it imports of workerd. */
const workerd = 'data:text/javascript,export class WorkerEntrypoint {}'
register(
  `data:text/javascript,${encodeURIComponent(
    `export const resolve = (name, context, next) =>
      name === 'cloudflare:workers' ? { url: ${JSON.stringify(workerd)}, shortCircuit: true } : next(name, context)`,
  )}`,
)
const { OAuthAuthorizationServer } = await import('@cloudflare/workers-oauth-provider')

const { client, lifetimes } = given
const paths = { token: '/oauth/token', authorize: '/authorize', discovery: '/.well-known/oauth-authorization-server' }

/** As much of Workers KV as is used. Text goes in, and JSON comes out where it is asked for. */
function mapKv() {
  const values = new Map()
  return {
    async get(key, options) {
      const text = values.get(key)
      if (text === undefined) return null
      return (options?.type ?? options) === 'json' ? JSON.parse(text) : text
    },
    put: async (key, value) => void values.set(key, value),
    delete: async (key) => void values.delete(key),
    list: async ({ prefix = '' } = {}) => ({
      keys: [...values.keys()].filter((name) => name.startsWith(prefix)).map((name) => ({ name })),
      list_complete: true,
    }),
  }
}

let users = 0

const codes = (n, { helpers, issuer, clientId }) =>
  all(n, async () => {
    const subject = `user-${users++}`
    const { verifier, challenge } = pkcePair()
    const scope = given.scope.split(' ')
    const { redirectTo } = await helpers.completeAuthorization({
      request: {
        ...{ responseType: 'code', clientId, redirectUri: client.redirectUri, scope, state: 'before' },
        ...{ codeChallenge: challenge, codeChallengeMethod: 'S256', resource: given.resource, issuer },
      },
      userId: subject,
      metadata: {},
      scope,
      props: { subject },
      revokeExistingGrants: false,
    })
    return { code: codeIn(redirectTo), verifier, subject }
  })

const material = materialFrom(codes)

/** @param {keyof typeof material} [what] */
const work = (what) => async () => {
  const env = { OAUTH_KV: mapKv() }
  const context = { waitUntil: (promise) => void promise?.catch?.(() => {}), passThroughOnException() {} }
  let server
  const place = await listen((issuer) => {
    server = new OAuthAuthorizationServer({
      issuer,
      resources: [given.resource],
      scopesSupported: given.scope.split(' '),
      accessTokenTTL: lifetimes.access,
      refreshTokenTTL: lifetimes.refresh,
    })
    return nodeListenerOf((request) => server.fetch(request, env, context), issuer)
  })
  const helpers = server.getOAuthApi(env)
  const { clientId, clientSecret } = await helpers.createClient({
    redirectUris: [client.redirectUri],
    clientName: client.name,
    tokenEndpointAuthMethod: 'client_secret_basic',
    grantTypes: ['authorization_code', 'refresh_token'],
  })
  const authorization = `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString('base64')}`
  const target = { ...place, paths, authorization }
  return { ...target, prepare: (n) => what && material[what](n, { ...target, helpers, clientId }) }
}

export const contestant = {
  works: { 'code-opaque': work('codes'), 'refresh-opaque': work('refreshTokens'), discovery: work() },
}
