import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { generatePrivateJwk, importSigner } from '../../src/keys/signer.js'
import type { Signer } from '../../src/keys/signer-contract.js'
import type { ResourceServer } from '../../src/resource/index.js'
import { API, foreignIssuer, ISSUER, type Issuer, METADATA, outcome, START, show, statusOf } from './issuer.js'

const INTROSPECT = `${ISSUER}/introspect`
const client = { client_id: 'api:1', client_secret: 'a secret / with + and %' }

let signer: Signer
let issuer: Issuer
let api: ResourceServer

beforeAll(async () => {
  signer = await importSigner(await generatePrivateJwk('ES256'))
})
beforeEach(() => {
  issuer = foreignIssuer([signer.publicJwk])
  api = issuer.api({ introspection: client })
  answer({})
})

/** What introspection says: an active token, with changes. */
function answer(changes: object) {
  issuer.pages[INTROSPECT] = {
    active: true,
    sub: 'alice',
    aud: API,
    client_id: 'web',
    scope: 'read',
    token_type: 'Bearer',
    exp: START / 1000 + 600,
    ...changes,
  }
}

const asks = () => issuer.count('/introspect')
const status = (token = 'opaque') => statusOf(show(api, token))

describe('an opaque token', () => {
  it('gives access when the issuer says that it is active', async () => {
    answer({ auth_time: START / 1000 - 60, acr: 'mfa', role: 'editor', iss: ISSUER, iat: START / 1000 })
    expect(await show(api, 'opaque')).toEqual({
      ok: true,
      access: {
        subject: 'alice',
        clientId: 'web',
        scope: ['read'],
        resource: API,
        expiresAt: START + 600_000,
        authenticatedAt: START - 60_000,
        acr: 'mfa',
        claims: { role: 'editor' },
      },
    })
  })

  it('is posted in a form, with the credentials of the API encoded as RFC 6749 wants it', async () => {
    await show(api, 'opaque+/==')
    const init = issuer.asked.find(({ url }) => url === INTROSPECT)?.init ?? {}
    const headers = new Headers(init.headers)
    expect(init.method).toBe('POST')
    expect(Object.fromEntries(new URLSearchParams(String(init.body)))).toEqual({
      token: 'opaque+/==',
      token_type_hint: 'access_token',
    })
    expect(headers.get('content-type')).toBe('application/x-www-form-urlencoded')
    const [scheme, credentials = ''] = headers.get('authorization')?.split(' ') ?? []
    expect([scheme, atob(credentials)]).toEqual(['Basic', 'api%3A1:a+secret+%2F+with+%2B+and+%25'])
  })

  it('without a user is the client’s own', async () => {
    answer({ sub: undefined })
    expect(await show(api, 'opaque')).toMatchObject({ ok: true, access: { subject: 'web', clientId: 'web' } })
  })

  it.each([
    ['inactive', { active: false }],
    ['for another resource', { aud: 'https://other.example.com' }],
    ['for no resource', { aud: undefined }],
    ['of another issuer', { iss: 'https://evil.example' }],
    ['no bearer token', { token_type: 'DPoP' }],
    ['bound to a key', { cnf: {} }],
    ['past its end', { exp: START / 1000 - 5 }],
    ['without an end', { exp: undefined }],
    ['of nobody', { sub: undefined, client_id: undefined }],
    ['of a user that is no string', { sub: 7 }],
  ])('that is %s is 401 invalid_token, each time anew', async (_, changes) => {
    answer(changes)
    expect(outcome(await show(api, 'opaque'))).toMatchObject({
      status: 401,
      challenge: expect.stringContaining('error="invalid_token"'),
    })
    await status()
    expect(asks()).toBe(2)
  })
})

describe('what was said', () => {
  it('is believed for 10 seconds', async () => {
    await status()
    issuer.now += 9_999
    answer({ active: false })
    expect(await status()).toBe(200)
    expect(asks()).toBe(1)
    issuer.now += 1
    expect(await status()).toBe(401)
  })

  it('is believed until the token ends, at most', async () => {
    answer({ exp: START / 1000 + 3 })
    await status()
    issuer.now += 3_000
    answer({ active: false })
    expect(await status()).toBe(401)
  })

  it('is believed as long as the option says', async () => {
    for (const [cacheFor, expected] of [
      [0, 2],
      [60, 3],
    ] as const) {
      api = issuer.api({ introspection: { ...client, cacheFor } })
      await status()
      issuer.now += cacheFor === 0 ? 0 : 59_999
      await status()
      expect(asks()).toBe(expected)
    }
  })

  it('is about that token alone', async () => {
    await status('opaque1')
    answer({ active: false })
    expect(await status('opaque2')).toBe(401)
  })

  it('is about the scope of the token, not about the route', async () => {
    expect(await status()).toBe(200)
    expect(await statusOf(show(api, 'opaque', { scope: 'write' }))).toBe(403)
    expect(asks()).toBe(1)
  })

  it('is forgotten, the oldest first, when it is too much', async () => {
    for (let i = 0; i < 10_001; i++) await status(`opaque${i}`)
    expect(asks()).toBe(10_001)
    await status('opaque10000')
    await status('opaque1')
    expect(asks()).toBe(10_001)
    await status('opaque0')
    expect(asks()).toBe(10_002)
  })

  it('is asked once for all who wait', async () => {
    expect(await Promise.all([status(), status(), status()])).toEqual([200, 200, 200])
    expect(asks()).toBe(1)
  })
})

describe('JWTs', () => {
  it('are verified here, and not introspected', async () => {
    answer({ active: false })
    expect(await status(await issuer.token(signer))).toBe(200)
    expect(await status(await issuer.token(signer, { aud: 'x' }))).toBe(401)
    expect(asks()).toBe(0)
  })

  it('are introspected, and only that, when always is set', async () => {
    api = issuer.api({ introspection: { ...client, always: true } })
    const token = await issuer.token(signer)
    expect(await status(token)).toBe(200)
    answer({ active: false })
    issuer.now += 10_000
    expect(await status(token)).toBe(401)
    expect([asks(), issuer.count('/jwks')]).toEqual([2, 0])
  })
})

describe('an introspection that fails', () => {
  it.each([
    ['cannot be reached', () => Promise.reject(new TypeError('fetch failed')), /fetch failed/],
    ['answers with 401', () => new Response('{"error":"invalid_client"}', { status: 401 }), /status 401/],
    ['answers with 500', () => new Response('', { status: 500 }), /status 500/],
    ['is not JSON', 'active', /JSON object/],
    ['does not say whether', { sub: 'alice' }, /whether/],
    ['says it in other words', { active: 'true' }, /whether/],
  ])('because it %s is 503, told to the app', async (_, page, message) => {
    issuer.pages[INTROSPECT] = page
    expect(outcome(await show(api, 'opaque'))).toMatchObject({ status: 503, retryAfter: '1', challenge: undefined })
    expect(issuer.failures).toEqual([expect.objectContaining({ message: expect.stringMatching(message) })])
  })

  it('because the issuer has none is 503, told to the app', async () => {
    issuer.pages[METADATA] = { issuer: ISSUER, jwks_uri: `${ISSUER}/jwks` }
    expect(await status()).toBe(503)
    expect(issuer.failures).toMatchObject([{ message: 'The authorization server has no introspection_endpoint' }])
  })

  it('is tried again after a second, not before; what was known serves on', async () => {
    await status('known')
    issuer.pages[INTROSPECT] = 'garbage'
    expect(await Promise.all([status('a'), status('known')])).toEqual([503, 200])
    expect(asks()).toBe(2)
    answer({})
    issuer.now += 999
    expect(await Promise.all([status('a'), status('b'), status('known')])).toEqual([503, 503, 200])
    expect(asks()).toBe(2)
    issuer.now += 1
    expect(await status('a')).toBe(200)
  })

  it('does not keep JWTs out', async () => {
    issuer.pages[INTROSPECT] = 'garbage'
    expect(await status()).toBe(503)
    expect(await status(await issuer.token(signer))).toBe(200)
  })
})
