/**
 * Logging out of the server's own session, here and everywhere.
 */
import { beforeEach, describe, expect, it } from 'vitest'
import type { UserAuthentication } from '../../src/users/contract.js'
import { externalLogin } from '../../src/users/external.js'
import { passwordLogin } from '../../src/users/password.js'
import {
  type Browser,
  formFields,
  garbled,
  type Harness,
  harness,
  ISSUER,
  obtainCode,
  redeemForm,
  refreshForm,
  snapshot,
} from '../support/harness.js'

let h: Harness
let browser: Browser

beforeEach(async () => {
  h = harness({ users: passwordLogin({ verify: async (name, password) => (password === 'right' ? name : null) }) })
  browser = await loggedIn()
})

/** A browser in which somebody has logged in, by way of the connected apps. */
async function loggedIn(username = 'alice'): Promise<Browser> {
  const visitor = h.browser()
  const form = await visitor.get((await visitor.get('/oauth/apps')).headers.get('location') ?? '')
  const credentials = { ...formFields(await form.text()), username, password: 'right' }
  expect((await visitor.post('/oauth/login', credentials)).headers.get('location')).toContain('/oauth/apps')
  return visitor
}

const isLoggedIn = async (visitor: Browser) => (await visitor.get('/oauth/apps')).status === 200

async function page(visitor = browser) {
  const response = await visitor.get('/oauth/logout')
  const text = await response.text()
  return { response, text, fields: formFields(text) }
}

const press = async (where: string, visitor = browser, headers = {}) =>
  visitor.post('/oauth/logout', { ...(await page(visitor)).fields, where }, headers)

describe('the page', () => {
  it('asks whoever is logged in, and does nothing by itself', async () => {
    const { response, text } = await page()
    expect(response.status).toBe(200)
    expect(text).toContain('alice')
    expect(text).toContain('value="here"')
    expect(text).toContain('value="everywhere"')
    expect(await isLoggedIn(browser)).toBe(true)
  })

  it('says to a stranger that nobody is logged in, with nothing to press', async () => {
    const { response, text } = await page(h.browser())
    expect(response.status).toBe(200)
    expect(text).toContain('You are logged out')
    expect(text).not.toContain('<form')
  })

  it('cannot be framed, and lets the logout of the app lead on', async () => {
    const policy = (await page()).response.headers.get('content-security-policy')
    expect(policy).not.toContain('form-action')
    expect(policy).toContain("frame-ancestors 'none'")
  })
})

describe('logging out', () => {
  it('here ends this browser’s session in the store, and no other', async () => {
    const other = await loggedIn()
    const cookies = new Map(browser.cookies)
    const response = await press('here')
    expect([response.status, response.headers.get('location')]).toEqual([303, `${ISSUER}/oauth/logout`])
    expect(await isLoggedIn(browser)).toBe(false)
    for (const [name, value] of cookies) browser.cookies.set(name, value)
    expect(await isLoggedIn(browser)).toBe(false)
    expect(await isLoggedIn(other)).toBe(true)
    expect((await page(h.browser())).text).toContain('You are logged out')
    expect(h.events).toContainEqual(
      expect.objectContaining({ type: 'logged_out', subject: 'alice', everywhere: false }),
    )
  })

  it('everywhere ends all sessions of the user, and nobody else’s', async () => {
    const [other, bob] = [await loggedIn(), await loggedIn('bob')]
    await press('everywhere')
    expect(await isLoggedIn(browser)).toBe(false)
    expect(await isLoggedIn(other)).toBe(false)
    expect(await isLoggedIn(bob)).toBe(true)
    expect(h.events).toContainEqual(expect.objectContaining({ type: 'logged_out', everywhere: true }))
  })

  it('twice (a double click) is the same answer, and no error', async () => {
    const { fields } = await page()
    const answers = [1, 2].map(() => browser.post('/oauth/logout', { ...fields, where: 'here' }))
    for (const { status } of await Promise.all(answers)) expect(status).toBe(303)
    expect((await browser.post('/oauth/logout', { ...fields, where: 'here' })).headers.get('location')).toBe(
      `${ISSUER}/oauth/logout`,
    )
  })
})

describe('a form is refused and logs nobody out', () => {
  async function expectLoggedIn(response: Response, status: number, sessions: string) {
    expect(response.status).toBe(status)
    expect(await snapshot(h, ['session'])).toBe(sessions)
  }
  let sessions: string
  let fields: Record<string, string>
  beforeEach(async () => {
    fields = (await page()).fields
    sessions = await snapshot(h, ['session'])
  })

  it.each([
    { origin: 'https://evil.example.com' },
    { origin: 'null' },
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'same-site' },
  ])('from another site (%j)', async (headers) => {
    await expectLoggedIn(await browser.post('/oauth/logout', { ...fields, where: 'here' }, headers), 403, sessions)
  })

  it('without the page token, with a garbled one, or that of the connected apps', async () => {
    await expectLoggedIn(await browser.post('/oauth/logout', { where: 'here' }), 400, sessions)
    for (const page_token of [garbled(fields.page_token ?? ''), 'x']) {
      await expectLoggedIn(await browser.post('/oauth/logout', { page_token, where: 'here' }), 200, sessions)
    }
  })

  it('of another browser', async () => {
    const other = await loggedIn()
    sessions = await snapshot(h, ['session'])
    await expectLoggedIn(await other.post('/oauth/logout', { ...fields, where: 'everywhere' }), 200, sessions)
  })

  it.each(['', 'somewhere', 'HERE'])('with where=%j', async (where) => {
    await expectLoggedIn(await browser.post('/oauth/logout', { ...fields, where }), 400, sessions)
  })

  it('by GET', async () => {
    const query = new URLSearchParams({ ...fields, where: 'here' })
    await expectLoggedIn(await browser.get(`/oauth/logout?${query}`), 200, sessions)
  })
})

describe('an app with sessions of its own', () => {
  const login = async () => ({ subject: 'alice' })
  const challenge = async () => ({ status: 303, headers: [], body: '' })
  const users = (more: Partial<UserAuthentication>): UserAuthentication => ({ current: login, challenge, ...more })

  it('that cannot log anybody out has no such page, and the connected apps do not lead there', async () => {
    h = harness({ users: users({}) })
    expect((await h.browser().get('/oauth/logout')).status).toBe(404)
    expect(await (await h.browser().get('/oauth/apps')).text()).not.toContain('/oauth/logout')
  })

  it('is told where to send the browser, and its answer is sent', async () => {
    const end = async (_: unknown, returnTo: string) =>
      ({ status: 303, headers: [['location', `/my-logout?to=${returnTo}`]], body: '' }) as const
    h = harness({ users: users({ end }) })
    browser = h.browser()
    expect((await page()).text).not.toContain('value="everywhere"')
    expect((await press('here')).headers.get('location')).toBe(`/my-logout?to=${ISSUER}/oauth/logout`)
    expect((await press('everywhere')).status).toBe(400)
  })

  it('that can only log out everywhere offers just that', async () => {
    const ended: string[] = []
    h = harness({ users: users({ endAll: async (subject) => void ended.push(subject) }) })
    browser = h.browser()
    expect((await page()).text).not.toContain('value="here"')
    expect((await press('here')).status).toBe(400)
    expect(ended).toEqual([])
    expect((await press('everywhere')).headers.get('location')).toBe(`${ISSUER}/oauth/logout`)
    expect(ended).toEqual(['alice'])
  })
})

describe('externalLogin', () => {
  /** The app's sessions: the value of its cookie, and whose it is. */
  const sessions = new Map<string, string>()
  const sessionOf = (headers: Headers) => /app=(\w+)/.exec(headers.get('cookie') ?? '')?.[1] ?? ''
  const calls: string[] = []
  const end = (headers: Headers, returnTo: string) => {
    calls.push(`end ${returnTo}`)
    sessions.delete(sessionOf(headers))
    const cookie = ['set-cookie', 'app=; Max-Age=0'] as const
    return { status: 303, headers: [['location', returnTo] as const, cookie], body: '' }
  }
  const endAll = async (subject: string) => {
    calls.push(`endAll ${subject}`)
    for (const [id, owner] of sessions) if (owner === subject) sessions.delete(id)
  }
  const start = (ends: { readonly end?: true; readonly endAll?: typeof endAll }) => {
    calls.length = 0
    sessions.clear()
    h = harness({
      users: externalLogin({
        current: ({ headers }) => sessions.get(sessionOf(headers)),
        loginUrl: '/login',
        end: ends.end && (({ headers }, returnTo) => end(headers, returnTo)),
        endAll: ends.endAll,
      }),
    })
    browser = visitor('alice')
  }
  const visitor = (subject: string): Browser => {
    const id = `s${sessions.size}`
    sessions.set(id, subject)
    const made = h.browser()
    made.cookies.set('app', id)
    return made
  }

  it('with both: everywhere ends all sessions of the user, then calls end for this browser', async () => {
    start({ end: true, endAll })
    const [other, bob] = [visitor('alice'), visitor('bob')]
    const response = await press('everywhere')
    expect([response.status, response.headers.get('location')]).toEqual([303, `${ISSUER}/oauth/logout`])
    expect(calls).toEqual(['endAll alice', `end ${ISSUER}/oauth/logout`])
    expect(browser.cookies.has('app')).toBe(false)
    expect([await isLoggedIn(browser), await isLoggedIn(other), await isLoggedIn(bob)]).toEqual([false, false, true])
  })

  it('with both: here ends this session alone', async () => {
    start({ end: true, endAll })
    const other = visitor('alice')
    await press('here')
    expect(calls).toEqual([`end ${ISSUER}/oauth/logout`])
    expect([await isLoggedIn(browser), await isLoggedIn(other)]).toEqual([false, true])
  })

  it('with endAll but no end: everywhere is all that is offered, ends this browser’s session, too, and says so', async () => {
    start({ endAll })
    const [other, bob] = [visitor('alice'), visitor('bob')]
    const { text } = await page()
    expect(text).toContain('value="everywhere"')
    expect(text).not.toContain('value="here"')
    expect((await press('here')).status).toBe(400)
    expect(calls).toEqual([])
    const response = await press('everywhere')
    expect([response.status, response.headers.get('location')]).toEqual([303, `${ISSUER}/oauth/logout`])
    expect(calls).toEqual(['endAll alice'])
    expect((await page()).text).toContain('You are logged out')
    expect([await isLoggedIn(browser), await isLoggedIn(other), await isLoggedIn(bob)]).toEqual([false, false, true])
    expect(h.events).toContainEqual(expect.objectContaining({ type: 'logged_out', subject: 'alice', everywhere: true }))
  })

  it('with end but no endAll: everywhere is not offered, and refused', async () => {
    start({ end: true })
    expect((await page()).text).not.toContain('value="everywhere"')
    expect((await press('everywhere')).status).toBe(400)
    expect(calls).toEqual([])
    expect(await isLoggedIn(browser)).toBe(true)
  })

  it('with an endAll that fails: nobody is told that they are logged out', async () => {
    start({ end: true, endAll: () => Promise.reject(new Error('the database is away')) })
    const response = await press('everywhere')
    expect(response.status).toBe(500)
    expect(await response.text()).not.toContain('You are logged out')
    expect(calls).toEqual([])
    expect(await isLoggedIn(browser)).toBe(true)
    expect(h.events).not.toContainEqual(expect.objectContaining({ type: 'logged_out' }))
  })

  it('auth.users.signOut ends the sessions of the app and the grants, and nobody else’s', async () => {
    start({ endAll })
    const [other, bob] = [visitor('alice'), visitor('bob')]
    const tokensOf = async (visitor: Browser) => (await h.token(redeemForm(await obtainCode(h, {}, visitor)))).body
    const [hers, his] = [await tokensOf(browser), await tokensOf(bob)]
    await h.server.users.signOut('alice')
    expect(calls).toEqual(['endAll alice'])
    expect([await isLoggedIn(browser), await isLoggedIn(other), await isLoggedIn(bob)]).toEqual([false, false, true])
    expect((await h.token(refreshForm(hers.refresh_token))).body.error).toBe('invalid_grant')
    expect((await h.token(refreshForm(his.refresh_token))).status).toBe(200)
  })
})
