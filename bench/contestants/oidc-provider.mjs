/**
 * oidc-provider with its own memory adapter, over a Map: the store that it comes with forgets everything beyond a thousand records.
 *
 * @module
 */
import { generateKeyPairSync } from 'node:crypto'
import Provider from 'oidc-provider'
import MemoryAdapter from 'oidc-provider/lib/adapters/memory_adapter.js'
import { authorizationQuery, given, pkcePair } from '../given.mjs'
import { assertions, clientJwks } from './assertions.mjs'
import { listen } from './listen.mjs'
import { all, cookiesOf, materialFrom } from './material.mjs'
import { usualWorks } from './usual.mjs'

const paths = {
  token: '/token',
  authorize: '/auth',
  introspect: '/token/introspection',
  jwks: '/jwks',
  discovery: '/.well-known/openid-configuration',
}

const { client, lifetimes } = given
const signingKey = () => generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ format: 'jwk' })

function configuration(form, more) {
  const store = new Map()
  return {
    adapter: (name) => new MemoryAdapter(name, store),
    jwks: { keys: [{ ...signingKey(), kid: 'bench', alg: 'ES256', use: 'sig' }] },
    clients: [
      {
        client_id: client.id,
        ...(more.assertions
          ? { token_endpoint_auth_method: 'private_key_jwt', jwks: clientJwks }
          : { client_secret: client.secret }),
        redirect_uris: [client.redirectUri],
        grant_types: ['authorization_code', 'refresh_token', 'client_credentials'],
        id_token_signed_response_alg: 'ES256',
      },
    ],
    cookies: { keys: ['a key for cookies that nobody has to guess'] },
    findAccount: (_ctx, accountId) => ({ accountId, claims: () => ({ sub: accountId }) }),
    // Scope of an API alone, so neither `openid` nor `offline_access` says that there is to be one; and a session ends no grant.
    issueRefreshToken: (_ctx, asking) => asking.grantTypeAllowed('refresh_token'),
    expiresWithSession: () => false,
    rotateRefreshToken: true,
    interactions: { url: (_ctx, { uid }) => `/interaction/${uid}` },
    ttl: {
      AccessToken: lifetimes.access,
      AuthorizationCode: lifetimes.code,
      ClientCredentials: lifetimes.access,
      RefreshToken: lifetimes.refresh,
      Grant: lifetimes.refresh,
      Session: lifetimes.refresh,
      Interaction: lifetimes.code,
    },
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      introspection: { enabled: true, allowedPolicy: () => true },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => given.resource,
        getResourceServerInfo: () => ({
          scope: given.scope,
          audience: given.resource,
          accessTokenTTL: lifetimes.access,
          ...(form === 'jwt'
            ? { accessTokenFormat: 'jwt', jwt: { sign: { alg: 'ES256' } } }
            : { accessTokenFormat: 'opaque' }),
        }),
      },
    },
  }
}

let users = 0

async function newGrant(provider, accountId) {
  const grant = new provider.Grant({ accountId, clientId: client.id })
  grant.addOIDCScope('openid')
  grant.addResourceScope(given.resource, given.scope)
  return grant.save()
}

/** What the authorization endpoint would save. */
const codes = (n, { provider, query }) =>
  all(n, async () => {
    const subject = `user-${users++}`
    const { verifier, challenge } = pkcePair()
    const code = new provider.AuthorizationCode({
      accountId: subject,
      client: await provider.Client.find(client.id),
      grantId: await newGrant(provider, subject),
      redirectUri: client.redirectUri,
      codeChallenge: challenge,
      codeChallengeMethod: 'S256',
      scope: query?.scope ?? given.scope,
      resource: given.resource,
      authTime: Math.floor(Date.now() / 1000),
    })
    return { code: await code.save(), verifier, subject }
  })

/** Through the login and the consent of the app. */
async function browse({ origin }) {
  const jar = new Map()
  let url = `${origin}${paths.authorize}?${authorizationQuery('before', pkcePair().challenge)}`
  while (url.startsWith(origin)) {
    const headers = { cookie: [...jar].map((pair) => pair.join('=')).join('; ') }
    const response = await fetch(url, { redirect: 'manual', headers })
    for (const line of response.headers.getSetCookie()) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(line)
      if (value) jar.set(name, value)
      else jar.delete(name)
    }
    url = new URL(response.headers.get('location'), origin).href
  }
  const session = [...jar].filter(([name]) => name.startsWith('_session'))
  return { cookie: session.map((pair) => pair.join('=')).join('; ') }
}

const material = {
  ...materialFrom(codes),
  cookies: cookiesOf(browse),
  assertions: (n, { issuer }) => assertions(n, issuer),
}

/** The login and consent of the app: everybody is somebody, and agrees. */
async function interact(provider, req, res) {
  const accountId = `user-${users++}`
  const grantId = await newGrant(provider, accountId)
  await provider.interactionFinished(req, res, { login: { accountId }, consent: { grantId } })
}

/** @param {'jwt' | 'opaque'} form @param {keyof typeof material} [what] */
const work =
  (form, what, more = {}) =>
  async () => {
    let provider
    const place = await listen((issuer) => {
      provider = new Provider(issuer, configuration(form, more))
      const handle = provider.callback()
      return (req, res) => (req.url.startsWith('/interaction/') ? interact(provider, req, res) : handle(req, res))
    })
    const target = { ...place, paths, ...more.target }
    return { ...target, prepare: (n) => what && material[what](n, { ...target, provider }) }
  }

export const contestant = {
  works: {
    ...usualWorks(work),
    'id-token': work('jwt', 'codes', {
      target: { query: { scope: `openid ${given.scope}` }, extra: { resource: given.resource }, scopeToo: 'openid' },
    }),
    'private-key-jwt': work('jwt', 'assertions', { assertions: true }),
  },
}
