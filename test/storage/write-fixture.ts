/**
 * Writes a fixture: a database with a record of every kind, as this version of the library writes them, and what belongs to them.
 * `earlier-versions.test.ts` holds every later version to them.
 *
 * **When a version is released** whose records are not those of the newest fixture (a member more is enough), run, in a checkout of exactly
 * that version:
 *
 *     node scripts/write-fixture.mjs && npx biome format --write test/storage/fixtures
 *
 * It adds `<version>.db` and `<version>.json` to `test/storage/fixtures`, and refuses when they are there: a fixture is written once, by the
 * version whose records it keeps, and never again. A later version would write its own records under the old name, and nothing would
 * show that those of users can still be read. So what is new goes in here before the release, and those that exist stay as they are. What a later
 * fixture has and earlier ones lack is optional in {@link Fixture}, and its tests are for those that have it.
 *
 * Ids and secrets come from a stream of bytes that is always the same, and the time is set by hand. Only the signing keys, which the
 * runtime makes, and what they sign are different each time.
 *
 * @module
 */
import { createHash } from 'node:crypto'
import Database from 'libsql'
import type { ClientMetadata } from '../../src/index.js'
import { sqliteStorage } from '../../src/storage/sqlite.js'
import { type Browser, grantIdOf, redirected, type Tokens } from '../support/harness.js'
import { type Fixture, type FixtureClient, type FixtureCode, type FixtureRequest, Site } from './fixture.js'

/** In seconds. */
const DAY = 86_400

const API = 'https://api.example.com'
/** Its access tokens are opaque. */
const FILES = 'https://files.example.com/v1'
const both = { resource: [API, FILES], scope: 'read write files' }

const app: Pick<Fixture, 'options' | 'users'> = {
  options: {
    issuer: 'https://auth.example.com',
    secret: 'the secret of a deployment that exists in tests only',
    resources: {
      [API]: {
        scopes: {
          read: { en: 'Read your notes', de: 'Ihre Notizen lesen' },
          write: 'Change your notes',
          delete: { text: 'Delete your notes', optional: true },
        },
        default: true,
      },
      [FILES]: { scopes: { files: 'See your files' }, accessToken: 'opaque' },
    },
    // Longer than it takes new keys to sign: so the tokens of two generations of keys are alive.
    accessTokenLifetime: 3600,
    codeLifetime: 60,
    pendingRequestLifetime: 600,
    retryWindow: 30,
    refreshIdleLifetime: 30 * DAY,
    grantLifetime: 180 * DAY,
    consentLifetime: 365 * DAY,
  },
  users: {
    alice: { username: 'Alice@example.com', password: 'the password of alice' },
    bob: { username: 'Bob@example.com', password: 'the password of bob' },
    carol: { username: 'Carol@example.com', password: 'the password of carol' },
  },
}

const metadata = {
  web: { client_name: 'Web App', redirect_uris: ['https://web.example.com/callback'] },
  spa: {
    client_name: 'Single Page',
    token_endpoint_auth_method: 'none',
    redirect_uris: ['https://spa.example.com/cb', 'https://spa.example.com/cb?silent=yes'],
    default_scope: 'read delete',
  },
  desk: {
    client_name: 'دفتر 📒 "Desk" & Söhne',
    client_uri: 'https://desk.example.com/',
    logo_uri: 'https://desk.example.com/logo.png',
    policy_uri: 'https://desk.example.com/privacy?lang=en',
    tos_uri: 'http://desk.example.com/terms',
    token_endpoint_auth_method: 'none',
    redirect_uris: ['http://127.0.0.1/cb?from=auth', 'com.example.desk:/cb'],
    scope: 'read write files',
    default_scope: 'read',
    resources: [FILES, API],
    remember_consent: true,
  },
  trusted: {
    token_endpoint_auth_method: 'client_secret_post',
    redirect_uris: ['https://trusted.example.com/cb'],
    first_party: true,
    rotate_refresh_tokens: false,
  },
  machine: {
    token_endpoint_auth_method: 'client_secret_post',
    grant_types: ['client_credentials'],
    default_scope: 'read files',
  },
  api: { client_name: 'The APIs', grant_types: [], serves: [API, FILES] },
} as const satisfies { readonly [name in keyof Fixture['clients']]: ClientMetadata }

/** Writes the database, a new file, and gives what belongs to it. */
export async function writeFixture(file: string, version: string): Promise<Fixture> {
  const db = new Database(file)
  const storage = sqliteStorage(db)
  const randomBytes = steadyBytes()
  const site = new Site(app, { storage, randomBytes, now: Date.UTC(2026, 0, 15, 12) })
  const verifierOf = () => Buffer.from(randomBytes(32)).toString('base64url')
  const { clients, formerSecret } = await registerClients(site)
  const { web, spa, desk, trusted, machine } = clients

  const begin = async (browser: Browser, client: FixtureClient, parameters: Record<string, string | string[]>) => {
    const code_verifier = verifierOf()
    const response = await site.visit(
      browser,
      site.authorizeUrl(client, { ...challengeOf(code_verifier), ...parameters }),
    )
    return { response, code_verifier, redirect_uri: client.registered.redirect_uris[0] ?? '' }
  }
  const codeOf = ({ response, ...rest }: Awaited<ReturnType<typeof begin>>): FixtureCode => ({
    code: redirected(response).get('code') ?? missing('code'),
    ...rest,
  })
  /** Where the request goes on whose page is shown. */
  const waiting = ({ response: _, ...rest }: Awaited<ReturnType<typeof begin>>): FixtureRequest => ({
    resumeUrl: resumeUrl(site.view?.page === 'login' ? site.shown('login') : site.shown('consent')),
    ...rest,
  })
  const resumeUrl = ({ form }: { readonly form: { readonly hidden: Record<string, string> } }) =>
    site.url(`/oauth/authorize?pending=${form.hidden.pending}`)

  // Under the first keys: grants to three clients, one of which is refreshed.
  const createdAt = site.now
  const alice = site.browser()
  const first = await begin(alice, web, both)
  await site.logIn(alice, 'alice')
  const spentCode = codeOf({ ...first, response: await site.allow(alice) })
  const early = issued(await site.redeem(web, spentCode, { resource: API }))
  const earlyOpaque = issued(await site.refresh(web, early.refresh_token, { resource: FILES }))
  const agreed = await begin(alice, spa, {})
  const refusedScope = 'delete'
  const spaCode = codeOf({ ...agreed, response: await site.allow(alice, refusedScope) })
  const ofSpa = issued(await site.redeem(spa, spaCode))
  const ofTrusted = issued(await site.redeem(trusted, codeOf(await begin(alice, trusted, { scope: 'read' }))))

  // Under the next ones, which sign by then.
  await site.server.keys.rotate()
  site.now += 600_000
  const machineToken = async (resource: string) =>
    issued(await site.token(machine, { grant_type: 'client_credentials', resource })).access_token
  const ofMachine = await machineToken(API)
  const opaqueOfMachine = await machineToken(FILES)
  const revokedOfMachine = [await machineToken(API), await machineToken(FILES)] as const
  for (const token of revokedOfMachine) await site.post('/oauth/revoke', machine, { token })
  const ended = issued(await site.redeem(web, codeOf(await begin(alice, web, both)), { resource: API }))
  const endedOpaque = issued(await site.refresh(web, ended.refresh_token, { resource: FILES }))
  await site.post('/oauth/revoke', web, { token: endedOpaque.refresh_token })
  const withRevoked = issued(await site.refresh(web, earlyOpaque.refresh_token))
  await site.post('/oauth/revoke', web, { token: withRevoked.access_token })

  // The last minute: what soon ends.
  site.now += 60_000
  const throttled = await exhaustAttempts(site, web, verifierOf())
  const counted = site.browser()
  const countedRequests = 5
  for (let i = 0; i < countedRequests; i++) await begin(counted, web, { scope: 'read' })
  const late = issued(await site.refresh(web, withRevoked.refresh_token))
  const lastUsedAt = site.now
  const carol = site.browser()
  const awaitsLogin = waiting(
    await begin(carol, web, { scope: 'read', state: 'the state of carol & more', login_hint: 'Carol@example.com' }),
  )
  const awaitsFreshLogin = waiting(await begin(alice, web, { scope: 'read', prompt: 'select_account login' }))
  const awaitsBrowser = await postedRequest(site, web, verifierOf())
  const awaitsConsent = waiting(await begin(alice, desk, { ...both, state: 'the state of alice', ui_locales: 'de fr' }))
  const asked = await begin(alice, web, { scope: 'read write', prompt: 'consent' })
  const { resumeUrl: codeUrl } = waiting(asked)
  const code = codeOf({ ...asked, response: await site.allow(alice) })
  await site.redeem(web, { ...code, code_verifier: verifierOf() })
  site.now += 5000
  const lateOpaque = issued(await site.refresh(web, withRevoked.refresh_token, { resource: FILES }))

  await site.server.close()
  storage.close()
  shrink(db)
  const ofGrant = { sub: 'alice', client_id: web.client_id, auth_time: createdAt / 1000, amr: ['pwd'] }
  const ofClient = { sub: machine.client_id, client_id: machine.client_id }
  const atApi = { aud: API, scope: 'read write' }
  const atFiles = { aud: FILES, scope: 'files' }
  return {
    version,
    writtenAt: site.now,
    ...app,
    clients,
    browsers: { alice: cookiesOf(alice), carol: cookiesOf(carol), counted: cookiesOf(counted) },
    live: {
      id: grantIdOf(spentCode.code),
      createdAt,
      lastUsedAt,
      spentCode,
      oldRefreshToken: early.refresh_token,
      spentRefreshToken: withRevoked.refresh_token,
      refreshToken: same(late.refresh_token, lateOpaque.refresh_token),
    },
    publicRefreshToken: ofSpa.refresh_token,
    constantRefreshToken: ofTrusted.refresh_token,
    code: { ...code, resumeUrl: codeUrl },
    awaitsConsent,
    awaitsLogin,
    awaitsFreshLogin,
    awaitsBrowser,
    refusedScope,
    accessTokens: [
      { about: 'a JWT of the earlier key', token: early.access_token, says: { ...ofGrant, ...atApi } },
      { about: 'a JWT of the later key', token: late.access_token, says: { ...ofGrant, ...atApi } },
      {
        about: 'an opaque token of the earlier key',
        token: earlyOpaque.access_token,
        says: { ...ofGrant, ...atFiles },
      },
      { about: 'an opaque token of the later key', token: lateOpaque.access_token, says: { ...ofGrant, ...atFiles } },
      {
        about: 'a JWT of a client without a user',
        token: ofMachine,
        says: { ...ofClient, aud: API, scope: 'read' },
      },
      {
        about: 'an opaque token of a client without a user',
        token: opaqueOfMachine,
        says: { ...ofClient, ...atFiles },
      },
    ],
    revokedAccessTokens: [
      { about: 'a JWT of a client without a user', token: revokedOfMachine[0] },
      { about: 'an opaque token of a client without a user', token: revokedOfMachine[1] },
      { about: 'a JWT whose grant was revoked', token: ended.access_token },
      { about: 'an opaque token whose grant was revoked', token: endedOpaque.access_token },
      { about: 'a JWT that was revoked itself, while its grant lives', token: withRevoked.access_token },
    ],
    revokedRefreshToken: endedOpaque.refresh_token,
    formerSecret,
    throttled,
    countedRequests,
  }
}

async function registerClients(site: Site) {
  const register = async (name: keyof Fixture['clients']): Promise<FixtureClient> => {
    const { client, clientSecret } = await site.server.clients.create(metadata[name])
    return { client_id: client.client_id, client_secret: clientSecret, registered: client }
  }
  const machine = await register('machine')
  const renewed = await site.server.clients.rotateSecret(machine.client_id, { keepOldFor: 7200 })
  const clients = {
    web: await register('web'),
    spa: await register('spa'),
    desk: await register('desk'),
    trusted: await register('trusted'),
    machine: { ...machine, client_secret: renewed.clientSecret },
    api: await register('api'),
  }
  const formerSecret = { client_secret: machine.client_secret ?? missing('secret'), until: site.now + 7_200_000 }
  return { clients, formerSecret }
}

/** Somebody tries bob's password until he has to wait. */
async function exhaustAttempts(site: Site, client: FixtureClient, verifier: string): Promise<Fixture['throttled']> {
  const subject = 'bob' as const
  const browser = site.browser()
  await site.visit(browser, site.authorizeUrl(client, { ...challengeOf(verifier), scope: 'read' }))
  for (;;) {
    await site.logIn(browser, subject, 'not the password of bob')
    const { error } = site.shown('login')
    if (typeof error === 'object') return { subject, until: site.now + error.throttledSeconds * 1000 }
  }
}

async function postedRequest(site: Site, client: FixtureClient, code_verifier: string): Promise<FixtureRequest> {
  const parameters = { scope: 'read', response_mode: 'form_post', max_age: '3600' }
  const url = new URL(site.authorizeUrl(client, { ...challengeOf(code_verifier), ...parameters }))
  const response = await site.browser().post(site.url(url.pathname), url.searchParams.toString())
  const redirect_uri = url.searchParams.get('redirect_uri') ?? ''
  return { resumeUrl: response.headers.get('location') ?? missing('request'), code_verifier, redirect_uri }
}

const challengeOf = (verifier: string) => ({
  code_challenge: createHash('sha256').update(verifier).digest('base64url'),
})

const cookiesOf = ({ cookies }: Browser) => Object.fromEntries(cookies)

/** No file beside it, and small pages, since there are many tables and few records. */
function shrink(db: { exec(sql: string): unknown; close(): unknown }): void {
  db.exec('PRAGMA journal_mode = DELETE')
  db.exec('PRAGMA page_size = 512')
  db.exec('VACUUM')
  db.close()
}

/** The same bytes in the same order each time. */
function steadyBytes(): (length: number) => Uint8Array {
  let count = 0
  return (length) =>
    new Uint8Array(createHash('shake256', { outputLength: length }).update(`fixture ${count++}`).digest())
}

function issued({ status, body }: Awaited<ReturnType<Site['token']>>): Tokens {
  if (status !== 200) throw new Error(`No tokens: ${JSON.stringify(body)}`)
  return body
}

function same(one: string, other: string): string {
  if (one !== other) throw new Error('The retry gave another successor')
  return one
}

function missing(what: string): never {
  throw new Error(`There is no ${what}`)
}
