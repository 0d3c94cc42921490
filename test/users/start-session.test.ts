/**
 * `auth.users.startSession`: a session for whom the app has signed up, from each framework's request.
 */
import express from 'express'
import { Hono } from 'hono'
import { beforeEach, describe, expect, it } from 'vitest'
import { passwordLogin } from '../../src/index.js'
import { listen } from '../adapters/apps.js'
import {
  authorizeUrl,
  Browser,
  formFields,
  type Harness,
  harness,
  ISSUER,
  pkce,
  redirected,
} from '../support/harness.js'

const { challenge } = pkce()
let h: Harness
let browser: Browser

beforeEach(() => {
  h = harness({ users: passwordLogin({ verify: (name) => name, signUpUrl: '/join' }) })
  browser = new Browser({ fetch: (request) => route(request) })
})

/** The app: it signs up whoever comes, and everything else is the server's. */
async function route(request: Request): Promise<Response> {
  if (new URL(request.url).pathname !== '/join') return h.server.fetch(request)
  const form = await request.formData()
  const login = { subject: String(form.get('name')), displayName: 'Ada Lovelace', returnTo: form.get('return_to') }
  const session = await h.server.users.startSession(request, login)
  if (!session) return new Response('', { status: 403 })
  const headers = { location: session.returnTo ?? '/', 'set-cookie': session.setCookie }
  return new Response(null, { status: 303, headers })
}

const join = (fields: Record<string, string>, headers = {}) => browser.post('/join', { name: 'u1', ...fields }, headers)
const sessions = () => h.storage.list('session', {}, { limit: 10 })

/** The `return_to` of the login page for a new request. */
async function returnTo(changes: Parameters<typeof authorizeUrl>[1] = {}, visitor = browser): Promise<string> {
  const login = await visitor.get((await visitor.get(authorizeUrl(challenge, changes))).headers.get('location') ?? '')
  return (
    new URL(/"(\/join[^"]*)"/.exec(await login.text())?.[1]?.replaceAll('&#38;', '&') ?? '', ISSUER).searchParams.get(
      'return_to',
    ) ?? ''
  )
}

describe('whoever has signed up', () => {
  it.each([{}, { prompt: 'login' }, { prompt: 'create' }])(
    'is logged in and goes on to the client: %j',
    async (changes) => {
      const response = await join({ return_to: await returnTo(changes) })
      const page = await browser.get(response.headers.get('location') ?? '')
      const text = await page.text()
      expect(text).toContain('Ada Lovelace')
      const answer = await browser.post('/oauth/consent', { ...formFields(text), decision: 'allow' })
      expect(redirected(answer).has('code')).toBe(true)
      expect(h.events[0]).toMatchObject({ type: 'login_succeeded', subject: 'u1' })
    },
  )

  it('goes on when it took longer than the request waits, with a new one, and is not asked to log in again', async () => {
    const back = await returnTo({ prompt: 'login' })
    h.now += 600_000
    const response = await join({ return_to: back })
    expect(response.headers.get('location')).not.toBe(back)
    const page = await browser.get(response.headers.get('location') ?? '')
    expect(await page.text()).toContain('name="decision"')
  })

  it('is logged in without a request that waits, too', async () => {
    const response = await join({})
    expect(response.headers.get('location')).toBe('/')
    expect(await (await browser.get(authorizeUrl(challenge))).text()).toContain('Ada Lovelace')
  })

  it('gets a session that nobody knew before, in place of the one that the browser had', async () => {
    const planted = h.browser()
    await join({})
    const [before] = await sessions()
    for (const [name, value] of browser.cookies) planted.cookies.set(name, value)
    await join({ name: 'u2' })
    const after = await sessions()
    expect(after.map(({ subject }) => subject)).toEqual(['u2'])
    expect(after[0]?.id).not.toBe(before?.id)
    expect((await planted.get(authorizeUrl(challenge))).headers.get('location')).toContain('/oauth/login')
    expect(browser.cookies).not.toEqual(planted.cookies)
  })

  it('is sent nowhere but where this browser came from', async () => {
    const other = new Browser({ fetch: (request) => route(request) })
    const theirs = await returnTo({}, other)
    const mine = await returnTo()
    const mistaken = [mine.replace(ISSUER, 'https://evil.example'), `${mine}x`, `${mine}&to=https://evil.example`]
    for (const return_to of ['https://evil.example/', '//evil.example', theirs, ...mistaken]) {
      expect((await join({ return_to })).headers.get('location')).toBe('/')
    }
    // With another path before it, the handle still leads to its own.
    expect((await join({ return_to: mine.replace('/oauth', '/o') })).headers.get('location')).toBe(mine)
  })
})

describe('another site', () => {
  const foreign = { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' }

  it('logs nobody in', async () => {
    for (const headers of [foreign, { 'sec-fetch-site': 'cross-site' }, { origin: 'null' }]) {
      const response = await join({ return_to: 'https://evil.example' }, headers)
      expect([response.status, response.headers.get('set-cookie')]).toEqual([403, null])
    }
    expect(await sessions()).toEqual([])
    expect(h.events).toEqual([])
  })

  it('leaves the session that there is as it was', async () => {
    await join({})
    const before = JSON.stringify(await sessions())
    await join({ name: 'mallory' }, foreign)
    expect(JSON.stringify(await sessions())).toBe(before)
  })

  it('such as a mail with a link, may bring back who has what waits in this browser', async () => {
    expect((await join({ return_to: await returnTo() }, foreign)).status).toBe(303)
    const other = new Browser({ fetch: (request) => route(request) })
    expect((await join({ return_to: await returnTo({}, other) }, foreign)).status).toBe(403)
  })
})

describe('a mistake', () => {
  it.each([
    ['', 'the subject is empty'],
    [7, 'String(user.id)'],
    [undefined, 'missing'],
    ['a\nb', 'control'],
  ])('in the subject (%j) is told like any other, and starts nothing', async (subject, message) => {
    const request = new Request(`${ISSUER}/join`)
    await expect(h.server.users.startSession(request, { subject: subject as string })).rejects.toThrow(message)
    expect(await sessions()).toEqual([])
  })

  it('in the request says what to give', async () => {
    await expect(h.server.users.startSession({} as never, { subject: 'u1' })).rejects.toThrow('must be the request')
  })

  it('is to call it without passwordLogin', async () => {
    const request = new Request(`${ISSUER}/join`)
    await expect(harness().server.users.startSession(request, { subject: 'u1' })).rejects.toThrow('passwordLogin')
  })
})

describe('it takes the request of', () => {
  const cookie = () => [...browser.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
  const body = async () => new URLSearchParams({ return_to: await returnTo() })

  it('Express', async () => {
    const app = express()
    app.post('/join', express.urlencoded({ extended: false }), async (req, res) => {
      const session = await h.server.users.startSession(req, { subject: 'u1', returnTo: req.body?.return_to })
      if (!session) return void res.sendStatus(403)
      res.append('set-cookie', session.setCookie).redirect(303, session.returnTo ?? '/')
    })
    const { port, close } = await listen(app)
    try {
      const init = async (headers = {}): Promise<RequestInit> => ({
        ...{ method: 'POST', redirect: 'manual', body: await body(), headers: { cookie: cookie(), ...headers } },
      })
      const response = await fetch(`http://127.0.0.1:${port}/join`, await init())
      expect(response.headers.get('location')).toContain('/oauth/authorize?pending=')
      expect(response.headers.getSetCookie()).toEqual([
        expect.stringMatching(/^__Host-gw-[\w-]{12}-session=[\w-]{43}; /),
      ])
      const foreign = { method: 'POST', headers: { origin: 'https://evil.example' } }
      expect((await fetch(`http://127.0.0.1:${port}/join`, foreign)).status).toBe(403)
    } finally {
      close()
    }
  })

  it('Hono, and of a route handler of Next.js', async () => {
    const app = new Hono()
    app.post('/join', async (c) => {
      const form = await c.req.parseBody()
      const session = await h.server.users.startSession(c.req.raw, { subject: 'u1', returnTo: form.return_to })
      if (!session) return c.text('', 403)
      c.header('set-cookie', session.setCookie, { append: true })
      return c.redirect(session.returnTo ?? '/', 303)
    })
    const response = await app.request(`${ISSUER}/join`, {
      method: 'POST',
      body: await body(),
      headers: { cookie: cookie() },
    })
    expect(response.headers.get('location')).toContain('/oauth/authorize?pending=')
    expect(response.headers.getSetCookie()).toHaveLength(1)
    const foreign = { method: 'POST', headers: { origin: 'https://evil.example' } }
    expect((await app.request(`${ISSUER}/join`, foreign)).status).toBe(403)
  })
})
