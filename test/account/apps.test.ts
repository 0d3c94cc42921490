/**
 * The connected apps: who sees what, what ends when it is revoked, and who cannot revoke anything.
 */
import { beforeEach, describe, expect, it } from 'vitest'
import type { Grant } from '../../src/grant/state.js'
import type { Kind, Storage, StoredRecord } from '../../src/storage/contract.js'
import { memoryStorage } from '../../src/storage/memory.js'
import { passwordLogin } from '../../src/users/password.js'
import {
  API,
  authorizeUrl,
  type Browser,
  formFields,
  garbled,
  grantIdOf,
  type Harness,
  harness,
  ISSUER,
  introspected,
  OTHER_API,
  obtainCode,
  obtainTokens,
  pkce,
  redeemForm,
  redirected,
  refreshForm,
  snapshot,
  storedGrant,
} from '../support/harness.js'
import { observedStorage } from '../support/observed-storage.js'

const { challenge, verifier } = pkce()
let h: Harness
let browser: Browser

beforeEach(() => {
  h = harness()
  browser = h.browser()
})

async function page(visitor = browser) {
  const response = await visitor.get('/oauth/apps')
  const text = await response.text()
  return { response, text, fields: formFields(text) }
}

const revoke = async (what: Record<string, string>, visitor = browser, headers = {}) =>
  visitor.post('/oauth/apps', { ...(await page(visitor)).fields, ...what }, headers)

const isAlive = async (refresh_token: string, client: 'web' | 'spa' = 'web') =>
  (await h.token(refreshForm(refresh_token), client)).status === 200

const isAsked = async (changes: Parameters<typeof authorizeUrl>[1] = {}) =>
  (await h.browser().get(authorizeUrl(challenge, changes))).status === 200

/** A visitor whose browser says that of itself. */
function visitorWith(of: Harness, agent: string | null): Browser {
  const visitor = of.browser()
  const { get, post } = visitor
  const headers = agent === null ? {} : { 'user-agent': agent }
  visitor.get = (url, more) => get.call(visitor, url, { ...headers, ...more })
  visitor.post = (url, form, more) => post.call(visitor, url, form, { ...headers, ...more })
  return visitor
}

/** A store in which alice has so many grants, all alike but for their ids. */
async function crowded(count: number, status: Grant['status']) {
  const storage = observedStorage()
  const before = harness({ storage })
  if (status === 'active') await obtainTokens(before)
  else await obtainCode(before)
  const [record] = await storage.list('grant', {}, { limit: 1 })
  if (!record) throw new Error('There is no grant')
  for (let i = 1; i < count; i++) {
    const id = `${'A'.repeat(17)}${i.toString(36).padStart(5, '0')}`
    const document = record.document.replaceAll(record.id, id)
    await storage.insert('grant', { ...record, id, version: `v${i}`.padStart(16, '0'), document }, before.now)
  }
  storage.calls.length = 0
  const storedGrants = async () => (await storage.list('grant', {}, { limit: 100_000 })).length
  return { storage, storedGrants }
}

describe('the page', () => {
  it('says who is logged in, which apps, with which rights, since when and when last used', async () => {
    h.login = { subject: 'alice', displayName: 'Alice Doe' }
    const { refresh_token } = await obtainTokens(h, 'web', { scope: 'read write' })
    h.now += 3 * 86_400_000
    await h.token(refreshForm(refresh_token))
    const { response, text } = await page()
    expect(response.status).toBe(200)
    for (const shown of [
      'Alice Doe',
      'Web App',
      'Read your notes',
      'Change your notes',
      'Jan 15, 2026',
      'Jan 18, 2026',
    ]) {
      expect(text).toContain(shown)
    }
    expect(text).toContain('datetime="2026-01-15T12:00:00.000Z"')
    expect(text).not.toContain('Administrate')
  })

  it('groups the grants of a client, and shows what one of them has less', async () => {
    await obtainTokens(h, 'web', { scope: 'read write' })
    await obtainTokens(h, 'web', { scope: 'read' })
    await obtainTokens(h, 'spa')
    const { text } = await page()
    expect(text.match(/<h2 /g)).toHaveLength(2)
    expect(text.match(/name="client_id"/g)).toHaveLength(2)
    expect(text.match(/name="grant"/g)).toHaveLength(2)
    expect(text.match(/Change your notes/g)).toHaveLength(2)
    expect(text.match(/Read your notes/g)).toHaveLength(3)
  })

  it('tells connections apart: by the browser that agreed, where it led, and when', async () => {
    const connect = async (agent: string | null, client: 'web' | 'spa' = 'web') => {
      h.now += 60_000
      await obtainTokens(h, client, {}, visitorWith(h, agent))
    }
    await connect(
      'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36',
    )
    await connect('Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0')
    await connect(null)
    const { text } = await page()
    expect(text.match(/<b>.*?<\/b>/g)).toEqual(['<b>Firefox on Linux</b>', '<b>Chrome on macOS</b>'])
    expect(text.match(/You were sent to <bdi>.*?<\/bdi>/g)).toHaveLength(3)
    expect(text).toContain('You were sent to <bdi>app.example.com</bdi>')
    expect(text).toMatch(/Connected on <time [^>]*>Jan 15, 2026, 12:01.PM UTC/)
    const { grants } = await h.server.grants.list({ subject: 'alice' })
    expect(grants.map(({ device }) => device).sort()).toEqual(['Chrome on macOS', 'Firefox on Linux', undefined])
    expect(new Set(grants.map(({ redirectHost }) => redirectHost))).toEqual(new Set(['app.example.com']))
  })

  it('calls an API by the name that the app gives it, in the language of the page', async () => {
    const scopes = { read: 'Read your notes', write: 'Change your notes' }
    const named = { name: { en: 'Larkspur Notes', de: 'Larkspur-Notizen' }, scopes, default: true }
    h = harness({ resources: { [API]: named, [OTHER_API]: { scopes: { admin: 'Administrate' } } } })
    await obtainTokens(h)
    browser = h.browser()
    expect((await page()).text).toContain('<h3><bdi>Larkspur Notes</bdi></h3>')
    const german = await h.browser().get(authorizeUrl(challenge, { prompt: 'consent', ui_locales: 'de' }))
    const text = await german.text()
    expect(text).toContain('<h2><bdi>Larkspur-Notizen</bdi></h2>')
    expect(text).not.toContain(new URL(API).host)
  })

  it('keeps nothing else of what a browser says of itself', async () => {
    const agent = 'Chrome/9 <b onclick=x> Macintosh unique-mark-of-this-person'
    const { refresh_token } = await obtainTokens(h, 'web', {}, visitorWith(h, agent))
    const stored = await storedGrant(h, refresh_token)
    expect(stored).toMatchObject({ device: 'Chrome on macOS' })
    expect(await snapshot(h)).not.toMatch(/unique-mark|onclick/)
    await obtainTokens(h, 'web', {}, visitorWith(h, 'curl/8.5.0'))
    expect(await snapshot(h)).not.toContain('curl')
  })

  it('shows a client without a grant that would get one without a question', async () => {
    const { refresh_token } = await obtainTokens(h)
    await h.post('/oauth/revoke', { token: refresh_token, client_id: 'web', client_secret: 'wrong' })
    await h.server.fetch(
      new Request(`${ISSUER}/oauth/revoke`, {
        method: 'POST',
        headers: {
          authorization: `Basic ${btoa('web:web-secret-web-secret-web-secret-web')}`,
          'content-type': 'application/x-www-form-urlencoded',
        },
        body: new URLSearchParams({ token: refresh_token }),
      }),
    )
    const { text } = await page()
    expect(text).toContain('It has no access at the moment')
    expect(await isAsked()).toBe(false)
    await revoke({ client_id: 'web' })
    expect((await page()).text).toContain('No app has access to your account')
    expect(await isAsked()).toBe(true)
  })

  it('shows no client without a grant that everybody on the device can pass for, because it is asked each time', async () => {
    const { refresh_token } = await obtainTokens(h, 'native')
    await h.post('/oauth/revoke', { token: refresh_token, client_id: 'native' })
    expect((await page()).text).toContain('No app has access to your account')
  })

  it('shows no consent that is no longer remembered', async () => {
    await obtainTokens(h)
    h.login = { subject: 'alice' }
    h.now += 365 * 86_400_000
    expect((await page()).text).toContain('No app has access to your account')
  })

  it('shows nobody else’s apps, and none that have ended', async () => {
    await obtainTokens(h)
    h.login = { subject: 'bob' }
    const { text } = await page()
    expect(text).toContain('No app has access to your account')
    expect(text).not.toContain('Web App')
    expect(text).not.toContain('<form')
  })

  it('cannot be framed or cached and runs no script', async () => {
    await obtainTokens(h)
    const { headers } = (await page()).response
    expect(headers.get('cache-control')).toBe('no-store')
    const policy = headers.get('content-security-policy')
    expect(policy).not.toContain('form-action')
    expect(policy).toContain("frame-ancestors 'none'")
    expect(policy).not.toContain('script-src')
  })

  it('reads no more than a thousand records, gives others their turn in between, and says that there are more', async () => {
    const { storage, storedGrants } = await crowded(3000, 'code_issued')
    h = harness({ storage })
    let turns = 0
    const other = setInterval(() => turns++, 0)
    const { text } = await page(h.browser())
    clearInterval(other)
    expect(storage.calls.filter((call) => call === 'list grant').length).toBeLessThanOrEqual(11)
    expect(turns).toBeGreaterThan(0)
    expect(text).toContain('Not all connections are shown')
    expect(await storedGrants()).toBe(3000)
  })

  it('stops reading when it is full', async () => {
    const { storage } = await crowded(3000, 'active')
    h = harness({ storage })
    const { text } = await page(h.browser())
    expect(storage.calls.filter((call) => call === 'list grant')).toHaveLength(3)
    expect(text).toContain('Not all connections are shown')
  })

  it('does not say that there are more when there are exactly as many as it reads', async () => {
    const { storage } = await crowded(1000, 'code_issued')
    h = harness({ storage })
    expect((await page(h.browser())).text).not.toContain('Not all connections are shown')
  })

  it('says nothing of an app of which not all was read, and lets everything be revoked', async () => {
    const { storage, storedGrants } = await crowded(1500, 'code_issued')
    h = harness({ storage })
    const { refresh_token } = await obtainTokens(h)
    const visitor = h.browser()
    const { text } = await page(visitor)
    expect(text).toContain('Web App')
    expect(text).not.toContain('It has no access at the moment')
    await h.server.grants.revokeAll({ subject: 'alice', client_id: 'nobody' })
    await revoke({ all: 'yes' }, visitor)
    expect(await isAlive(refresh_token)).toBe(false)
    expect(await storedGrants()).toBe(1501)
  })

  it('does not say that nothing has access when not all was read', async () => {
    const { storage } = await crowded(1500, 'code_issued')
    const [consent] = await storage.list('consent', {}, { limit: 1 })
    await storage.remove('consent', consent?.id ?? '')
    h = harness({ storage })
    const { text } = await page(h.browser())
    expect(text).not.toContain('No app has access to your account')
    expect(text).toContain('name="all"')
  })

  it('reads as little where others have records of the same user in the same store', async () => {
    const { storage } = await crowded(3000, 'active')
    h = harness({ storage, issuer: 'https://other.example.com' })
    const elsewhere = await h.server.fetch(new Request('https://other.example.com/oauth/apps'))
    expect(elsewhere.status).toBe(200)
    expect(storage.calls.filter((call) => call === 'list grant').length).toBeLessThanOrEqual(11)
  })

  it('escapes the names of clients', async () => {
    const { client } = await h.server.clients.create({
      client_name: '"><script>alert(1)</script>',
      redirect_uris: ['https://app.example.com/callback'],
      token_endpoint_auth_method: 'none',
      default_scope: 'read',
    })
    const { code } = await obtainCode(h, { client_id: client.client_id, code_challenge: challenge })
    await h.post('/oauth/token', { ...redeemForm({ code, verifier }), client_id: client.client_id })
    const { text } = await page()
    expect(text).toContain('alert(1)')
    expect(text).not.toContain('<script')
  })
})

describe('revoking', () => {
  it('one app ends all its grants at once, forgets the consent, and leaves the others', async () => {
    const [one, two] = [await obtainTokens(h), await obtainTokens(h)]
    const other = await obtainTokens(h, 'spa')
    const response = await revoke({ client_id: 'web' })
    expect([response.status, response.headers.get('location')]).toEqual([303, `${ISSUER}/oauth/apps?revoked=1`])
    for (const { refresh_token, access_token } of [one, two]) {
      expect(await introspected(h, access_token)).toEqual({ active: false })
      expect(await isAlive(refresh_token)).toBe(false)
    }
    expect(await isAsked()).toBe(true)
    expect(await isAlive(other.refresh_token, 'spa')).toBe(true)
    expect(h.events.filter(({ type }) => type === 'grant_revoked')).toMatchObject([
      { reason: 'user_request' },
      { reason: 'user_request' },
    ])
  })

  it('ends a code that is not redeemed yet, too', async () => {
    await obtainTokens(h)
    const form = redeemForm(await obtainCode(h))
    await revoke({ client_id: 'web' })
    expect((await h.token(form)).body.error).toBe('invalid_grant')
  })

  it('one of several logins leaves the others and the consent', async () => {
    const [one, two] = [await obtainTokens(h), await obtainTokens(h)]
    await revoke({ grant: grantIdOf(one.refresh_token) })
    expect(await isAlive(one.refresh_token)).toBe(false)
    expect(await isAlive(two.refresh_token)).toBe(true)
    expect(await isAsked()).toBe(false)
  })

  it('the last login of an app forgets the consent', async () => {
    const { refresh_token } = await obtainTokens(h)
    await obtainTokens(h, 'spa')
    await revoke({ grant: grantIdOf(refresh_token) })
    expect(await isAsked()).toBe(true)
    expect(await isAsked({ client_id: 'spa', redirect_uri: 'https://spa.example.com/cb' })).toBe(false)
  })

  it('everything ends everything of this user, and nothing of others', async () => {
    const mine = [await obtainTokens(h), await obtainTokens(h)]
    const spa = await obtainTokens(h, 'spa')
    h.login = { subject: 'bob' }
    const theirs = await obtainTokens(h)
    h.login = { subject: 'alice' }
    await revoke({ all: 'yes' })
    for (const { refresh_token } of mine) expect(await isAlive(refresh_token)).toBe(false)
    expect(await isAlive(spa.refresh_token, 'spa')).toBe(false)
    expect(await isAlive(theirs.refresh_token)).toBe(true)
  })

  it('twice (a double click) is the same answer, and no error', async () => {
    await obtainTokens(h)
    const { fields } = await page()
    for (let i = 0; i < 2; i++) {
      expect((await browser.post('/oauth/apps', { ...fields, client_id: 'web' })).status).toBe(303)
    }
  })

  it('says so on the page that follows', async () => {
    await obtainTokens(h)
    const response = await revoke({ client_id: 'web' })
    expect(await (await browser.get(response.headers.get('location') ?? '')).text()).toContain('The access has ended.')
  })
})

describe('a form is refused and revokes nothing', () => {
  let refresh_token: string
  let before: string
  beforeEach(async () => {
    refresh_token = (await obtainTokens(h)).refresh_token
    before = await snapshot(h)
  })

  async function expectNothing(response: Response, status: number) {
    expect(response.status).toBe(status)
    expect(await snapshot(h)).toBe(before)
  }

  it('for the grant of somebody else', async () => {
    h.login = { subject: 'mallory' }
    await obtainTokens(h)
    before = await snapshot(h)
    await expectNothing(await revoke({ grant: grantIdOf(refresh_token) }), 303)
  })

  it.each(['x', '../../x', 'A'.repeat(22), 'A'.repeat(9000).slice(0, 8000)])('for the grant %.10j', async (grant) => {
    await expectNothing(await revoke({ grant }), 303)
  })

  it.each([{}, { all: 'no' }])('when it names nothing (%j)', async (what) => {
    await expectNothing(await revoke(what), 400)
  })

  it('from another browser: its page is shown', async () => {
    const { fields } = await page()
    await expectNothing(await h.browser().post('/oauth/apps', { ...fields, client_id: 'web' }), 200)
  })

  it('from another login of the same user: the page is shown, and works', async () => {
    const { fields } = await page()
    h.login = { subject: 'alice', sessionId: 's2' }
    const response = await browser.post('/oauth/apps', { ...fields, client_id: 'web' })
    const text = await response.clone().text()
    await expectNothing(response, 200)
    expect(text).toContain('nothing was changed yet')
    expect((await browser.post('/oauth/apps', { ...formFields(text), client_id: 'web' })).status).toBe(303)
    expect(await isAlive(refresh_token)).toBe(false)
  })

  it('without a page token, or with a garbled one, or that of another form', async () => {
    const { fields } = await page()
    const token = fields.page_token ?? ''
    const other = formFields(
      await (await browser.get(authorizeUrl(challenge, { prompt: 'consent' }))).text(),
    ).page_token
    before = await snapshot(h)
    await expectNothing(await browser.post('/oauth/apps', { client_id: 'web' }), 400)
    for (const page_token of [garbled(token), other ?? '']) {
      await expectNothing(await browser.post('/oauth/apps', { page_token, client_id: 'web' }), 200)
    }
  })

  it('from somebody who has logged out: they must log in', async () => {
    const { fields } = await page()
    h.login = null
    const response = await browser.post('/oauth/apps', { ...fields, client_id: 'web' })
    await expectNothing(response, 303)
    expect(response.headers.get('location')).toContain('/app-login')
  })

  it.each([
    { origin: 'https://evil.example.com' },
    { origin: 'null' },
    { origin: 'null', 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'same-site' },
  ])('from another site (%j)', async (headers) => {
    await expectNothing(await revoke({ client_id: 'web' }, browser, headers), 403)
  })

  it('by GET', async () => {
    const { fields } = await page()
    const query = new URLSearchParams({ ...fields, client_id: 'web' })
    await expectNothing(await browser.get(`/oauth/apps?${query}`), 200)
  })
})

describe('without a login', () => {
  beforeEach(() => {
    h.login = null
  })

  const wayBack = (response: Response) =>
    new URL(response.headers.get('location') ?? '').searchParams.get('return_to') ?? ''

  it('the user-authentication is asked for one, for no client, and leads back here', async () => {
    const response = await browser.get('/oauth/apps')
    expect(response.status).toBe(303)
    expect(wayBack(response)).toMatch(/^https:\/\/auth\.example\.com\/oauth\/apps\?pending=gwpl_[\w-]{43}$/)
    h.login = { subject: 'alice' }
    const back = await browser.get(wayBack(response))
    expect([back.status, back.headers.get('location')]).toEqual([303, `${ISSUER}/oauth/apps`])
  })

  it('whoever comes back without a login gets a page, not another round', async () => {
    const response = await browser.get(wayBack(await browser.get('/oauth/apps')))
    expect([response.status, response.headers.get('location')]).toEqual([403, null])
    expect(await response.text()).toContain('You are not logged in')
  })

  it('nothing is stored, however often somebody asks', async () => {
    const before = await snapshot(h, ['request', 'session', 'counter', 'grant'])
    for (let i = 0; i < 100; i++) await h.browser().get('/oauth/apps')
    expect(await snapshot(h, ['request', 'session', 'counter', 'grant'])).toBe(before)
  })

  it('an app’s own authentication may answer first', async () => {
    const users = {
      current: async () => ({ status: 307, headers: [['location', '/handshake']] as const, body: '' }),
      challenge: async () => ({ status: 303, headers: [], body: '' }),
    }
    h = harness({ users })
    expect((await h.browser().get('/oauth/apps')).headers.get('location')).toBe('/handshake')
  })
})

describe('with passwordLogin', () => {
  beforeEach(() => {
    h = harness({ users: passwordLogin({ verify: async (name, password) => (password === 'right' ? name : null) }) })
    browser = h.browser()
  })

  it('the login leads back here, and names no client', async () => {
    const challenged = await browser.get('/oauth/apps')
    const form = await browser.get(challenged.headers.get('location') ?? '')
    const text = await form.text()
    expect(form.status).toBe(200)
    expect(text).not.toContain('to continue to')
    const credentials = { ...formFields(text), username: 'alice', password: 'right' }
    const loggedIn = await browser.post('/oauth/login', credentials)
    expect(loggedIn.headers.get('location')).toMatch(/^https:\/\/auth\.example\.com\/oauth\/apps\?pending=/)
    const back = await browser.get(loggedIn.headers.get('location') ?? '')
    expect(back.headers.get('location')).toBe(`${ISSUER}/oauth/apps`)
    expect((await page()).text).toContain('alice')
  })

  it('a handle of another browser logs nobody in (no login can be planted)', async () => {
    const attacker = h.browser()
    const challenged = await attacker.get('/oauth/apps')
    const fields = formFields(await (await attacker.get(challenged.headers.get('location') ?? '')).text())
    await browser.get('/oauth/apps')
    const response = await browser.post('/oauth/login', { ...fields, username: 'mallory', password: 'right' })
    expect(response.status).toBe(400)
    expect(await snapshot(h, ['session'])).toBe('[[]]')
  })

  it.each(['gwpl_', `gwpl_${'A'.repeat(43)}`, 'https://evil.example/', '/oauth/apps'])(
    'the handle %j opens no login page',
    async (pending) => {
      await browser.get('/oauth/apps')
      expect((await browser.get(`/oauth/login?${new URLSearchParams({ pending })}`)).status).toBe(400)
    },
  )
})

describe('against an authorization in flight', () => {
  /** Storage on which `act` is run once, before or after the first call of a verb on a kind. */
  function interrupted(verb: 'insert' | 'list', kind: Kind, when: 'before' | 'after') {
    const storage = memoryStorage()
    const state: { act: (() => Promise<unknown>) | null } = { act: null }
    const run = async () => {
      const { act } = state
      state.act = null
      await act?.()
    }
    const wrapped: Storage = {
      ...storage,
      [verb]: async (kindOfCall: Kind, ...rest: [StoredRecord & string, never]) => {
        const concerns = kindOfCall === kind && state.act !== null
        if (concerns && when === 'before') await run()
        const answer = await (storage[verb] as (kind: Kind, ...rest: unknown[]) => Promise<unknown>)(
          kindOfCall,
          ...rest,
        )
        if (concerns && when === 'after') await run()
        return answer
      },
    }
    return { storage: wrapped, state }
  }

  const revokeWeb = () => h.server.grants.revokeAll({ subject: 'alice', client_id: 'web' })

  async function expectNothingLives(response: Response) {
    expect(redirected(response).get('code')).toBeNull()
    expect(redirected(response).get('error')).toBe('access_denied')
    expect((await h.server.grants.list({ subject: 'alice' })).grants).toEqual([])
    const grants = JSON.parse(await snapshot(h, ['grant'])) as { document: string }[][]
    for (const { document } of grants[0] ?? []) expect(document).toContain('"status":"revoked"')
    expect(await snapshot(h, ['consent'])).toBe('[[]]')
    expect(await isAsked()).toBe(true)
  }

  it.each(['before', 'after'] as const)(
    'a remembered consent that is withdrawn right %s the grant is stored gives no code',
    async (when) => {
      const { storage, state } = interrupted('insert', 'grant', when)
      h = harness({ storage })
      await obtainTokens(h)
      state.act = revokeWeb
      await expectNothingLives(await h.browser().get(authorizeUrl(challenge)))
    },
  )

  it.each([
    ['insert', 'consent', 'before'],
    ['insert', 'consent', 'after'],
    ['insert', 'grant', 'after'],
  ] as const)('a consent that is being given (%s %s, %s) does not come back', async (verb, kind, when) => {
    const { storage, state } = interrupted(verb, kind, when)
    h = harness({ storage })
    browser = h.browser()
    const fields = formFields(await (await browser.get(authorizeUrl(challenge))).text())
    state.act = revokeWeb
    await expectNothingLives(await browser.post('/oauth/consent', { ...fields, decision: 'allow' }))
  })

  it('a decision that was made, but gave no code yet, gives none after the revocation: the person is asked again', async () => {
    const { storage, state } = interrupted('insert', 'grant', 'before')
    h = harness({ storage })
    browser = h.browser()
    const fields = formFields(await (await browser.get(authorizeUrl(challenge))).text())
    state.act = async () => {
      throw new Error('the machine stopped')
    }
    expect((await browser.post('/oauth/consent', { ...fields, decision: 'allow' })).status).toBeGreaterThanOrEqual(500)
    await revokeWeb()
    const again = await browser.get(`/oauth/authorize?pending=${fields.pending}`)
    expect(again.status).toBe(200)
    expect(await again.text()).toContain('name="decision"')
    expect(await snapshot(h, ['consent', 'grant'])).toBe('[[],[]]')
  })

  it('a reload while Allow is being carried out gives the same code, and both live', async () => {
    const { storage, state } = interrupted('insert', 'consent', 'before')
    h = harness({ storage })
    browser = h.browser()
    const fields = formFields(await (await browser.get(authorizeUrl(challenge))).text())
    let reloaded: Response | undefined
    state.act = async () => {
      reloaded = await browser.get(`/oauth/authorize?pending=${fields.pending}`)
    }
    const allowed = await browser.post('/oauth/consent', { ...fields, decision: 'allow' })
    expect(redirected(allowed).get('code')).toMatch(/^gwac_/)
    expect(reloaded?.headers.get('location')).toBe(allowed.headers.get('location'))
    expect((await h.server.grants.list({ subject: 'alice' })).grants).toEqual([])
    expect(await isAsked()).toBe(false)
  })

  it('an approval that is given between the two halves of a revocation leaves nothing behind', async () => {
    const { storage, state } = interrupted('list', 'grant', 'before')
    h = harness({ storage })
    await obtainTokens(h)
    browser = h.browser()
    const fields = formFields(await (await browser.get(authorizeUrl(challenge, { prompt: 'consent' }))).text())
    state.act = () => browser.post('/oauth/consent', { ...fields, decision: 'allow' })
    await revokeWeb()
    expect(await snapshot(h, ['consent'])).toBe('[[]]')
    expect(await isAsked()).toBe(true)
  })

  it('the form of an approval that was revoked since cannot be sent again', async () => {
    const fields = formFields(await (await browser.get(authorizeUrl(challenge))).text())
    await browser.post('/oauth/consent', { ...fields, decision: 'allow' })
    await revokeWeb()
    const again = await browser.post('/oauth/consent', { ...fields, decision: 'allow' })
    expect([again.status, again.headers.get('location')]).toEqual([409, null])
    expect(await snapshot(h, ['consent'])).toBe('[[]]')
    expect(await isAsked()).toBe(true)
  })

  it('and without any revocation all of this gives a code', async () => {
    const { storage } = interrupted('insert', 'grant', 'after')
    h = harness({ storage })
    await obtainTokens(h, 'web', { resource: API })
    expect(redirected(await h.browser().get(authorizeUrl(challenge))).get('code')).toMatch(/^gwac_/)
    expect(await isAsked({ resource: OTHER_API, scope: 'admin' })).toBe(true)
  })
})
