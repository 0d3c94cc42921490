/**
 * `passwordLogin` behind a whole server: a login after the request's end, a login form that nothing waits for, and two tabs.
 */
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { parseReturnTo, passwordLogin } from '../../src/index.js'
import {
  authorizeUrl,
  type Browser,
  CALLBACK,
  formFields,
  type Harness,
  harness,
  ISSUER,
  pkce,
  redeemForm,
  redirected,
  snapshot,
  unescapeHtml,
} from '../support/harness.js'

const { verifier, challenge } = pkce()
const verify = vi.fn((username: string, password: string) => (password === 'right' ? username : null))
const LATE = 600_000
const HOUR = 3_600_000
let h: Harness
let browser: Browser

beforeEach(() => {
  verify.mockClear()
  h = harness({
    users: passwordLogin({
      verify,
      signUpUrl: '/join?from=login#form',
      forgotPasswordUrl: 'https://app.example.com/forgot',
    }),
  })
  browser = h.browser()
})

/** Follows redirects within the server. */
async function follow(response: Response, visitor = browser): Promise<Response> {
  const to = response.headers.get('location')
  return to !== null && new URL(to, ISSUER).origin === ISSUER ? follow(await visitor.get(to), visitor) : response
}

const fieldsOf = async (response: Response) => formFields(await response.text())
const loginForm = async (changes: Parameters<typeof authorizeUrl>[1] = {}, visitor = browser) =>
  fieldsOf(await follow(await visitor.get(authorizeUrl(challenge, changes)), visitor))
const logIn = (fields: Record<string, string>, password = 'right', visitor = browser, username = 'ada') =>
  visitor.post('/oauth/login', { ...fields, username, password })
const allow = (fields: Record<string, string>) => browser.post('/oauth/consent', { ...fields, decision: 'allow' })
const sessions = async () => (await h.storage.list('session', {}, { limit: 10 })).length

async function expectRefused(response: Response, status = 400) {
  expect([response.status, response.headers.getSetCookie().filter((line) => line.includes('session'))]).toEqual([
    status,
    [],
  ])
  expect(verify).not.toHaveBeenCalled()
  expect(await sessions()).toBe(0)
  expect(h.events.filter(({ type }) => type.startsWith('login'))).toEqual([])
}

describe('the right password after the request’s end', () => {
  it.each([{}, { prompt: 'login' }, { max_age: '0' }, { prompt: 'select_account' }, { prompt: 'create' }])(
    'goes on with a new request, and is asked for once: %j',
    async (changes) => {
      const fields = await loginForm(changes)
      h.now += LATE
      const question = await fieldsOf(await follow(await logIn(fields)))
      expect(question.page_token).toBeDefined()
      expect(question.pending).not.toBe(fields.pending)
      const code = redirected(await allow(question)).get('code') ?? ''
      expect((await h.token(redeemForm({ code, verifier }))).status).toBe(200)
    },
  )

  it('is not taken for a new login when it was given before the request', async () => {
    await follow(await logIn(await loginForm()))
    h.now += 1000
    const fields = await loginForm({ prompt: 'login' })
    h.now += LATE
    const page = await follow(await browser.get(`/oauth/authorize?pending=${fields.pending}`))
    expect(await page.text()).toContain('name="password"')
  })

  it('is wrong as before when it is wrong, on a page that still leads on', async () => {
    const fields = await loginForm()
    h.now += LATE
    const page = await logIn(fields, 'wrong')
    expect(page.status).toBe(422)
    const question = await follow(await logIn(await fieldsOf(page)))
    expect((await fieldsOf(question)).page_token).toBeDefined()
  })

  it('is for the page where the form was opened anew, too', async () => {
    const { pending } = await loginForm()
    h.now += LATE
    const page = await browser.get(`/oauth/login?pending=${pending}`)
    expect(page.status).toBe(200)
    expect((await fieldsOf(await follow(await logIn(await fieldsOf(page))))).page_token).toBeDefined()
  })

  it('does not open what was answered before', async () => {
    const fields = await loginForm()
    const question = await fieldsOf(await follow(await logIn(fields)))
    await allow(question)
    h.now += LATE
    const grants = await snapshot(h, ['grant', 'request'])
    const page = await follow(await logIn(fields))
    expect([page.status, page.headers.get('location')]).toEqual([409, null])
    expect(await snapshot(h, ['grant', 'request'])).toBe(grants)
  })

  it('is not looked at in another browser, whatever it sends', async () => {
    const fields = await loginForm()
    const other = h.browser()
    const others = await loginForm({}, other)
    h.now += LATE
    await expectRefused(await logIn(fields, 'right', other))
    h.now += HOUR
    await expectRefused(await logIn(fields, 'right', other))
    await expectRefused(await logIn(others, 'right', browser))
    await expectRefused(await logIn({ pending: fields.pending ?? '' }, 'right'))
    await expectRefused(await logIn({ pending: fields.pending ?? '', page_token: 'x' }, 'right'))
    await expectRefused(await logIn(fields, 'right', h.browser()))
  })

  it('is not looked at when another site sends it', async () => {
    const fields = await loginForm()
    h.now += LATE + HOUR
    const foreign = await browser.post(
      '/oauth/login',
      { ...fields, username: 'mallory', password: 'right' },
      { origin: 'https://evil.example' },
    )
    await expectRefused(foreign, 403)
  })

  it('logs in who has a form of this browser when nothing is left to go on with, and the page says where to begin', async () => {
    const fields = await loginForm()
    h.now += LATE + HOUR
    await h.storage.purge(h.now, 1000)
    const wrong = await logIn(fields, 'wrong')
    expect(wrong.status).toBe(422)
    const page = await follow(await logIn(await fieldsOf(wrong)))
    expect([page.status, await sessions()]).toEqual([200, 1])
    const text = await page.text()
    expect(text).toContain('You are logged in')
    expect(text).toContain('Go back to the app and start again there. You need not log in again.')
    expect(text).toContain('<a href="/">Go to the start page</a>')
    // And so it is.
    expect((await fieldsOf(await browser.get(authorizeUrl(challenge)))).page_token).toBeDefined()
  })
})

describe('the login page, when nothing waits for a login', () => {
  it.each(['', '?pending=', '?pending=gwpr_x', `?return_to=${CALLBACK}`])('leads on (%s)', async (query) => {
    await loginForm()
    const page = await browser.get(`/oauth/login${query}`)
    const text = await page.text()
    expect([page.status, page.headers.get('location')]).toEqual([400, null])
    expect(text).toContain('<a href="/oauth/apps">Log in again</a>')
    expect(text).toContain('<a href="/">Go to the start page</a>')
    expect(text).not.toContain(CALLBACK)
  })
})

describe('the app’s pages to sign up and for a forgotten password', () => {
  const links = (html: string) =>
    [...html.matchAll(/<a href="([^"]+)"/g)].map(([, url = '']) => new URL(unescapeHtml(url), ISSUER))

  it('get the way back, which leads where the login would', async () => {
    for (const [late, wrong] of [
      [0, false],
      [LATE, true],
    ] as const) {
      const fields = await loginForm()
      h.now += late
      const page = wrong ? await logIn(fields, 'wrong') : await browser.get(`/oauth/login?pending=${fields.pending}`)
      const [forgot, join] = links(await page.text())
      expect(forgot?.href.split('?')[0]).toBe('https://app.example.com/forgot')
      expect(join?.pathname).toBe('/join')
      expect([join?.searchParams.get('from'), join?.hash]).toEqual(['login', '#form'])
      for (const url of [forgot, join]) {
        const back = parseReturnTo(url?.searchParams.get('return_to'), ISSUER)
        expect(back).toBe(`${ISSUER}/oauth/authorize?pending=${fields.pending}`)
      }
    }
  })
})

describe('one person in two tabs', () => {
  it('who has logged in in both is asked for consent once, whichever tab they go on in', async () => {
    const [first, second] = [await loginForm({ state: 'one' }), await loginForm({ state: 'two' })]
    const one = await fieldsOf(await follow(await logIn(first)))
    h.now += 5000
    const two = await fieldsOf(await follow(await logIn(second)))
    expect(await sessions()).toBe(1)
    expect(redirected(await allow(one)).get('state')).toBe('one')
    expect(redirected(await allow(two)).get('state')).toBe('two')
  })

  it('with one and the same request gets one and the same answer', async () => {
    const fields = await loginForm()
    const one = await fieldsOf(await follow(await logIn(fields)))
    const two = await fieldsOf(await follow(await logIn(fields)))
    const answers = [await allow(one), await allow(two)]
    expect(new Set(answers.map((answer) => answer.headers.get('location'))).size).toBe(1)
    // A third tab, where the login form is still open.
    expect((await follow(await logIn(fields))).headers.get('location')).toBe(answers[0]?.headers.get('location'))
  })

  it('is not two people: who has logged in in the other tab is asked in their own name', async () => {
    const [first, second] = [await loginForm({ state: 'one' }), await loginForm({ state: 'two' })]
    const one = await fieldsOf(await follow(await logIn(first)))
    await follow(await logIn(second, 'right', browser, 'bob'))
    const answer = await allow(one)
    expect([answer.status, answer.headers.get('location')]).toEqual([200, null])
    expect(await answer.text()).toContain('bob')
    expect(await snapshot(h, ['grant', 'consent'])).toBe('[[],[]]')
  })
})
