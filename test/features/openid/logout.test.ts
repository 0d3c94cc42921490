/**
 * Logging out by a client's wish: who is asked, where the browser goes, and that no stranger logs anybody out.
 *
 * @see {@link https://openid.net/specs/openid-connect-rpinitiated-1_0.html OpenID Connect RP-Initiated Logout 1.0}
 */
import { beforeEach, describe, expect, it } from 'vitest'
import { passwordLogin } from '../../../src/index.js'
import { type Browser, formFields, garbled, type Harness, ISSUER, START } from '../../support/harness.js'
import { BYE, endSession, leaving, leavingProvider, other } from './logging-out.js'
import { idTokenOf, metadata, provider, signIn } from './sign-in.js'

const alice = { subject: 'alice', authenticatedAt: START - 60_000, sessionId: 's1' }
let h: Harness
let browser: Browser
let id_token: string

beforeEach(async () => {
  h = leavingProvider().h
  browser = h.browser()
  id_token = (await signIn(h, {}, browser)).id_token
})

const reasons = () => h.events.flatMap((event) => (event.type === 'refused' ? [event.reason] : []))
/** Nothing happened to anybody. */
const expectNobodyLoggedOut = () => {
  expect(h.login).toEqual(alice)
  expect(h.events.filter(({ type }) => type === 'logged_out')).toEqual([])
}

describe('a logout request', () => {
  it('is a question, and nothing has happened until it is answered', async () => {
    const asked = await browser.get(
      endSession({ id_token_hint: id_token, post_logout_redirect_uri: BYE, state: 'a b' }),
    )
    const html = await asked.text()
    expect(asked.status).toBe(200)
    expect(html).toContain('Web App</bdi> has sent you here to log out.')
    expect(html).toContain('Apps into which you have logged in with this account may log you out as well.')
    expectNobodyLoggedOut()

    const answer = await browser.post('/oauth/end-session', { ...formFields(html), where: 'here' })
    expect(h.login).toBeNull()
    expect(answer.status).toBe(303)
    const back = answer.headers.get('location') ?? ''
    expect(back).toContain(`${ISSUER}/oauth/end-session?`)
    expect((await browser.get(back)).headers.get('location')).toBe(`${BYE}?state=a%20b`)
    expect(h.events).toContainEqual({ at: START, type: 'logged_out', subject: 'alice', everywhere: false })
  })

  it('leaves the person logged in who does not want to go, with a way back to the app', async () => {
    const html = await (
      await browser.get(endSession({ id_token_hint: id_token, post_logout_redirect_uri: BYE, state: 's' }))
    ).text()
    expect(html).toContain(`<a href="${BYE}?state=s">Stay logged in</a>`)
    expectNobodyLoggedOut()
  })

  it('ends every login of the person where they choose that', async () => {
    const html = await (await browser.get(endSession({ client_id: 'web' }))).text()
    await browser.post('/oauth/end-session', { ...formFields(html), where: 'everywhere' })
    expect(h.events).toContainEqual({ at: START, type: 'logged_out', subject: 'alice', everywhere: true })
  })

  it('needs no parameter at all', async () => {
    const html = await (await browser.get('/oauth/end-session')).text()
    expect(html).not.toContain('has sent you here')
    const done = await browser.post('/oauth/end-session', { ...formFields(html), where: 'here' })
    expect(done.headers.get('location')).toBe(`${ISSUER}/oauth/logout`)
    expect(await (await browser.get('/oauth/logout')).text()).toContain('You are logged out')
  })

  it('sends on whoever is logged out already', async () => {
    h.login = null
    const answer = await browser.get(endSession({ client_id: 'web', post_logout_redirect_uri: BYE, state: 's' }))
    expect(answer.headers.get('location')).toBe(`${BYE}?state=s`)
    expect(await (await browser.get(endSession({ state: 'nowhere' }))).text()).toContain('You are logged out')
  })

  it('keeps the query of the registered URI, which is compared as it is', async () => {
    h.login = null
    const uri = `${BYE}?from=auth`
    const answer = await browser.get(endSession({ client_id: 'web', post_logout_redirect_uri: uri, state: 's' }))
    expect(answer.headers.get('location')).toBe(`${uri}&state=s`)
  })

  it('speaks the language that is wished for', async () => {
    expect(await (await browser.get(endSession({ client_id: 'web', ui_locales: 'de' }))).text()).toContain(
      'Web App</bdi> hat Sie zum Abmelden hierher geschickt.',
    )
  })

  it('is taken as a form of another site, too, which is sent on by a page of this server so that its cookies come along', async () => {
    const foreign = { origin: 'https://app.example.com' }
    const form = { id_token_hint: id_token, post_logout_redirect_uri: BYE, state: 's', more: 'ignored' }
    const bounced = await (await h.browser().post('/oauth/end-session', form, foreign)).text()
    expect(bounced).toContain(`action="${ISSUER}/oauth/end-session"`)
    const sent = formFields(bounced)
    expect(sent).toEqual({ id_token_hint: id_token, post_logout_redirect_uri: BYE, state: 's', sent_on: '1' })
    expectNobodyLoggedOut()
    const asked = await browser.post('/oauth/end-session', sent, { origin: ISSUER })
    expect(await asked.text()).toContain('has sent you here to log out')
    // Where the browser calls even that foreign, it ends.
    expect((await browser.post('/oauth/end-session', sent, foreign)).status).toBe(403)
    expectNobodyLoggedOut()
  })
})

describe('without a question', () => {
  const own = { ...leaving, first_party: true }
  const inOwn = async (hintOf: () => Promise<string> = async () => id_token) => {
    h = leavingProvider({ clients: [own, other] }).h
    browser = h.browser()
    id_token = (await signIn(h, {}, browser)).id_token
    return browser.get(endSession({ id_token_hint: await hintOf(), post_logout_redirect_uri: BYE }))
  }

  it('goes an app of the same house that knows the very session', async () => {
    expect((await inOwn()).status).toBe(303)
    expect(h.login).toBeNull()
  })

  it.each([
    { 'sec-purpose': 'prefetch;prerender' },
    { purpose: 'prefetch' },
    { 'sec-fetch-dest': 'iframe' },
    { 'sec-fetch-dest': 'image' },
  ])('goes nobody who has not gone there: %j', async (headers) => {
    h = leavingProvider({ clients: [own, other] }).h
    browser = h.browser()
    id_token = (await signIn(h, {}, browser)).id_token
    const url = endSession({ id_token_hint: id_token, post_logout_redirect_uri: BYE })
    expect((await browser.get(url, headers)).status).toBe(200)
    expectNobodyLoggedOut()
  })

  it('goes nobody with the ID token of another session, of another person, or none', async () => {
    expect(
      (
        await inOwn(async () => {
          const { id_token } = await signIn(h)
          h.login = { ...alice, sessionId: 's2' }
          return id_token
        })
      ).status,
    ).toBe(200)
    expect(h.login).toEqual({ ...alice, sessionId: 's2' })

    expect(
      (
        await inOwn(async () => {
          h.login = { ...alice, subject: 'bob' }
          return id_token
        })
      ).status,
    ).toBe(200)
    expect(h.login).toEqual({ ...alice, subject: 'bob' })

    expect((await browser.get(endSession({ client_id: 'web', post_logout_redirect_uri: BYE }))).status).toBe(200)
    expect(h.login).toEqual({ ...alice, subject: 'bob' })
  })
})

describe('an ID token as a hint', () => {
  it('may have expired', async () => {
    h.now += 30 * 86_400_000
    expect((await browser.get(endSession({ id_token_hint: id_token, post_logout_redirect_uri: BYE }))).status).toBe(200)
  })

  it('says no more than client_id does when its key is not published any more, and is never believed', async () => {
    h = leavingProvider({ clients: [{ ...leaving, first_party: true }, other] }).h
    browser = h.browser()
    const { id_token } = await signIn(h, {}, browser)
    const [header = '', ...rest] = id_token.split('.')
    const { kid: _, ...said } = JSON.parse(Buffer.from(header, 'base64url').toString())
    const old = [Buffer.from(JSON.stringify({ ...said, kid: 'gone' })).toString('base64url'), ...rest].join('.')
    const asked = await browser.get(endSession({ id_token_hint: old, post_logout_redirect_uri: BYE }))
    expect(await asked.text()).toContain('Log out?')
    expectNobodyLoggedOut()
    const foreign = await browser.get(endSession({ id_token_hint: old, client_id: 'other' }))
    expect(foreign.status).toBe(400)
  })
})

describe('refused, and nobody is logged out, and nothing is redirected', () => {
  const refusals: [string, () => Record<string, string>, string][] = [
    ['a changed ID token', () => ({ id_token_hint: garbled(id_token) }), 'openid:id_token_hint'],
    ['what is no ID token', () => ({ id_token_hint: 'no.id.token' }), 'openid:id_token_hint'],
    [
      'an unsigned ID token',
      () => ({
        id_token_hint: `${Buffer.from('{"alg":"none"}').toString('base64url')}.${id_token.split('.')[1]}.`,
      }),
      'openid:id_token_hint',
    ],
    ['the ID token of another client', () => ({ id_token_hint: id_token, client_id: 'other' }), 'openid:id_token_hint'],
    ['an unknown client', () => ({ client_id: 'nobody', post_logout_redirect_uri: BYE }), 'client_unknown'],
    ['a URI of nobody', () => ({ post_logout_redirect_uri: BYE }), 'openid:post_logout_redirect_uri'],
    [
      'a URI with one more parameter',
      () => ({ id_token_hint: id_token, post_logout_redirect_uri: `${BYE}?x=1` }),
      'openid:post_logout_redirect_uri',
    ],
    [
      'a URI of another client',
      () => ({ client_id: 'other', post_logout_redirect_uri: BYE }),
      'openid:post_logout_redirect_uri',
    ],
  ]
  it.each(refusals)('%s', async (_, parameters, reason) => {
    const answer = await browser.get(endSession(parameters()))
    expect(answer.status).toBe(400)
    expect(answer.headers.get('location')).toBeNull()
    const html = await answer.text()
    expect(html).toContain('<a href="/oauth/logout">Log out</a>')
    expect(reasons()).toEqual([reason])
    expectNobodyLoggedOut()
  })

  it('a parameter that is there twice', async () => {
    expect((await browser.get(`${endSession({ client_id: 'web' })}&client_id=other`)).status).toBe(400)
    expectNobodyLoggedOut()
  })

  it('a form without its token, of another login, or for another destination', async () => {
    const html = await (await browser.get(endSession({ client_id: 'web', post_logout_redirect_uri: BYE }))).text()
    const fields = formFields(html)
    const { page_token: _, ...without } = fields
    const wrong = [
      { ...without, where: 'here' },
      { ...fields, page_token: garbled(fields.page_token ?? ''), where: 'here' },
      { ...fields, state: 'another', where: 'here' },
      { ...fields, where: 'nowhere' },
    ]
    for (const form of wrong) expect((await browser.post('/oauth/end-session', form)).status).not.toBe(303)
    expect((await h.browser().post('/oauth/end-session', { ...fields, where: 'here' })).status).toBe(200)
    expectNobodyLoggedOut()
  })
})

describe('the metadata', () => {
  it('have the endpoint where logins can be ended, and not elsewhere', async () => {
    expect(await metadata(h)).toMatchObject({ end_session_endpoint: `${ISSUER}/oauth/end-session` })
    expect(await metadata(provider())).not.toHaveProperty('end_session_endpoint')
  })
})

describe('with the sessions of the server itself', () => {
  it('the session is over afterwards, and its ID tokens had another sid than those of the next one', async () => {
    h = provider({
      users: passwordLogin({ verify: (name, password) => (password === 'right' ? name : null) }),
      clients: [leaving],
    })
    browser = h.browser()
    const logIn = async () => {
      const started = await browser.get('/oauth/apps')
      const page = await browser.get(started.headers.get('location') ?? '')
      const form = { ...formFields(await page.text()), username: 'ada', password: 'right' }
      await browser.post('/oauth/login', form)
    }
    await logIn()
    const first = await signIn(h, {}, browser)
    const { sid } = await idTokenOf(h, first)
    const html = await (
      await browser.get(endSession({ id_token_hint: first.id_token, post_logout_redirect_uri: BYE }))
    ).text()
    const done = await browser.post('/oauth/end-session', { ...formFields(html), where: 'here' })
    expect((await browser.get(done.headers.get('location') ?? '')).headers.get('location')).toBe(BYE)
    await logIn()
    expect((await idTokenOf(h, await signIn(h, {}, browser))).sid).not.toBe(sid)
  })
})
