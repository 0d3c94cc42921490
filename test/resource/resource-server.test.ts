import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { fromRequest } from '../../src/edge/fetch.js'
import type { HttpRequest } from '../../src/edge/message.js'
import { signJws } from '../../src/keys/jws.js'
import { generatePrivateJwk, importSigner } from '../../src/keys/signer.js'
import type { Signer } from '../../src/keys/signer-contract.js'
import {
  type AccessDecision,
  type AccessNeed,
  asResourceServer,
  createResourceServer,
  type ResourceServer,
} from '../../src/resource/index.js'
import {
  API,
  authenticated,
  claimsOf,
  garbled,
  type Harness,
  harness,
  OTHER_API,
  obtainCode,
  obtainTokens,
  redeemForm,
  START,
  type Tokens,
} from '../support/harness.js'
import { type ObservedStorage, observedStorage, STORAGE_CANARY } from '../support/observed-storage.js'

let signer: Signer
let storage: ObservedStorage
let h: Harness
let guard: ResourceServer
let tokens: Tokens

beforeAll(async () => {
  signer = await importSigner(await generatePrivateJwk('ES256'))
})
beforeEach(async () => {
  storage = observedStorage()
  h = harness({ storage, signingKeys: [signer] })
  guard = createResourceServer({ server: h.server })
  tokens = await obtainTokens(h)
})

const request = (headers: HeadersInit = {}, url = `${API}/notes`, init: RequestInit = {}): HttpRequest =>
  fromRequest(new Request(url, { ...init, headers }))

const bearer = (token: string, need?: AccessNeed): Promise<AccessDecision> =>
  guard.check(request({ authorization: `Bearer ${token}` }), need)

function refusal(decision: AccessDecision) {
  if (decision.ok) throw new Error('Access was given')
  const { status, headers, body } = decision.response
  return {
    status,
    challenge: headers.find(([name]) => name === 'www-authenticate')?.[1],
    body,
    headers,
  }
}

/** Refused, and the honest token still works. */
async function expectInvalidToken(attempt: Promise<AccessDecision>) {
  const { status, challenge, body } = refusal(await attempt)
  expect(status).toBe(401)
  expect(challenge).toMatch(/^Bearer error="invalid_token", error_description="[^"\\]+"(, scope="[a-z ]+")?$/)
  expect(JSON.parse(body)).toMatchObject({ error: 'invalid_token' })
}

describe('a good token', () => {
  it('gives access: who, by which client, with which scope, until when', async () => {
    h.claims = async () => ({ role: 'editor' })
    const { access_token } = await obtainTokens(h)
    expect(await bearer(access_token)).toEqual({
      ok: true,
      access: {
        subject: 'alice',
        clientId: 'web',
        scope: ['read'],
        resource: API,
        expiresAt: START + 600_000,
        authenticatedAt: START - 60_000,
        claims: { role: 'editor' },
      },
    })
  })

  it('that is opaque gives access', async () => {
    guard = createResourceServer({ server: h.server, resource: OTHER_API })
    const { access_token } = await obtainTokens(h, 'web', { resource: OTHER_API, scope: 'admin' })
    expect(await bearer(access_token)).toMatchObject({
      ok: true,
      access: { subject: 'alice', scope: ['admin'], claims: {} },
    })
  })

  it('of a client for itself gives access with the client as subject', async () => {
    const { access_token } = (await h.token({ grant_type: 'client_credentials' }, 'machine')).body
    expect(await bearer(access_token)).toMatchObject({ ok: true, access: { subject: 'machine', clientId: 'machine' } })
  })

  it.each(['bearer', 'BEARER', 'Bearer  '])('may come with the scheme written %j', async (scheme) => {
    const headers = { authorization: `${scheme} ${tokens.access_token}` }
    expect((await guard.check(request(headers))).ok).toBe(true)
  })

  it.each([[{ scope: 'read' }], [{ scope: ['read'] }], [{ scope: ' read  read ' }], [{}], [undefined]])(
    'is enough for a route that needs %j',
    async (need) => {
      expect((await bearer(tokens.access_token, need)).ok).toBe(true)
    },
  )
})

describe('a request without a token', () => {
  it.each([
    ['no header', {}],
    ['Basic', { authorization: 'Basic YTpi' }],
    ['another scheme that begins alike', { authorization: 'Bearerish x' }],
  ])('(%s) is 401 with a bare challenge: no error code', async (_, headers) => {
    const { status, challenge, body } = refusal(await guard.check(request(headers as Record<string, string>)))
    expect([status, challenge, body]).toEqual([401, 'Bearer realm="api"', '{}'])
  })

  it('is 401 also when a token stands in the query', async () => {
    const { status, challenge } = refusal(
      await guard.check(request({}, `${API}/notes?access_token=${tokens.access_token}`)),
    )
    expect([status, challenge]).toEqual([401, 'Bearer realm="api"'])
  })

  it('is 401 also when a token stands in a form or a cookie', async () => {
    const body = `access_token=${tokens.access_token}`
    const form = { 'content-type': 'application/x-www-form-urlencoded' }
    const headers = { cookie: `access_token=${tokens.access_token}` }
    expect(refusal(await guard.check(request(form, API, { method: 'POST', body }))).status).toBe(401)
    expect(refusal(await guard.check(request(headers))).status).toBe(401)
  })
})

describe('is 401 invalid_token:', () => {
  it.each([
    ['an empty one', () => ''],
    ['one with a blank', () => `${tokens.access_token} x`],
    ['one with a quote', () => '"x"'],
    ['garbage', () => 'x'],
    ['a forged signature', () => garbled(tokens.access_token)],
    ['another payload', () => garbled(tokens.access_token, 200)],
    ['no signature', () => `${tokens.access_token.split('.').slice(0, 2).join('.')}.`],
    ['a refresh token', () => tokens.refresh_token],
    ['__proto__', () => '__proto__'],
  ])('%s', async (_, forge) => {
    await expectInvalidToken(bearer(forge()))
    expect((await bearer(tokens.access_token)).ok).toBe(true)
  })

  it('a code', async () => {
    const { code, verifier } = await obtainCode(h)
    await expectInvalidToken(bearer(code))
    expect((await h.token(redeemForm({ code, verifier }))).status).toBe(200)
  })

  it('an ID token, or any other JWT that our own key signed', async () => {
    const claims = JSON.stringify(claimsOf(tokens.access_token))
    expect((await bearer(await signJws(signer, 'at+jwt', claims))).ok).toBe(true)
    for (const typ of ['JWT', 'logout+jwt']) await expectInvalidToken(bearer(await signJws(signer, typ, claims)))
  })

  it('a token for another resource, JWT or opaque', async () => {
    const { access_token: opaque } = await obtainTokens(h, 'web', { resource: OTHER_API, scope: 'admin' })
    await expectInvalidToken(bearer(opaque))
    guard = createResourceServer({ server: h.server, resource: OTHER_API })
    await expectInvalidToken(bearer(tokens.access_token))
    expect((await bearer(opaque)).ok).toBe(true)
  })

  it('a token for another resource, even where the scope is missing too: nothing is learned about it', async () => {
    const { access_token } = await obtainTokens(h, 'web', { resource: OTHER_API, scope: 'admin' })
    await expectInvalidToken(bearer(access_token, { scope: 'read' }))
  })

  it('a token that has expired', async () => {
    h.now += 599_999
    expect((await bearer(tokens.access_token)).ok).toBe(true)
    h.now += 1
    await expectInvalidToken(bearer(tokens.access_token))
  })

  it('a token whose grant was revoked a moment ago', async () => {
    await h.post('/oauth/revoke', ...authenticated({ token: tokens.refresh_token }, 'web'))
    await expectInvalidToken(bearer(tokens.access_token))
  })

  it('a token that was itself revoked a moment ago', async () => {
    await h.post('/oauth/revoke', ...authenticated({ token: tokens.access_token }, 'web'))
    await expectInvalidToken(bearer(tokens.access_token))
  })

  it('a token whose code was replayed a moment ago', async () => {
    const good = redeemForm(await obtainCode(h))
    const { access_token } = (await h.token(good)).body
    expect((await bearer(access_token)).ok).toBe(true)
    await h.token(good)
    await expectInvalidToken(bearer(access_token))
  })

  it('a token of another issuer on the same store', async () => {
    const other = harness({ storage, signingKeys: [signer], issuer: 'https://other.example.com' })
    guard = createResourceServer({ server: other.server })
    await expectInvalidToken(bearer(tokens.access_token))
  })
})

describe('scope', () => {
  it.each([
    ['one that is missing', 'write', 'read write'],
    ['one of several', 'read write', 'read write'],
    ['a list', ['write', 'read'], 'read write'],
  ])(
    '%s is 403 insufficient_scope, and says what is needed and what the token has beside it',
    async (_, scope, told) => {
      const { status, challenge, body } = refusal(await bearer(tokens.access_token, { scope }))
      expect(status).toBe(403)
      expect(challenge).toMatch(
        new RegExp(`^Bearer error="insufficient_scope", error_description="[^"]+", scope="${told}"$`),
      )
      expect(JSON.parse(body)).toMatchObject({ error: 'insufficient_scope', scope: told })
    },
  )

  it('is compared as whole names', async () => {
    for (const scope of ['rea', 'READ', 'read:all']) {
      expect(refusal(await bearer(tokens.access_token, { scope })).status).toBe(403)
    }
  })
})

it('two Authorization headers are 400, even when both are good', async () => {
  const headers = new Headers()
  headers.append('authorization', `Bearer ${tokens.access_token}`)
  headers.append('authorization', `Bearer ${tokens.access_token}`)
  const { status, challenge } = refusal(await guard.check(request(headers)))
  expect(status).toBe(400)
  expect(challenge).toContain('error="invalid_request"')
})

it('no answer may be kept by a cache', async () => {
  for (const decision of [
    await guard.check(request()),
    await bearer('x'),
    await bearer(tokens.access_token, { scope: 'write' }),
  ]) {
    expect(refusal(decision).headers).toContainEqual(['cache-control', 'no-store'])
  }
})

describe('a store that fails', () => {
  it('is 503 without detail, never an open door, and never invalid_token', async () => {
    storage.faults.push({ verb: 'get', kind: 'grant', when: 'before' })
    const { status, body, headers } = refusal(await bearer(tokens.access_token))
    expect(status).toBe(503)
    expect(headers).toContainEqual(['retry-after', '1'])
    expect(body + JSON.stringify(headers)).not.toContain('canary')
    expect(h.events.at(-1)).toMatchObject({
      type: 'failed',
      endpoint: 'resource',
      cause: { cause: { message: STORAGE_CANARY } },
    })
    expect((await bearer(tokens.access_token)).ok).toBe(true)
  })

  it('is 503 for a client’s own token, too, whose revocation could not be looked up', async () => {
    const { access_token } = (await h.token({ grant_type: 'client_credentials' }, 'machine')).body
    storage.faults.push({ verb: 'get', kind: 'once', when: 'before' })
    expect(refusal(await bearer(access_token)).status).toBe(503)
    expect((await bearer(access_token)).ok).toBe(true)
  })
})

describe('construction', () => {
  it('takes the default resource, or the only one', () => {
    expect(guard.resource).toBe(API)
    const { server } = harness({ resources: { [OTHER_API]: { scopes: {} } }, clients: [] })
    expect(createResourceServer({ server }).resource).toBe(OTHER_API)
    expect(asResourceServer(server).resource).toBe(OTHER_API)
    expect(asResourceServer(guard)).toBe(guard)
  })

  it('says which resources there are when none is meant, or an unknown one', () => {
    const { server } = harness({ resources: { [API]: { scopes: {} }, [OTHER_API]: { scopes: {} } }, clients: [] })
    for (const resource of [undefined, `${API}/v1`]) {
      expect(() => createResourceServer({ server, resource })).toThrow(
        new TypeError(
          `resource must be one of '${API}', '${OTHER_API}'. Write \`createResourceServer({ server, resource: … })\`.`,
        ),
      )
    }
  })
})

describe('a mistake in what a route demands is told when the route is made', () => {
  it.each([
    [{ scopes: 'read' }, /there is no option `scopes`\. The options are scope, maxAge, acr\./],
    [{ scope: 'read raed' }, /'raed' is not a scope of https:\/\/api\.example\.com\. They are read, write\./],
    ['read', /what a route needs is an object\. Write `\{ scope: 'notes:read' \}`/],
  ])('%o', (need, message) => {
    expect(() => asResourceServer(harness().server, need as never)).toThrow(message)
  })

  const empty = [
    ...[{ scope: '' }, { scope: ' ' }, { scope: [] }, { scope: [''] }, { scope: undefined }, { scope: null }],
    ...[{ scope: ['read write'] }, { scope: ['read', 7] }, { scope: { read: true } }, { scope: '\u00a0' }],
    ...[{ acr: '' }, { acr: '  ' }, { acr: [] }, { acr: ['mfa', ''] }, { acr: undefined }, { acr: ['one two'] }],
    ...[{ maxAge: undefined }, { maxAge: null }, { maxAge: -1 }, { maxAge: Number.NaN }],
    ...[{ maxAge: Number.POSITIVE_INFINITY }, { maxAge: '60' }],
  ]
  it.each(empty)('%o demands nothing, or what nothing can meet', async (need) => {
    const [member = ''] = Object.keys(need)
    expect(() => asResourceServer(harness().server, need as never)).toThrow(
      new RegExp(`^requireAccessToken: ${member} `),
    )
    expect(() => asResourceServer(guard, need as never)).toThrow(/or leave it out\.(?: It was .+\.)?$/)
    await expect(bearer(tokens.access_token, need as never)).rejects.toThrow(new RegExp(`^check: ${member} `))
  })

  it.each([
    ['a promise', Promise.resolve({ scope: 'read' })],
    ['a map', new Map([['scope', 'read']])],
    ['a date', new Date(0)],
    ['a list', ['read']],
    ['a symbol', { [Symbol('scope')]: 'read' }],
    ['a list with a hole', { scope: Array(1) }],
    ['a kind of login that no header could name', { acr: 'a\r\nb' }],
  ])('%s demands nothing', async (_, need) => {
    expect(() => asResourceServer(guard, need as never)).toThrow(TypeError)
    await expect(bearer(tokens.access_token, need as never)).rejects.toThrow(TypeError)
  })

  it('and what a demand inherits is demanded, too', async () => {
    class Strict {
      get scope() {
        return 'admin'
      }
    }
    for (const need of [Object.create({ scope: 'admin' }) as AccessNeed, new Strict()]) {
      expect((await bearer(tokens.access_token, need)).ok).toBe(false)
    }
    expect(() => asResourceServer(guard, Object.create({ scope: '' }) as AccessNeed)).toThrow(/scope is ""/)
  })

  it('and so is an option that createResourceServer does not have', () => {
    const options = { server: harness().server, audience: API }
    expect(() => createResourceServer(options)).toThrow(/there is no option `audience`/)
  })
})
