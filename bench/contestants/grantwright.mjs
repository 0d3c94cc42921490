/**
 * grantwright as a user mounts it who has an app with sessions: memory storage, a bare listener of `node:http`.
 *
 * @module
 */
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { cookieOf, given, SESSION_COOKIE } from '../given.mjs'
import { material } from './grantwright/material.mjs'
import { listen } from './listen.mjs'

/** Of two builds each has its own. */
const dist = process.env.GRANTWRIGHT_DIST ?? resolve(import.meta.dirname, '../../dist')
const load = (file) => import(pathToFileURL(join(dist, file)).href)

const paths = {
  token: '/oauth/token',
  authorize: '/oauth/authorize',
  introspect: '/oauth/introspect',
  jwks: '/oauth/jwks',
  discovery: '/.well-known/oauth-authorization-server',
}

const unlimited = { consume: async () => {} }

/**
 * @param {'jwt' | 'opaque'} form
 * @param {keyof typeof material} [what]
 * @param {object} [more] further members of the client
 */
const work = (form, what, more) => async () => {
  const { createAuthorizationServer, externalLogin } = await load('index.js')
  const { memoryStorage } = await load('storage/memory.js')
  const { nodeListener } = await load('node.js')
  /** The app's own sessions: from what the cookie holds to the user. */
  const sessions = new Map()
  const { client, lifetimes } = given
  const place = await listen(async (issuer) => {
    const auth = createAuthorizationServer({
      issuer,
      storage: memoryStorage(),
      users: externalLogin({
        current: ({ native }) => sessions.get(cookieOf(native.headers.cookie, SESSION_COOKIE)) ?? null,
        loginUrl: '/login',
      }),
      resources: {
        [given.resource]: { accessToken: form, scopes: { 'notes:read': 'Read notes', 'notes:write': 'Change notes' } },
      },
      clients: [
        {
          client_id: client.id,
          client_secret: client.secret,
          client_name: client.name,
          redirect_uris: [client.redirectUri],
          grant_types: ['authorization_code', 'refresh_token', 'client_credentials'],
          ...more,
        },
      ],
      codeLifetime: lifetimes.code,
      accessTokenLifetime: lifetimes.access,
      refreshIdleLifetime: lifetimes.refresh,
      // Only the first request of each user, before the window, waits for somebody to agree.
      limiter: { pendingRequestsPerAddress: unlimited, pendingRequestsPerBrowser: unlimited },
    })
    await auth.ready()
    return nodeListener(auth)
  })
  return { ...place, paths, prepare: (n) => what && material[what](n, { ...place, paths, sessions }) }
}

/** Nobody is asked: the codes are made before the window, and what they are worth is the same. */
const own = { first_party: true }

export const contestant = {
  works: {
    'client-credentials-jwt': work('jwt'),
    'code-jwt': work('jwt', 'codes', own),
    'refresh-jwt': work('jwt', 'refreshTokens', own),
    'client-credentials-opaque': work('opaque'),
    'code-opaque': work('opaque', 'codes', own),
    'refresh-opaque': work('opaque', 'refreshTokens', own),
    'introspection-opaque': work('opaque', 'accessTokens', own),
    'introspection-jwt': work('jwt', 'accessTokens', own),
    'authorize-jwt': work('jwt', 'cookies'),
    discovery: work('jwt'),
    jwks: work('jwt'),
  },
}
