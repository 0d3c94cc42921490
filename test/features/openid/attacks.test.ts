/**
 * What somebody might try with OpenID Connect to learn, or to be let in to, more than a person has allowed.
 */
import { describe, expect, it } from 'vitest'
import { openid } from '../../../src/features/openid/index.js'
import type { Feature } from '../../../src/points/feature.js'
import {
  API,
  authorizeUrl,
  type Browser,
  clients,
  type Harness,
  OTHER_API,
  pkce,
  redeemForm,
  redirected,
  refreshForm,
  snapshot,
} from '../../support/harness.js'
import {
  ada,
  agree,
  boxesIn,
  forum,
  idTokenOf,
  provider,
  type SignedIn,
  signIn,
  USERINFO,
  userInfo,
} from './sign-in.js'

type Changes = Record<string, string | readonly string[]>
const ask = (browser: Browser, changes: Changes, challenge = pkce().challenge) =>
  browser.get(authorizeUrl(challenge, { scope: 'openid', ...changes }))
const wanting = (claims: object) => JSON.stringify(claims)

/** Agrees to a request but for the boxes that stand for some scope, and gets its tokens. */
async function signInWithout(h: Harness, browser: Browser, unticked: string, changes: Changes): Promise<SignedIn> {
  const { verifier, challenge } = pkce()
  const page = await (await ask(browser, changes, challenge)).text()
  const box = [...page.matchAll(/name="(scope_\d+_\d+)"[\s\S]*?<\/label>/g)].find(([label]) => label.includes(unticked))
  const answer = await agree(browser, page, [box?.[1] ?? ''])
  return (await h.token(redeemForm({ code: redirected(answer).get('code') ?? '', verifier }))).body as SignedIn
}

describe('a box that was unticked', () => {
  const both = wanting({ userinfo: { email: null }, id_token: { email: { essential: true } } })

  it('keeps the claims of its scope back, also where the parameter claims asks for them, and later', async () => {
    const h = provider()
    const browser = h.browser()
    const tokens = await signInWithout(h, browser, 'email address', { scope: 'openid email', claims: both })
    expect(tokens.scope).toBe('openid')
    for (const each of [tokens, (await h.token(refreshForm(tokens.refresh_token))).body as SignedIn]) {
      expect((await userInfo(h, each.access_token)).body).toEqual({ sub: 'alice' })
      expect(await idTokenOf(h, each)).not.toHaveProperty('email')
    }
    expect((await ask(browser, { claims: both })).status).toBe(200)
  })

  it('is the only line of the page about them; ticked, they come where and as they are wanted', async () => {
    const h = provider()
    const browser = h.browser()
    const page = await (await ask(browser, { scope: 'openid email', claims: both })).text()
    expect(page).not.toContain('See also')
    expect(boxesIn(page)).toHaveLength(1)
    const tokens = await signIn(h, { scope: 'openid email', claims: both })
    expect(await idTokenOf(h, tokens)).toMatchObject({ email: ada.email })
    const other = wanting({ userinfo: { email: { value: 'other@example.com' } } })
    const none = await signIn(h, { scope: 'openid email', claims: other })
    expect((await userInfo(h, none.access_token)).body).toEqual({ sub: 'alice', email_verified: true })
  })
})

describe('an API that UserInfo tells what the client may know', () => {
  const silent = { prompt: 'none' }

  it('is agreed to as such: not by who agreed to the account and to the API apart', async () => {
    const h = provider()
    const browser = h.browser()
    await signIn(h, { scope: 'openid email' }, browser)
    await signIn(h, { scope: 'read' }, browser)
    expect(redirected(await ask(browser, { scope: 'openid email read', ...silent })).get('error')).toBe(
      'consent_required',
    )
  })

  it('and not by who agreed to it for another one', async () => {
    const h = provider()
    const browser = h.browser()
    await signIn(h, { scope: 'openid read', resource: API }, browser)
    expect(redirected(await ask(browser, { scope: 'openid read', ...silent })).get('code')).toMatch(/^gwac_/)
    expect(redirected(await ask(browser, { scope: 'openid', ...silent })).get('code')).toMatch(/^gwac_/)
    const more = { scope: 'openid read admin', resource: [API, OTHER_API] }
    expect(redirected(await ask(browser, { ...more, ...silent })).get('error')).toBe('consent_required')
  })

  it('learns nothing by a token that a refresh has narrowed to its own scope', async () => {
    const h = provider()
    const { refresh_token } = await signIn(h, { scope: 'openid email read' })
    const { body } = await h.token({ ...refreshForm(refresh_token), scope: 'read' })
    expect((await userInfo(h, body.access_token)).status).toBe(403)
  })
})

describe('a client whose scope is limited', () => {
  const limited = { ...forum, scope: 'openid read', first_party: true }
  const claims = wanting({ userinfo: { email: null, phone_number: null }, id_token: { email: null } })

  it('gets nothing more by the parameter claims', async () => {
    const h = provider({ clients: [limited] })
    const tokens = await signIn(h, { claims })
    expect((await userInfo(h, tokens.access_token)).body).toEqual({ sub: 'alice' })
    expect(await idTokenOf(h, tokens)).not.toHaveProperty('email')
  })

  it('gets nothing more from a grant of before', async () => {
    const h = provider({ clients: [] })
    const about = { redirect_uris: [...clients.web.redirect_uris], first_party: true }
    const { client, clientSecret = '' } = await h.server.clients.create(about)
    const { client_id } = client
    const basic = { authorization: `Basic ${btoa(`${client_id}:${clientSecret}`)}` }
    const { verifier, challenge } = pkce()
    const answer = await ask(h.browser(), { client_id, claims }, challenge)
    const form = redeemForm({ code: redirected(answer).get('code') ?? '', verifier })
    const tokens = (await (await h.post('/oauth/token', form, basic)).json()) as SignedIn
    expect((await userInfo(h, tokens.access_token)).body).toMatchObject({ email: ada.email })
    await h.server.clients.update(client_id, { ...about, scope: 'openid' })
    expect((await userInfo(h, tokens.access_token)).body).toEqual({ sub: 'alice' })
  })
})

describe('a client to which nobody has agreed', () => {
  it.each([
    ['who is there', { id_token: { sub: { value: 'alice' } } }, { id_token: { sub: { value: 'bob' } } }],
    [
      'how they have logged in',
      { id_token: { acr: { essential: true, value: 'urn:one' } } },
      { id_token: { acr: { essential: true, value: 'urn:two' } } },
    ],
  ])('does not learn %s with prompt=none', async (_, right, wrong) => {
    const h = provider()
    h.login = { subject: 'alice', authenticatedAt: h.now, acr: 'urn:one' }
    const told = async (claims: object) => {
      const answer = redirected(await ask(h.browser(), { claims: wanting(claims), prompt: 'none' }))
      return [answer.get('error'), answer.get('error_description')]
    }
    expect(await told(right)).toEqual(await told(wrong))
    expect((await told(right))[0]).toBe('login_required')
  })
})

describe('what must be so and cannot be told', () => {
  it.each([
    ['two users', { id_token: { sub: { values: ['bob', 'carol'] } } }],
    ['a user that is no string', { id_token: { sub: { value: 5 } } }],
    ['two users in two places', { id_token: { sub: { value: 'alice' } }, userinfo: { sub: { value: 'bob' } } }],
    ['an acr that is no string', { id_token: { acr: { essential: true, values: [2] } } }],
  ])('is invalid_request: %s', async (_, claims) => {
    const h = provider()
    const answer = redirected(await ask(h.browser(), { claims: wanting(claims) }))
    expect([answer.get('error'), answer.get('code')]).toEqual(['invalid_request', null])
  })

  it('is not passed over because another feature asks for nothing of the kind', async () => {
    const feature: Feature = {
      name: 'aa',
      terms: [{ name: 'aa', parse: () => true, demand: () => ({ subject: 'bob' }) }],
    }
    const h = provider({ features: [openid(), feature] })
    const answer = await ask(h.browser(), {})
    expect(answer.headers.get('location')).toContain('reason=select_account')
  })
})

describe('what is too much', () => {
  it('claims that are nested without end are invalid_request, and nothing is kept', async () => {
    const h = provider()
    const before = await snapshot(h)
    const claims = `{"userinfo":{"x":{"value":${'['.repeat(3900)}${']'.repeat(3900)}}}}`
    expect(redirected(await ask(h.browser(), { claims })).get('error')).toBe('invalid_request')
    expect(await snapshot(h)).toBe(before)
    expect(h.events.filter(({ type }) => type === 'failed')).toEqual([])
  })

  it('a hint that makes a request too large is told as such', async () => {
    const h = provider()
    h.login = { subject: 'a'.repeat(255), authenticatedAt: h.now }
    const { id_token } = await signIn(h)
    const sized = (nonce: number) => ask(h.browser(), { id_token_hint: id_token, nonce: 'n'.repeat(nonce) })
    expect(redirected(await sized(3000)).get('code')).toMatch(/^gwac_/)
    expect(redirected(await sized(3950)).get('error')).toBe('invalid_request')
    expect(h.events.at(-1)).toMatchObject({ reason: 'request_too_large' })
  })
})

describe('UserInfo', () => {
  it('takes a token in one way only, and says to other schemes what it takes', async () => {
    const h = provider()
    const { access_token } = await signIn(h)
    const both = { method: 'POST', body: new URLSearchParams({ access_token }) }
    expect((await userInfo(h, access_token, both)).status).toBe(400)
    for (const scheme of ['Basic YTpi', 'DPoP abc']) {
      const { status, headers } = await userInfo(h, null, { headers: { authorization: scheme } })
      expect([status, headers.get('www-authenticate')]).toEqual([401, 'Bearer scope="openid"'])
    }
  })

  it('leaves out what is no value', async () => {
    const h = provider()
    h.claims = async () => ({ updated_at: Number.NaN, name: '', nickname: null, email: undefined })
    const { access_token } = await signIn(h, { scope: 'openid profile email' })
    expect((await userInfo(h, access_token)).body).toEqual({ sub: 'alice' })
  })
})

it('a server without APIs says that openid is missing', async () => {
  const h = provider({ resources: undefined, clients: [forum] })
  for (const changes of [{ scope: 'email profile' }, { scope: '' }]) {
    const answer = redirected(await ask(h.browser(), changes))
    expect(answer.get('error')).toBe('invalid_scope')
    expect(h.events.at(-1)).toMatchObject({ hint: expect.stringContaining('right would be "openid"') })
  }
  expect((await signIn(h)).scope).toBe('openid')
  expect(USERINFO).toContain('/userinfo')
})

it('with max_age the time of the login must be known, also of a new one', async () => {
  const h = provider()
  const browser = h.browser()
  h.login = null
  const back = new URL((await ask(browser, { max_age: '60' })).headers.get('location') ?? '').searchParams.get(
    'return_to',
  )
  h.login = { subject: 'alice', sessionId: 'new' }
  const again = await browser.get(back ?? '')
  expect(again.headers.get('location')).toContain('reason=fresh')
})
