/**
 * A record that any version of the library has written must work in every later one: what clients, browsers and users hold goes on
 * where it was. The records are in `fixtures`; `write-fixture.ts` says how one is added.
 */
import { copyFileSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createLocalJWKSet, decodeProtectedHeader, type JSONWebKeySet, jwtVerify } from 'jose'
import Database from 'libsql'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type SqliteStorage, sqliteStorage } from '../../src/storage/sqlite.js'
import { type Browser, encodeForm, redirected } from '../support/harness.js'
import {
  type ClientName,
  type Fixture,
  type FixtureCode,
  type FixtureRequest,
  fixtures,
  putFixture,
  rewriteDocuments,
  Site,
} from './fixture.js'
import { writeFixture } from './write-fixture.js'

const kept = readdirSync(fixtures).flatMap((name) => (name.endsWith('.json') ? [name.slice(0, -'.json'.length)] : []))

const HOUR = 3_600_000
const DAY = 24 * HOUR

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'grantwright-versions-'))
})
afterAll(() => rmSync(folder, { recursive: true }))

interface Source {
  readonly name: string
  /** Puts the database there, and gives what belongs to it. */
  put(file: string): Promise<Fixture>
}

const sources: Source[] = [
  ...kept.map((version) => ({
    name: `records of version ${version}`,
    put: (file: string) => putFixture(version, file),
  })),
  // What a later version adds under the same format number: so its records can be taken back to this one.
  ...kept.map((version) => ({
    name: `records of version ${version} with members that this one does not know`,
    async put(file: string) {
      const fixture = await putFixture(version, file)
      rewriteDocuments(file, (document) => withUnknown(document) as object)
      return fixture
    },
  })),
  // So that it works when the next fixture is written.
  { name: 'records of this version', put: (file) => writeFixture(file, 'of now') },
]

it('are kept from the first version on, each with what belongs to them, and nothing else', () => {
  expect(kept).toContain('0.1.0')
  expect(readdirSync(fixtures).sort()).toEqual(kept.flatMap((version) => [`${version}.db`, `${version}.json`]).sort())
})

describe.each(sources.map((source) => [source.name, source] as const))('%s', (name, { put }) => {
  let original: string
  let fixture: Fixture
  let file: string
  let db: InstanceType<typeof Database>
  let storage: SqliteStorage
  let site: Site
  let count = 0

  beforeAll(async () => {
    original = join(folder, `${name}.db`)
    fixture = await put(original)
  })
  beforeEach(() => {
    file = join(folder, `${name} ${count++}.db`)
    copyFileSync(original, file)
    db = new Database(file)
    storage = sqliteStorage(db)
    site = new Site(fixture, { storage, now: fixture.writtenAt + 1000 })
  })
  afterEach(async () => {
    await site.server.close()
    storage.close()
    db.close()
  })

  const client = (name: ClientName) => fixture.clients[name]
  const browser = (name: keyof Fixture['browsers']) => site.browser(fixture.browsers[name])
  const refresh = (token: string) => site.refresh(client('web'), token)
  const introspected = async (token: string) => (await site.post('/oauth/introspect', client('api'), { token })).json()
  const grantsOf = async (subject: string) => (await site.server.grants.list({ subject })).grants.map(({ id }) => id)
  const reasons = () => site.events.flatMap((event) => ('reason' in event ? [event.reason] : []))

  describe('a grant', () => {
    it('gives tokens for its refresh token, and again for the next', async () => {
      const first = await refresh(fixture.live.refreshToken)
      expect(first).toMatchObject({ status: 200, body: { scope: 'read write' } })
      expect(first.body.refresh_token).not.toBe(fixture.live.refreshToken)
      expect(await introspected(first.body.access_token)).toMatchObject({ active: true, sub: 'alice' })
      expect(await refresh(first.body.refresh_token)).toMatchObject({ status: 200 })
    })

    it('gives the same successor to a spent refresh token inside of its window', async () => {
      const { status, body } = await refresh(fixture.live.spentRefreshToken)
      expect({ status, successor: body.refresh_token }).toEqual({ status: 200, successor: fixture.live.refreshToken })
      expect(await refresh(body.refresh_token)).toMatchObject({ status: 200 })
    })

    it('leads a spent refresh token to the current one also when that is of now', async () => {
      const { body } = await refresh(fixture.live.refreshToken)
      const retried = await refresh(fixture.live.spentRefreshToken)
      expect(retried).toMatchObject({ status: 200, body: { refresh_token: body.refresh_token } })
    })

    it('ends when a spent refresh token comes outside of its window', async () => {
      site.now += 60_000
      await expectEnd(() => refresh(fixture.live.spentRefreshToken))
    })

    it('ends when a refresh token of an earlier generation comes', () =>
      expectEnd(() => refresh(fixture.live.oldRefreshToken)))

    it('ends when its spent code comes again with the verifier, and not without', async () => {
      const { spentCode } = fixture.live
      const other = { ...spentCode, code_verifier: fixture.code.code_verifier }
      expect(await site.redeem(client('web'), other)).toMatchObject({ body: { error: 'invalid_grant' } })
      expect(await grantsOf('alice')).toContain(fixture.live.id)
      await expectEnd(() => site.redeem(client('web'), spentCode))
    })

    it('rotates the refresh token of a public client', async () => {
      const { publicRefreshToken } = fixture
      const { status, body } = await site.refresh(client('spa'), publicRefreshToken)
      expect({ status, scope: body.scope }).toEqual({ status: 200, scope: 'read' })
      expect(body.refresh_token).not.toBe(publicRefreshToken)
    })

    it('keeps the refresh token of a client whose tokens do not rotate', async () => {
      const { constantRefreshToken } = fixture
      const { status, body } = await site.refresh(client('trusted'), constantRefreshToken)
      expect({ status, token: body.refresh_token }).toEqual({ status: 200, token: constantRefreshToken })
    })

    it('is bound to its client', async () => {
      const stolen = await site.refresh(client('trusted'), fixture.live.refreshToken)
      expect(stolen.body.error).toBe('invalid_grant')
      expect(await refresh(fixture.live.refreshToken)).toMatchObject({ status: 200 })
    })

    it('ends when nobody used it for its time', async () => {
      site.now = fixture.live.lastUsedAt + 30 * DAY
      expect(await refresh(fixture.live.refreshToken)).toMatchObject({ body: { error: 'invalid_grant' } })
      expect(reasons()).toEqual(['expired'])
      expect(await grantsOf('alice')).toEqual([])
    })

    it('ends in its time, however often it was used', async () => {
      let token = fixture.live.refreshToken
      for (let at = fixture.writtenAt; at < fixture.live.createdAt + 180 * DAY; at += 20 * DAY) {
        site.now = at
        const { status, body } = await refresh(token)
        expect(status).toBe(200)
        token = body.refresh_token
      }
      site.now = fixture.live.createdAt + 180 * DAY
      expect(await refresh(token)).toMatchObject({ body: { error: 'invalid_grant' } })
      expect(reasons()).toEqual(['expired'])
    })

    it('stays revoked', async () => {
      expect(await refresh(fixture.revokedRefreshToken)).toMatchObject({ body: { error: 'invalid_grant' } })
      expect(reasons()).toEqual(['revoked'])
    })

    async function expectEnd(present: () => ReturnType<Site['token']>): Promise<void> {
      expect(await present()).toMatchObject({ status: 400, body: { error: 'invalid_grant' } })
      expect(reasons()).toContain('replay')
      expect(await refresh(fixture.live.refreshToken)).toMatchObject({ body: { error: 'invalid_grant' } })
      expect(await grantsOf('alice')).not.toContain(fixture.live.id)
    }
  })

  describe('a code', () => {
    const redeem = (change: Partial<FixtureCode> = {}) => site.redeem(client('web'), { ...fixture.code, ...change })

    it('gives tokens once, and ends them when it comes again', async () => {
      const { status, body } = await redeem()
      expect({ status, scope: body.scope }).toEqual({ status: 200, scope: 'read write' })
      const says = { active: true, sub: 'alice', auth_time: fixture.live.createdAt / 1000, amr: ['pwd'] }
      expect(await introspected(body.access_token)).toMatchObject(says)
      expect(await redeem()).toMatchObject({ status: 400, body: { error: 'invalid_grant' } })
      expect(await introspected(body.access_token)).toEqual({ active: false })
      expect(await refresh(body.refresh_token)).toMatchObject({ body: { error: 'invalid_grant' } })
    })

    it('gives nothing for another verifier, for another redirect URI and to another client', async () => {
      const { code_verifier } = fixture.live.spentCode
      const redirect_uri = 'https://web.example.com/other'
      const refused = [
        await redeem({ code_verifier }),
        await redeem({ redirect_uri }),
        await site.redeem(client('trusted'), fixture.code),
      ]
      expect(refused.map(({ body }) => body.error)).toEqual(Array(3).fill('invalid_grant'))
      expect(reasons()).toEqual(['verifier_mismatch', 'redirect_uri_mismatch', 'client_mismatch'])
      expect(await redeem()).toMatchObject({ status: 200 })
    })

    it('ends with the fifth wrong verifier, the one before counted', async () => {
      const { code_verifier } = fixture.live.spentCode
      for (let count = 1; count < 5; count++) await redeem({ code_verifier })
      expect(await redeem()).toMatchObject({ body: { error: 'invalid_grant' } })
      expect(reasons()).toContain('wrong_verifiers')
    })

    it('expires', async () => {
      site.now += 60_000
      expect(await redeem()).toMatchObject({ body: { error: 'invalid_grant' } })
      expect(reasons()).toEqual(['expired'])
    })

    it('is the same when the browser comes back to the request that was allowed', async () => {
      const response = await site.visit(browser('alice'), fixture.code.resumeUrl)
      expect(redirected(response).get('code')).toBe(fixture.code.code)
      expect(await redeem()).toMatchObject({ status: 200 })
    })
  })

  describe('a login', () => {
    const showApps = async (visitor: Browser) => {
      await site.visit(visitor, site.url('/oauth/apps'))
      return site.view?.page
    }

    it('still counts in its browser and in no other', async () => {
      expect(await showApps(browser('alice'))).toBe('apps')
      expect(site.shown('apps').subjectLabel).toBe(fixture.users.alice.username)
      expect(await showApps(browser('carol'))).toBe('login')
    })

    it('ends when nobody came by for its time', async () => {
      site.now += HOUR
      expect(await showApps(browser('alice'))).toBe('login')
    })

    it('ends in its time, however often somebody came by', async () => {
      const visitor = browser('alice')
      const end = fixture.live.createdAt + 12 * HOUR
      for (; site.now < end; site.now += HOUR / 2) expect(await showApps(visitor)).toBe('apps')
      site.now = end
      expect(await showApps(visitor)).toBe('login')
    })

    it('ends, with all grants, when the user is signed out everywhere', async () => {
      await site.server.users.signOut('alice')
      expect(await showApps(browser('alice'))).toBe('login')
      expect(await grantsOf('alice')).toEqual([])
      expect(await refresh(fixture.live.refreshToken)).toMatchObject({ body: { error: 'invalid_grant' } })
    })
  })

  describe('a pending request', () => {
    const redeem = (
      name: ClientName,
      { code_verifier, redirect_uri }: FixtureRequest,
      code: string | null | undefined,
    ) => site.redeem(client(name), { code: code ?? 'none', code_verifier, redirect_uri })

    it('that waited for consent goes on to the question, a code and tokens', async () => {
      const alice = browser('alice')
      await site.visit(alice, fixture.awaitsConsent.resumeUrl)
      expect(site.shown('consent').clientName).toBe(client('desk').registered.client_name)
      const answer = redirected(await site.allow(alice))
      expect(answer.get('state')).toBe('the state of alice')
      const { status, body } = await redeem('desk', fixture.awaitsConsent, answer.get('code'))
      expect({ status, scope: body.scope }).toEqual({ status: 200, scope: 'read write' })
    })

    it('that waited for a login goes on to the login, the question, a code and tokens', async () => {
      const carol = browser('carol')
      await site.visit(carol, fixture.awaitsLogin.resumeUrl)
      expect(site.shown('login')).toMatchObject({ clientName: 'Web App', username: fixture.users.carol.username })
      await site.logIn(carol, 'carol')
      const answer = redirected(await site.allow(carol))
      expect(answer.get('state')).toBe('the state of carol & more')
      const { body } = await redeem('web', fixture.awaitsLogin, answer.get('code'))
      expect(await introspected(body.access_token)).toMatchObject({ active: true, sub: 'carol' })
    })

    it('that waited for another login is content with it, on the page that was shown before', async () => {
      const alice = browser('alice')
      await site.visit(alice, fixture.awaitsFreshLogin.resumeUrl.replace('/authorize', '/login'))
      const answer = redirected(await site.logIn(alice, 'alice'))
      expect(await redeem('web', fixture.awaitsFreshLogin, answer.get('code'))).toMatchObject({ status: 200 })
    })

    it('that waited for another login is not content with the one there was', async () => {
      await site.visit(browser('alice'), fixture.awaitsFreshLogin.resumeUrl)
      expect(site.shown('login').clientName).toBe('Web App')
    })

    it('that a page had posted belongs to the first browser that comes with it', async () => {
      const [alice, carol] = [browser('alice'), browser('carol')]
      await site.visit(alice, fixture.awaitsBrowser.resumeUrl)
      const { redirectUri, fields } = site.shown('form_post')
      expect(redirectUri).toBe(fixture.awaitsBrowser.redirect_uri)
      await site.visit(carol, fixture.awaitsBrowser.resumeUrl)
      expect(site.shown('error').problem).toBe('expired')
      const code = new Map(fields).get('code')
      expect(await redeem('web', fixture.awaitsBrowser, code)).toMatchObject({ status: 200 })
    })

    it('is shown to no other browser', async () => {
      const waiting = [fixture.awaitsConsent, fixture.awaitsFreshLogin, fixture.code]
      for (const { resumeUrl } of waiting) {
        await site.visit(browser('carol'), resumeUrl)
        expect(site.shown('error').problem).toBe('expired')
      }
      await site.visit(browser('alice'), fixture.awaitsLogin.resumeUrl)
      expect(site.shown('error').problem).toBe('expired')
    })

    it('ends in its time', async () => {
      site.now += 600_000
      await site.visit(browser('alice'), fixture.awaitsConsent.resumeUrl)
      expect(site.shown('error').problem).toBe('expired')
    })
  })

  describe('a consent', () => {
    const challenge = 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM'
    const code_verifier = 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk'
    const ask = (visitor: Browser, name: ClientName, more: Record<string, string> = {}) =>
      site.visit(visitor, site.authorizeUrl(client(name), { code_challenge: challenge, ...more }))

    it('spares the question, and what was left out stays left out', async () => {
      const code = redirected(await ask(browser('alice'), 'spa')).get('code') ?? ''
      const redirect_uri = client('spa').registered.redirect_uris[0] ?? ''
      const { status, body } = await site.redeem(client('spa'), { code, code_verifier, redirect_uri })
      expect({ status, scope: body.scope }).toEqual({ status: 200, scope: 'read' })
    })

    it('does not cover more, and what was left out is offered unticked', async () => {
      await ask(browser('alice'), 'spa', { scope: `read write ${fixture.refusedScope}` })
      const [resource] = site.shown('consent').resources
      const boxes = resource?.scopes.map(({ name, choice }) => [name, choice?.ticked])
      expect(boxes).toEqual([
        ['read', undefined],
        ['write', undefined],
        [fixture.refusedScope, false],
      ])
    })

    it('is not that of another client or user', async () => {
      await ask(browser('alice'), 'desk')
      expect(site.shown('consent').clientId).toBe(client('desk').client_id)
      const carol = browser('carol')
      await ask(carol, 'spa')
      await site.logIn(carol, 'carol')
      expect(site.shown('consent').clientId).toBe(client('spa').client_id)
    })

    it('is asked for again after its time', async () => {
      site.now += 365 * DAY
      const alice = browser('alice')
      await ask(alice, 'spa')
      await site.logIn(alice, 'alice')
      expect(site.shown('consent').clientId).toBe(client('spa').client_id)
    })

    it("is not asked for where the client is the operator's own", async () => {
      const response = await ask(browser('alice'), 'trusted', { scope: 'write' })
      expect(redirected(response).get('code')).toMatch(/^gwac_/)
    })
  })

  describe('access tokens', () => {
    it('verify against the published keys, when they are JWTs', async () => {
      const jwks = (await (await site.server.fetch(new Request(site.url('/oauth/jwks')))).json()) as JSONWebKeySet
      const jwts = fixture.accessTokens.filter(({ token }) => token.includes('.'))
      expect(jwts).toHaveLength(3)
      for (const { token, says } of jwts) {
        const currentDate = new Date(site.now)
        const { payload } = await jwtVerify(token, createLocalJWKSet(jwks), { currentDate, typ: 'at+jwt' })
        expect(payload).toMatchObject({ iss: fixture.options.issuer, ...says })
      }
    })

    it('are active, and say what they said', async () => {
      for (const { about, token, says } of fixture.accessTokens) {
        expect(await introspected(token), about).toMatchObject({ active: true, ...says })
      }
    })

    it('that were revoked stay so', async () => {
      for (const { about, token } of fixture.revokedAccessTokens) {
        expect(await introspected(token), about).toEqual({ active: false })
      }
    })

    it('can be revoked', async () => {
      for (const { about, token } of fixture.accessTokens) {
        const owner = about.includes('without a user') ? 'machine' : 'web'
        await site.post('/oauth/revoke', client(owner), { token })
        expect(await introspected(token), about).toEqual({ active: false })
      }
    })

    it('end in their time', async () => {
      site.now += 3_600_000
      for (const { about, token } of fixture.accessTokens) {
        expect(await introspected(token), about).toEqual({ active: false })
      }
    })

    it('are signed with the key that signed before', async () => {
      const { body } = await refresh(fixture.live.refreshToken)
      const before = fixture.accessTokens.find(({ about }) => about === 'a JWT of the later key')?.token ?? ''
      expect(decodeProtectedHeader(body.access_token)).toEqual(decodeProtectedHeader(before))
    })
  })

  describe('a client', () => {
    const names: readonly ClientName[] = ['web', 'spa', 'desk', 'trusted', 'machine', 'api']

    it.each(names)('is what it was registered as: %s', async (name) => {
      const { client_id, registered } = client(name)
      expect(await site.server.clients.get(client_id)).toMatchObject(registered)
    })

    it('is listed', async () => {
      const { clients } = await site.server.clients.list()
      expect(clients.map(({ client_id }) => client_id).sort()).toEqual(
        names.map((name) => client(name).client_id).sort(),
      )
    })

    const ask = (name: 'machine' | 'web', client_secret: string | undefined) =>
      site.token({ ...client(name), client_secret }, { grant_type: 'client_credentials' })

    it('proves itself with its secret and with no other', async () => {
      const { client_secret } = client('machine')
      expect(await ask('machine', client_secret)).toMatchObject({ status: 200 })
      // Known by its secret, and without the right to this grant.
      expect(await ask('web', client('web').client_secret)).toMatchObject({ body: { error: 'unauthorized_client' } })
      const refused = { status: 401, body: { error: 'invalid_client' } }
      expect(await ask('machine', client('web').client_secret)).toMatchObject(refused)
      expect(await ask('web', client_secret)).toMatchObject(refused)
    })

    it('proves itself in the way that was written, and in both where none was', async () => {
      const api = client('api')
      const inForm = { token: 'x', client_id: api.client_id, client_secret: api.client_secret ?? '' }
      const headers = { 'content-type': 'application/x-www-form-urlencoded' }
      const body = encodeForm(inForm)
      const request = new Request(site.url('/oauth/introspect'), { method: 'POST', headers, body })
      const written = api.registered.token_endpoint_auth_method
      expect((await site.server.fetch(request)).status).toBe(written === 'client_secret_basic' ? 401 : 200)
      expect((await site.post('/oauth/introspect', api, { token: 'x' })).status).toBe(200)
      expect((await site.server.clients.get(api.client_id))?.token_endpoint_auth_method).toBe(written)
    })

    it('may use its former secret for as long as it was told', async () => {
      const { client_secret, until } = fixture.formerSecret
      site.now = until - 1
      expect(await ask('machine', client_secret)).toMatchObject({ status: 200 })
      site.now = until
      expect(await ask('machine', client_secret)).toMatchObject({ status: 401 })
      expect(await ask('machine', client('machine').client_secret)).toMatchObject({ status: 200 })
    })
  })

  describe('the connected apps', () => {
    it('show what was granted', async () => {
      await site.visit(browser('alice'), site.url('/oauth/apps'))
      const shown = site.shown('apps').apps.map(({ clientId, clientName, grants, rights }) => ({
        clientId,
        clientName,
        grants: grants.map(({ id, since, lastUsed }) => [id, since, lastUsed]),
        rights: rights.flatMap(({ scopes }) => scopes.map(({ name }) => name)),
      }))
      const row = (name: ClientName, grants: unknown, rights: readonly string[]) => {
        const { client_id, registered } = client(name)
        return { clientId: client_id, clientName: registered.client_name, grants, rights }
      }
      const { id, createdAt, lastUsedAt } = fixture.live
      expect(shown).toHaveLength(3)
      expect(shown).toEqual(
        expect.arrayContaining([
          row('web', [[id, createdAt, lastUsedAt]], ['read', 'write', 'files']),
          row('spa', [[expect.any(String), createdAt, createdAt]], ['read']),
          row('trusted', [[expect.any(String), createdAt, createdAt]], ['read']),
        ]),
      )
    })

    it('end it', async () => {
      const alice = browser('alice')
      await site.visit(alice, site.url('/oauth/apps'))
      const { action, hidden } = site.shown('apps').form
      await site.follow(alice, await alice.post(site.url(action), { ...hidden, grant: fixture.live.id }))
      expect(site.shown('apps').notice).toBe('revoked')
      expect(await refresh(fixture.live.refreshToken)).toMatchObject({ body: { error: 'invalid_grant' } })
      const { publicRefreshToken } = fixture
      expect(await site.refresh(client('spa'), publicRefreshToken)).toMatchObject({ status: 200 })
    })
  })

  describe('what was counted', () => {
    const logIn = async (visitor: Browser, password?: string) => {
      await site.visit(visitor, site.url('/oauth/apps'))
      await site.logIn(visitor, fixture.throttled.subject, password)
      return site.view
    }

    it('still makes a user wait whose password was tried too often, and then lets them in', async () => {
      const throttledSeconds = Math.ceil((fixture.throttled.until - site.now) / 1000)
      expect(await logIn(site.browser())).toMatchObject({ page: 'login', error: { throttledSeconds } })
      site.now = fixture.throttled.until
      expect((await logIn(site.browser()))?.page).toBe('apps')
    })

    it('keeps the place of who was told to wait, when a stranger is faster then', async () => {
      site.now = fixture.throttled.until
      const stranger = site.browser({}, '198.51.100.1')
      expect(await logIn(stranger, 'a guess')).toMatchObject({ page: 'login', error: 'wrong' })
      expect((await logIn(site.browser()))?.page).toBe('apps')
    })

    it('leaves a browser that has asked as many requests fewer than a new one', async () => {
      const allowed = async (visitor: Browser) => {
        const url = site.authorizeUrl(client('web'), { code_challenge: 'E'.repeat(43), scope: 'read' })
        for (let asked = 0; asked < 1000; asked++) {
          await site.visit(visitor, url)
          if (site.view?.page !== 'login') return asked
        }
        throw new Error('There is no limit')
      }
      expect(await allowed(browser('counted'))).toBe((await allowed(site.browser())) - fixture.countedRequests)
    })
  })
})

/** The same with another member in every object. */
function withUnknown(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withUnknown)
  if (typeof value !== 'object' || value === null) return value
  const members = Object.entries(value).map(([name, member]) => [name, withUnknown(member)])
  return { ...Object.fromEntries(members), addedLater: { by: 'a later version' } }
}
