/**
 * Login: when somebody is sent to it, what brings them back, and what a pending request is bound to.
 */
import { beforeEach, describe, expect, it } from 'vitest'
import {
  authorizeUrl,
  type Browser,
  CALLBACK,
  formFields,
  garbled,
  type Harness,
  harness,
  ISSUER,
  obtainCode,
  pkce,
  redirected,
  snapshot,
} from '../support/harness.js'

const { challenge } = pkce()
let h: Harness
let browser: Browser

beforeEach(() => {
  h = harness()
  browser = h.browser()
})

type Changes = Parameters<typeof authorizeUrl>[1]
const visit = (changes: Changes = {}) => browser.get(authorizeUrl(challenge, changes))

/** Where the app's login page was told to go on, and why somebody must log in. */
function challenged(response: Response): { reason: string | null; returnTo: string } {
  expect(response.status).toBe(303)
  const location = new URL(response.headers.get('location') ?? '')
  expect(location.pathname).toBe('/app-login')
  return { reason: location.searchParams.get('reason'), returnTo: location.searchParams.get('return_to') ?? '' }
}

const isConsentPage = async (response: Response) =>
  response.status === 200 && (await response.text()).includes('name="decision"')

describe('nobody logged in', () => {
  beforeEach(() => {
    h.login = null
  })

  it('is sent to log in, with an opaque address to come back to', async () => {
    const { reason, returnTo } = challenged(await visit())
    expect(reason).toBe('no_login')
    expect(returnTo).toMatch(new RegExp(`^${ISSUER}/oauth/authorize\\?pending=gwpr_[\\w-]{65}$`))
  })

  it('comes back and goes on where they were', async () => {
    const { returnTo } = challenged(await visit())
    h.login = { subject: 'bob' }
    expect(await isConsentPage(await browser.get(returnTo))).toBe(true)
  })

  it('comes back without a login and is sent again, three times at most', async () => {
    let response = await visit()
    for (let i = 0; i < 3; i++) response = await browser.get(challenged(response).returnTo)
    expect(response.headers.get('location')?.startsWith(CALLBACK)).toBe(true)
    expect(Object.fromEntries(redirected(response))).toMatchObject({
      error: 'login_required',
      state: 'the state & more',
      iss: ISSUER,
    })
    expect(redirected(response).has('code')).toBe(false)
  })

  it('is what the app’s login page learns: who asks, and the hints', async () => {
    const needs: unknown[] = []
    h = harness({
      users: {
        current: async () => null,
        challenge: async (_, need) => {
          needs.push(need)
          return { status: 302, headers: [['location', '/login']], body: '' }
        },
      },
    })
    await h.browser().get(authorizeUrl(challenge, { login_hint: 'al<i>ce', ui_locales: 'de-AT en x..y' }))
    expect(needs).toEqual([
      {
        returnTo: expect.stringContaining('/oauth/authorize?pending='),
        reason: 'no_login',
        client: { client_id: 'web', client_name: 'Web App' },
        loginHint: 'al<i>ce',
        uiLocales: ['de-AT', 'en'],
        acrValues: [],
      },
    ])
  })

  it('may be answered by the app itself, without any redirect of ours', async () => {
    h = harness({
      users: {
        current: async () => ({ status: 401, headers: [['x-handshake', 'please']], body: 'wait' }),
        challenge: async () => ({ status: 500, headers: [], body: '' }),
      },
    })
    const response = await h.browser().get(authorizeUrl(challenge))
    expect([response.status, response.headers.get('x-handshake'), await response.text()]).toEqual([
      401,
      'please',
      'wait',
    ])
  })
})

describe('a pending request', () => {
  let returnTo: string
  beforeEach(async () => {
    h.login = null
    returnTo = challenged(await visit()).returnTo
    h.login = { subject: 'bob', sessionId: 's2' }
  })

  /** A page, no redirect, nothing granted; and the right browser still gets on. */
  async function expectStranger(response: Response) {
    expect(response.status).toBe(400)
    expect(response.headers.get('location')).toBeNull()
    expect(await snapshot(h, ['grant', 'consent'])).toBe('[[],[]]')
    expect(await isConsentPage(await browser.get(returnTo))).toBe(true)
  }

  it('is bound to the browser’s cookie', async () => {
    await expectStranger(await h.browser().get(returnTo))
  })

  it('is not opened by another browser’s cookie', async () => {
    const other = h.browser()
    await other.get(authorizeUrl(challenge))
    expect(other.cookies.size).toBe(1)
    await expectStranger(await other.get(returnTo))
  })

  it('is not opened by a cookie of somebody’s invention', async () => {
    const other = h.browser()
    for (const name of browser.cookies.keys()) other.cookies.set(name, 'A'.repeat(43))
    await expectStranger(await other.get(returnTo))
  })

  it('is bound to the secret of its handle', async () => {
    await expectStranger(await browser.get(garbled(returnTo)))
  })

  it('is not found by a handle that is none', async () => {
    await expectStranger(await browser.get('/oauth/authorize?pending=gwpr_x'))
  })

  it('is not found under another id', async () => {
    await expectStranger(await browser.get(garbled(returnTo, returnTo.indexOf('gwpr_') + 8)))
  })

  it('is good for just under 10 minutes', async () => {
    h.now += 599_999
    expect(await isConsentPage(await browser.get(returnTo))).toBe(true)
  })

  it('is a page an hour after it has expired, and grants nothing', async () => {
    h.now += 4_200_000
    const response = await browser.get(returnTo)
    expect(response.status).toBe(400)
    expect(response.headers.get('location')).toBeNull()
    expect(await snapshot(h, ['grant', 'consent'])).toBe('[[],[]]')
  })

  it('keeps nothing in the store that would open it', async () => {
    const handle = returnTo.split('pending=')[1] ?? ''
    const text = await snapshot(h, ['request'])
    expect(text).not.toContain(handle.slice(27))
    for (const cookie of browser.cookies.values()) expect(text).not.toContain(cookie)
  })

  it('of another issuer on the same store is not found', async () => {
    const other = harness({ storage: h.storage, issuer: 'https://other.example.com' })
    const stranger = other.browser()
    for (const cookie of browser.cookies.values())
      for (const name of browser.cookies.keys()) stranger.cookies.set(name, cookie)
    expect((await stranger.get(new URL(returnTo).pathname + new URL(returnTo).search)).status).toBe(400)
  })
})

describe('while a request is pending', () => {
  const metadata = { client_name: 'Shop', redirect_uris: [CALLBACK], default_scope: 'read' }

  async function start() {
    const { client } = await h.server.clients.create(metadata)
    h.login = null
    const { returnTo } = challenged(await visit({ client_id: client.client_id }))
    h.login = { subject: 'bob' }
    return { client_id: client.client_id, returnTo }
  }

  it('a deleted client makes it a page', async () => {
    const { client_id, returnTo } = await start()
    await h.server.clients.remove(client_id)
    const response = await browser.get(returnTo)
    expect([response.status, response.headers.get('location')]).toEqual([400, null])
  })

  it('a redirect URI that is no longer registered makes it a page', async () => {
    const { client_id, returnTo } = await start()
    await h.server.clients.update(client_id, { ...metadata, redirect_uris: ['https://new.example.com/cb'] })
    const response = await browser.get(returnTo)
    expect([response.status, response.headers.get('location')]).toEqual([400, null])
  })

  it.each(['remove', 'update'] as const)(
    'neither an allowed nor a denied consent goes anywhere after the client’s %s',
    async (how) => {
      for (const decision of ['allow', 'deny']) {
        const { client_id, returnTo } = await start()
        const form = { ...formFields(await (await browser.get(returnTo)).text()), decision }
        if (how === 'remove') await h.server.clients.remove(client_id)
        else await h.server.clients.update(client_id, { ...metadata, redirect_uris: ['https://new.example.com/cb'] })
        const response = await browser.post('/oauth/consent', form)
        expect([response.status, response.headers.get('location')]).toEqual([400, null])
        expect(await snapshot(h, ['grant', 'consent'])).toBe('[[],[]]')
      }
    },
  )
})

describe('prompt=none', () => {
  it('without a login is login_required, and stores nothing', async () => {
    h.login = null
    const before = await snapshot(h)
    const response = await visit({ prompt: 'none' })
    expect(Object.fromEntries(redirected(response))).toMatchObject({
      error: 'login_required',
      state: 'the state & more',
      iss: ISSUER,
    })
    expect(await snapshot(h)).toBe(before)
  })

  it('without a consent is consent_required, and stores nothing', async () => {
    const before = await snapshot(h)
    const response = await visit({ prompt: 'none' })
    expect(Object.fromEntries(redirected(response))).toMatchObject({ error: 'consent_required', iss: ISSUER })
    expect(await snapshot(h)).toBe(before)
  })

  it('with login and consent is a code', async () => {
    await obtainCode(h)
    expect(redirected(await visit({ prompt: 'none' })).get('code')).toMatch(/^gwac_/)
  })

  it('with a consent to less is consent_required', async () => {
    await obtainCode(h, { scope: 'read' })
    expect(redirected(await visit({ prompt: 'none', scope: 'read write' })).get('error')).toBe('consent_required')
  })

  it('with a login that is too old is login_required', async () => {
    await obtainCode(h)
    expect(redirected(await visit({ prompt: 'none', max_age: '59' })).get('error')).toBe('login_required')
  })

  it('for a native client is always consent_required', async () => {
    const native = { client_id: 'native', redirect_uri: 'http://127.0.0.1:5000/cb' }
    await obtainCode(h, native)
    expect(redirected(await visit({ ...native, prompt: 'none' })).get('error')).toBe('consent_required')
  })
})

describe('a fresh login', () => {
  it.each([
    ['prompt=login', { prompt: 'login' }],
    ['max_age=59', { max_age: '59' }],
    ['max_age=0', { max_age: '0' }],
  ])('is demanded by %s, also from somebody who is logged in', async (_, changes) => {
    expect(challenged(await visit(changes)).reason).toBe('fresh')
  })

  it.each([
    ['prompt=login', { prompt: 'login' }],
    ['max_age=0', { max_age: '0' }],
  ])('passes: %s', async (_, changes) => {
    const { returnTo } = challenged(await visit(changes))
    h.now += 5_000
    h.login = { subject: 'alice', authenticatedAt: h.now, sessionId: 's2' }
    expect(await isConsentPage(await browser.get(returnTo))).toBe(true)
  })

  it('survives the consent step: the answer to the page is not another challenge', async () => {
    const { returnTo } = challenged(await visit({ prompt: 'login' }))
    h.login = { subject: 'alice', authenticatedAt: h.now, sessionId: 's2' }
    const form = { ...formFields(await (await browser.get(returnTo)).text()), decision: 'allow' }
    h.now += 60_000
    expect(redirected(await browser.post('/oauth/consent', form)).get('code')).toMatch(/^gwac_/)
  })

  it('is not made by coming back with the old one, three times at most', async () => {
    let response = await visit({ prompt: 'login' })
    for (let i = 0; i < 3; i++) {
      const { reason, returnTo } = challenged(response)
      expect(reason).toBe('fresh')
      response = await browser.get(returnTo)
    }
    expect(redirected(response).get('error')).toBe('login_required')
    expect(await snapshot(h, ['grant', 'consent'])).toBe('[[],[]]')
  })

  it('keeps no session id of the app readable in the store', async () => {
    h.login = { subject: 'alice', sessionId: 'what-the-cookie-holds' }
    expect(await isConsentPage(await visit())).toBe(true)
    const stored = await snapshot(h)
    expect(stored).toContain('loginAtRequest')
    expect(stored).not.toContain('what-the-cookie-holds')
  })

  it('is seen by a new session where the app knows no login time', async () => {
    h.login = { subject: 'alice', sessionId: 's1' }
    const { returnTo } = challenged(await visit({ prompt: 'login' }))
    expect(challenged(await browser.get(returnTo)).reason).toBe('fresh')
    h.login = { subject: 'alice', sessionId: 's2' }
    expect(await isConsentPage(await browser.get(returnTo))).toBe(true)
  })

  it('cannot be seen where the app knows neither time nor session', async () => {
    h.login = { subject: 'alice' }
    let response = await visit({ prompt: 'login' })
    for (let i = 0; i < 3; i++) response = await browser.get(challenged(response).returnTo)
    expect(redirected(response).get('error')).toBe('login_required')
  })

  it('with a time in the future is not believed', async () => {
    h.login = { subject: 'alice', authenticatedAt: h.now + 3_600_000 }
    expect(challenged(await visit({ max_age: '60' })).reason).toBe('fresh')
  })

  it('is not demanded when the login is young enough', async () => {
    expect(await isConsentPage(await visit({ max_age: '60' }))).toBe(true)
  })
})

describe.each(['select_account', 'create'])('prompt=%s', (prompt) => {
  it('sends to the login page once, and accepts whoever comes back', async () => {
    const { reason, returnTo } = challenged(await visit({ prompt }))
    expect(reason).toBe(prompt)
    expect(await isConsentPage(await browser.get(returnTo))).toBe(true)
  })

  it('sends to the login page again when nobody comes back', async () => {
    h.login = null
    const { returnTo } = challenged(await visit({ prompt }))
    expect(challenged(await browser.get(returnTo)).reason).toBe('no_login')
  })

  it('is not skipped by a remembered consent', async () => {
    await obtainCode(h)
    expect(challenged(await visit({ prompt })).reason).toBe(prompt)
  })
})

describe('the browser’s cookie', () => {
  it('is __Host-, Secure, HttpOnly and SameSite=Lax, and ends with the browser', async () => {
    const [cookie, ...more] = (await visit()).headers.getSetCookie()
    expect(more).toEqual([])
    expect(cookie).toMatch(/^__Host-gw-[\w-]{12}=[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax; Secure$/)
  })

  it('is plain on an http loopback issuer, where browsers would not send a Secure one back', async () => {
    h = harness({ issuer: 'http://localhost:3000' })
    const [cookie] = (await h.browser().get(authorizeUrl(challenge))).headers.getSetCookie()
    expect(cookie).toMatch(/^gw-[\w-]{12}=[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax$/)
  })

  it('is set once', async () => {
    await visit()
    expect((await visit()).headers.getSetCookie()).toEqual([])
  })

  it('has another name for each issuer, so that two on one host do not collide', async () => {
    await visit()
    const other = harness({ issuer: `${ISSUER}/tenant` })
    const stranger = other.browser()
    await stranger.get(`/tenant${authorizeUrl(challenge)}`)
    expect(stranger.cookies.size).toBe(1)
    expect([...stranger.cookies.keys()]).not.toEqual([...browser.cookies.keys()])
  })

  it('that nobody can read is replaced', async () => {
    await visit()
    for (const name of browser.cookies.keys()) browser.cookies.set(name, '"><script>')
    const [cookie] = (await visit()).headers.getSetCookie()
    expect(cookie).toMatch(/^__Host-gw-/)
    expect(cookie).not.toContain('script')
  })
})

describe('an app that says something wrong', () => {
  it.each([
    ['an empty subject', { subject: '' }],
    ['a number for a subject', { subject: 7 as unknown as string }],
    ['a subject with control characters', { subject: 'a\u0000' }],
    ['a very long subject', { subject: 'x'.repeat(256) }],
  ])('gets a page without detail and an event: %s', async (_, login) => {
    h.login = login
    const response = await visit()
    expect(response.status).toBe(500)
    expect(response.headers.get('location')).toBeNull()
    expect(await response.text()).not.toContain('subject')
    expect(h.events.at(-1)).toMatchObject({ type: 'failed', endpoint: 'authorize', cause: expect.any(TypeError) })
    expect(await snapshot(h, ['grant', 'consent', 'request'])).toBe('[[],[],[]]')
  })
})
