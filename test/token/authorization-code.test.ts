import { createHash } from 'node:crypto'
import { decodeProtectedHeader } from 'jose'
import { beforeEach, describe, expect, it } from 'vitest'
import { memoryStorage } from '../../src/storage/memory.js'
import {
  API,
  authenticated,
  CALLBACK,
  claimsOf,
  clients,
  garbled,
  grantIdOf,
  type Harness,
  harness,
  ISSUER,
  introspected,
  OTHER_API,
  obtainCode,
  obtainTokens,
  pkce,
  redeemForm,
  refreshForm,
  START,
  snapshot,
  storedGrant,
} from '../support/harness.js'

let h: Harness
beforeEach(() => {
  h = harness()
})

const BOTH = { resource: [API, OTHER_API], scope: 'read write admin' }

describe('the answer', () => {
  it('has exactly the members of RFC 6749 §5.1', async () => {
    const { status, body, headers } = await h.token(redeemForm(await obtainCode(h)))
    expect(status).toBe(200)
    expect(body).toEqual({
      access_token: expect.stringMatching(/^[\w-]+\.[\w-]+\.[\w-]+$/),
      token_type: 'Bearer',
      expires_in: 600,
      refresh_token: expect.stringMatching(/^gwrt_[\w-]{93}$/),
      scope: 'read',
    })
    expect(headers.get('cache-control')).toBe('no-store')
    expect(headers.get('pragma')).toBe('no-cache')
    expect(headers.get('content-type')).toMatch(/^application\/json/)
  })

  it('tells the scope also when it is what was asked for', async () => {
    expect((await obtainTokens(h, 'web', { scope: 'write read' })).scope).toBe('write read')
  })

  it('has a JWT of RFC 9068 with exactly the claims of the protocol', async () => {
    const tokens = await obtainTokens(h)
    expect(decodeProtectedHeader(tokens.access_token)).toEqual({
      alg: 'ES256',
      typ: 'at+jwt',
      kid: expect.any(String),
    })
    const now = START / 1000
    expect(claimsOf(tokens.access_token)).toEqual({
      iss: ISSUER,
      sub: 'alice',
      aud: API,
      client_id: 'web',
      scope: 'read',
      iat: now,
      exp: now + 600,
      jti: expect.stringMatching(`^g\\.${grantIdOf(tokens.refresh_token)}\\.[\\w-]{11}$`),
      auth_time: now - 60,
    })
  })

  it('has acr and amr of the login, where they are known', async () => {
    h.login = { subject: 'bob', acr: 'urn:high', amr: ['pwd', 'otp'] }
    const claims = claimsOf((await obtainTokens(h)).access_token)
    expect(claims).toMatchObject({ sub: 'bob', acr: 'urn:high', amr: ['pwd', 'otp'] })
    expect(claims).not.toHaveProperty('auth_time')
  })

  it('has an opaque token for a resource that wants one', async () => {
    const tokens = await obtainTokens(h, 'web', { resource: OTHER_API, scope: 'admin' })
    expect(tokens.access_token).toMatch(/^gwat_[\w-]+$/)
    expect(tokens).toMatchObject({ scope: 'admin', expires_in: 600, token_type: 'Bearer' })
  })

  it('has no refresh token for a client that is not registered for it', async () => {
    h = harness({ clients: [{ ...clients.web, grant_types: ['authorization_code'] }] })
    const { status, body } = await h.token(redeemForm(await obtainCode(h)))
    expect(status).toBe(200)
    expect(Object.keys(body).sort()).toEqual(['access_token', 'expires_in', 'scope', 'token_type'])
  })

  it('has the lifetime of the resource', async () => {
    h = harness({
      resources: { [API]: { scopes: { read: 'Read', write: 'Write', admin: 'Admin' }, accessTokenLifetime: 90 } },
    })
    const { access_token, expires_in } = await obtainTokens(h)
    expect(expires_in).toBe(90)
    expect(claimsOf(access_token).exp).toBe(START / 1000 + 90)
  })

  it('promises no more seconds than the token has', async () => {
    h.now = START + 999
    const { access_token, expires_in } = await obtainTokens(h)
    const { iat, exp } = claimsOf(access_token) as { iat: number; exp: number }
    expect(exp * 1000).toBeLessThanOrEqual(h.now + 600_000)
    expect(expires_in).toBe(exp - iat)
  })

  it('never lets an access token outlive its grant', async () => {
    h = harness({ grantLifetime: 100, refreshIdleLifetime: 100, accessTokenLifetime: 600 })
    const { access_token, expires_in } = await obtainTokens(h)
    expect(expires_in).toBe(100)
    expect(claimsOf(access_token).exp).toBe(START / 1000 + 100)
  })
})

describe('further claims', () => {
  it('of the app are in the token, asked for once with client, scope and resource', async () => {
    const asked: unknown[] = []
    h.claims = async (...call) => {
      asked.push(call)
      return { role: 'editor', 'https://example.com/tier': { level: 2 } }
    }
    const { access_token } = await obtainTokens(h)
    expect(claimsOf(access_token)).toMatchObject({ role: 'editor', 'https://example.com/tier': { level: 2 } })
    expect(asked).toEqual([['alice', { client_id: 'web', scope: ['read'], resource: API, for: 'access_token' }]])
  })

  it('never replace, or pass for, what the protocol says', async () => {
    const plain = claimsOf((await obtainTokens(h)).access_token)
    const evil = 'iss sub aud client_id scope iat exp nbf jti auth_time acr amr cnf act may_act sid events'.split(' ')
    h.claims = async () => Object.fromEntries([...evil.map((name) => [name, 'evil'] as const), ['ok', 1]])
    const claims = claimsOf((await obtainTokens(h)).access_token)
    expect(claims).toEqual({ ...plain, jti: claims.jti, ok: 1 })
    expect(claims.jti).toMatch(/^g\./)
  })

  it('cannot take over the whole token with a toJSON of their own', async () => {
    h.claims = async () => ({ toJSON: () => ({ sub: 'mallory' }) })
    expect(claimsOf((await obtainTokens(h)).access_token)).toMatchObject({ sub: 'alice', iss: ISSUER })
  })

  it('that fail are a server_error without detail, and the code is as good as before', async () => {
    const good = redeemForm(await obtainCode(h))
    const before = await snapshot(h)
    h.claims = async () => {
      throw new Error('canary of the hook')
    }
    const failed = await h.post('/oauth/token', ...authenticated(good, 'web'))
    expect(failed.status).toBe(500)
    const text = await failed.text()
    expect(JSON.parse(text)).toMatchObject({ error: 'server_error' })
    expect(text).not.toContain('canary')
    expect(await snapshot(h)).toBe(before)
    expect(h.events.at(-1)).toMatchObject({
      type: 'failed',
      endpoint: 'token',
      cause: { message: 'canary of the hook' },
    })
    h.claims = async () => ({})
    expect((await h.token(good)).status).toBe(200)
  })

  it('that cannot be written as JSON are a server_error, and the code is as good as before', async () => {
    const good = redeemForm(await obtainCode(h))
    const before = await snapshot(h)
    h.claims = async () => ({ big: 1n })
    expect((await h.token(good)).body.error).toBe('server_error')
    expect(await snapshot(h)).toBe(before)
    h.claims = async () => ({})
    expect((await h.token(good)).status).toBe(200)
  })

  it('of a user who is gone end the grant', async () => {
    const good = redeemForm(await obtainCode(h))
    h.claims = async () => null
    const refused = await h.token(good)
    expect(refused).toMatchObject({ status: 400, body: { error: 'invalid_grant' } })
    expect(await storedGrant(h, good.code)).toMatchObject({ status: 'revoked', because: 'subject_gone' })
    expect(h.events.filter(({ type }) => type === 'grant_revoked')).toMatchObject([{ reason: 'subject_gone' }])
    h.claims = async () => ({})
    expect(await h.token(good)).toMatchObject({ status: 400, body: { error: 'invalid_grant' } })
  })
})

describe('a code', () => {
  let good: ReturnType<typeof redeemForm>
  let before: string
  beforeEach(async () => {
    good = redeemForm(await obtainCode(h, BOTH))
    before = await snapshot(h)
  })

  /** Refused as said, byte for byte nothing changed, and the honest client still gets in. */
  async function expectRefusal(
    form: Record<string, string | string[]>,
    error: string,
    client: 'web' | 'posting' = 'web',
  ) {
    const { status, body } = await h.token(form, client)
    expect({ status, error: body.error }).toEqual({ status: 400, error })
    expect(body).not.toHaveProperty('access_token')
    expect(await snapshot(h)).toBe(before)
    expect((await h.token(good)).status).toBe(200)
  }

  const without = (name: string) => Object.fromEntries(Object.entries(good).filter(([key]) => key !== name))

  it('is good for just under 60 seconds', async () => {
    h.now += 59_999
    expect((await h.token(good)).status).toBe(200)
  })

  it('is invalid_grant from the 60th second on, and nothing changes', async () => {
    h.now += 60_000
    expect(await h.token(good)).toMatchObject({ status: 400, body: { error: 'invalid_grant' } })
    expect(await snapshot(h)).toBe(before)
  })

  it('lives as long as codeLifetime says', async () => {
    h = harness({ codeLifetime: 5 })
    const short = redeemForm(await obtainCode(h))
    h.now += 5_000
    expect((await h.token(short)).body.error).toBe('invalid_grant')
  })

  it('of another client is invalid_grant, and its own client still gets in', async () => {
    await expectRefusal(good, 'invalid_grant', 'posting')
  })

  it.each([
    ['a secret of somebody’s invention', (code: string) => garbled(code)],
    ['another grant id', (code: string) => garbled(code, 10)],
    ['a letter too many', (code: string) => `${code}A`],
    ['a letter too few', (code: string) => code.slice(0, -1)],
    ['another spelling of the same bytes', (code: string) => `${code}=`],
    ['the prefix of a refresh token', (code: string) => code.replace('gwac_', 'gwrt_')],
    ['no prefix', (code: string) => code.slice(5)],
    ['a blank before it', (code: string) => ` ${code}`],
    ['capitals', (code: string) => code.toUpperCase()],
    ['__proto__', () => '__proto__'],
  ])('with %s is invalid_grant and changes nothing', async (_, forge) => {
    await expectRefusal({ ...good, code: forge(good.code) }, 'invalid_grant')
  })

  it('cannot be replaced by a refresh token', async () => {
    const tokens = await obtainTokens(h)
    before = await snapshot(h)
    await expectRefusal({ ...good, code: tokens.refresh_token }, 'invalid_grant')
  })

  it('cannot take the place of a refresh token', async () => {
    await expectRefusal(refreshForm(good.code), 'invalid_grant')
  })

  it('without its verifier is invalid_grant and changes nothing', async () => {
    await expectRefusal(without('code_verifier'), 'invalid_grant')
  })

  it.each([
    ['too short', 'a'.repeat(42)],
    ['too long', 'a'.repeat(129)],
    ['with a character that is not allowed', `${'a'.repeat(43)}+`],
    ['not ASCII', 'ä'.repeat(43)],
  ])(
    'with a malformed verifier (%s) is an invalid_request, changes nothing, and does not count as a try',
    async (_, code_verifier) => {
      await expectRefusal({ ...good, code_verifier }, 'invalid_request')
    },
  )

  it('with the challenge as its verifier is invalid_grant: there is no plain', async () => {
    const challenge = createHash('sha256').update(good.code_verifier).digest('base64url')
    expect((await h.token({ ...good, code_verifier: challenge })).body.error).toBe('invalid_grant')
    expect((await h.token(good)).status).toBe(200)
  })

  it('survives four wrong verifiers', async () => {
    for (let i = 0; i < 4; i++) {
      expect((await h.token({ ...good, code_verifier: pkce().verifier })).body.error).toBe('invalid_grant')
    }
    expect((await h.token(good)).status).toBe(200)
  })

  it('ends with the fifth wrong verifier', async () => {
    for (let i = 0; i < 5; i++) {
      expect((await h.token({ ...good, code_verifier: pkce().verifier })).body.error).toBe('invalid_grant')
    }
    expect(await storedGrant(h, good.code)).toMatchObject({ status: 'revoked', because: 'wrong_verifiers' })
    expect((await h.token(good)).body.error).toBe('invalid_grant')
  })

  it('does not end by wrong verifiers of somebody who has no genuine code', async () => {
    for (let i = 0; i < 6; i++) await h.token({ ...good, code: garbled(good.code), code_verifier: pkce().verifier })
    for (let i = 0; i < 6; i++) await h.token({ ...good, code_verifier: pkce().verifier }, 'posting')
    expect(await snapshot(h)).toBe(before)
    expect((await h.token(good)).status).toBe(200)
  })

  it.each([
    ['another one of the web', 'https://evil.example.com/'],
    ['a slash more', `${CALLBACK}/`],
    ['a query more', `${CALLBACK}?`],
    ['another case', CALLBACK.toUpperCase()],
  ])('with another redirect_uri (%s) is invalid_grant and changes nothing', async (_, redirect_uri) => {
    await expectRefusal({ ...good, redirect_uri }, 'invalid_grant')
  })

  it('needs no redirect_uri, because PKCE binds it', async () => {
    expect((await h.token(without('redirect_uri'))).status).toBe(200)
  })

  it('of a native client is bound to the very port of the request', async () => {
    const redirect_uri = 'http://127.0.0.1:51004/cb'
    const obtained = { ...redeemForm(await obtainCode(h, { client_id: 'native', redirect_uri })), redirect_uri }
    before = await snapshot(h)
    const otherPort = { ...obtained, redirect_uri: 'http://127.0.0.1:51005/cb' }
    expect((await h.token(otherPort, 'native')).body.error).toBe('invalid_grant')
    expect(await snapshot(h)).toBe(before)
    expect((await h.token(obtained, 'native')).status).toBe(200)
  })

  it('gives no token for a resource that was not granted', async () => {
    good = redeemForm(await obtainCode(h))
    before = await snapshot(h)
    await expectRefusal({ ...good, resource: OTHER_API }, 'invalid_target')
  })

  it.each([
    ['unknown', 'https://nowhere.example.com'],
    ['not a URI', 'api'],
    ['two slashes more', `${API}//`],
  ])('gives no token for a resource that is %s', async (_, resource) => {
    await expectRefusal({ ...good, resource }, 'invalid_target')
  })

  it('gives one token, so two resources are invalid_target', async () => {
    await expectRefusal({ ...good, resource: [API, OTHER_API] }, 'invalid_target')
  })

  it('gives a token for the resource that is named, with the scope that was granted there', async () => {
    const { body } = await h.token({ ...good, resource: OTHER_API })
    expect(body.scope).toBe('admin')
    expect(await introspected(h, body.access_token, 'web')).toMatchObject({
      active: true,
      aud: OTHER_API,
      scope: 'admin',
    })
  })

  it('gives a token for the default resource when none is named', async () => {
    const { body } = await h.token(good)
    expect(claimsOf(body.access_token)).toMatchObject({ aud: API, scope: 'read write' })
  })

  it('has the scope that was approved: scope here is no upgrade', async () => {
    good = redeemForm(await obtainCode(h, { scope: 'read' }))
    expect((await h.token({ ...good, scope: 'read write admin' })).body.scope).toBe('read')
  })
})

describe('a code that comes again', () => {
  it('from its own client with the right verifier ends the grant and everything that came of it', async () => {
    const good = redeemForm(await obtainCode(h))
    const { body: tokens } = await h.token(good)
    expect(await introspected(h, tokens.access_token)).toMatchObject({ active: true })
    expect(await h.token(good)).toMatchObject({ status: 400, body: { error: 'invalid_grant' } })
    expect(await storedGrant(h, good.code)).toMatchObject({ status: 'revoked', because: 'replay' })
    expect((await h.token(refreshForm(tokens.refresh_token))).body.error).toBe('invalid_grant')
    expect(await introspected(h, tokens.access_token)).toEqual({ active: false })
    expect(h.events.filter(({ type }) => type === 'grant_revoked')).toMatchObject([{ reason: 'replay' }])
  })

  it('ends the grant also after the code would have expired', async () => {
    const good = redeemForm(await obtainCode(h))
    await h.token(good)
    h.now += 3_600_000
    await h.token(good)
    expect(await storedGrant(h, good.code)).toMatchObject({ status: 'revoked', because: 'replay' })
  })

  it.each([
    ['without a verifier', {}],
    ['with a wrong verifier', { code_verifier: pkce().verifier }],
    ['with a malformed verifier', { code_verifier: 'x' }],
  ])('%s changes nothing, so that a thief cannot log the user out', async (_, changes) => {
    const good = redeemForm(await obtainCode(h))
    const { body: tokens } = await h.token(good)
    const before = await snapshot(h)
    const { code_verifier: _verifier, ...rest } = good
    for (let i = 0; i < 6; i++) expect((await h.token({ ...rest, ...changes })).status).toBe(400)
    expect(await snapshot(h)).toBe(before)
    expect((await h.token(refreshForm(tokens.refresh_token))).status).toBe(200)
  })

  it('with another redirect_uri or from another client changes nothing', async () => {
    const good = redeemForm(await obtainCode(h))
    const { body: tokens } = await h.token(good)
    const before = await snapshot(h)
    expect((await h.token({ ...good, redirect_uri: 'https://evil.example.com' })).body.error).toBe('invalid_grant')
    expect((await h.token(good, 'posting')).body.error).toBe('invalid_grant')
    expect(await snapshot(h)).toBe(before)
    expect((await h.token(refreshForm(tokens.refresh_token))).status).toBe(200)
  })
})

describe('at the end of a grant', () => {
  it('a code gives nothing any more, even if the code itself would live on', async () => {
    h = harness({ codeLifetime: 600, grantLifetime: 60, refreshIdleLifetime: 60 })
    const good = redeemForm(await obtainCode(h))
    h.now += 100_000
    const { status, body } = await h.token(good)
    expect({ status, error: body.error }).toEqual({ status: 400, error: 'invalid_grant' })
  })
})

it('a code of one issuer is nothing to another one on the same store', async () => {
  const good = redeemForm(await obtainCode(h))
  const before = await snapshot(h)
  const other = harness({ storage: h.storage, issuer: 'https://other.example.com' })
  expect((await other.token(good)).body.error).toBe('invalid_grant')
  expect(await snapshot(h)).toBe(before)
  expect((await h.token(good)).status).toBe(200)
})

describe('presentations of one code that cross', () => {
  it('are one success and 199 refusals that change nothing; one that comes after the answer ends the grant', async () => {
    const good = redeemForm(await obtainCode(h))
    const answers = await Promise.all(Array.from({ length: 200 }, () => h.token(good)))
    const won = answers.filter(({ status }) => status === 200)
    const lost = answers.filter(({ status, body }) => status === 400 && body.error === 'invalid_grant')
    expect([won.length, lost.length]).toEqual([1, 199])
    expect(await storedGrant(h, good.code)).toMatchObject({ status: 'active' })
    const token = won[0]?.body.access_token ?? ''
    expect(await introspected(h, token)).toMatchObject({ active: true })
    expect(h.events.filter(({ type }) => type === 'code_redeemed')).toHaveLength(1)
    expect(h.events.filter((event) => event.type === 'refused' && event.reason === 'crossed')).toHaveLength(199)

    expect((await h.token(good)).body.error).toBe('invalid_grant')
    expect(await storedGrant(h, good.code)).toMatchObject({ status: 'revoked', because: 'replay' })
    expect(await introspected(h, token)).toEqual({ active: false })
    expect(h.events.filter(({ type }) => type === 'grant_revoked')).toHaveLength(1)
  })

  it('where the first is refused leave the code to whoever comes with the right verifier', async () => {
    const good = redeemForm(await obtainCode(h))
    const wrong = { ...good, code_verifier: pkce().verifier }
    const [guess, honest] = await Promise.all([h.token(wrong), h.token(good)])
    expect([guess.status, honest.status]).toEqual([400, 200])
  })

  it('and are replays, where the code was spent and answered before both: the grant ends', async () => {
    const good = redeemForm(await obtainCode(h))
    expect((await h.token(good)).status).toBe(200)
    await Promise.all([h.token(good), h.token(good)])
    expect(await storedGrant(h, good.code)).toMatchObject({ status: 'revoked', because: 'replay' })
  })

  it('do not hide a replay: one that comes after the answer ends the grant, whatever else is under way', async () => {
    const inner = memoryStorage()
    const store = gate()
    let isSlow = false
    const get: typeof inner.get = async (kind, id) => {
      if (kind === 'grant' && isSlow) await store.passed
      return inner.get(kind, id)
    }
    h = harness({ storage: { ...inner, get } })
    const good = redeemForm(await obtainCode(h))
    const answered = gate()
    h.claims = () => answered.passed.then(() => ({}))
    const first = h.token(good)
    // Until it has read the code and waits for the claims.
    await new Promise(setImmediate)
    isSlow = true
    const crossing = h.token(good)
    await new Promise(setImmediate)
    answered.open()
    expect((await first).status).toBe(200)
    const guess = h.token({ ...good, code_verifier: pkce().verifier })
    await new Promise(setImmediate)
    isSlow = false
    expect((await h.token(good)).body.error).toBe('invalid_grant')
    expect(await storedGrant(h, good.code)).toMatchObject({ status: 'revoked', because: 'replay' })
    store.open()
    expect((await Promise.all([crossing, guess])).map(({ status }) => status)).toEqual([400, 400])
  })

  it('leave no trace of themselves in the process', async () => {
    const good = redeemForm(await obtainCode(h))
    const failing = { ...good, resource: OTHER_API }
    await Promise.all([h.token(failing), h.token(failing)])
    expect((await h.token(good)).status).toBe(200)
    await h.token(good)
    expect(await storedGrant(h, good.code)).toMatchObject({ status: 'revoked', because: 'replay' })
  })
})

function gate(): { readonly passed: Promise<void>; readonly open: () => void } {
  let open = () => {}
  const passed = new Promise<void>((resolve) => {
    open = resolve
  })
  return { passed, open }
}
