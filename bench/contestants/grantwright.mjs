/**
 * grantwright as a user mounts it who has an app with sessions: memory storage, a bare listener of `node:http`.
 *
 * @module
 */
import { load } from '../dist.mjs'
import { cookieOf, documentId, given, SESSION_COOKIE } from '../given.mjs'
import { clientJwks } from './assertions.mjs'
import { loginForms } from './grantwright/login.mjs'
import { material as fromCodes } from './grantwright/material.mjs'
import { mounts } from './grantwright/mounts.mjs'
import { stores } from './grantwright/stores.mjs'
import { apiWork } from './issuer.mjs'
import { listen } from './listen.mjs'
import { usualWorks } from './usual.mjs'

const paths = {
  token: '/oauth/token',
  authorize: '/oauth/authorize',
  introspect: '/oauth/introspect',
  jwks: '/oauth/jwks',
  discovery: '/.well-known/oauth-authorization-server',
}

const material = { ...fromCodes, loginForms }

/** A request of Node, that of `fetch`, or what Hono has of one. */
const userOf = ({ req, headers }, sessions) => {
  const cookie = req ? req.header('cookie') : headers.get ? headers.get('cookie') : headers.cookie
  return sessions.get(cookieOf(cookie, SESSION_COOKIE)) ?? null
}

const unlimited = { consume: async () => {} }

/**
 * @param {'jwt' | 'opaque'} form
 * @param {keyof typeof material} [what]
 * @param {{ client?: object, features?: (load: any) => Promise<object[]>, target?: object, password?: boolean }} [more] further members of the client, features, and what
 *   the load is to know of it
 */
const work =
  (form, what, more = {}) =>
  async () => {
    const { createAuthorizationServer, externalLogin, passwordLogin } = await load('index.js')
    /** The app's own sessions: from what the cookie holds to the user. */
    const sessions = new Map()
    const users = more.password
      ? passwordLogin({ verify: (username, password) => (password === given.password ? username : null) })
      : externalLogin({ current: ({ native }) => userOf(native, sessions), loginUrl: '/login' })
    const { BENCH_MOUNT: mount = 'node:http', BENCH_STORE: store = 'memory' } = process.env
    const storage = await stores[store](load)
    const { client, lifetimes } = given
    const place = await listen(async (issuer) => {
      const auth = createAuthorizationServer({
        issuer,
        storage,
        users,
        resources: {
          [given.resource]: {
            accessToken: form,
            scopes: { 'notes:read': 'Read notes', 'notes:write': 'Change notes' },
          },
        },
        clients: [
          {
            client_id: client.id,
            ...(more.client?.jwks ? {} : { client_secret: client.secret }),
            client_name: client.name,
            redirect_uris: [client.redirectUri],
            grant_types: ['authorization_code', 'refresh_token', 'client_credentials'],
            ...more.client,
          },
        ],
        features: (await more.features?.(load)) ?? [],
        codeLifetime: lifetimes.code,
        accessTokenLifetime: lifetimes.access,
        refreshIdleLifetime: lifetimes.refresh,
        // Only the first request of each user, before the window, waits for somebody to agree.
        limiter: { pendingRequestsPerAddress: unlimited, pendingRequestsPerBrowser: unlimited },
      })
      await auth.ready()
      return mounts[mount](load, auth)
    })
    const target = { ...place, paths, ...more.target }
    return { ...target, prepare: (n) => what && material[what](n, { ...target, sessions }) }
  }

/** Nobody is asked, but where it is measured: the codes are made before the window, and what they are worth is the same. */
const own = { client: { first_party: true } }

const withIdToken = {
  client: { first_party: true, id_token_signed_response_alg: 'ES256' },
  features: async () => [(await load('openid.js')).openid()],
  target: { query: { scope: `openid ${given.scope}` }, scopeToo: 'openid' },
}

const withKey = {
  client: { token_endpoint_auth_method: 'private_key_jwt', jwks: clientJwks },
  features: async () => [(await load('registration.js')).privateKeyJwt()],
}

const ofDocument = {
  features: async () => {
    const { metadataDocuments } = await load('registration.js')
    return [metadataDocuments({ documents: { fetch: async () => Response.json(document) } })]
  },
  target: {
    authorization: '',
    extra: { client_id: documentId },
    query: { client_id: documentId },
    claims: { aud: given.resource, client_id: documentId, scope: given.scope },
  },
}

/** What is found at the id, and kept: in the window nothing is fetched. */
const document = {
  client_id: documentId,
  client_name: given.client.name,
  redirect_uris: [given.client.redirectUri],
  grant_types: ['authorization_code', 'refresh_token'],
  token_endpoint_auth_method: 'none',
}

const verify = async () => {
  const { createResourceServer } = await load('resource.js')
  const { requireAccessToken } = await load('node.js')
  return apiWork(({ issuer }) => {
    const check = requireAccessToken(createResourceServer({ issuer, resource: given.resource }), {
      scope: 'notes:read',
    })
    return async (req, res) => (await check(req, res))?.subject
  })()
}

export const contestant = {
  works: {
    ...usualWorks((form, what) => work(form, what, what === 'cookies' ? {} : own)),
    'verify-jwt': verify,
    'id-token': work('jwt', 'codes', withIdToken),
    'private-key-jwt': work('jwt', 'assertions', withKey),
    'password-login': work('jwt', 'loginForms', { password: true, target: { sessionCookie: '[\\w-]+-session' } }),
    'document-jwt': work('jwt', 'codesOfAgreed', ofDocument),
  },
}
