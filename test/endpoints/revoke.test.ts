import { beforeEach, describe, expect, it } from 'vitest'
import {
  API,
  authenticated,
  basic,
  clients,
  encodeForm,
  garbled,
  type Harness,
  harness,
  ISSUER,
  introspected,
  OTHER_API,
  obtainTokens,
  refreshForm,
  snapshot,
  storedGrant,
  type Tokens,
} from '../support/harness.js'

let h: Harness
let tokens: Tokens

beforeEach(async () => {
  h = harness()
  tokens = await obtainTokens(h)
  h.events.length = 0
})

const revoke = (token: string, client: Parameters<typeof authenticated>[1] = 'web', more = {}) =>
  h.post('/oauth/revoke', ...authenticated({ token, ...more }, client))

/** 200, and nothing was written. */
async function expectIgnored(attempt: () => Promise<Response>) {
  const before = await snapshot(h)
  const response = await attempt()
  expect([response.status, await response.text()]).toEqual([200, ''])
  expect(await snapshot(h)).toBe(before)
  expect(h.events).toEqual([])
}

const isActive = async (token: string, client: Parameters<typeof introspected>[2] = 'api') =>
  (await introspected(h, token, client)).active

describe('a refresh token', () => {
  it('ends the grant: refresh token and access tokens', async () => {
    const response = await revoke(tokens.refresh_token)
    expect([response.status, await response.text()]).toEqual([200, ''])
    expect(response.headers.get('cache-control')).toBe('no-store')
    expect(await storedGrant(h, tokens.refresh_token)).toMatchObject({ status: 'revoked', because: 'client_request' })
    expect((await h.token(refreshForm(tokens.refresh_token))).body.error).toBe('invalid_grant')
    expect(await introspected(h, tokens.access_token)).toEqual({ active: false })
    expect(h.events).toMatchObject([
      { type: 'grant_revoked', reason: 'client_request', subject: 'alice' },
      { type: 'refused' },
    ])
  })

  it.each([0, 86_400_000])('that is spent ends the grant, too, %d ms later', async (later) => {
    const { refresh_token: newest } = (await h.token(refreshForm(tokens.refresh_token))).body
    h.now += later
    expect((await revoke(tokens.refresh_token)).status).toBe(200)
    expect((await h.token(refreshForm(newest))).body.error).toBe('invalid_grant')
    expect(await storedGrant(h, newest)).toMatchObject({ status: 'revoked', because: 'client_request' })
  })

  it('may be revoked again', async () => {
    await revoke(tokens.refresh_token)
    h.events.length = 0
    await expectIgnored(() => revoke(tokens.refresh_token))
  })

  it('of a public client is revoked by its client_id', async () => {
    const { refresh_token } = await obtainTokens(h, 'spa')
    expect((await revoke(refresh_token, 'spa')).status).toBe(200)
    expect((await h.token(refreshForm(refresh_token), 'spa')).body.error).toBe('invalid_grant')
  })

  it('ends its own grant and no other one of the same user and client', async () => {
    const other = await obtainTokens(h)
    await revoke(tokens.refresh_token)
    expect((await h.token(refreshForm(other.refresh_token))).status).toBe(200)
  })

  it.each(['access_token', 'refresh_token', 'something_else'])('is found whatever the hint says: %s', async (hint) => {
    await revoke(tokens.refresh_token, 'web', { token_type_hint: hint })
    expect(await storedGrant(h, tokens.refresh_token)).toMatchObject({ status: 'revoked' })
  })
})

describe('an access token', () => {
  it('ends only itself', async () => {
    const second = (await h.token(refreshForm(tokens.refresh_token))).body
    h.events.length = 0
    expect((await revoke(tokens.access_token)).status).toBe(200)
    expect(await isActive(tokens.access_token)).toBe(false)
    expect(await isActive(second.access_token)).toBe(true)
    expect((await h.token(refreshForm(second.refresh_token))).status).toBe(200)
    expect(h.events).toMatchObject([{ type: 'access_token_revoked', clientId: 'web' }, { type: 'refreshed' }])
  })

  it('that is opaque ends only itself', async () => {
    const changes = { resource: [API, OTHER_API], scope: 'read admin' }
    const { refresh_token } = await obtainTokens(h, 'web', changes)
    const one = (await h.token({ ...refreshForm(refresh_token), resource: OTHER_API })).body
    const two = (await h.token({ ...refreshForm(one.refresh_token), resource: OTHER_API })).body
    await revoke(one.access_token)
    expect(await isActive(one.access_token, 'web')).toBe(false)
    expect(await isActive(two.access_token, 'web')).toBe(true)
  })

  it('of a client’s own (JWT) ends', async () => {
    const own = async () => (await h.token({ grant_type: 'client_credentials' }, 'machine')).body.access_token
    const [one, two] = [await own(), await own()]
    expect((await revoke(one, 'machine')).status).toBe(200)
    expect([await isActive(one), await isActive(two)]).toEqual([false, true])
  })

  it('of a client’s own (opaque) ends', async () => {
    const form = { grant_type: 'client_credentials', resource: OTHER_API, scope: 'admin' }
    const own = async () => (await h.token(form, 'machine')).body.access_token
    const [one, two] = [await own(), await own()]
    await revoke(one, 'machine')
    expect([await isActive(one, 'machine'), await isActive(two, 'machine')]).toEqual([false, true])
  })

  it.each(['access_token', 'refresh_token'])('is found whatever the hint says: %s', async (hint) => {
    await revoke(tokens.access_token, 'web', { token_type_hint: hint })
    expect(await isActive(tokens.access_token)).toBe(false)
  })

  it('that has expired writes nothing', async () => {
    h.now += 600_000
    await expectIgnored(() => revoke(tokens.access_token))
  })

  it('stays revoked when seventeen are, and the refresh token lives', async () => {
    let { refresh_token } = tokens
    const revoked = [tokens.access_token]
    for (let i = 0; i < 17; i++) {
      h.now += 1000
      const next = (await h.token(refreshForm(refresh_token))).body
      refresh_token = next.refresh_token
      revoked.push(next.access_token)
    }
    for (const token of revoked) await revoke(token)
    for (const token of revoked) expect(await isActive(token)).toBe(false)
    h.now += 1000
    const after = await h.token(refreshForm(refresh_token))
    expect(after.status).toBe(200)
    expect(await isActive(after.body.access_token)).toBe(true)
  })
})

describe('is answered with the same empty 200, and changes nothing:', () => {
  it('a refresh token of another client', async () => {
    await expectIgnored(() => revoke(tokens.refresh_token, 'posting'))
    expect((await h.token(refreshForm(tokens.refresh_token))).status).toBe(200)
  })

  it('a refresh token of another client, named by a public one', async () => {
    await expectIgnored(() => revoke(tokens.refresh_token, 'spa'))
  })

  it('an access token of another client', async () => {
    await expectIgnored(() => revoke(tokens.access_token, 'posting'))
    expect(await isActive(tokens.access_token)).toBe(true)
  })

  it('an access token, by the API that it is for', async () => {
    await expectIgnored(() => revoke(tokens.access_token, 'api'))
  })

  it('a client’s own token, by another client', async () => {
    const { access_token } = (await h.token({ grant_type: 'client_credentials' }, 'machine')).body
    h.events.length = 0
    await expectIgnored(() => revoke(access_token, 'api'))
    expect(await isActive(access_token)).toBe(true)
  })

  it.each([
    ['a forged secret', (t: Tokens) => garbled(t.refresh_token)],
    ['a forged family proof', (t: Tokens) => garbled(t.refresh_token, 30)],
    ['a generation that has not come yet', (t: Tokens) => garbled(t.refresh_token, 51)],
    ['another grant id', (t: Tokens) => garbled(t.refresh_token, 10)],
    ['a JWT with a forged signature', (t: Tokens) => garbled(t.access_token)],
    ['a JWT with another payload', (t: Tokens) => garbled(t.access_token, 200)],
    ['a JWT without a signature', (t: Tokens) => `${t.access_token.split('.').slice(0, 2).join('.')}.`],
    ['a forged opaque token', () => `gwat_${'A'.repeat(100)}`],
    ['something else', () => 'x'],
    ['__proto__', () => '__proto__'],
    ['a code', () => `gwac_${'A'.repeat(65)}`],
  ])('%s', async (_, forge) => {
    await expectIgnored(() => revoke(forge(tokens)))
    expect((await h.token(refreshForm(tokens.refresh_token))).status).toBe(200)
  })

  it('a refresh token, at another issuer on the same store', async () => {
    const before = await snapshot(h)
    const other = harness({ storage: h.storage, issuer: 'https://other.example.com' })
    const form = authenticated({ token: tokens.refresh_token }, 'web')
    expect((await other.post('/oauth/revoke', ...form)).status).toBe(200)
    expect(await snapshot(h)).toBe(before)
  })
})

describe('a request that is wrong', () => {
  const form = () => ({ token: tokens.refresh_token })
  const web = basic('web', clients.web.client_secret)

  it.each([
    ['a wrong secret', () => h.post('/oauth/revoke', form(), basic('web', 'wrong')), 401, 'invalid_client'],
    ['no client', () => h.post('/oauth/revoke', form()), 401, 'invalid_client'],
    [
      'a confidential client’s name alone',
      () => h.post('/oauth/revoke', { ...form(), client_id: 'web' }),
      401,
      'invalid_client',
    ],
    ['two methods', () => h.post('/oauth/revoke', { ...form(), client_secret: 'x' }, web), 400, 'invalid_request'],
    ['no token', () => h.post('/oauth/revoke', {}, web), 400, 'invalid_request'],
    ['an empty token', () => h.post('/oauth/revoke', { token: '' }, web), 400, 'invalid_request'],
    ['two tokens', () => h.post('/oauth/revoke', { token: [tokens.refresh_token, 'x'] }, web), 400, 'invalid_request'],
    [
      'JSON',
      () => h.post('/oauth/revoke', JSON.stringify(form()), { ...web, 'content-type': 'application/json' }),
      400,
      'invalid_request',
    ],
    [
      'too large',
      () => h.post('/oauth/revoke', `${encodeForm(form())}&x=${'y'.repeat(65_536)}`, web),
      413,
      'invalid_request',
    ],
    ['only in the query', () => h.post(`/oauth/revoke?${encodeForm(form())}`, '', web), 400, 'invalid_request'],
  ] as [string, () => Promise<Response>, number, string][])('%s', async (_, attempt, status, error) => {
    const before = await snapshot(h)
    const response = await attempt()
    expect([response.status, await response.json()]).toMatchObject([status, { error }])
    expect(response.headers.get('cache-control')).toBe('no-store')
    expect(await snapshot(h)).toBe(before)
    expect((await h.token(refreshForm(tokens.refresh_token))).status).toBe(200)
  })

  it('GET is 405 with Allow: POST, and revokes nothing', async () => {
    const response = await h.server.fetch(new Request(`${ISSUER}/oauth/revoke?${encodeForm(form())}`, { headers: web }))
    expect([response.status, response.headers.get('allow')]).toEqual([405, 'POST'])
    expect((await h.token(refreshForm(tokens.refresh_token))).status).toBe(200)
  })
})
