/**
 * What an authentication request asks of the login: who it must be, how good and how recent.
 */
import { describe, expect, it } from 'vitest'
import { authorizeUrl, type Harness, pkce, redirected, START, snapshot } from '../../support/harness.js'
import { forum, idTokenOf, provider, signIn, userInfo } from './sign-in.js'

const ask = (h: Harness, changes: Record<string, string>, browser = h.browser()) =>
  browser.get(authorizeUrl(pkce().challenge, { scope: 'openid', ...changes }))

/** The reason for which the browser was sent to log in; null when it was not. */
const loginReason = (response: Response): string | null => {
  const { pathname, searchParams } = new URL(response.headers.get('location') ?? 'https://x.example')
  return pathname === '/app-login' ? searchParams.get('reason') : null
}

describe('id_token_hint', () => {
  it('of whoever is logged in changes nothing', async () => {
    const h = provider()
    const browser = h.browser()
    const { id_token } = await signIn(h, {}, browser)
    const answer = await ask(h, { id_token_hint: id_token, prompt: 'none' }, browser)
    expect(redirected(answer).get('code')).toMatch(/^gwac_/)
  })

  it('of an expired ID token counts as well', async () => {
    const h = provider()
    const browser = h.browser()
    const { id_token } = await signIn(h, {}, browser)
    h.now += 86_400_000
    const answer = await ask(h, { id_token_hint: id_token, prompt: 'none' }, browser)
    expect(redirected(answer).get('code')).toMatch(/^gwac_/)
  })

  it('of somebody else has them log in, and gives nobody else a code', async () => {
    const h = provider()
    const browser = h.browser()
    const { id_token } = await signIn(h, {}, browser)
    h.login = { subject: 'bob', authenticatedAt: START }
    expect(redirected(await ask(h, { id_token_hint: id_token, prompt: 'none' }, browser)).get('error')).toBe(
      'login_required',
    )
    expect(h.events.at(-1)).toMatchObject({ reason: 'login_lacks_subject' })
    let response = await ask(h, { id_token_hint: id_token }, browser)
    expect(loginReason(response)).toBe('select_account')
    const back = new URL(response.headers.get('location') ?? '').searchParams.get('return_to') ?? ''
    // Bob again, as often as he likes.
    for (let i = 0; i < 3; i++) response = await browser.get(back)
    expect(redirected(response).get('error')).toBe('login_required')
    expect(redirected(response).get('code')).toBeNull()
  })

  it('of somebody else lets that person in, once they are there', async () => {
    const h = provider()
    const browser = h.browser()
    const { id_token } = await signIn(h, {}, browser)
    h.login = { subject: 'bob', authenticatedAt: START }
    const response = await ask(h, { id_token_hint: id_token }, browser)
    h.login = { subject: 'alice', authenticatedAt: START }
    const back = new URL(response.headers.get('location') ?? '').searchParams.get('return_to') ?? ''
    expect(redirected(await browser.get(back)).get('code')).toMatch(/^gwac_/)
  })

  it.each<[string, (h: Harness) => Promise<string>]>([
    ['made up', async () => 'a.b.c'],
    ['an access token', async (h) => (await signIn(h)).access_token],
    [
      'what UserInfo has signed',
      async (h) => {
        const { access_token } = await signIn(h)
        return (await userInfo(h, access_token)).text
      },
    ],
    ['another server’s', async () => (await signIn(provider())).id_token],
    [
      'another client’s',
      async (h) => {
        const changes = { client_id: 'spa', redirect_uri: 'https://spa.example.com/cb' }
        const { verifier, challenge } = pkce()
        const browser = h.browser()
        const url = authorizeUrl(challenge, { scope: 'openid', ...changes })
        const page = await (await browser.get(url)).text()
        const { agree } = await import('./sign-in.js')
        const code = redirected(await agree(browser, page)).get('code') ?? ''
        const form = {
          grant_type: 'authorization_code',
          code,
          code_verifier: verifier,
          redirect_uri: changes.redirect_uri,
        }
        return ((await h.token(form, 'spa')).body as never as { id_token: string }).id_token
      },
    ],
    [
      'signed with none',
      async (h) => {
        const [, payload] = (await signIn(h)).id_token.split('.')
        return `${Buffer.from('{"alg":"none","typ":"JWT"}').toString('base64url')}.${payload}.`
      },
    ],
  ])('that is %s is invalid_request, and nothing is kept', async (_, hintOf) => {
    const h = provider({ clients: [{ ...forum, userinfo_signed_response_alg: 'RS256' }, spa] })
    const id_token_hint = await hintOf(h)
    const before = await snapshot(h)
    const answer = await ask(h, { id_token_hint })
    expect([redirected(answer).get('error'), redirected(answer).get('code')]).toEqual(['invalid_request', null])
    expect(redirected(answer).get('state')).toBe('the state & more')
    expect(h.events.at(-1)).toMatchObject({ reason: 'openid:id_token_hint' })
    expect(await snapshot(h)).toBe(before)
  })

  it('that contradicts the claim sub is invalid_request', async () => {
    const h = provider()
    const { id_token } = await signIn(h)
    const claims = JSON.stringify({ id_token: { sub: { value: 'bob' } } })
    expect(redirected(await ask(h, { id_token_hint: id_token, claims })).get('error')).toBe('invalid_request')
  })
})

const spa = {
  client_id: 'spa',
  token_endpoint_auth_method: 'none',
  redirect_uris: ['https://spa.example.com/cb'],
} as const

it('the claim sub with a value lets nobody else in', async () => {
  const h = provider()
  const browser = h.browser()
  await signIn(h, {}, browser)
  const silent = (value: string) =>
    ask(h, { prompt: 'none', claims: JSON.stringify({ id_token: { sub: { value } } }) }, browser)
  expect(redirected(await silent('alice')).get('code')).toMatch(/^gwac_/)
  expect(redirected(await silent('bob')).get('error')).toBe('login_required')
})

describe('acr', () => {
  const essential = JSON.stringify({ id_token: { acr: { essential: true, values: ['urn:two', 'urn:three'] } } })

  it('that is essential and not reached is asked for three times, and is a failed attempt then', async () => {
    const h = provider()
    const browser = h.browser()
    let response = await ask(h, { claims: essential }, browser)
    expect(loginReason(response)).toBe('fresh')
    const back = new URL(response.headers.get('location') ?? '').searchParams.get('return_to') ?? ''
    for (let i = 0; i < 3; i++) response = await browser.get(back)
    expect(redirected(response).get('error')).toBe('unmet_authentication_requirements')
    expect(h.events.at(-1)).toMatchObject({ reason: 'login_lacks_acr' })
  })

  it('that is essential lets in who has reached it, and the ID token says so', async () => {
    const h = provider()
    h.login = { subject: 'alice', authenticatedAt: START, acr: 'urn:three' }
    expect(await idTokenOf(h, await signIn(h, { claims: essential }))).toMatchObject({ acr: 'urn:three' })
  })

  it.each([
    ['acr_values', { acr_values: 'urn:two urn:one' }, {}],
    ['default_acr_values of the client', {}, { default_acr_values: ['urn:two', 'urn:one'] }],
    ['the claim acr without essential', { claims: '{"id_token":{"acr":{"values":["urn:two","urn:one"]}}}' }, {}],
  ])('in %s is voluntary, and the login is told of it', async (_, changes, fields) => {
    const h = provider({ clients: [{ ...forum, ...fields }] })
    expect(await signIn(h, changes)).toHaveProperty('id_token')
    h.login = null
    let told: readonly string[] = []
    const users = {
      current: async () => null,
      challenge: async (_visit: unknown, need: { acrValues: readonly string[] }) => {
        told = need.acrValues
        return { status: 204, headers: [], body: '' }
      },
    }
    await ask(provider({ clients: [{ ...forum, ...fields }], users }), changes)
    expect(told).toEqual(['urn:two', 'urn:one'])
  })

  it('with prompt=none is login_required', async () => {
    const h = provider()
    const browser = h.browser()
    await signIn(h, {}, browser)
    const answer = await ask(h, { claims: essential, prompt: 'none' }, browser)
    expect(redirected(answer).get('error')).toBe('login_required')
  })
})

describe('the time of the login', () => {
  it('is bounded by default_max_age of the client, unless the request says otherwise', async () => {
    const h = provider({ clients: [{ ...forum, default_max_age: 30 }] })
    expect(loginReason(await ask(h, {}))).toBe('fresh')
    expect((await ask(h, { max_age: '3600' })).status).toBe(200)
  })

  it.each([
    ['require_auth_time', { require_auth_time: true }, {}],
    ['an essential claim auth_time', {}, { claims: '{"id_token":{"auth_time":{"essential":true}}}' }],
  ])('must be known with %s', async (_, fields, changes) => {
    const h = provider({ clients: [{ ...forum, ...fields }] })
    expect((await ask(h, changes)).status).toBe(200)
    h.login = { subject: 'alice' }
    expect(loginReason(await ask(h, changes))).toBe('fresh')
  })
})

it.each([
  ['default_max_age', -1, 'must be a whole number of seconds'],
  ['default_max_age', '60', 'must be a whole number of seconds'],
  ['require_auth_time', 'yes', 'must be true or false'],
  ['default_acr_values', [], 'must be a list of at most 20'],
  ['default_acr_values', ['a b'], 'must be a list of at most 20'],
  ['subject_type', 'secret', 'must be public or pairwise'],
  ['id_token_signed_response_alg', 'none', 'must be RS256 or ES256'],
  ['id_token_signed_response_alg', 'HS256', 'must be RS256 or ES256'],
  ['userinfo_signed_response_alg', 'none', 'must be RS256 or ES256'],
])('a client cannot have %s %j', async (name, value, problem) => {
  const h = provider()
  const created = h.server.clients.create({ redirect_uris: ['https://app.example/cb'], [name]: value })
  await expect(created).rejects.toThrow(`${name} ${problem}`)
})

it.each([
  ['prompt', 'none login'],
  ['prompt', 'sometimes'],
  ['max_age', '-1'],
  ['max_age', 'soon'],
])('%s=%s is invalid_request, and nothing is kept', async (name, value) => {
  const h = provider()
  const before = await snapshot(h)
  expect(redirected(await ask(h, { [name]: value })).get('error')).toBe('invalid_request')
  expect(await snapshot(h)).toBe(before)
})

it('the answer comes in the fragment where the client asks for that, errors too', async () => {
  const h = provider()
  const browser = h.browser()
  await signIn(h, {}, browser)
  for (const [changes, member] of [
    [{}, 'code'],
    [{ max_age: 'soon' }, 'error'],
  ] as const) {
    const answer = await ask(h, { response_mode: 'fragment', ...changes }, browser)
    const { search, hash } = new URL(answer.headers.get('location') ?? '')
    expect(search).toBe('')
    const fields = new URLSearchParams(hash.slice(1))
    expect(fields.get(member)).not.toBeNull()
    expect([fields.get('state'), fields.get('iss')]).toEqual(['the state & more', 'https://auth.example.com'])
  }
})
