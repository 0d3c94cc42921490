/**
 * better-auth with its plugins `@better-auth/oauth-provider` and `jwt`. A request that names a resource gets a JWT, any other an opaque token; a refresh token
 * comes with the scope `offline_access` alone. Its limits on requests are off, and clients and resources that may be cached are.
 *
 * @module
 */
import { createHash, createHmac } from 'node:crypto'
import { oauthProvider, oauthProviderAuthServerMetadata } from '@better-auth/oauth-provider'
import { betterAuth } from 'better-auth'
import { toNodeHandler } from 'better-auth/node'
import { jwt } from 'better-auth/plugins'
import { given } from '../given.mjs'
import { indexedStore } from './better-auth/store.mjs'
import { nodeListenerOf } from './fetch.mjs'
import { listen } from './listen.mjs'
import { codesOf, cookiesOf, materialFrom } from './material.mjs'
import { usualWorks } from './usual.mjs'

const { client, lifetimes } = given
const offline = 'offline_access'
const base = '/api/auth'
const paths = {
  token: `${base}/oauth2/token`,
  authorize: `${base}/oauth2/authorize`,
  introspect: `${base}/oauth2/introspect`,
  jwks: `${base}/jwks`,
  discovery: `/.well-known/oauth-authorization-server${base}`,
}
const secret = 'a secret of the benchmark, of thirty-two characters and more'

const authAt = (origin) =>
  betterAuth({
    baseURL: origin,
    secret,
    database: indexedStore(),
    rateLimit: { enabled: false },
    telemetry: { enabled: false },
    // The plugin has a token endpoint of its own.
    disabledPaths: ['/token'],
    plugins: [
      jwt({ jwks: { keyPairConfig: { alg: 'ES256' } } }),
      oauthProvider({
        loginPage: '/login',
        consentPage: '/consent',
        scopes: [...given.scope.split(' '), offline],
        resources: [given.resource],
        enforcePerClientResources: false,
        cachedTrustedClients: new Set([client.id]),
        cachedResources: new Set([given.resource]),
        accessTokenExpiresIn: lifetimes.access,
        m2mAccessTokenExpiresIn: lifetimes.access,
        refreshTokenExpiresIn: lifetimes.refresh,
        codeExpiresIn: lifetimes.code,
        silenceWarnings: { oauthAuthServerConfig: true, openidConfig: true },
      }),
    ],
  })

const register = (context) =>
  context.adapter.create({
    model: 'oauthClient',
    data: {
      clientId: client.id,
      clientSecret: createHash('sha256').update(client.secret).digest('base64url'),
      name: client.name,
      redirectUris: [client.redirectUri],
      scopes: [...given.scope.split(' '), offline],
      clientCredentialsScopes: given.scope.split(' '),
      grantTypes: ['authorization_code', 'refresh_token', 'client_credentials'],
      responseTypes: ['code'],
      tokenEndpointAuthMethod: 'client_secret_basic',
      disabled: false,
      createdAt: new Date(),
      updatedAt: new Date(),
    },
  })

let users = 0

/** A user with a session and a consent, as better-auth stores them. */
async function logIn({ context }) {
  const number = users++
  const user = await context.internalAdapter.createUser({ name: `User ${number}`, email: `${number}@example.com` })
  const { token } = await context.internalAdapter.createSession(user.id)
  const now = new Date()
  await context.adapter.create({
    model: 'oauthConsent',
    data: {
      ...{ clientId: client.id, userId: user.id, createdAt: now, updatedAt: now },
      ...{ scopes: [...given.scope.split(' '), offline], resources: [given.resource] },
    },
  })
  const signature = createHmac('sha256', secret).update(token).digest('base64')
  const cookie = `${context.authCookies.sessionToken.name}=${encodeURIComponent(`${token}.${signature}`)}`
  return { cookie, subject: user.id }
}

const material = { ...materialFrom(codesOf(logIn)), cookies: cookiesOf(logIn) }

/** @param {'jwt' | 'opaque'} form @param {keyof typeof material} [what] */
const work = (form, what) => async () => {
  let auth
  const place = await listen((origin) => {
    auth = authAt(origin)
    const handle = toNodeHandler(auth)
    const metadata = nodeListenerOf(oauthProviderAuthServerMetadata(auth), origin)
    return (req, res) => (req.url === paths.discovery ? metadata(req, res) : handle(req, res))
  })
  const context = await auth.$context
  await register(context)
  const resource = form === 'jwt' ? { resource: given.resource } : {}
  const target = {
    ...place,
    issuer: `${place.origin}${base}`,
    ...{ paths, extra: resource, query: { scope: `${given.scope} ${offline}`, ...resource }, scopeToo: offline },
  }
  return { ...target, prepare: (n) => what && material[what](n, { ...target, context }) }
}

export const contestant = { works: usualWorks(work) }
