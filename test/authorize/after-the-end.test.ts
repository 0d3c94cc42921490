/**
 * A request whose time is over: from its handle and its browser's cookie another one like it begins, and from nothing else.
 */
import { beforeEach, describe, expect, it } from 'vitest'
import {
  authorizeUrl,
  type Browser,
  CALLBACK,
  clients,
  formFields,
  garbled,
  type Harness,
  harness,
  ISSUER,
  obtainCode,
  pkce,
  redeemForm,
  redirected,
  snapshot,
} from '../support/harness.js'

const { verifier, challenge } = pkce()
const MINUTES = 60_000
/** Ten minutes is how long a person may take. */
const LATE = 10 * MINUTES
let h: Harness
let browser: Browser

beforeEach(() => {
  h = harness({
    clients: Object.values({ ...clients, web: { ...clients.web, client_uri: 'https://app.example.com/' } }),
  })
  browser = h.browser()
})

type Changes = Parameters<typeof authorizeUrl>[1]

/** Sends somebody to log in, and says where they are to come back. */
async function sentToLogIn(changes: Changes = {}): Promise<string> {
  h.login = null
  const response = await browser.get(authorizeUrl(challenge, changes))
  h.login = { subject: 'bob', sessionId: 's2', authenticatedAt: h.now }
  return new URL(response.headers.get('location') ?? '').searchParams.get('return_to') ?? ''
}

const requests = async () => (await h.storage.list('request', {}, { limit: 100 })).map(({ id }) => id)
const locationOf = (response: Response) => response.headers.get('location') ?? ''
const idIn = (url: string) => url.split('pending=gwpr_')[1]?.slice(0, 22)

/** Where the new request goes on. */
async function begunAnew(response: Response): Promise<string> {
  expect(response.status).toBe(303)
  expect(locationOf(response)).toMatch(new RegExp(`^${ISSUER}/oauth/authorize\\?pending=gwpr_[\\w-]{65}$`))
  return locationOf(response)
}

async function consentForm(url: string, visitor = browser) {
  const response = await visitor.get(url)
  expect(response.status).toBe(200)
  return formFields(await response.text())
}

const answer = (fields: Record<string, string>, decision: string, visitor = browser) =>
  visitor.post('/oauth/consent', { ...fields, decision })

/** A page, no redirect, and nothing has come of it. */
async function expectNothing(response: Response, before: string, status = 400) {
  expect([response.status, response.headers.get('location')]).toEqual([status, null])
  expect(await snapshot(h)).toBe(before)
}

describe('in its browser, a request whose time is over', () => {
  it('begins anew under another id, with all that the client asked for', async () => {
    const old = await sentToLogIn({ scope: 'write', response_mode: 'query' })
    h.now += LATE
    const url = await begunAnew(await browser.get(old))
    expect(idIn(url)).not.toBe(idIn(old))
    const response = await answer(await consentForm(url), 'allow')
    expect(locationOf(response).startsWith(`${CALLBACK}?`)).toBe(true)
    expect(redirected(response).get('state')).toBe('the state & more')
    const { body } = await h.token(redeemForm({ code: redirected(response).get('code') ?? '', verifier }))
    expect(body.scope).toBe('write')
  })

  it('goes on as before up to its last millisecond', async () => {
    const old = await sentToLogIn()
    h.now += LATE - 1
    expect((await consentForm(old)).pending).toBe(old.split('pending=')[1])
  })

  it('is one other request, however often somebody comes back, and gives one code', async () => {
    const old = await sentToLogIn()
    h.now += LATE
    const [one, two] = await Promise.all([browser.get(old), browser.get(old)])
    const url = await begunAnew(one)
    expect(await begunAnew(two)).toBe(url)
    expect(await requests()).toHaveLength(2)
    const code = redirected(await answer(await consentForm(url), 'allow')).get('code') ?? ''
    expect((await h.token(redeemForm({ code, verifier }))).status).toBe(200)
    h.now += MINUTES
    const again = await browser.get(await begunAnew(await browser.get(old)))
    expect([again.status, again.headers.get('location')]).toEqual([409, null])
    expect(await h.storage.list('grant', {}, { limit: 10 })).toHaveLength(1)
  })

  it('begins anew once more when that is over, too', async () => {
    const first = await sentToLogIn()
    h.now += LATE
    const second = await begunAnew(await browser.get(first))
    h.now += LATE
    const third = await begunAnew(await browser.get(second))
    expect(new Set([first, second, third].map(idIn)).size).toBe(3)
    expect(redirected(await answer(await consentForm(third), 'allow')).has('code')).toBe(true)
  })

  it('takes no answer any more: the question comes again', async () => {
    const fields = await consentForm(await sentToLogIn())
    h.now += LATE
    for (const decision of ['allow', 'deny']) {
      const url = await begunAnew(await answer(fields, decision))
      expect(await snapshot(h, ['grant', 'consent'])).toBe('[[],[]]')
      expect((await consentForm(url)).page_token).not.toBe(fields.page_token)
    }
  })

  it('leads nowhere else, whatever stands beside the handle', async () => {
    const old = await sentToLogIn()
    h.now += LATE
    const more = new URLSearchParams({
      redirect_uri: 'https://evil.example/cb',
      state: 'x',
      return_to: 'https://evil.example',
    })
    const url = await begunAnew(await browser.get(`${old}&${more}`))
    expect(locationOf(await answer(await consentForm(url), 'deny')).startsWith(`${CALLBACK}?`)).toBe(true)
    const form = { ...(await consentForm(await sentToLogIn())), client_id: 'spa', redirect_uri: 'https://evil.example' }
    h.now += LATE
    await begunAnew(await answer(form, 'allow'))
  })

  it('still lets somebody say that they are somebody else', async () => {
    const old = await sentToLogIn()
    h.now += LATE
    const response = await browser.get(`${old}&switch=1`)
    const challenged = await browser.get(locationOf(response))
    expect(new URL(locationOf(challenged)).searchParams.get('reason')).toBe('select_account')
  })

  it('asks for a new login again where the client wants one', async () => {
    const old = await sentToLogIn({ prompt: 'login' })
    h.now += LATE
    const challenged = await browser.get(await begunAnew(await browser.get(old)))
    expect(new URL(locationOf(challenged)).searchParams.get('reason')).toBe('fresh')
  })

  it('is counted like any other that is stored', async () => {
    const old = await sentToLogIn()
    h.now += LATE
    for (let i = 0; i < 60; i++) await begunAnew(await browser.get(old))
    expect((await browser.get(old)).status).toBe(429)
  })

  it.each(['iframe', 'image'])('does not begin anew in somebody’s page (%s)', async (destination) => {
    const old = await sentToLogIn()
    h.now += LATE
    const before = await snapshot(h)
    await expectNothing(await browser.get(old, { 'sec-fetch-dest': destination }), before, 403)
  })
})

describe('a request that came to an end in its time', () => {
  it.each(['allow', 'deny'])(
    'does not begin anew: %s. The page leads to the website of the client',
    async (decision) => {
      const url = await sentToLogIn()
      const fields = await consentForm(url)
      await answer(fields, decision)
      h.now += LATE
      const before = await snapshot(h)
      for (const late of [await browser.get(url), await answer(fields, decision), await answer(fields, 'allow')]) {
        expect(await late.clone().text()).toContain('<a href="https://app.example.com/">Back to <bdi>Web App</bdi></a>')
        await expectNothing(late, before, 409)
      }
    },
  )

  it('does not begin anew either when nobody had to be asked, and the code was not even redeemed', async () => {
    await obtainCode(h)
    h.login = { subject: 'alice' }
    const response = await browser.get(authorizeUrl(challenge, { prompt: 'select_account' }))
    const url = new URL(locationOf(response)).searchParams.get('return_to') ?? ''
    expect(redirected(await browser.get(url)).has('code')).toBe(true)
    const issued = h.now
    for (h.now += LATE; h.now < issued + LATE + 60 * MINUTES; h.now += 5 * MINUTES) {
      await h.storage.purge(h.now, 1000)
      const before = await snapshot(h)
      await expectNothing(await browser.get(url), before, 409)
    }
  })
})

describe('nothing begins anew', () => {
  let old: string
  let before: string
  beforeEach(async () => {
    old = await sentToLogIn()
    h.now += LATE
    before = await snapshot(h)
  })

  it('in another browser, with a cookie or without', async () => {
    const other = h.browser()
    await expectNothing(await other.get(old), before)
    await other.get(authorizeUrl(challenge))
    before = await snapshot(h)
    await expectNothing(await other.get(old), before)
    await begunAnew(await browser.get(old))
  })

  it('with a handle of somebody’s invention', async () => {
    await expectNothing(await browser.get(garbled(old)), before)
    await expectNothing(await browser.get(garbled(old, old.indexOf('gwpr_') + 8)), before)
  })

  it('an hour later, when the record is gone; and the page says what to do', async () => {
    h.now += 60 * MINUTES - 1
    await h.storage.purge(h.now, 1000)
    await begunAnew(await browser.get(old))
    h.now += 1
    before = await snapshot(h)
    const late = await browser.get(old)
    const text = await late.clone().text()
    expect(text).toContain('Go back to the app')
    expect(text).toContain('<a href="/">')
    await expectNothing(late, before)
    await h.storage.purge(h.now, 1000)
    expect((await requests()).includes(idIn(old) ?? '')).toBe(false)
  })

  it('of a request that another site posted and no browser has come with', async () => {
    const posted = await h.post('/oauth/authorize', new URL(authorizeUrl(challenge), ISSUER).search.slice(1))
    h.now += LATE
    before = await snapshot(h)
    await expectNothing(await browser.get(locationOf(posted)), before)
  })

  it('for a client that is gone, or to a redirect URI that is not registered any more', async () => {
    const metadata = { client_name: 'Shop', redirect_uris: [CALLBACK], default_scope: 'read' }
    for (const how of ['remove', 'update']) {
      const { client } = await h.server.clients.create(metadata)
      const url = await sentToLogIn({ client_id: client.client_id })
      h.now += LATE
      if (how === 'remove') await h.server.clients.remove(client.client_id)
      else
        await h.server.clients.update(client.client_id, { ...metadata, redirect_uris: ['https://new.example.com/cb'] })
      before = await snapshot(h)
      await expectNothing(await browser.get(url), before)
    }
  })
})

describe('the address of the consent page, when it is opened by itself', () => {
  it.each(['', '?pending=gwpr_x', '?decision=allow'])('is a page that leads on (%s)', async (query) => {
    const before = await snapshot(h)
    await browser.get(authorizeUrl(challenge))
    const pending = await snapshot(h)
    expect(pending).not.toBe(before)
    const response = await browser.get(`/oauth/consent${query}`)
    expect(await response.clone().text()).toContain('<a href="/">Go to the start page</a>')
    await expectNothing(response, pending)
  })
})
