/**
 * The consent page, its answer, and what is remembered of it.
 */
import { createHmac } from 'node:crypto'
import { beforeEach, describe, expect, it } from 'vitest'
import {
  API,
  authorizeUrl,
  type Browser,
  CALLBACK,
  formFields,
  garbled,
  type Harness,
  harness,
  ISSUER,
  OTHER_API,
  obtainCode,
  pkce,
  redeemForm,
  redirected,
  snapshot,
  unescapeHtml,
} from '../support/harness.js'

const NATIVE = { client_id: 'native', redirect_uri: 'http://127.0.0.1:5000/cb' }
const { verifier, challenge } = pkce()
let h: Harness
let browser: Browser

beforeEach(() => {
  h = harness()
  browser = h.browser()
})

type Changes = Parameters<typeof authorizeUrl>[1]

async function consentPage(changes: Changes = {}, visitor = browser) {
  const response = await visitor.get(authorizeUrl(challenge, changes))
  const text = await response.text()
  return { response, text, fields: formFields(text) }
}

const answer = (fields: Record<string, string>, decision: string, visitor = browser, headers = {}) =>
  visitor.post('/oauth/consent', { ...fields, decision }, headers)

const nothingGranted = async () => expect(await snapshot(h, ['grant', 'consent'])).toBe('[[],[]]')

describe('the page', () => {
  it('says who asks, who is asked, for what, and where the browser goes next', async () => {
    h.login = { subject: 'u1', displayName: 'Alice Doe' }
    const { response, text } = await consentPage({ resource: [API, OTHER_API], scope: 'read admin' })
    expect(response.status).toBe(200)
    for (const shown of [
      'Web App',
      'Alice Doe',
      'Read your notes',
      'Administrate',
      'api.example.com',
      'other.example.com/v1',
      'app.example.com',
    ]) {
      expect(text).toContain(shown)
    }
    expect(text).not.toContain('Change your notes')
  })

  it('names the client by its id when it has no name', async () => {
    expect((await consentPage({ client_id: 'posting' })).text).toContain('posting')
  })

  it('shows the subject when the app gives no name', async () => {
    expect((await consentPage()).text).toContain('alice')
  })

  it('lets its form lead on to wherever the client sends the browser then, and runs no script', async () => {
    const policy = (await consentPage()).response.headers.get('content-security-policy')
    expect(policy).toContain("default-src 'none'")
    expect(policy).not.toContain('form-action')
    expect(policy).not.toContain('script-src')
  })

  it('cannot be framed, cached, or leak its URL', async () => {
    const { headers } = (await consentPage()).response
    expect(headers.get('content-security-policy')).toContain("frame-ancestors 'none'")
    expect(headers.get('content-security-policy')).toContain("default-src 'none'")
    expect(headers.get('x-frame-options')).toBe('DENY')
    expect(headers.get('cache-control')).toBe('no-store')
    expect(headers.get('referrer-policy')).toBe('same-origin')
  })

  it('has nothing in its form but the handle and the proof that it was shown', async () => {
    const { fields } = await consentPage()
    expect(Object.keys(fields)).toEqual(['pending', 'page_token'])
  })

  it('escapes what strangers wrote', async () => {
    const evil = `</bdi><script>alert(1)</script>"'`
    const { client } = await h.server.clients.create({
      client_name: evil,
      redirect_uris: [CALLBACK],
      default_scope: 'read',
    })
    h.login = { subject: 'u', displayName: evil }
    const { text } = await consentPage({ client_id: client.client_id })
    expect(text).not.toContain('<script>')
    expect(text).toContain('&#60;script&#62;')
  })

  it('warns of a client that anybody could pretend to be', async () => {
    expect((await consentPage(NATIVE)).text).toContain('Nobody has checked')
    expect((await consentPage()).text).not.toContain('Nobody has checked')
  })
})

describe('allowing', () => {
  it('gives the code, once, with 303', async () => {
    const { fields } = await consentPage()
    const response = await answer(fields, 'allow')
    expect(response.status).toBe(303)
    expect([...redirected(response).keys()]).toEqual(['code', 'state', 'iss'])
    const code = redirected(response).get('code') ?? ''
    expect((await h.token(redeemForm({ code, verifier }))).status).toBe(200)
  })

  it('twice (a double click) gives the same redirect, and one grant', async () => {
    const { fields } = await consentPage()
    const [one, two] = [await answer(fields, 'allow'), await answer(fields, 'allow')]
    expect(two.headers.get('location')).toBe(one.headers.get('location'))
    expect(await h.storage.list('grant', {}, { limit: 10 })).toHaveLength(1)
    const code = redirected(two).get('code') ?? ''
    expect((await h.token(redeemForm({ code, verifier }))).status).toBe(200)
  })

  it('twice at the same moment gives the same redirect, and one grant', async () => {
    const { fields } = await consentPage()
    const answers = await Promise.all(Array.from({ length: 10 }, () => answer(fields, 'allow')))
    expect(new Set(answers.map((one) => one.headers.get('location'))).size).toBe(1)
    expect(await h.storage.list('grant', {}, { limit: 100 })).toHaveLength(1)
  })

  it('again after the code was used is a page, and leaves the grant alone', async () => {
    const { fields } = await consentPage()
    const code = redirected(await answer(fields, 'allow')).get('code') ?? ''
    const { refresh_token } = (await h.token(redeemForm({ code, verifier }))).body
    const before = await snapshot(h, ['grant'])
    const again = await answer(fields, 'allow')
    expect([again.status, again.headers.get('location')]).toEqual([409, null])
    expect(await snapshot(h, ['grant'])).toBe(before)
    expect((await h.token({ grant_type: 'refresh_token', refresh_token })).status).toBe(200)
  })

  it('again after the code expired is a page', async () => {
    const { fields } = await consentPage()
    await answer(fields, 'allow')
    h.now += 60_000
    expect((await answer(fields, 'allow')).status).toBe(409)
  })

  it('and then going on with the same address gives the same redirect', async () => {
    const { fields } = await consentPage()
    const allowed = await answer(fields, 'allow')
    const resumed = await browser.get(`/oauth/authorize?pending=${fields.pending}`)
    expect(resumed.headers.get('location')).toBe(allowed.headers.get('location'))
  })

  it('tells it in events, without any credential', async () => {
    const { fields } = await consentPage()
    const code = redirected(await answer(fields, 'allow')).get('code') ?? ''
    expect(h.events.map(({ type }) => type)).toEqual(['consent_given', 'code_issued'])
    expect(JSON.stringify(h.events)).not.toContain(code.slice(27))
  })

  it('keeps nothing in the store with which the code could be made', async () => {
    const { fields } = await consentPage()
    const code = redirected(await answer(fields, 'allow')).get('code') ?? ''
    expect(await snapshot(h)).not.toContain(code.slice(27))
  })
})

describe('denying', () => {
  it('is access_denied with state and iss, and grants nothing', async () => {
    const { fields } = await consentPage()
    const response = await answer(fields, 'deny')
    expect(response.status).toBe(303)
    const { error_description: _, ...rest } = Object.fromEntries(redirected(response))
    expect(rest).toEqual({ error: 'access_denied', state: 'the state & more', iss: ISSUER })
    await nothingGranted()
    expect(h.events).toContainEqual(
      expect.objectContaining({ type: 'consent_denied', clientId: 'web', subject: 'alice' }),
    )
  })

  it('twice gives the same answer', async () => {
    const { fields } = await consentPage()
    const [one, two] = [await answer(fields, 'deny'), await answer(fields, 'deny')]
    expect(two.headers.get('location')).toBe(one.headers.get('location'))
  })

  it('and then allowing is a page, and grants nothing', async () => {
    const { fields } = await consentPage()
    await answer(fields, 'deny')
    const response = await answer(fields, 'allow')
    expect([response.status, response.headers.get('location')]).toEqual([409, null])
    await nothingGranted()
  })

  it('after allowing is a page, and the code lives', async () => {
    const { fields } = await consentPage()
    const code = redirected(await answer(fields, 'allow')).get('code') ?? ''
    const response = await answer(fields, 'deny')
    expect([response.status, response.headers.get('location')]).toEqual([409, null])
    expect((await h.token(redeemForm({ code, verifier }))).status).toBe(200)
  })

  it('and allowing at the same moment: one of them counts', async () => {
    const { fields } = await consentPage()
    const answers = await Promise.all([answer(fields, 'allow'), answer(fields, 'deny')])
    expect(answers.map(({ status }) => status).sort()).toEqual([303, 409])
    const grants = await h.storage.list('grant', {}, { limit: 10 })
    const won = answers.find(({ status }) => status === 303)
    expect(grants).toHaveLength(won && redirected(won).has('code') ? 1 : 0)
  })

  it('is asked again next time', async () => {
    const { fields } = await consentPage()
    await answer(fields, 'deny')
    expect((await consentPage()).response.status).toBe(200)
  })
})

describe('a request that was answered', () => {
  it.each(['allow', 'deny'])('tells nobody else at the browser what the answer was: %s', async (decision) => {
    const { fields } = await consentPage()
    await answer(fields, decision)
    const before = await snapshot(h, ['grant'])
    h.login = { subject: 'mallory' }
    const response = await browser.get(`/oauth/authorize?pending=${fields.pending}`)
    expect([response.status, response.headers.get('location')]).toEqual([409, null])
    expect(await snapshot(h, ['grant'])).toBe(before)
  })
})

describe('somebody who is not the one who is logged in', () => {
  it('finds a link to log in as somebody else, and is then asked in their own name', async () => {
    const { text, fields } = await consentPage()
    const link = /<a href="([^"]+)">/.exec(text)?.[1] ?? ''
    const challenged = await browser.get(unescapeHtml(link))
    const login = new URL(challenged.headers.get('location') ?? '').searchParams
    expect(login.get('reason')).toBe('select_account')
    h.login = { subject: 'bob' }
    const page = await browser.get(login.get('return_to') ?? '')
    const own = await page.text()
    expect(own).toContain('bob')
    expect(formFields(own).page_token).not.toBe(fields.page_token)
    await answer(fields, 'allow')
    await nothingGranted()
    expect(redirected(await answer(formFields(own), 'allow')).has('code')).toBe(true)
    expect((await h.server.grants.list({ subject: 'alice' })).grants).toEqual([])
  })
})

describe('the same person with another login, as from a second tab', () => {
  const again = (changes: Partial<NonNullable<Harness['login']>> = {}) => {
    h.login = { subject: 'alice', sessionId: 's2', authenticatedAt: h.now, ...changes }
  }

  it.each(['allow', 'deny'])('is not asked again: %s', async (decision) => {
    const { fields } = await consentPage()
    again()
    const response = await answer(fields, decision)
    expect(redirected(response).get(decision === 'allow' ? 'code' : 'error')).toMatch(/^gwac_|^access_denied$/)
  })

  it('answers each of two requests on the page that was shown first', async () => {
    const one = (await consentPage({ state: 'one' })).fields
    again()
    const two = (await consentPage({ state: 'two' })).fields
    expect(redirected(await answer(two, 'allow')).has('code')).toBe(true)
    expect(redirected(await answer(one, 'allow')).has('code')).toBe(true)
  })

  it('is asked by the page of their own when the login does not do', async () => {
    const { response } = await consentPage({ prompt: 'login' })
    again()
    const back = new URL(response.headers.get('location') ?? '').searchParams.get('return_to') ?? ''
    const fields = formFields(await (await browser.get(back)).text())
    h.login = { subject: 'alice', sessionId: 's1', authenticatedAt: h.now - 60_000 }
    const late = await answer(fields, 'allow')
    expect(late.headers.get('location')).toContain('/app-login?reason=fresh')
    await nothingGranted()
  })

  it('is not taken for them when it is somebody else, whatever the session is called', async () => {
    const { fields } = await consentPage()
    h.login = { subject: 'mallory', sessionId: 's1', authenticatedAt: h.now }
    expect((await answer(fields, 'allow')).status).toBe(200)
    await nothingGranted()
  })

  it('cannot be counted on by who knows the cookie and the handle: the token is made of what only the store has', async () => {
    const { fields } = await consentPage()
    const cookie = [...browser.cookies.values()][0] ?? ''
    const id = fields.pending?.slice(5, 27)
    const guess = (about: unknown[]) =>
      createHmac('sha256', Buffer.from(cookie, 'base64url'))
        .update(`consent\0${JSON.stringify(['alice', null, ...about])}`)
        .digest('base64url')
    const [record] = await h.storage.list('request', {}, { limit: 1 })
    const { salt } = (JSON.parse(record?.document ?? '') as { d: { salt: string } }).d
    // So that the others are wrong for no other reason.
    expect(guess([id, salt, [[]]])).toBe(fields.page_token)
    for (const about of [
      [id, [[]]],
      [id, null, [[]]],
      [id, '', [[]]],
    ]) {
      expect((await answer({ ...fields, page_token: guess(about) }, 'allow')).status).toBe(200)
    }
    await nothingGranted()
  })

  it('is asked again on a request of an earlier version, which has nothing but the login to tell the page by', async () => {
    const { fields } = await consentPage()
    const [record] = await h.storage.list('request', {}, { limit: 1 })
    if (!record) throw new Error('There is no request')
    const { v, d } = JSON.parse(record.document) as { v: number; d: Record<string, unknown> }
    const document = JSON.stringify({ v, d: { ...d, salt: undefined } })
    await h.storage.replace('request', { ...record, document, version: 'older' }, record.version)
    const shown = formFields(await (await browser.get(`/oauth/authorize?pending=${fields.pending}`)).text())
    again()
    expect((await answer(shown, 'allow')).status).toBe(200)
    await nothingGranted()
  })
})

describe('an answer is refused and grants nothing', () => {
  let fields: Record<string, string>
  beforeEach(async () => {
    fields = (await consentPage()).fields
  })

  /** Refused as said; nothing granted; and the person at the right browser can still answer. */
  async function expectRefused(response: Response, status: number) {
    expect([response.status, response.headers.get('location')]).toEqual([status, null])
    await nothingGranted()
  }

  it('from another browser', async () => {
    const other = h.browser()
    await other.get(authorizeUrl(challenge))
    for (const decision of ['allow', 'deny']) await expectRefused(await answer(fields, decision, other), 400)
    expect((await answer(fields, 'allow')).status).toBe(303)
  })

  it('from a browser without a cookie', async () => {
    await expectRefused(await answer(fields, 'allow', h.browser()), 400)
    expect((await answer(fields, 'allow')).status).toBe(303)
  })

  it('from another user: they get a page of their own', async () => {
    h.login = { subject: 'mallory', authenticatedAt: h.now - 60_000, sessionId: 's1' }
    const response = await answer(fields, 'allow')
    await expectRefused(response, 200)
    expect(await response.text()).toContain('mallory')
    h.login = { subject: 'alice', authenticatedAt: h.now - 60_000, sessionId: 's1' }
    expect((await answer(fields, 'allow')).status).toBe(303)
  })

  it('from somebody who has logged out: they must log in', async () => {
    h.login = null
    const response = await answer(fields, 'allow')
    expect(response.headers.get('location')).toContain('/app-login?reason=no_login')
    await nothingGranted()
  })

  it('with the page token of another request', async () => {
    const other = (await consentPage({ scope: 'read write' })).fields
    const mixed = { pending: other.pending ?? '', page_token: fields.page_token ?? '' }
    await expectRefused(await answer(mixed, 'allow'), 200)
  })

  it.each(['pending', 'page_token'])('with a garbled %s', async (name) => {
    const response = await answer({ ...fields, [name]: garbled(fields[name] ?? '') }, 'allow')
    await expectRefused(response, name === 'pending' ? 400 : 200)
    expect((await answer(fields, 'allow')).status).toBe(303)
  })

  it.each(['pending', 'page_token'])('without %s', async (name) => {
    await expectRefused(await answer({ ...fields, [name]: '' }, 'allow'), 400)
    // For whoever wrote a page of their own that forgets it.
    expect(h.events.at(-1)).toMatchObject({ type: 'refused', endpoint: 'consent', reason: 'form_field_missing' })
  })

  it('after ten minutes: they are asked once more', async () => {
    h.now += 600_000
    const response = await answer(fields, 'allow')
    expect(response.headers.get('location')).toContain(`${ISSUER}/oauth/authorize?pending=gwpr_`)
    await nothingGranted()
  })

  it.each(['', 'yes', 'ALLOW', 'allow '])('with the decision %j', async (decision) => {
    await expectRefused(await answer(fields, decision), 400)
    expect((await answer(fields, 'allow')).status).toBe(303)
  })

  it('with two decisions', async () => {
    const form = { ...fields, decision: ['deny', 'allow'] }
    await expectRefused(await browser.post('/oauth/consent', form), 400)
  })

  it('of another content type', async () => {
    const form = JSON.stringify({ ...fields, decision: 'allow' })
    await expectRefused(await browser.post('/oauth/consent', form, { 'content-type': 'application/json' }), 400)
  })

  it('by GET', async () => {
    const query = new URLSearchParams({ ...fields, decision: 'allow' })
    const response = await browser.get(`/oauth/consent?${query}`)
    await expectRefused(response, 400)
  })

  it('when it is only in the query', async () => {
    const query = new URLSearchParams({ ...fields, decision: 'allow' })
    await expectRefused(await browser.post(`/oauth/consent?${query}`, ''), 400)
  })

  it.each([
    ['another origin', { origin: 'https://evil.example.com' }],
    ['another port', { origin: `${ISSUER}:8443` }],
    ['http', { origin: ISSUER.replace('https', 'http') }],
    ['the client’s own origin', { origin: 'https://app.example.com' }],
    ['an opaque origin', { origin: 'null' }],
    ['an opaque origin of another site', { origin: 'null', 'sec-fetch-site': 'cross-site' }],
    ['an opaque origin of a sibling', { origin: 'null', 'sec-fetch-site': 'same-site' }],
    ['another site, by Sec-Fetch-Site alone', { 'sec-fetch-site': 'cross-site' }],
  ])('from %s: 403', async (_, headers) => {
    await expectRefused(await answer(fields, 'allow', browser, headers), 403)
    expect((await answer(fields, 'allow')).status).toBe(303)
  })

  it.each([
    ['the own origin', { origin: ISSUER }],
    ['an opaque origin that the browser calls same-origin', { origin: 'null', 'sec-fetch-site': 'same-origin' }],
    ['nothing said', {}],
  ])('but not from %s', async (_, headers) => {
    expect((await answer(fields, 'allow', browser, headers)).status).toBe(303)
  })
})

describe('a remembered consent', () => {
  it('skips the page', async () => {
    await obtainCode(h)
    expect(redirected(await h.browser().get(authorizeUrl(challenge))).get('code')).toMatch(/^gwac_/)
  })

  it('is the user’s alone', async () => {
    await obtainCode(h)
    h.login = { subject: 'bob' }
    expect((await consentPage()).response.status).toBe(200)
  })

  it('is the client’s alone', async () => {
    await obtainCode(h)
    expect((await consentPage({ client_id: 'posting' })).response.status).toBe(200)
  })

  it('does not cover more scope or another resource', async () => {
    await obtainCode(h, { scope: 'read' })
    expect((await consentPage({ scope: 'read write' })).response.status).toBe(200)
    expect((await consentPage({ resource: OTHER_API, scope: 'admin' })).response.status).toBe(200)
  })

  it('covers less, and adds up', async () => {
    await obtainCode(h, { scope: 'read' })
    await obtainCode(h, { scope: 'write' })
    await obtainCode(h, { resource: OTHER_API, scope: 'admin' })
    for (const changes of [
      { scope: 'read' },
      { scope: 'write read' },
      { resource: [API, OTHER_API], scope: 'admin read' },
    ]) {
      expect(redirected(await browser.get(authorizeUrl(challenge, changes))).has('code')).toBe(true)
    }
  })

  it('is not enough for prompt=consent', async () => {
    await obtainCode(h)
    const { response, fields } = await consentPage({ prompt: 'consent' })
    expect(response.status).toBe(200)
    expect(redirected(await answer(fields, 'allow')).has('code')).toBe(true)
  })

  it('is forgotten after a year', async () => {
    await obtainCode(h)
    h.now += 365 * 86_400_000 - 1
    h.login = { subject: 'alice' }
    expect((await browser.get(authorizeUrl(challenge))).status).toBe(303)
    h.now += 1
    expect((await consentPage()).response.status).toBe(200)
  })

  it.each(['http://127.0.0.1:5000/cb', 'com.example.app:/cb'])(
    'says nothing for a native client at %s, which anybody on the device can pass for',
    async (redirect_uri) => {
      for (let i = 0; i < 2; i++) {
        const { response, fields } = await consentPage({ client_id: 'native', redirect_uri })
        expect(response.status).toBe(200)
        await answer(fields, 'allow')
      }
    },
  )

  it('counts for a public client whose redirect URI is https', async () => {
    const spa = { client_id: 'spa', redirect_uri: 'https://spa.example.com/cb' }
    await obtainCode(h, spa)
    expect(redirected(await browser.get(authorizeUrl(challenge, spa))).has('code')).toBe(true)
  })
})

it('a login that answers the consent form by itself keeps the cookie of a browser that is new', async () => {
  const posted = await h.post('/oauth/authorize', new URL(authorizeUrl(challenge), API).search.slice(1))
  const pending = redirected(posted).get('pending') ?? ''
  const users = {
    current: async () => ({ status: 303, headers: [['location', CALLBACK]] as [string, string][], body: '' }),
  }
  const asking = harness({ storage: h.storage, users: { ...users, challenge: users.current } })
  const visitor = asking.browser()
  const response = await visitor.post('/oauth/consent', { pending, page_token: 'x', decision: 'allow' })
  expect([response.status, visitor.cookies.size]).toEqual([303, 1])
})
