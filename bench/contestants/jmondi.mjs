/**
 * `@jmondi/oauth2-server`: the protocol, while the app brings the repositories, here over Maps as in its documentation. Codes and refresh tokens are opaque
 * (an option), because its signed ones would cost a signature more. Its access tokens are always JWTs.
 *
 * @module
 */
import { createHash, generateKeyPairSync, randomBytes, timingSafeEqual } from 'node:crypto'
import { AuthorizationServer, DateInterval, JwtService } from '@jmondi/oauth2-server'
import jsonwebtoken from 'jsonwebtoken'
import { given } from '../given.mjs'
import { agreedUser, material, readForm, readUrl, send } from './app.mjs'
import { listen } from './listen.mjs'

const { client, lifetimes } = given
const kid = 'bench'
const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const paths = { token: '/token', authorize: '/authorize', introspect: '/introspect' }

/** Its own service signs with HS256; this is how its documentation has another made. */
class SignedWithES256 extends JwtService {
  constructor(issuer) {
    super('')
    this.issuer = issuer
  }
  extraTokenFields() {
    return { iss: this.issuer, aud: given.resource, client_id: client.id }
  }
  async sign(payload) {
    return jsonwebtoken.sign(JSON.parse(JSON.stringify(payload)), privateKey, { algorithm: 'ES256', keyid: kid })
  }
  async verify(token, options) {
    return jsonwebtoken.verify(token, publicKey, { ...options, algorithms: ['ES256'] })
  }
}

const sha256 = (text) => createHash('sha256').update(text).digest()
const secret = sha256(client.secret)
const newId = () => randomBytes(32).toString('base64url')
const scopes = given.scope.split(' ').map((name) => ({ name }))
const known = {
  id: client.id,
  name: client.name,
  secret: 'kept as a digest',
  redirectUris: [client.redirectUri],
  allowedGrants: ['authorization_code', 'refresh_token', 'client_credentials'],
  scopes,
}
const inSeconds = (seconds) => new Date(Date.now() + seconds * 1000)

const clientRepository = {
  getByIdentifier: async (id) => (id === client.id ? known : undefined),
  isClientValid: async (grantType, { allowedGrants }, presented) =>
    timingSafeEqual(secret, sha256(presented)) && allowedGrants.includes(grantType),
}

const scopeRepository = {
  getAllByIdentifiers: async (names) => scopes.filter(({ name }) => names.includes(name)),
  finalize: async (asked) => asked,
}

const userRepository = { getUserByCredentials: async (id) => ({ id }) }

function tokenRepositoryOf() {
  const accessTokens = new Map()
  const refreshTokens = new Map()
  const keep = (token) => {
    accessTokens.set(token.accessToken, token)
    if (token.refreshToken) refreshTokens.set(token.refreshToken, token)
  }
  return {
    issueToken: async (asking, granted, user) => ({
      accessToken: newId(),
      accessTokenExpiresAt: inSeconds(lifetimes.access),
      client: asking,
      user,
      scopes: granted,
    }),
    async issueRefreshToken(token) {
      token.refreshToken = newId()
      token.refreshTokenExpiresAt = inSeconds(lifetimes.refresh)
      keep(token)
      return token
    },
    persist: async (token) => keep(token),
    async revoke(token) {
      token.accessTokenExpiresAt = new Date(0)
      token.refreshTokenExpiresAt = new Date(0)
      keep(token)
    },
    isRefreshTokenRevoked: async ({ refreshTokenExpiresAt }) => Date.now() > refreshTokenExpiresAt.getTime(),
    getByRefreshToken: async (token) => refreshTokens.get(token),
    getByAccessToken: async (token) => accessTokens.get(token),
  }
}

function codeRepositoryOf() {
  const codes = new Map()
  return {
    getByIdentifier: async (code) => codes.get(code),
    issueAuthCode: (asking, user, granted) => ({
      code: newId(),
      expiresAt: inSeconds(lifetimes.code),
      client: asking,
      user,
      scopes: granted,
    }),
    persist: async (code) => void codes.set(code.code, code),
    isRevoked: async (code) => Date.now() > codes.get(code).expiresAt.getTime(),
    revoke: async (code) => {
      codes.get(code).expiresAt = new Date(0)
    },
  }
}

function handlerOf(issuer) {
  const server = new AuthorizationServer(
    clientRepository,
    tokenRepositoryOf(),
    scopeRepository,
    new SignedWithES256(issuer),
    { issuer, useOpaqueAuthorizationCodes: true, useOpaqueRefreshTokens: true },
  )
  const lifetime = new DateInterval(`${lifetimes.access}s`)
  const code = { grant: 'authorization_code', authCodeRepository: codeRepositoryOf(), userRepository }
  server.enableGrantTypes(['client_credentials', lifetime], ['refresh_token', lifetime], [code, lifetime])

  async function authorize(req, query) {
    const asked = await server.validateAuthorizationRequest({ headers: req.headers, query, body: {} })
    const id = agreedUser(req, query)
    asked.user = { id }
    asked.isAuthorizationApproved = id !== null
    return server.completeAuthorizationRequest(asked)
  }

  return async (req, res) => {
    try {
      const { path, query } = readUrl(req)
      if (path === paths.authorize) {
        const { status, headers } = await authorize(req, query)
        return send(res, status, headers)
      }
      const request = { headers: req.headers, query, body: await readForm(req) }
      const answer = path === paths.token ? server.respondToAccessTokenRequest(request) : server.introspect(request)
      const { status, headers, body } = await answer
      return send(res, status, headers, body)
    } catch (error) {
      return send(res, error.status ?? 500, {}, { error: error.errorType, error_description: error.message })
    }
  }
}

const work = (what) => async () => {
  const place = await listen((issuer) => handlerOf(issuer))
  const keys = [{ ...publicKey.export({ format: 'jwk' }), kid }]
  return { ...place, paths, keys, lacks: ['typ'], prepare: (n) => what && material[what](n, { ...place, paths }) }
}

export const contestant = {
  works: {
    'client-credentials-jwt': work(),
    'code-jwt': work('codes'),
    'refresh-jwt': work('refreshTokens'),
    'introspection-jwt': work('accessTokens'),
    'authorize-jwt': work('cookies'),
  },
}
