import { SignJWT, UnsecuredJWT } from 'jose'
import { beforeEach, describe, expect, it } from 'vitest'
import {
  API,
  authenticated,
  basic,
  claimsOf,
  clients,
  encodeForm,
  garbled,
  type Harness,
  harness,
  ISSUER,
  introspected,
  OTHER_API,
  obtainCode,
  obtainTokens,
  redeemForm,
  refreshForm,
  START,
  snapshot,
  type Tokens,
} from '../support/harness.js'

const INACTIVE = { active: false }
const NOW = START / 1000

let h: Harness
let tokens: Tokens

beforeEach(async () => {
  h = harness()
  tokens = await obtainTokens(h)
})

const opaqueToken = async () => (await obtainTokens(h, 'web', { resource: OTHER_API, scope: 'admin' })).access_token

describe('a live access token', () => {
  const facts = {
    active: true,
    iss: ISSUER,
    sub: 'alice',
    client_id: 'web',
    token_type: 'Bearer',
    iat: NOW,
    exp: NOW + 600,
    auth_time: NOW - 60,
  }

  it('that is a JWT is told to the client whose it is, and to the API that it is for', async () => {
    for (const caller of ['web', 'api'] as const) {
      expect(await introspected(h, tokens.access_token, caller)).toEqual({ ...facts, aud: API, scope: 'read' })
    }
  })

  it('that is opaque is told the same way', async () => {
    expect(await introspected(h, await opaqueToken(), 'web')).toEqual({ ...facts, aud: OTHER_API, scope: 'admin' })
  })

  it('of a client’s own is told with the client as subject', async () => {
    const { access_token } = (await h.token({ grant_type: 'client_credentials' }, 'machine')).body
    expect(await introspected(h, access_token)).toEqual({
      active: true,
      iss: ISSUER,
      sub: 'machine',
      client_id: 'machine',
      aud: API,
      scope: 'read',
      token_type: 'Bearer',
      iat: NOW,
      exp: NOW + 600,
    })
  })

  it('is told with the further claims of the app, also where it is opaque', async () => {
    h.claims = async () => ({ role: 'editor' })
    const jwt = (await obtainTokens(h)).access_token
    expect(await introspected(h, jwt)).toMatchObject({ active: true, role: 'editor' })
    expect(await introspected(h, await opaqueToken(), 'web')).toMatchObject({ active: true, role: 'editor' })
  })

  it('is never described by further claims that pass for the protocol’s', async () => {
    const plain = await introspected(h, await opaqueToken(), 'web')
    h.claims = async () => ({
      sub: 'root',
      scope: 'all',
      active: 'yes',
      token_type: 'DPoP',
      cnf: {},
      act: {},
      exp: 9e9,
      nbf: 1,
    })
    expect(await introspected(h, await opaqueToken(), 'web')).toEqual(plain)
    const jwt = (await obtainTokens(h)).access_token
    expect(await introspected(h, jwt)).toEqual({ ...facts, aud: API, scope: 'read' })
  })

  it('is answered with no-store', async () => {
    const response = await h.post('/oauth/introspect', ...authenticated({ token: tokens.access_token }, 'api'))
    expect(response.status).toBe(200)
    expect(response.headers.get('cache-control')).toBe('no-store')
    expect(response.headers.get('content-type')).toMatch(/^application\/json/)
  })

  it.each(['refresh_token', 'something_else'])('is found whatever the hint says: %s', async (token_type_hint) => {
    const form = { token: tokens.access_token, token_type_hint }
    const response = await h.post('/oauth/introspect', ...authenticated(form, 'api'))
    expect(await response.json()).toMatchObject({ active: true })
  })
})

describe('is exactly { "active": false }:', () => {
  it('an access token for a resource that the caller does not serve', async () => {
    expect(await introspected(h, await opaqueToken(), 'api')).toEqual(INACTIVE)
  })

  it('an access token of another client', async () => {
    expect(await introspected(h, tokens.access_token, 'machine')).toEqual(INACTIVE)
    expect(await introspected(h, tokens.access_token, 'posting')).toEqual(INACTIVE)
  })

  it('an expired access token', async () => {
    const opaque = await opaqueToken()
    h.now += 599_999
    expect(await introspected(h, tokens.access_token)).toMatchObject({ active: true })
    h.now += 1
    expect(await introspected(h, tokens.access_token)).toEqual(INACTIVE)
    expect(await introspected(h, opaque, 'web')).toEqual(INACTIVE)
  })

  it('an access token of a grant that was revoked', async () => {
    const opaque = await obtainTokens(h, 'web', { resource: OTHER_API, scope: 'admin' })
    for (const { refresh_token } of [tokens, opaque]) {
      await h.post('/oauth/revoke', ...authenticated({ token: refresh_token }, 'web'))
    }
    expect(await introspected(h, tokens.access_token, 'web')).toEqual(INACTIVE)
    expect(await introspected(h, opaque.access_token, 'web')).toEqual(INACTIVE)
  })

  it('an access token whose grant the app revoked', async () => {
    const [grant] = (await h.server.grants.list({ subject: 'alice' })).grants
    expect(await h.server.grants.revoke(grant?.id ?? '')).toBe(true)
    expect(await introspected(h, tokens.access_token)).toEqual(INACTIVE)
  })

  it('an opaque token of a user who is gone', async () => {
    const opaque = await opaqueToken()
    h.claims = async () => null
    expect(await introspected(h, opaque, 'web')).toEqual(INACTIVE)
  })

  it('a token of another issuer on the same store', async () => {
    const other = harness({ storage: h.storage, issuer: 'https://other.example.com' })
    for (const token of [tokens.access_token, tokens.refresh_token, await opaqueToken()]) {
      expect(await introspected(other, token, 'web')).toEqual(INACTIVE)
    }
  })

  it('a code', async () => {
    const { code } = await obtainCode(h)
    expect(await introspected(h, code, 'web')).toEqual(INACTIVE)
  })

  it.each([
    ['a JWT with a forged signature', () => garbled(tokens.access_token)],
    ['a JWT with another payload', () => garbled(tokens.access_token, 200)],
    ['a JWT with another header', () => garbled(tokens.access_token, 5)],
    ['a JWT without a signature', () => `${tokens.access_token.split('.').slice(0, 2).join('.')}.`],
    ['an unsigned JWT', () => new UnsecuredJWT(claimsOf(tokens.access_token)).encode()],
    ['a JWT of four parts', () => `${tokens.access_token}.x`],
    ['a refresh token with a forged secret', () => garbled(tokens.refresh_token)],
    ['a forged opaque token', () => `gwat_${'A'.repeat(100)}`],
    ['an opaque token of nothing', () => 'gwat_'],
    ['__proto__', () => '__proto__'],
    ['dots', () => '...'],
    ['12 KB of text', () => 'x'.repeat(12_288)],
  ])('%s', async (_, forge) => {
    const before = await snapshot(h)
    for (const caller of ['web', 'api'] as const) expect(await introspected(h, forge(), caller)).toEqual(INACTIVE)
    expect(await snapshot(h)).toBe(before)
  })

  it('a JWT that says alg none, HS256 with the public key, or brings a key of its own', async () => {
    const { keys } = (await (await h.server.fetch(new Request(`${ISSUER}/oauth/jwks`))).json()) as {
      keys: [{ kid: string }]
    }
    const { kid } = keys[0]
    const claims = claimsOf(tokens.access_token)
    const own = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, ['sign', 'verify'])
    const jwk = await crypto.subtle.exportKey('jwk', own.publicKey)
    const payload = Buffer.from(JSON.stringify(claims)).toString('base64url')
    const header = (fields: object) => Buffer.from(JSON.stringify(fields)).toString('base64url')
    const forged = [
      `${header({ alg: 'none', typ: 'at+jwt', kid })}.${payload}.`,
      `${header({ alg: 'none', typ: 'at+jwt', kid })}.${payload}.AA`,
      await new SignJWT(claims)
        .setProtectedHeader({ alg: 'HS256', typ: 'at+jwt', kid })
        .sign(Buffer.from(JSON.stringify(keys[0]))),
      await new SignJWT(claims).setProtectedHeader({ alg: 'ES256', typ: 'at+jwt', kid }).sign(own.privateKey),
      await new SignJWT(claims).setProtectedHeader({ alg: 'ES256', typ: 'at+jwt', jwk }).sign(own.privateKey),
      await new SignJWT(claims)
        .setProtectedHeader({ alg: 'ES256', typ: 'at+jwt', kid: 'own', jwk })
        .sign(own.privateKey),
    ]
    for (const token of forged) expect(await introspected(h, token)).toEqual(INACTIVE)
    expect(await introspected(h, tokens.access_token)).toMatchObject({ active: true })
  })

  it('an opaque token with any bit changed', async () => {
    const token = await opaqueToken()
    for (let at = 5; at < token.length; at++) {
      expect(await introspected(h, garbled(token, at), 'web')).toEqual(INACTIVE)
    }
    expect(await introspected(h, token, 'web')).toMatchObject({ active: true })
  })
})

describe('a refresh token', () => {
  it('is told to its own client, without token_type and aud, so that it never passes for an access token', async () => {
    expect(await introspected(h, tokens.refresh_token, 'web')).toEqual({
      active: true,
      iss: ISSUER,
      sub: 'alice',
      client_id: 'web',
      scope: 'read',
      exp: NOW + 30 * 86_400,
    })
  })

  it('is nothing to the API that its access tokens are for', async () => {
    expect(await introspected(h, tokens.refresh_token, 'api')).toEqual(INACTIVE)
  })

  it('is nothing to another client', async () => {
    expect(await introspected(h, tokens.refresh_token, 'posting')).toEqual(INACTIVE)
  })

  it('that is spent is inactive, and asking ends nothing', async () => {
    const next = (await h.token(refreshForm(tokens.refresh_token))).body
    const before = await snapshot(h)
    expect(await introspected(h, tokens.refresh_token, 'web')).toEqual(INACTIVE)
    h.now += 3_600_000
    expect(await introspected(h, tokens.refresh_token, 'web')).toEqual(INACTIVE)
    expect(await snapshot(h)).toBe(before)
    expect((await h.token(refreshForm(next.refresh_token))).status).toBe(200)
  })

  it('that has expired is inactive', async () => {
    h.now += 30 * 86_400_000
    expect(await introspected(h, tokens.refresh_token, 'web')).toEqual(INACTIVE)
  })

  it('of a revoked grant is inactive', async () => {
    await h.post('/oauth/revoke', ...authenticated({ token: tokens.refresh_token }, 'web'))
    expect(await introspected(h, tokens.refresh_token, 'web')).toEqual(INACTIVE)
  })
})

describe('the caller', () => {
  it('that is public is refused, even for a token of its own', async () => {
    const own = await obtainTokens(h, 'spa')
    const response = await h.post('/oauth/introspect', { token: own.access_token, client_id: 'spa' })
    expect([response.status, await response.json()]).toMatchObject([403, { error: 'unauthorized_client' }])
  })

  const web = basic('web', clients.web.client_secret)
  it.each([
    ['a wrong secret', () => h.post('/oauth/introspect', { token: 'x' }, basic('web', 'wrong')), 401, 'invalid_client'],
    ['no client', () => h.post('/oauth/introspect', { token: 'x' }), 401, 'invalid_client'],
    [
      'an access token for authentication',
      () => h.post('/oauth/introspect', { token: 'x' }, { authorization: `Bearer ${tokens.access_token}` }),
      400,
      'invalid_request',
    ],
    ['two methods', () => h.post('/oauth/introspect', { token: 'x', client_secret: 'x' }, web), 400, 'invalid_request'],
    ['no token', () => h.post('/oauth/introspect', {}, web), 400, 'invalid_request'],
    ['two tokens', () => h.post('/oauth/introspect', { token: ['x', 'y'] }, web), 400, 'invalid_request'],
    [
      'JSON',
      () => h.post('/oauth/introspect', '{"token":"x"}', { ...web, 'content-type': 'application/json' }),
      400,
      'invalid_request',
    ],
    ['too large', () => h.post('/oauth/introspect', `token=x&x=${'y'.repeat(65_536)}`, web), 413, 'invalid_request'],
    ['only in the query', () => h.post('/oauth/introspect?token=x', '', web), 400, 'invalid_request'],
  ] as [string, () => Promise<Response>, number, string][])('with %s is refused', async (_, attempt, status, error) => {
    const response = await attempt()
    const body = (await response.json()) as object
    expect([response.status, body]).toMatchObject([status, { error }])
    expect(body).not.toHaveProperty('active')
    expect(response.headers.get('cache-control')).toBe('no-store')
  })

  it('that uses GET gets 405 with Allow: POST', async () => {
    const url = `${ISSUER}/oauth/introspect?${encodeForm({ token: tokens.access_token })}`
    const response = await h.server.fetch(new Request(url, { headers: web }))
    expect([response.status, response.headers.get('allow'), await response.text()]).toEqual([405, 'POST', ''])
  })

  it('is no page’s script: there is no CORS here', async () => {
    const [form, headers] = authenticated({ token: tokens.access_token }, 'api')
    const response = await h.post('/oauth/introspect', form, { ...headers, origin: 'https://app.example.com' })
    expect(response.headers.get('access-control-allow-origin')).toBeNull()
  })
})

it('a hook for claims that fails is a server_error, neither active nor inactive', async () => {
  const opaque = await opaqueToken()
  h.claims = async () => {
    throw new Error('canary')
  }
  const response = await h.post('/oauth/introspect', ...authenticated({ token: opaque }, 'web'))
  const text = await response.text()
  expect([response.status, JSON.parse(text)]).toMatchObject([500, { error: 'server_error' }])
  expect(text).not.toContain('canary')
  expect(text).not.toContain('active')
})

it('a replayed code shows at once', async () => {
  const good = redeemForm(await obtainCode(h))
  const { access_token } = (await h.token(good)).body
  expect(await introspected(h, access_token)).toMatchObject({ active: true })
  await h.token(good)
  expect(await introspected(h, access_token)).toEqual(INACTIVE)
})
