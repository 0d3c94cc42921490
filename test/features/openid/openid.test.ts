/**
 * OpenID Connect: ID tokens, UserInfo and what the metadata say of them.
 */
import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { createResourceServer, type ResourceServer } from '../../../src/resource/index.js'
import { show } from '../../resource/issuer.js'
import {
  API,
  authorizeUrl,
  claimsOf,
  type Harness,
  harness,
  ISSUER,
  introspected,
  pkce,
  redeemForm,
  redirected,
  refreshForm,
  START,
  snapshot,
} from '../../support/harness.js'
import {
  ada,
  agree,
  boxesIn,
  forum,
  idTokenOf,
  metadata,
  provider,
  type SignedIn,
  signIn,
  tokensFor,
  USERINFO,
  userInfo,
} from './sign-in.js'

const seconds = START / 1000

describe('an ID token', () => {
  it('says who logged in, when, and to which client', async () => {
    const h = provider()
    h.login = { subject: 'alice', authenticatedAt: START - 60_000, acr: 'urn:two', amr: ['pwd', 'otp'] }
    const tokens = await signIn(h, { nonce: 'n-0S6_WzA2Mj' })
    const { header, ...claims } = await idTokenOf(h, tokens)
    expect(header).toMatchObject({ alg: 'RS256', typ: 'JWT' })
    expect(claims).toEqual({
      iss: ISSUER,
      sub: 'alice',
      aud: 'web',
      iat: seconds,
      exp: seconds + 600,
      auth_time: seconds - 60,
      acr: 'urn:two',
      amr: ['pwd', 'otp'],
      nonce: 'n-0S6_WzA2Mj',
      sid: expect.stringMatching(/^[\w-]{43}$/),
      at_hash: createHash('sha256').update(tokens.access_token).digest().subarray(0, 16).toString('base64url'),
    })
  })

  it('comes with a refresh, too, of the same login and without the nonce', async () => {
    const h = provider()
    const first = await signIn(h, { nonce: 'once' })
    h.now += 300_000
    const { body } = await h.token(refreshForm(first.refresh_token))
    const [before, after] = [await idTokenOf(h, first), await idTokenOf(h, body as typeof first)]
    expect(after).toMatchObject({ sub: 'alice', auth_time: before.auth_time, iat: seconds + 300 })
    expect(after).not.toHaveProperty('nonce')
  })

  it('comes only where openid was granted, and is in the scope of the token', async () => {
    const h = provider()
    expect(await signIn(h, { scope: 'read' })).not.toHaveProperty('id_token')
    const both = await signIn(h, { scope: 'openid read' })
    expect(both).toHaveProperty('id_token')
    const { body } = await h.token({ ...refreshForm(both.refresh_token), scope: 'read' })
    expect(body).not.toHaveProperty('id_token')
  })

  it.each(['RS256', 'PS256', 'ES256'] as const)('is signed with %s for a client that asks for that', async (alg) => {
    const client = { ...forum, id_token_signed_response_alg: alg }
    const h = provider({ clients: [client] }, { algorithms: ['RS256', 'PS256', 'ES256'] })
    expect((await idTokenOf(h, await signIn(h))).header.alg).toBe(alg)
  })

  it('is signed with ES256 where the server signs with another algorithm', async () => {
    const h = provider({ clients: [{ ...forum, id_token_signed_response_alg: 'ES256' }], signingAlgorithm: 'EdDSA' })
    expect((await idTokenOf(h, await signIn(h))).header.alg).toBe('ES256')
  })

  it('is never signed with what is not offered any more: nothing is issued and nothing ends', async () => {
    const client = { ...forum, client_id: 'web', id_token_signed_response_alg: 'PS256' }
    const before = provider({ clients: [client] }, { algorithms: ['RS256', 'PS256'] })
    const tokens = await signIn(before)
    expect(() => provider({ clients: [client] })).toThrow('id_token_signed_response_alg must be RS256 or ES256')
    expect((await userInfo(before, tokens.access_token)).status).toBe(200)
  })

  it('is no access token', async () => {
    const h = provider()
    const { id_token } = await signIn(h, { scope: 'openid read' })
    expect(await introspected(h, id_token, 'api')).toEqual({ active: false })
    expect((await userInfo(h, id_token)).status).toBe(401)
  })
})

describe('an access token', () => {
  it('is for UserInfo where no API is asked for, and has none of the claims that UserInfo tells', async () => {
    const h = provider()
    const { access_token } = await signIn(h, { scope: 'openid profile email' })
    expect(claimsOf(access_token)).toMatchObject({ aud: USERINFO, scope: 'openid profile email', plan: 'gold' })
    for (const name of ['name', 'email']) expect(claimsOf(access_token)).not.toHaveProperty(name)
  })

  it('is the API’s where one is asked for, and UserInfo takes it all the same', async () => {
    const h = provider()
    const { access_token, id_token } = await signIn(h, { scope: 'openid email read' })
    expect(claimsOf(access_token)).toMatchObject({ aud: API, scope: 'read openid email' })
    expect(id_token).toMatch(/^ey/)
    expect((await userInfo(h, access_token)).body).toEqual({
      sub: 'alice',
      email: 'ada@example.com',
      email_verified: true,
    })
  })

  it('of a server without APIs is for UserInfo alone', async () => {
    const h = provider({ resources: undefined, clients: [forum] })
    const { access_token } = await signIn(h, { scope: 'openid read' })
    expect(claimsOf(access_token)).toMatchObject({ aud: USERINFO, scope: 'openid' })
  })
})

describe('identity scope', () => {
  it('means nothing without openid: nobody is asked, nothing is granted', async () => {
    const h = provider()
    const tokens = await signIn(h, { scope: 'read email' })
    expect(tokens.scope).toBe('read')
    expect((await userInfo(h, tokens.access_token)).status).toBe(403)
  })

  it('is told on the consent page, where all but openid can be left out, for good', async () => {
    const h = provider()
    const browser = h.browser()
    const { challenge, verifier } = pkce()
    const page = await (await browser.get(authorizeUrl(challenge, { scope: 'openid profile email' }))).text()
    for (const words of ['Your account', 'Recognize you when you log in', 'See your profile', 'See your email address'])
      expect(page).toContain(words)
    expect(page).not.toContain('Let the services named here')
    expect(boxesIn(page)).toHaveLength(2)
    const answer = await agree(browser, page, boxesIn(page).slice(1))
    const { body } = await h.token(redeemForm({ code: redirected(answer).get('code') ?? '', verifier }))
    expect(body.scope).toBe('openid profile')
    const { body: told } = await userInfo(h, body.access_token)
    expect(told).toMatchObject({ name: ada.name })
    expect(told).not.toHaveProperty('email')
  })

  it('beside an API comes with a word that the API can see it, too', async () => {
    const h = provider()
    const browser = h.browser()
    const { challenge } = pkce()
    const german = { scope: 'openid email read', ui_locales: 'de' }
    const page = await (await browser.get(authorizeUrl(challenge, german))).text()
    for (const words of ['Ihr Konto', 'Ihre E-Mail-Adresse sehen', 'Die hier genannten Dienste'])
      expect(page).toContain(words)
  })

  it('that was agreed to is not asked for again, whatever the nonce, and more is', async () => {
    const h = provider()
    const browser = h.browser()
    await signIn(h, { scope: 'openid email', nonce: 'one' }, browser)
    const again = async (changes: Record<string, string>) =>
      (await browser.get(authorizeUrl(pkce().challenge, changes))).status
    expect(await again({ scope: 'openid email', nonce: 'two' })).toBe(303)
    expect(await again({ scope: 'openid' })).toBe(303)
    expect(await again({ scope: 'openid email phone' })).toBe(200)
  })
})

describe('UserInfo', () => {
  it('tells what the scope stands for, and nothing that the app says besides', async () => {
    const h = provider()
    const asked: unknown[] = []
    h.claims = async (subject, context) => {
      if (context.for === 'userinfo') asked.push([subject, context])
      return ada
    }
    const { access_token } = await signIn(h, { scope: 'openid profile address phone' })
    const { status, headers, body } = await userInfo(h, access_token)
    expect([status, headers.get('cache-control'), headers.get('content-type')]).toEqual([
      200,
      'no-store',
      'application/json;charset=utf-8',
    ])
    const { email, email_verified, password_hash, updated_at, ...rest } = ada
    expect(body).toEqual({ sub: 'alice', ...rest })
    expect(asked).toEqual([
      [
        'alice',
        expect.objectContaining({
          client_id: 'web',
          resource: USERINFO,
          claims: expect.arrayContaining(['name', 'phone_number_verified']),
        }),
      ],
    ])
  })

  it.each<[string, (token: string) => RequestInit]>([
    ['the header, with GET', (token) => ({ headers: { authorization: `Bearer ${token}` } })],
    ['the header, with POST', (token) => ({ method: 'POST', headers: { authorization: `bearer ${token}` } })],
    ['a form that is posted', (token) => ({ method: 'POST', body: new URLSearchParams({ access_token: token }) })],
  ])('takes a token in %s', async (_, init) => {
    const h = provider()
    const { access_token } = await signIn(h)
    expect((await userInfo(h, null, init(access_token))).body).toEqual({ sub: 'alice' })
  })

  it('answers 401 without a code to no token, and does not take one in the URL', async () => {
    const h = provider()
    const { access_token } = await signIn(h)
    const none = await userInfo(h, null)
    expect([none.status, none.headers.get('www-authenticate')]).toEqual([401, 'Bearer scope="openid"'])
    const url = `${USERINFO}?access_token=${access_token}`
    expect((await h.server.fetch(new Request(url))).status).toBe(401)
  })

  it.each<[string, (h: ReturnType<typeof provider>) => Promise<string>]>([
    ['that is made up', async () => 'ey.not.a.token'],
    [
      'that has expired',
      async (h) => {
        const { access_token } = await signIn(h)
        h.now += 600_000
        return access_token
      },
    ],
    [
      'whose grant was revoked',
      async (h) => {
        const { access_token } = await signIn(h)
        await h.server.users.signOut('alice')
        return access_token
      },
    ],
    [
      'that no person has approved',
      async (h) => (await h.token({ grant_type: 'client_credentials', scope: 'openid' })).body.access_token,
    ],
  ])('says invalid_token to one %s', async (_, tokenOf) => {
    const h = provider({
      clients: [{ ...forum, grant_types: ['authorization_code', 'refresh_token', 'client_credentials'] }],
    })
    const { status, headers, body } = await userInfo(h, await tokenOf(h))
    expect([status, body.error]).toEqual([401, 'invalid_token'])
    expect(headers.get('www-authenticate')).toMatch(/^Bearer error="invalid_token", error_description="/)
    expect(body).not.toHaveProperty('sub')
  })

  it('says insufficient_scope to one without openid', async () => {
    const h = provider()
    const { status, headers } = await userInfo(h, (await signIn(h, { scope: 'read' })).access_token)
    expect(status).toBe(403)
    expect(headers.get('www-authenticate')).toContain('error="insufficient_scope"')
    expect(headers.get('www-authenticate')).toContain('scope="openid"')
  })

  it('ends the grant of somebody who is gone', async () => {
    const h = provider()
    const { access_token, refresh_token } = await signIn(h, { scope: 'openid email' })
    h.claims = async () => null
    expect((await userInfo(h, access_token)).status).toBe(401)
    expect(h.events.at(-2)).toMatchObject({ type: 'grant_revoked', reason: 'subject_gone' })
    h.claims = async () => ada
    expect((await h.token(refreshForm(refresh_token))).body.error).toBe('invalid_grant')
  })

  it('is signed for a client that asks for that, and says whose it is and for whom', async () => {
    const h = provider({ clients: [{ ...forum, userinfo_signed_response_alg: 'ES256' }] })
    const { access_token } = await signIn(h, { scope: 'openid email' })
    const { headers, text } = await userInfo(h, access_token)
    expect(headers.get('content-type')).toBe('application/jwt')
    expect(await idTokenOf(h, { id_token: text })).toMatchObject({
      ...{ iss: ISSUER, aud: 'web', sub: 'alice', email: 'ada@example.com' },
      header: { alg: 'ES256' },
    })
  })

  it('can be asked by a script of any origin', async () => {
    const h = provider()
    const headers = {
      origin: 'https://spa.example',
      'access-control-request-method': 'GET',
      'access-control-request-headers': 'authorization',
    }
    const preflight = await h.server.fetch(new Request(USERINFO, { method: 'OPTIONS', headers }))
    expect(preflight.headers.get('access-control-allow-origin')).toBe('*')
  })
})

describe('the parameter claims', () => {
  const asking = (claims: unknown) => ({ scope: 'openid', claims: JSON.stringify(claims) })

  it('asks for single claims, each where it is wanted', async () => {
    const h = provider()
    const tokens = await signIn(h, asking({ userinfo: { birthdate: { essential: true } }, id_token: { email: null } }))
    expect((await userInfo(h, tokens.access_token)).body).toEqual({ sub: 'alice', birthdate: ada.birthdate })
    expect(await idTokenOf(h, tokens)).toMatchObject({ email: ada.email })
    expect(await idTokenOf(h, tokens)).not.toHaveProperty('birthdate')
  })

  it('stays for refreshes', async () => {
    const h = provider()
    const { refresh_token } = await signIn(h, asking({ id_token: { email: null } }))
    const { body } = await h.token(refreshForm(refresh_token))
    expect(await idTokenOf(h, body as never)).toMatchObject({ email: ada.email })
  })

  it('is told on the consent page, in words, and what was agreed to is not asked again', async () => {
    const h = provider()
    const browser = h.browser()
    const ask = async (claims: object, more = {}) =>
      browser.get(authorizeUrl(pkce().challenge, { ...asking(claims), ...more }))
    const page = await (await ask({ userinfo: { birthdate: null, email: null } })).text()
    expect(page).toContain('See also: date of birth')
    expect(page).toContain('See also: email address')
    await agree(browser, page)
    expect((await ask({ userinfo: { email: null } })).status).toBe(303)
    expect((await ask({ id_token: { phone_number: null } })).status).toBe(200)
    const french = await (await ask({ id_token: { phone_number: null } }, { ui_locales: 'fr-CA' })).text()
    expect(french).toContain('Voir aussi : numéro de téléphone')
  })

  it('says what is essential as belonging to the request, and leaves the rest to the person, box by box', async () => {
    const h = provider()
    const { verifier, challenge } = pkce()
    const browser = h.browser()
    const claims = {
      userinfo: { birthdate: null, phone_number: null, email: { essential: true } },
      id_token: { birthdate: null, email: null },
    }
    const page = await (await browser.get(authorizeUrl(challenge, asking(claims)))).text()
    expect(boxesIn(page)).toEqual(['part_0', 'part_1'])
    // What has a box is not said to be given in any case.
    expect(page.match(/See also: [a-z ]+/g)).toEqual([
      'See also: email address',
      'See also: date of birth',
      'See also: phone number',
    ])
    const tokens = await tokensFor(h, await agree(browser, page, ['part_0']), verifier)
    const { phone_number, email } = ada
    expect((await userInfo(h, tokens.access_token)).body).toEqual({ sub: 'alice', phone_number, email })
    expect(await idTokenOf(h, tokens)).not.toHaveProperty('birthdate')
  })

  it('remembers what was left out, and neither asks again nor tells it; unless it is needed now', async () => {
    const h = provider()
    const browser = h.browser()
    const ask = async (birthdate: object | null, more = {}) => {
      const { verifier, challenge } = pkce()
      const asked = asking({ userinfo: { birthdate, email: null, ...more } })
      return { verifier, answer: await browser.get(authorizeUrl(challenge, asked)) }
    }
    await agree(browser, await (await ask(null)).answer.text(), ['part_0'])
    const { verifier, answer } = await ask(null)
    const { access_token } = await tokensFor(h, answer, verifier)
    expect((await userInfo(h, access_token)).body).toEqual({ sub: 'alice', email: ada.email })
    expect((await ask({ essential: true })).answer.status).toBe(200)
    // Asked for more, the person finds their box as they left it.
    const page = await (await ask(null, { name: null })).answer.text()
    expect(boxesIn(page)).toEqual(['part_1', 'part_2'])
    await agree(browser, page.replace('name="part_0"', 'name="part_0" checked'))
    expect((await ask({ essential: true })).answer.status).toBe(303)
  })

  it('leaves out all boxes that are not ticked, not one alone, and remembers all', async () => {
    const h = provider()
    const browser = h.browser()
    const ask = async () => {
      const { verifier, challenge } = pkce()
      const claims = { userinfo: { birthdate: null, phone_number: null, email: null } }
      return { verifier, answer: await browser.get(authorizeUrl(challenge, asking(claims))) }
    }
    const learned = async (answer: Response, verifier: string) =>
      (await userInfo(h, (await tokensFor(h, answer, verifier)).access_token)).body
    const first = await ask()
    const agreed = await agree(browser, await first.answer.text(), ['part_0', 'part_1'])
    expect(await learned(agreed, first.verifier)).toEqual({ sub: 'alice', email: ada.email })
    const second = await ask()
    expect(await learned(second.answer, second.verifier)).toEqual({ sub: 'alice', email: ada.email })
  })

  it('of which nothing was left over leaves the login', async () => {
    const h = provider()
    const { verifier, challenge } = pkce()
    const browser = h.browser()
    const page = await (await browser.get(authorizeUrl(challenge, asking({ userinfo: { email: null } })))).text()
    const tokens = await tokensFor(h, await agree(browser, page, ['part_0']), verifier)
    expect((await userInfo(h, tokens.access_token)).body).toEqual({ sub: 'alice' })
  })

  it('with a value asks for that value or nothing', async () => {
    const h = provider()
    const { access_token } = await signIn(
      h,
      asking({ userinfo: { email: { value: 'other@example.com' }, name: { values: ['Ada', ada.name] } } }),
    )
    expect((await userInfo(h, access_token)).body).toEqual({ sub: 'alice', name: ada.name })
  })

  it('gives nobody what is no identity claim, and leaves unknown members alone', async () => {
    const h = provider()
    const { access_token } = await signIn(
      h,
      asking({ userinfo: { password_hash: { essential: true }, toString: null, name: null }, other: 1 }),
    )
    expect((await userInfo(h, access_token)).body).toEqual({ sub: 'alice', name: ada.name })
  })

  it('means nothing without openid', async () => {
    const h = provider()
    const { access_token } = await signIn(h, { ...asking({ userinfo: { email: null } }), scope: 'read' })
    expect((await userInfo(h, access_token)).status).toBe(403)
  })

  it.each([
    ['not JSON', 'email'],
    ['a list', '[]'],
    ['userinfo that is no object', '{"userinfo":["email"]}'],
    ['a claim that is no object', '{"userinfo":{"email":true}}'],
    ['an essential that is no boolean', '{"id_token":{"email":{"essential":"yes"}}}'],
    ['values that are no list', '{"id_token":{"email":{"values":"a"}}}'],
  ])('that is %s is invalid_request, and nothing is kept', async (_, claims) => {
    const h = provider()
    const before = await snapshot(h)
    const answer = await h.browser().get(authorizeUrl(pkce().challenge, { scope: 'openid', claims }))
    expect(redirected(answer).get('error')).toBe('invalid_request')
    expect(redirected(answer).get('error_description')).toMatch(/^claims/)
    expect(h.events.at(-1)).toMatchObject({ reason: 'openid:claims', hint: expect.stringContaining('Right would be') })
    expect(await snapshot(h)).toBe(before)
  })
})

describe('a client that may leave PKCE out', () => {
  it.each([{ nonce: 'n-0S6' }, {}])('logs in without it, with %j', async (more) => {
    const h = provider({ clients: [{ ...forum, allow_missing_pkce: true }] })
    const without = { code_challenge: null, code_challenge_method: null, ...more }
    const browser = h.browser()
    const page = await browser.get(authorizeUrl('', { scope: 'openid', ...without }))
    const code = redirected(await agree(browser, await page.text())).get('code') ?? ''
    const form = { grant_type: 'authorization_code', code, redirect_uri: 'https://app.example.com/callback' }
    const { body } = await h.token(form)
    expect(await idTokenOf(h, body as never)).toMatchObject({ sub: 'alice', ...more })
  })

  it('is the only one', async () => {
    const answer = await provider()
      .browser()
      .get(authorizeUrl('', { scope: 'openid', nonce: 'n', code_challenge: null, code_challenge_method: null }))
    expect(redirected(answer).get('error')).toBe('invalid_request')
  })
})

it('instances that sign their first ID token at the same time make one key for all', async () => {
  const first = provider()
  const all = [first, ...Array.from({ length: 5 }, () => provider({ storage: first.storage }))]
  const tokens = await Promise.all(all.map((h) => signIn(h)))
  const late = provider({ storage: first.storage })
  const kids = await Promise.all(tokens.map(async (one) => (await idTokenOf(late, one)).header as { kid?: string }))
  expect(new Set(kids.map(({ kid }) => kid)).size).toBe(1)
})

it('an app may answer with an object of a class', async () => {
  class Person {
    get email() {
      return 'ada@example.com'
    }
    name() {
      return 'a function, and no claim'
    }
  }
  const h = provider()
  h.claims = async (_, { for: what }) => (what === 'access_token' ? {} : (new Person() as never))
  const { access_token } = await signIn(h, { scope: 'openid profile email' })
  expect((await userInfo(h, access_token)).body).toEqual({ sub: 'alice', email: 'ada@example.com' })
})

describe('the metadata', () => {
  it('say what there is', async () => {
    expect(await metadata(provider())).toMatchObject({
      issuer: ISSUER,
      userinfo_endpoint: USERINFO,
      scopes_supported: expect.arrayContaining([
        'openid',
        'profile',
        'email',
        'address',
        'phone',
        'offline_access',
        'read',
      ]),
      response_modes_supported: ['query', 'form_post', 'fragment'],
      subject_types_supported: ['public', 'pairwise'],
      id_token_signing_alg_values_supported: ['RS256', 'ES256'],
      userinfo_signing_alg_values_supported: ['RS256', 'ES256'],
      claims_parameter_supported: true,
      request_parameter_supported: true,
      request_uri_parameter_supported: true,
    })
  })

  it('say nothing of it where it is not given', async () => {
    const told = await metadata(harness())
    for (const member of [
      'userinfo_endpoint',
      'subject_types_supported',
      'id_token_signing_alg_values_supported',
      'claims_supported',
    ])
      expect(told).not.toHaveProperty(member)
  })
})

it.each<[string, object, string]>([
  ['an unknown option', { algs: [] }, 'openid: there is no option `algs`'],
  [
    'an algorithm that is not offered',
    { algorithms: ['HS256'] },
    'openid: algorithms must be a list of RS256, PS256, ES256',
  ],
  ['no algorithm', { algorithms: [] }, 'openid: algorithms must be a list of'],
])('is not made with %s', (_, options, message) => {
  expect(() => provider({}, options)).toThrow(message)
})

it('of a server without APIs the guard says that there is nothing to guard', () => {
  const { server } = provider({ resources: undefined, clients: [forum] })
  expect(() => createResourceServer({ server })).toThrow('The server has no API to guard. Write it down in its option')
  expect(() => createResourceServer({ server, resource: USERINFO })).toThrow('no API to guard')
})

describe('an ID token at an API', () => {
  // Its aud is the client: here one whose id is the API's own URI.
  const api = { ...forum, client_id: API }
  const basic = { authorization: `Basic ${btoa(`${encodeURIComponent(API)}:${forum.client_secret}`)}` }

  it.each<[string, (h: Harness) => ResourceServer]>([
    ['in the process of the server', ({ server }) => createResourceServer({ server, resource: API })],
    [
      'elsewhere, with the published keys',
      (h) =>
        createResourceServer({
          issuer: ISSUER,
          resource: API,
          now: () => h.now,
          fetch: (url, init) => h.server.fetch(new Request(url, init)),
        }),
    ],
  ])('is no access token, %s', async (_, guardOf) => {
    const h = provider({ clients: [api] })
    const guard = guardOf(h)
    const { verifier, challenge } = pkce()
    const browser = h.browser()
    const url = authorizeUrl(challenge, { client_id: API, scope: 'openid read' })
    const callback = redirected(await agree(browser, await (await browser.get(url)).text()))
    const form = redeemForm({ code: callback.get('code') ?? '', verifier })
    const tokens = (await (await h.post('/oauth/token', form, basic)).json()) as SignedIn
    expect(claimsOf(tokens.id_token)).toMatchObject({ iss: ISSUER, aud: API })
    const shown = (token: string) => show(guard, token)
    expect(await shown(tokens.access_token)).toMatchObject({ ok: true })
    expect(await shown(tokens.id_token)).toMatchObject({ ok: false })
  })
})
