/**
 * The authorization request and its answer: what is shown on a page, what goes to the client, and in which form.
 */
import { beforeEach, describe, expect, it } from 'vitest'
import {
  API,
  authorizeUrl,
  CALLBACK,
  clients,
  encodeForm,
  formFields,
  type Harness,
  harness,
  ISSUER,
  OTHER_API,
  obtainCode,
  pkce,
  redeemForm,
  redirected,
  snapshot,
} from '../support/harness.js'

type Changes = Record<string, string | null | readonly string[]>

const { challenge } = pkce()
let h: Harness
let before: string

beforeEach(async () => {
  h = harness()
  before = await snapshot(h)
})

/** Nobody may frame it, read it from a cache, or be sent its URL; nothing leads anywhere. */
function expectSafePage(response: Response) {
  expect(response.headers.get('location')).toBeNull()
  expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8')
  expect(response.headers.get('cache-control')).toBe('no-store')
  expect(response.headers.get('referrer-policy')).toBe('same-origin')
  expect(response.headers.get('x-frame-options')).toBe('DENY')
  const policy = response.headers.get('content-security-policy')
  expect(policy).toContain("default-src 'none'")
  expect(policy).toContain("frame-ancestors 'none'")
  expect(policy).toContain("base-uri 'none'")
}

describe('an error before client and redirect URI are known', () => {
  const MARK = 'canary"><script>alert(1)</script>'
  const errors: [string, Changes, string][] = [
    ['no client_id', { client_id: null }, 'client_id_missing'],
    ['an empty client_id', { client_id: '' }, 'client_id_missing'],
    ['an unknown client_id', { client_id: MARK }, 'client_unknown'],
    ['a client_id like a property of every object', { client_id: '__proto__' }, 'client_unknown'],
    ['two client_ids', { client_id: ['web', 'web'] }, 'client_id_repeated'],
    ['a client_id with a control character', { client_id: 'web\u0000' }, 'client_unknown'],
    ['an unknown redirect_uri', { redirect_uri: `https://evil.example.com/${MARK}` }, 'redirect_uri_not_registered'],
    ['a redirect_uri of another client', { redirect_uri: 'https://spa.example.com/cb' }, 'redirect_uri_not_registered'],
    ['a redirect_uri with a path more', { redirect_uri: `${CALLBACK}/x` }, 'redirect_uri_not_registered'],
    ['a redirect_uri with a query more', { redirect_uri: `${CALLBACK}?x=1` }, 'redirect_uri_not_registered'],
    ['a redirect_uri with a fragment', { redirect_uri: `${CALLBACK}#x` }, 'redirect_uri_not_registered'],
    [
      'a redirect_uri with a user name',
      { redirect_uri: 'https://app.example.com@evil.example.com/callback' },
      'redirect_uri_not_registered',
    ],
    [
      'a redirect_uri with dot segments',
      { redirect_uri: 'https://app.example.com/x/../callback' },
      'redirect_uri_not_registered',
    ],
    ['a redirect_uri by http', { redirect_uri: CALLBACK.replace('https', 'http') }, 'redirect_uri_not_registered'],
    ['a redirect_uri in capitals', { redirect_uri: CALLBACK.toUpperCase() }, 'redirect_uri_not_registered'],
    [
      'a redirect_uri with a port',
      { redirect_uri: 'https://app.example.com:443/callback' },
      'redirect_uri_not_registered',
    ],
    ['a javascript: redirect_uri', { redirect_uri: 'javascript:alert(1)//canary' }, 'redirect_uri_not_registered'],
    ['a data: redirect_uri', { redirect_uri: 'data:text/html,canary' }, 'redirect_uri_not_registered'],
    [
      'a redirect_uri with a line break',
      { redirect_uri: `${CALLBACK}\r\nset-cookie: canary=1` },
      'redirect_uri_not_registered',
    ],
    ['a very long redirect_uri', { redirect_uri: `${CALLBACK}?${'x'.repeat(8192)}` }, 'redirect_uri_not_registered'],
    ['two redirect_uris', { redirect_uri: [CALLBACK, CALLBACK] }, 'redirect_uri_repeated'],
    [
      'a redirect_uri and an evil one',
      { redirect_uri: [CALLBACK, 'https://evil.example.com'] },
      'redirect_uri_repeated',
    ],
    ['none of several redirect_uris', { client_id: 'native', redirect_uri: null }, 'redirect_uri_missing'],
    ['a client without redirect URIs', { client_id: 'machine', redirect_uri: null }, 'redirect_uri_missing'],
    ['a redirect_uri for a client without any', { client_id: 'machine' }, 'redirect_uri_not_registered'],
  ]

  it.each(errors)('is shown on a page: %s', async (_, changes, reason) => {
    const response = await h.browser().get(authorizeUrl(challenge, { ...changes, state: MARK, scope: MARK }))
    expect(response.status).toBe(400)
    expectSafePage(response)
    const text = await response.text()
    expect(text).toContain('invalid_request')
    expect(text).not.toContain('canary')
    expect(text).not.toContain('evil.example.com')
    expect(await snapshot(h)).toBe(before)
    expect(h.events).toMatchObject([{ type: 'refused', endpoint: 'authorize', reason }])
  })

  it.each([
    ['a broken escape', '&x=%zz'],
    ['101 parameters', Array.from({ length: 101 }, (_, i) => `&x${i}=1`).join('')],
  ])('is shown on a page: %s, behind which a second redirect_uri may hide', async (_, more) => {
    const response = await h.browser().get(authorizeUrl(challenge) + more)
    expect(response.status).toBe(400)
    expectSafePage(response)
    expect(await snapshot(h)).toBe(before)
  })

  it.each([
    ['client_unknown', { client_id: 'gone' }, 'invalid_client', 'There is no such client.'],
    ['client_id_missing', { client_id: null }, 'invalid_request', 'client_id is missing.'],
    [
      'redirect_uri_not_registered',
      { redirect_uri: 'https://evil.example.com' },
      'invalid_request',
      'redirect_uri is not one that is registered for the client.',
    ],
  ])('is told as JSON to a program that takes no page: %s', async (reason, changes, error, error_description) => {
    const response = await h.browser().get(authorizeUrl(challenge, changes), { accept: 'application/json' })
    expect(response.status).toBe(400)
    expect(response.headers.get('location')).toBeNull()
    expect(response.headers.get('cache-control')).toBe('no-store')
    expect(response.headers.getSetCookie()).toEqual([])
    expect(await response.json()).toEqual({ error, error_description })
    expect(await snapshot(h)).toBe(before)
    expect(h.events).toMatchObject([{ type: 'refused', endpoint: 'authorize', reason }])
  })

  it.each(['text/html,application/xhtml+xml,application/json;q=0.9,*/*;q=0.8', '*/*', 'application/jsonish'])(
    'is shown on a page to who takes %s',
    async (accept) => {
      expectSafePage(await h.browser().get(authorizeUrl(challenge, { client_id: 'gone' }), { accept }))
    },
  )

  it('is shown on a page before a posted request is stored', async () => {
    const response = await h
      .browser()
      .post('/oauth/authorize', { client_id: 'web', redirect_uri: 'https://evil.example.com' })
    expect(response.status).toBe(400)
    expectSafePage(response)
    expect(await snapshot(h)).toBe(before)
  })
})

describe('a later error goes to the client', () => {
  const STATE = 'st@te "quoted" & <tagged> ünï %2B+'
  const errors: [string, Changes, string][] = [
    ['no response_type', { response_type: null }, 'invalid_request'],
    ['an empty response_type', { response_type: '' }, 'invalid_request'],
    ['response_type token', { response_type: 'token' }, 'unsupported_response_type'],
    ['response_type code token', { response_type: 'code token' }, 'unsupported_response_type'],
    ['response_type code id_token', { response_type: 'code id_token' }, 'unsupported_response_type'],
    ['response_type none', { response_type: 'none' }, 'unsupported_response_type'],
    ['response_mode fragment', { response_mode: 'fragment' }, 'invalid_request'],
    ['an unknown response_mode', { response_mode: 'web_message' }, 'invalid_request'],
    ['no code_challenge', { code_challenge: null }, 'invalid_request'],
    ['no PKCE at all', { code_challenge: null, code_challenge_method: null }, 'invalid_request'],
    ['code_challenge_method plain', { code_challenge_method: 'plain' }, 'invalid_request'],
    ['no code_challenge_method', { code_challenge_method: null }, 'invalid_request'],
    ['an unknown code_challenge_method', { code_challenge_method: 's256' }, 'invalid_request'],
    ['a short code_challenge', { code_challenge: challenge.slice(1) }, 'invalid_request'],
    ['a long code_challenge', { code_challenge: `${challenge}A` }, 'invalid_request'],
    ['a code_challenge with padding', { code_challenge: `${challenge.slice(0, 42)}=` }, 'invalid_request'],
    ['a space in the scope that is none', { scope: 'read\u00a0write' }, 'invalid_scope'],
    ['a quote in the scope', { scope: 'read"' }, 'invalid_scope'],
    ['an unknown resource', { resource: 'https://nowhere.example.com' }, 'invalid_target'],
    ['a resource that is no URI', { resource: 'api' }, 'invalid_target'],
    ['a resource with a fragment', { resource: `${API}#x` }, 'invalid_target'],
    ['one good and one unknown resource', { resource: [API, 'https://nowhere.example.com'] }, 'invalid_target'],
    ['a resource that gets no scope', { resource: [API, OTHER_API], scope: 'read' }, 'invalid_scope'],
    ['prompt=none beside another', { prompt: 'none login' }, 'invalid_request'],
    ['an unknown prompt', { prompt: 'maybe' }, 'invalid_request'],
    ['max_age that is no number', { max_age: '1h' }, 'invalid_request'],
    ['a negative max_age', { max_age: '-1' }, 'invalid_request'],
    ['a request object', { request: 'e30.e30.' }, 'request_not_supported'],
    ['a request_uri', { request_uri: 'https://evil.example.com/r' }, 'request_uri_not_supported'],
    ['a repeated scope', { scope: ['read', 'read'] }, 'invalid_request'],
    ['a repeated code_challenge', { code_challenge: [challenge, challenge] }, 'invalid_request'],
    ['a repeated parameter that nobody knows', { future: ['1', '2'] }, 'invalid_request'],
    ['a control character', { login_hint: 'a\u0000b' }, 'invalid_request'],
    ['a value longer than 8 KB', { login_hint: 'x'.repeat(8193) }, 'invalid_request'],
  ]

  it.each(errors)('with state and iss: %s', async (_, changes, error) => {
    const response = await h.browser().get(authorizeUrl(challenge, { ...changes, state: STATE }))
    expect(response.status).toBe(303)
    const location = response.headers.get('location') ?? ''
    expect(location.startsWith(`${CALLBACK}?`)).toBe(true)
    const { error_description = '', ...rest } = Object.fromEntries(redirected(response))
    expect(rest).toEqual({ error, state: STATE, iss: ISSUER })
    // RFC 6749 §4.1.2.1: printable ASCII without quote and backslash.
    expect(error_description).toMatch(/^[\x20\x21\x23-\x5b\x5d-\x7e]+$/)
    expect(response.headers.get('cache-control')).toBe('no-store')
    expect(response.headers.get('referrer-policy')).toBe('no-referrer')
    expect(await snapshot(h)).toBe(before)
    expect(h.events).toMatchObject([{ type: 'refused', endpoint: 'authorize', error, clientId: 'web' }])
  })

  it('also when the request was posted', async () => {
    const form = authorizeUrl(challenge, { scope: 'read"' }).split('?')[1] ?? ''
    const response = await h.browser().post('/oauth/authorize', form)
    expect(response.status).toBe(303)
    expect(Object.fromEntries(redirected(response))).toMatchObject({
      error: 'invalid_scope',
      state: 'the state & more',
    })
    expect(await snapshot(h)).toBe(before)
  })

  it('without state when none was sent, or more than one', async () => {
    for (const state of [null, '', ['a', 'b']]) {
      const answer = redirected(await h.browser().get(authorizeUrl(challenge, { scope: ['x', 'x'], state })))
      expect(answer.get('error')).toBe('invalid_request')
      expect(answer.has('state')).toBe(false)
      expect(answer.get('iss')).toBe(ISSUER)
    }
  })

  it('as a form when form_post was asked for', async () => {
    const response = await h
      .browser()
      .get(authorizeUrl(challenge, { scope: 'read"', response_mode: 'form_post', state: STATE }))
    expect(response.status).toBe(200)
    expectSafePage(response)
    expect(formFields(await response.text())).toMatchObject({ error: 'invalid_scope', state: STATE, iss: ISSUER })
    expect(await snapshot(h)).toBe(before)
  })

  it('and not to a login page: a broken request bothers nobody', async () => {
    h.login = null
    const response = await h.browser().get(authorizeUrl(challenge, { scope: 'read"' }))
    expect(redirected(response).get('error')).toBe('invalid_scope')
  })
})

describe('the answer', () => {
  it('is a redirect with exactly code, state and iss', async () => {
    const { response } = await obtainCode(h)
    expect(response.status).toBe(303)
    expect([...redirected(response).keys()]).toEqual(['code', 'state', 'iss'])
    expect(redirected(response).get('code')).toMatch(/^gwac_[\w-]{65}$/)
    expect(redirected(response).get('state')).toBe('the state & more')
    expect(redirected(response).get('iss')).toBe(ISSUER)
    expect(response.headers.get('cache-control')).toBe('no-store')
    expect(response.headers.get('referrer-policy')).toBe('no-referrer')
  })

  it.each([
    ['a blank', 'a b'],
    ['a plus', 'a+b'],
    ['an escape', '%2B%20%'],
    ['separators', '&code=x&iss=https://evil.example.com#f?='],
    ['beyond ASCII', 'ünïcödé 日本語 🦆 \u202e'],
    ['markup', `"'><script>alert(1)</script>`],
    ['JSON', '{"a":[1,"b\\\\"]}'],
    ['only a digit', '0'],
    ['8 KB', 'x'.repeat(8192)],
  ])('carries state unchanged: %s', async (_, state) => {
    const { response } = await obtainCode(h, { state })
    expect([...redirected(response).entries()]).toEqual([
      ['code', expect.any(String)],
      ['state', state],
      ['iss', ISSUER],
    ])
    const form = await h.browser().get(authorizeUrl(challenge, { state, response_mode: 'form_post' }))
    expect(formFields(await form.text()).state).toBe(state)
  })

  it('has no state when none was sent', async () => {
    const { response } = await obtainCode(h, { state: null })
    expect([...redirected(response).keys()]).toEqual(['code', 'iss'])
  })

  it.each([
    ['a query', 'https://app.example.com/cb?a=1&b=%20x%2By', '&'],
    ['a query that ends in &', 'https://app.example.com/cb?a=1&', ''],
    ['an empty query', 'https://app.example.com/cb?', ''],
    ['parameters of similar names', 'https://app.example.com/cb?xcode=1&states=2', '&'],
    ['no path', 'https://app.example.com', '?'],
  ])('keeps a redirect URI with %s byte for byte', async (_, redirect_uri, separator) => {
    const { client } = await h.server.clients.create({
      redirect_uris: [redirect_uri],
      token_endpoint_auth_method: 'none',
      default_scope: 'read',
    })
    const { response } = await obtainCode(h, { client_id: client.client_id, redirect_uri })
    expect(response.headers.get('location')?.startsWith(`${redirect_uri}${separator}code=gwac_`)).toBe(true)
  })

  it('goes to the only registered redirect URI when none is named', async () => {
    const { response, code, verifier } = await obtainCode(h, { redirect_uri: null })
    expect(response.headers.get('location')?.startsWith(`${CALLBACK}?code=`)).toBe(true)
    const { redirect_uri: _, ...form } = redeemForm({ code, verifier })
    expect((await h.token(form)).status).toBe(200)
  })

  it('of a native client goes to whatever port it listens on', async () => {
    const redirect_uri = 'http://127.0.0.1:61234/cb'
    const { response } = await obtainCode(h, { client_id: 'native', redirect_uri })
    expect(response.headers.get('location')?.startsWith(`${redirect_uri}?code=`)).toBe(true)
  })

  it.each([
    'http://localhost:61234/cb',
    'http://127.0.0.1:61234/other',
    'https://127.0.0.1:61234/cb',
    'http://127.0.0.1.evil.example.com/cb',
    'http://127.0.0.1:61234@evil.example.com/cb',
    'http://127.0.0.1:99999/cb',
    'com.example.app:/other',
  ])('of a native client never goes to %s', async (redirect_uri) => {
    const response = await h.browser().get(authorizeUrl(challenge, { client_id: 'native', redirect_uri }))
    expect(response.status).toBe(400)
    expectSafePage(response)
  })

  it('of a native client may go to its own scheme', async () => {
    const redirect_uri = 'com.example.app:/cb'
    const { response } = await obtainCode(h, { client_id: 'native', redirect_uri })
    expect(response.headers.get('location')).toMatch(/^com\.example\.app:\/cb\?code=/)
  })

  it('gives every request a code of its own', async () => {
    const browser = h.browser()
    const codes = new Set<string>()
    for (let i = 0; i < 5; i++) codes.add((await obtainCode(h, {}, browser)).code)
    expect(codes.size).toBe(5)
  })
})

describe('form_post', () => {
  async function page(changes: Changes = {}) {
    await obtainCode(h)
    const response = await h.browser().get(authorizeUrl(challenge, { response_mode: 'form_post', ...changes }))
    return { response, text: await response.text() }
  }

  it('is a page whose form posts code, state and iss to the redirect URI', async () => {
    const { response, text } = await page()
    expect(response.status).toBe(200)
    expectSafePage(response)
    expect(/<form method="post" action="([^"]*)">/.exec(text)?.[1]).toBe(CALLBACK)
    expect(Object.keys(formFields(text))).toEqual(['code', 'state', 'iss'])
    expect(formFields(text)).toMatchObject({ state: 'the state & more', iss: ISSUER })
  })

  it('has a code that works', async () => {
    await obtainCode(h)
    const { verifier, challenge } = pkce()
    const response = await h.browser().get(authorizeUrl(challenge, { response_mode: 'form_post' }))
    const { code = '' } = formFields(await response.text())
    expect((await h.token(redeemForm({ code, verifier }))).status).toBe(200)
  })

  it('has a script with a nonce of its own, and a button for browsers without scripts', async () => {
    const nonces = new Set<string>()
    for (let i = 0; i < 3; i++) {
      const { response, text } = await page()
      const policy = response.headers.get('content-security-policy') ?? ''
      const nonce = /script-src 'nonce-([\w-]{22,})'/.exec(policy)?.[1] ?? ''
      expect(text).toContain(`<script nonce="${nonce}">document.forms[0].submit()</script>`)
      expect(text).toContain('<button type="submit">')
      expect(policy).not.toContain('form-action')
      nonces.add(nonce)
    }
    expect(nonces.size).toBe(3)
  })

  it('escapes what the client sent', async () => {
    const state = `"'><script>alert(1)</script>&amp;`
    const { text } = await page({ state })
    expect(text).not.toContain('<script>alert')
    expect(formFields(text).state).toBe(state)
  })
})

describe('a posted request', () => {
  const form = (changes: Changes = {}) => authorizeUrl(challenge, changes).split('?')[1] ?? ''

  it('is stored and answered with 303 to a GET, before anybody is asked who they are', async () => {
    const browser = h.browser()
    const response = await browser.post('/oauth/authorize', form(), { origin: 'https://app.example.com' })
    expect(response.status).toBe(303)
    expect(response.headers.get('location')).toMatch(
      new RegExp(`^${ISSUER}/oauth/authorize\\?pending=gwpr_[\\w-]{65}$`),
    )
    expect(response.headers.getSetCookie()).toEqual([])
    const resumed = await browser.get(response.headers.get('location') ?? '')
    expect(resumed.status).toBe(200)
    expect(await resumed.text()).toContain('Web App')
  })

  it('belongs to the first browser that goes on with it', async () => {
    const poster = h.browser()
    const location = (await poster.post('/oauth/authorize', form())).headers.get('location') ?? ''
    const [one, two] = [h.browser(), h.browser()]
    expect((await one.get(location)).status).toBe(200)
    expect((await two.get(location)).status).toBe(400)
    expect((await poster.get(location)).status).toBe(400)
    expect((await one.get(location)).status).toBe(200)
  })

  it('ends in a code like any other', async () => {
    const { verifier, challenge } = pkce()
    const browser = h.browser()
    const posted = await browser.post('/oauth/authorize', authorizeUrl(challenge).split('?')[1] ?? '')
    const page = await browser.get(posted.headers.get('location') ?? '')
    const answer = await browser.post('/oauth/consent', { ...formFields(await page.text()), decision: 'allow' })
    const code = redirected(answer).get('code') ?? ''
    expect((await h.token(redeemForm({ code, verifier }))).status).toBe(200)
  })

  it('of another content type is a page', async () => {
    const response = await h.browser().post('/oauth/authorize', '{}', { 'content-type': 'application/json' })
    expect(response.status).toBe(400)
    expectSafePage(response)
  })

  it('of more than 64 KB is a page with 413', async () => {
    const response = await h.browser().post('/oauth/authorize', `${form()}&x=${'y'.repeat(65_536)}`)
    expect(response.status).toBe(413)
    expectSafePage(response)
    expect(await snapshot(h)).toBe(before)
  })

  it('is not completed by the query', async () => {
    const response = await h.browser().post(authorizeUrl(challenge), '')
    expect(response.status).toBe(400)
    expectSafePage(response)
  })
})

describe('other methods and origins', () => {
  it.each(['PUT', 'DELETE', 'PATCH', 'OPTIONS'])('%s is 405', async (method) => {
    const response = await h.server.fetch(new Request(`${ISSUER}/oauth/authorize`, { method }))
    expect(response.status).toBe(405)
    expect(response.headers.get('allow')).toBe('GET, POST')
  })

  it('has no CORS headers, whoever asks', async () => {
    const urls = [authorizeUrl(challenge), authorizeUrl(challenge, { scope: 'fly' }), '/oauth/authorize']
    const headers = { origin: 'https://app.example.com' }
    for (const url of urls) {
      const answers = [
        await h.browser().get(url, headers),
        await h.browser().post('/oauth/authorize', url.split('?')[1] ?? '', headers),
        await h.server.fetch(
          new Request(ISSUER + url, {
            method: 'OPTIONS',
            headers: { ...headers, 'access-control-request-method': 'GET' },
          }),
        ),
      ]
      for (const answer of answers) {
        expect([...answer.headers.keys()].filter((name) => name.startsWith('access-control'))).toEqual([])
      }
    }
  })
})

it('unknown parameters are ignored', async () => {
  expect((await obtainCode(h, { future: '1', __proto__x: '2', nonce: 'n', display: 'page' })).code).toBeTruthy()
})

it('a request that is too large to be stored is an invalid_request', async () => {
  const url = authorizeUrl(challenge, { state: '€'.repeat(8190) })
  expect(redirected(await h.browser().get(url)).get('error')).toBe('invalid_request')
  expect(await snapshot(h)).toBe(before)
})

it('the scope is the client’s default when none is asked for', async () => {
  const { code, verifier } = await obtainCode(h)
  expect((await h.token(redeemForm({ code, verifier }))).body.scope).toBe(clients.web.default_scope)
})

it('HEAD answers like GET, without a body', async () => {
  const url = `${ISSUER}${authorizeUrl(challenge, { client_id: 'nobody' })}`
  const response = await h.server.fetch(new Request(url, { method: 'HEAD' }))
  expect(response.status).toBe(400)
  expect(await response.text()).toBe('')
})

it('a repeated request answers with a form that is encoded, never with what was sent', async () => {
  const query = encodeForm({ client_id: 'web', redirect_uri: CALLBACK, response_type: '<b>' })
  const response = await h.browser().get(`/oauth/authorize?${query}`)
  expect(response.headers.get('location')).not.toContain('<b>')
})
