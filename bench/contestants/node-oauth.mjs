/**
 * `@node-oauth/oauth2-server`: the protocol, while the app brings the model. The model is the one of its documentation, over Maps.
 *
 * @module
 */
import { createHash, generateKeyPairSync, randomUUID, timingSafeEqual } from 'node:crypto'
import OAuth2Server from '@node-oauth/oauth2-server'
import { SignJWT } from 'jose'
import { given } from '../given.mjs'
import { agreedUser, material, readForm, readUrl, send } from './app.mjs'
import { listen } from './listen.mjs'
import { usualWorks } from './usual.mjs'

const { client, lifetimes } = given
const kid = 'bench'
const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const paths = { token: '/token', authorize: '/authorize' }

const sha256 = (text) => createHash('sha256').update(text).digest()
const secret = sha256(client.secret)
const known = {
  id: client.id,
  redirectUris: [client.redirectUri],
  grants: ['authorization_code', 'refresh_token', 'client_credentials'],
}

function modelOf(form, issuer) {
  const codes = new Map()
  const accessTokens = new Map()
  const refreshTokens = new Map()
  return {
    ...(form === 'jwt' && {
      generateAccessToken: (_client, user, scope) =>
        new SignJWT({ client_id: client.id, scope: scope.join(' ') })
          .setProtectedHeader({ alg: 'ES256', typ: 'at+jwt', kid })
          .setIssuer(issuer)
          .setSubject(user.id)
          .setAudience(given.resource)
          .setIssuedAt()
          .setExpirationTime(`${lifetimes.access}s`)
          .setJti(randomUUID())
          .sign(privateKey),
    }),
    async getClient(id, presented) {
      if (id !== client.id || (presented !== null && !timingSafeEqual(secret, sha256(presented)))) return null
      return known
    },
    getUserFromClient: async () => ({ id: client.id }),
    validateScope: async (_user, _client, scope) => (scope.every((name) => given.scope.includes(name)) ? scope : false),
    async saveAuthorizationCode(code, asking, user) {
      const saved = { ...code, client: asking, user }
      codes.set(code.authorizationCode, saved)
      return saved
    },
    getAuthorizationCode: async (code) => codes.get(code),
    revokeAuthorizationCode: async ({ authorizationCode }) => codes.delete(authorizationCode),
    async saveToken(token, asking, user) {
      const saved = { ...token, client: asking, user }
      accessTokens.set(token.accessToken, saved)
      if (token.refreshToken) refreshTokens.set(token.refreshToken, saved)
      return saved
    },
    getRefreshToken: async (token) => refreshTokens.get(token),
    revokeToken: async ({ refreshToken }) => refreshTokens.delete(refreshToken),
    getAccessToken: async (token) => accessTokens.get(token),
  }
}

function handlerOf(form, issuer) {
  const server = new OAuth2Server({
    model: modelOf(form, issuer),
    accessTokenLifetime: lifetimes.access,
    refreshTokenLifetime: lifetimes.refresh,
    authorizationCodeLifetime: lifetimes.code,
  })
  return async (req, res) => {
    const { path, query } = readUrl(req)
    const body = req.method === 'POST' ? await readForm(req) : {}
    const request = new OAuth2Server.Request({ headers: req.headers, method: req.method, query, body })
    const response = new OAuth2Server.Response({ headers: {} })
    const authenticateHandler = { handle: () => ({ id: agreedUser(req, query) }) }
    try {
      if (path === paths.token) await server.token(request, response)
      else await server.authorize(request, response, { authenticateHandler })
    } catch {
      // What the client gets is in the response.
    }
    send(res, response.status, response.headers, response.status === 302 ? undefined : response.body)
  }
}

const work = (form, what) => async () => {
  const place = await listen((issuer) => handlerOf(form, issuer))
  const keys = [{ ...publicKey.export({ format: 'jwk' }), kid }]
  return { ...place, paths, keys, prepare: (n) => what && material[what](n, { ...place, paths }) }
}

export const contestant = { works: usualWorks(work) }
