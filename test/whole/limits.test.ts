/**
 * Each limit, held against what inside this project meets it: the longest that one side makes or accepts is taken by the other.
 */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, it } from 'vitest'
import { nodeListener, requireAccessToken } from '../../adapters/node.js'
import { writeClient } from '../../src/clients/record.js'
import type { ServerOptions } from '../../src/construction/options.js'
import { createResourceServer } from '../../src/resource/index.js'
import type { Storage } from '../../src/storage/contract.js'
import { memoryStorage } from '../../src/storage/memory.js'
import { externalLogin } from '../../src/users/external.js'
import { parseReturnTo } from '../../src/users/return-to.js'
import { show } from '../resource/issuer.js'
import {
  API,
  authenticated,
  authorizeUrl,
  basic,
  CALLBACK,
  clients,
  formFields,
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
  type Tokens,
} from '../support/harness.js'

const LONGEST = 12_288

/** Lets the app say so much about every user that access tokens have just the length of the longest. */
async function fillTokens(h: Harness): Promise<void> {
  h.claims = async () => ({ groups: '' })
  const { length } = (await obtainTokens(h)).access_token
  // Base64url makes four characters of three bytes.
  const room = Math.floor(((LONGEST - length) * 3) / 4)
  h.claims = async () => ({ groups: 'x'.repeat(room) })
}

it('the longest access token is taken by every part: both resource halves, introspection and revocation', async () => {
  const server = createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const h = harness({ issuer })
  const guarded = requireAccessToken(h.server)
  server.on('request', (req, res) =>
    nodeListener(h.server)(req, res, async () => {
      if (await guarded(req, res)) res.end('in')
    }),
  )
  try {
    await fillTokens(h)
    const { access_token } = await obtainTokens(h)
    expect(access_token.length).toBeGreaterThan(LONGEST - 4)
    expect(access_token.length).toBeLessThanOrEqual(LONGEST)
    const authorization = `Bearer ${access_token}`
    expect(await (await fetch(`${issuer}/`, { headers: { authorization } })).text()).toBe('in')
    const { client_id, client_secret } = clients.api
    for (const introspection of [undefined, { client_id, client_secret, always: true }]) {
      const api = createResourceServer({ issuer, resource: API, now: () => h.now, introspection })
      expect(await show(api, access_token)).toMatchObject({ ok: true })
    }
    const revoke = { method: 'POST', body: new URLSearchParams({ token: access_token }) }
    const headers = basic(clients.web.client_id, clients.web.client_secret)
    expect((await fetch(`${issuer}/oauth/revoke`, { ...revoke, headers })).status).toBe(200)
    expect(await introspected(h, access_token)).toEqual({ active: false })
    expect((await fetch(`${issuer}/`, { headers: { authorization } })).status).toBe(401)
  } finally {
    server.closeAllConnections()
    server.close()
  }
})

it('the longest opaque token is taken, too', async () => {
  const scopes = Array.from({ length: 36 }, (_, i) => `${i}`.padEnd(240, 'x'))
  const h = harness({
    resources: { [API]: { scopes: Object.fromEntries(scopes.map((name) => [name, 'A'])), accessToken: 'opaque' } },
    clients: [
      { ...clients.machine, default_scope: scopes.join(' ') },
      { ...clients.api, default_scope: undefined },
    ],
  })
  const { access_token } = (await h.token({ grant_type: 'client_credentials' }, 'machine')).body
  expect(access_token.length).toBeGreaterThan(11_500)
  expect(await introspected(h, access_token)).toMatchObject({ active: true })
  expect(await show(createResourceServer({ server: h.server }), access_token)).toMatchObject({ ok: true })
  await h.post('/oauth/revoke', ...authenticated({ token: access_token }, 'machine'))
  expect(await introspected(h, access_token)).toEqual({ active: false })
})

const tooMuch = { role: 'reader', groups: 'secret'.repeat(1600) }

/** The operator learns which claim is too large, and nothing of what is in it. */
function expectFailure(h: Harness, clientId: string): void {
  const { cause, ...event } = h.events.at(-1) as { cause: Error }
  expect(event).toEqual({ type: 'failed', at: h.now, endpoint: 'token', reference: '' })
  expect(cause.message).toMatch(
    new RegExp(`^An access token for the client "${clientId}" would have \\d+ bytes, and 12288 are the most\\.`),
  )
  expect(cause.message).toContain('Its largest claim is "groups", with 9602 bytes.')
  expect(cause.message).not.toContain('secretsecret')
}

it('beyond that nothing is issued: the client gets server_error, and code and refresh token stay what they were', async () => {
  const h = harness()
  const code = redeemForm(await obtainCode(h))
  const { refresh_token } = await obtainTokens(h)
  for (const form of [code, refreshForm(refresh_token)]) {
    const before = await snapshot(h)
    h.claims = async () => tooMuch
    const { status, body } = await h.token(form)
    expect([status, body]).toEqual([500, { error: 'server_error', error_description: expect.any(String) }])
    expectFailure(h, 'web')
    expect(await snapshot(h)).toBe(before)
    h.claims = async () => ({})
    expect((await h.token(form)).status).toBe(200)
  }
})

it('nor is a token for a client itself', async () => {
  const h = harness({ clientClaims: async () => tooMuch })
  const { status, body } = await h.token({ grant_type: 'client_credentials' }, 'machine')
  expect([status, body.error]).toEqual([500, 'server_error'])
  expectFailure(h, 'machine')
})

it('an answer about an opaque token is never larger than an API takes: the operator learns why there is none', async () => {
  const h = harness()
  const { access_token } = await obtainTokens(h, 'web', { resource: OTHER_API, scope: 'admin' })
  h.claims = async () => ({ groups: 'x'.repeat(65_000) })
  expect(await introspected(h, access_token, 'web')).toMatchObject({ active: true })
  h.claims = async () => ({ groups: 'x'.repeat(66_000) })
  expect(await introspected(h, access_token, 'web')).toMatchObject({ error: 'server_error' })
  const { cause } = h.events.at(-1) as { cause: Error }
  expect(cause.message).toContain('65536 bytes. Its largest claim is "groups", with 66002 bytes.')
})

/** A storage that takes just what the contract promises. */
function strictStorage(): Storage {
  const storage = memoryStorage()
  const check = ({ document, subject }: { document: string; subject: string | null }) => {
    if (Buffer.byteLength(document) > 32_768) throw new Error('a document is larger than 32,768 bytes')
    if ((subject?.length ?? 0) > 255) throw new Error('a subject is longer than 255 characters')
  }
  return {
    ...storage,
    async insert(kind, record, now) {
      check(record)
      return storage.insert(kind, record, now)
    },
    async replace(kind, record, expected) {
      check(record)
      return storage.replace(kind, record, expected)
    },
  }
}

const apis = (count: number, names: readonly string[]) =>
  Object.fromEntries(
    Array.from({ length: count }, (_, i) => [
      `https://api-${i}.example.com`,
      { scopes: Object.fromEntries(names.map((name) => [name, { text: 'It', optional: true }])) },
    ]),
  )

it('the largest request that is accepted can be approved, redeemed, refreshed and revoked', async () => {
  const names = Array.from({ length: 40 }, (_, i) => `${i}`.padEnd(50, 'x'))
  const resources = apis(8, names)
  const redirect_uri = CALLBACK.padEnd(2048, 'x')
  const web = { ...clients.web, redirect_uris: [redirect_uri], scope: undefined, default_scope: undefined }
  const h = harness({ resources, clients: [web], storage: strictStorage() })
  h.login = { subject: '€'.repeat(255), authenticatedAt: h.now - 60_000, sessionId: 's'.repeat(4096) }
  const { verifier, challenge } = pkce()
  const request = (state: number) =>
    authorizeUrl(challenge, {
      redirect_uri,
      resource: Object.keys(resources).slice(0, 4),
      scope: names.join(' '),
      state: 's'.repeat(state),
    })
  const isAccepted = async (state: number) => (await h.browser().get(request(state))).status === 200
  let [accepted, refused] = [0, 8193]
  expect(await isAccepted(accepted)).toBe(true)
  while (refused - accepted > 1) {
    const middle = (accepted + refused) >> 1
    if (await isAccepted(middle)) accepted = middle
    else refused = middle
    h.now += 3_600_000
  }
  // Otherwise this test would not find the limit.
  expect(refused).toBeLessThan(8193)
  const browser = h.browser()
  const page = formFields(await (await browser.get(request(accepted))).text())
  const boxes = Object.fromEntries(
    Object.keys(resources).flatMap((_, i) => names.map((_, j) => [`scope_${i}_${j}`, 'yes'])),
  )
  const allowed = await browser.post('/oauth/consent', { ...page, ...boxes, decision: 'allow' })
  const code = redirected(allowed).get('code') ?? ''
  const form = { ...redeemForm({ code, verifier }), redirect_uri, resource: Object.keys(resources)[0] ?? '' }
  let tokens = (await h.token(form)).body
  for (let i = 0; i < 20; i++) {
    const { status, body } = await h.token({ ...refreshForm(tokens.refresh_token), resource: form.resource })
    expect(status).toBe(200)
    expect((await h.post('/oauth/revoke', ...authenticated({ token: tokens.access_token }, 'web'))).status).toBe(200)
    tokens = body
  }
})

it('whoever agrees to more and more is asked again rather than not let in', async () => {
  const names = Array.from({ length: 30 }, (_, i) => `${i}`.padEnd(200, 'x'))
  const resources = apis(8, names)
  const web = { ...clients.web, scope: undefined, default_scope: undefined }
  const h = harness({ resources, clients: [web], storage: strictStorage() })
  for (const resource of Object.keys(resources)) {
    const changes = { resource, scope: names.join(' ') }
    const { challenge } = pkce()
    const browser = h.browser()
    const page = formFields(await (await browser.get(authorizeUrl(challenge, changes))).text())
    const boxes = Object.fromEntries(names.map((_, j) => [`scope_0_${j}`, 'yes']))
    const allowed = await browser.post('/oauth/consent', { ...page, ...boxes, decision: 'allow' })
    expect(redirected(allowed).get('code')).toBeTruthy()
    // What was agreed to just now is remembered in any case.
    expect(redirected(await browser.get(authorizeUrl(challenge, changes))).get('code')).toBeTruthy()
  }
})

it('a consent page with a box for each of 1,500 scopes can be answered', async () => {
  const names = Array.from({ length: 1500 }, (_, i) => i.toString(36))
  const web = { ...clients.web, scope: undefined, default_scope: undefined }
  const h = harness({ resources: apis(1, names), clients: [web] })
  const { verifier, challenge } = pkce()
  const browser = h.browser()
  const page = await (await browser.get(authorizeUrl(challenge, { scope: names.join(' ') }))).text()
  const boxes = [...page.matchAll(/type="checkbox" name="([^"]+)"/g)].map(([, name = '']) => [name, 'yes'])
  expect(boxes.length).toBe(1500)
  const form = { ...formFields(page), ...Object.fromEntries(boxes), decision: 'allow' }
  const code = redirected(await browser.post('/oauth/consent', form)).get('code') ?? ''
  expect((await h.token(redeemForm({ code, verifier }))).body.scope.split(' ')).toHaveLength(1500)
})

it('the login page of an app gets a URL that a server with the limits of Node takes, whatever the client hints', async () => {
  const h = harness({ users: externalLogin({ current: () => null, loginUrl: '/login' }) })
  for (const login_hint of ['€'.repeat(320), '€'.repeat(8000)]) {
    const url = authorizeUrl(pkce().challenge, { login_hint, state: 's'.repeat(8192) })
    const answer = await h.browser().get(url)
    expect(answer.status).toBe(303)
    expect(answer.headers.get('location')?.length).toBeLessThan(8192)
  }
})

it('the way back from the login is one that parseReturnTo takes, whatever the path of the issuer', async () => {
  for (const issuer of [
    'https://auth.example.com/a%20b/c@d:e;f=(g)!',
    'https://auth.example.com/',
    `https://auth.example.com/${'x'.repeat(2000)}`,
  ]) {
    const h = harness({
      issuer,
      basePath: '/a.b/_c~d-',
      users: externalLogin({ current: () => null, loginUrl: '/in' }),
    })
    const path = `${issuer.replace(/\/$/, '')}/a.b/_c~d-/authorize`
    const query = authorizeUrl(pkce().challenge).replace(/^[^?]*/, '')
    const answer = await h.server.fetch(new Request(path + query))
    const returnTo = new URL(answer.headers.get('location') ?? '', ISSUER).searchParams.get('return_to')
    expect(parseReturnTo(returnTo, issuer)).toBe(returnTo)
  }
})

it('a client that is as large as may be can get a second secret', async () => {
  const { server } = harness()
  const uris = (length: number) =>
    Array.from({ length: 20 }, (_, i) => `https://app.example.com/${i}/`.padEnd(i < 15 ? 2048 : length, 'x'))
  let largest: string | undefined
  for (let length = 30; length < 500; length++) {
    const made = await server.clients.create({ redirect_uris: uris(length) }).catch(() => undefined)
    if (!made) break
    largest = made.client.client_id
  }
  const rotated = await server.clients.rotateSecret(largest ?? '')
  expect(rotated.clientSecret).toMatch(/^gwcs_/)
  const full = { ...rotated.client, secrets: [1, 2].map(() => ({ hash: 'x'.repeat(43), expiresAt: Date.now() })) }
  expect(writeClient(ISSUER, full, 'v').document.length).toBeGreaterThan(32_000)
})

const withScopes = (count: number): Partial<ServerOptions> => ({
  clients: [],
  resources: { [API]: { scopes: Object.fromEntries(Array.from({ length: count }, (_, i) => [`scope:${i}`, 'It'])) } },
})

it('the metadata of a server is never larger than what reads it takes', async () => {
  const h = harness(withScopes(4700))
  const api = createResourceServer({
    issuer: ISSUER,
    resource: API,
    fetch: (url, init) => h.server.fetch(new Request(url, init)),
    onFailure: (cause) => expect(cause).toBeUndefined(),
  })
  expect(await show(api, 'e30.e30.e30')).toMatchObject({ ok: false, response: { status: 401 } })
  const { length } = await (
    await h.server.fetch(new Request(`${ISSUER}/.well-known/oauth-authorization-server`))
  ).text()
  expect(length).toBeGreaterThan(60_000)
  expect(() => harness(withScopes(5200))).toThrow(/^The metadata of this server would have \d+ bytes, and 65536 are/)
})

it('whatever resource and scope the options accept can be asked for, and be in a token', async () => {
  const resource = 'https://api.example.com/'.padEnd(2048, 'x')
  const scope = 's'.repeat(255)
  const options = (resource: string, scope: string): Partial<ServerOptions> => ({
    resources: { [resource]: { scopes: { [scope]: 'It' } } },
    clients: [{ ...clients.web, scope: undefined, default_scope: undefined }],
  })
  const h = harness(options(resource, scope))
  const { access_token }: Tokens = await obtainTokens(h, 'web', { resource, scope })
  expect(await introspected(h, access_token, 'web')).toMatchObject({ aud: resource, scope })
  expect(() => harness(options(`${resource}x`, scope))).toThrow(/^resources\['https:.*more than 2048 characters/)
  expect(() => harness(options(resource, `${scope}s`))).toThrow(/scopes\['sss.*more than 255 characters/)
})

it.each([
  ['RS256', 8],
  ['ES256', 32],
] as const)(
  'as many keys of %s are kept as the options make: one record has room for them',
  async (signingAlgorithm, most) => {
    const options = (accessTokenLifetime: number) =>
      ({ signingAlgorithm, keyRotationInterval: 3600, accessTokenLifetime, storage: strictStorage() }) as const
    const longest = 3600 * most - 420
    const h = harness(options(longest))
    const keys = async () => {
      const answer = await h.server.fetch(new Request(`${ISSUER}/oauth/jwks`))
      // The key after the last is made by the way.
      await h.server.close()
      return ((await answer.json()) as { keys: unknown[] }).keys.length
    }
    let published = 0
    for (let hour = 0; hour < most + 4; hour++) {
      published = Math.max(published, await keys())
      h.now += 3_600_000
    }
    expect(published).toBeGreaterThanOrEqual(most)
    expect(h.events.filter(({ type }) => type === 'failed')).toEqual([])
    expect(() => harness(options(longest + 1))).toThrow(
      /^keyRotationInterval must be at least \d+ seconds: each key of/,
    )
  },
)
