/**
 * The packed build on Bun, Deno and workerd: each started as its users start it, and driven over its socket.
 *
 * @module
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { json, post, type Site, siteAt } from '../../../adapters/testing/site.js'
import { adapterSuite } from '../../../adapters/testing.js'
import { pkce } from '../../support/harness.js'
import { type Credentials, visit } from './person.js'
import { bun, deno, nodeWorkers, openFleet, type ServerModule, workers } from './runtimes.js'

const fleet = openFleet(['hono'])
afterAll(() => fleet.close())

const issuer = 'http://localhost:4433'
const web = { client_id: 'web', client_secret: 'the secret of web, of 32 characters' }
const api = { client_id: 'api', client_secret: 'the secret of api, of 32 characters' }
const redirect_uri = 'https://client.example/callback'
const ada = { username: 'ada', password: 'analytical engine ✓' }

describe.each([bun, deno, workers, nodeWorkers])('on $name', (runtime) => {
  const site = async (module: ServerModule, PASSWORDS = 'compared'): Promise<Site> =>
    siteAt(issuer, await fleet.origin(runtime, module, { ISSUER: issuer, PASSWORDS }))

  describe('auth.fetch', () => {
    adapterSuite({ describe, it }, async (auth) => ({
      origin: await fleet.origin(runtime, 'suite.ts', { ISSUER: auth.issuer }),
      close() {},
    }))
  })

  it('the app of docs/runtimes.md works as it stands there', async () => {
    const app = siteAt('http://localhost:3000', await fleet.origin(runtime, 'app.ts', {}))
    const redirect_uri = 'http://127.0.0.1:51234/callback'
    const { verifier, challenge } = pkce()
    const query = authorizationRequest({ client_id: 'desktop', redirect_uri, code_challenge: challenge })
    const { pages, callback } = await visit(app, `${app.issuer}/oauth/authorize?${query}`, {
      username: 'ada',
      password: 'analytical-engine',
    })
    expect(pages).toEqual(['login', 'consent'])
    const form = redemption(callback, { redirect_uri, code_verifier: verifier })
    const tokens = await json(await post(app, `${app.issuer}/oauth/token`, form, { client_id: 'desktop' }), 200)
    const headers = { authorization: `Bearer ${tokens.access_token}` }
    expect(await json(await app.send('/api/notes', { headers }), 200)).toEqual({ notesOf: 'user-1' })
    expect((await app.send('/api/notes')).status).toBe(401)
  })

  it('a page is in the language of the browser, though its texts are loaded when it is shown', async () => {
    const server = await site('server.ts')
    for (const locale of ['en', 'de', 'fr', 'es', 'ja', 'ar', 'de']) {
      const page = await server.send('/oauth/authorize', { headers: { 'accept-language': locale } })
      expect(page.headers.get('content-language')).toBe(locale)
      expect(await page.text()).toContain(`<html lang="${locale}"`)
    }
  })

  const modes = runtime.hashes ? ['compared', 'hashed'] : ['compared']
  describe.each(modes)('with passwordLogin and passwords that are %s', (mode) => {
    it.each(['jwt', 'opaque'] as const)(
      'a person logs in, allows, and the client has %s access tokens to the end',
      async (kind) => {
        const server = await site('server.ts', mode)
        await signUp(server, ada)
        const metadata = await json(await server.send('/.well-known/oauth-authorization-server'), 200)
        expect(metadata.issuer).toBe(issuer)
        const { token_endpoint = '', introspection_endpoint = '', revocation_endpoint = '' } = metadata
        const tokens = await tokensFor(server, ada, kind)
        expect((tokens.access_token ?? '').split('.')).toHaveLength(kind === 'jwt' ? 3 : 1)

        const call = async (token = '') =>
          server.send(`/api/${kind}`, { headers: { authorization: `Bearer ${token}` } })
        expect(await json(await call(tokens.access_token), 200)).toMatchObject({ subject: 'ada', clientId: 'web' })
        expect((await call(`${tokens.access_token}x`)).status).toBe(401)

        const refresh = (token = '') =>
          post(server, token_endpoint, { grant_type: 'refresh_token', refresh_token: token }, web)
        const second = await json(await refresh(tokens.refresh_token), 200)
        expect(second.refresh_token).not.toBe(tokens.refresh_token)
        // A lost answer: the same successor again.
        expect((await json(await refresh(tokens.refresh_token), 200)).refresh_token).toBe(second.refresh_token)

        const introspect = async () =>
          json(await post(server, introspection_endpoint, { token: second.access_token ?? '' }, api), 200)
        expect(await introspect()).toMatchObject({ active: true, sub: 'ada', scope: 'read' })
        const revoked = await post(server, revocation_endpoint, { token: second.refresh_token ?? '' }, web)
        expect(revoked.status).toBe(200)
        expect(await introspect()).toEqual({ active: false })
        expect((await call(second.access_token)).status).toBe(401)
        expect((await json(await refresh(second.refresh_token), 400)).error).toBe('invalid_grant')
      },
    )

    it('a wrong password and an unknown user do not log in, and the event names the address', async () => {
      const server = await site('server.ts', mode)
      await signUp(server, ada)
      for (const person of [
        { ...ada, password: 'difference engine' },
        { ...ada, username: 'nobody' },
      ]) {
        const { pages, callback, last } = await visit(server, authorizeUrl('jwt', pkce().challenge), person)
        expect([pages, callback, last.status]).toEqual([['login'], undefined, 422])
        const events = JSON.parse(await (await server.send('/events')).text())
        expect(events.at(-1)).toMatchObject({ type: 'login_failed', username: person.username })
        expect(events.at(-1).address).toMatch(/^(::ffff:)?127\.0\.0\.1$|^::1$/)
      }
    })
  })

  if (runtime.hashes) {
    it(`hashPassword makes ${runtime.hashes}, which verifyPassword knows`, async () => {
      const server = await site('server.ts', 'hashed')
      const hash = await signUp(server, ada)
      expect(hash.split('$')[1]).toBe(runtime.hashes)
      expect(await verify(server, ada.password, hash)).toEqual({ right: true })
      expect(await verify(server, 'difference engine', hash)).toEqual({ right: false })
    })
  } else {
    it('there is nothing to hash with, and both the app and who logs in hear of it', async () => {
      const server = await site('server.ts', 'hashed')
      const reason = /neither argon2 nor scrypt\. On Cloudflare Workers turn on `nodejs_compat`/
      expect(await verify(server, ada.password, scryptHash)).toEqual({ error: expect.stringMatching(reason) })
      const { callback, last } = await visit(server, authorizeUrl('jwt', pkce().challenge), ada)
      expect([callback, last.status]).toEqual([undefined, 500])
      const events = JSON.parse(await (await server.send('/events')).text())
      expect(events.at(-1)).toMatchObject({ type: 'failed', cause: expect.stringMatching(reason) })
    })
  }
})

describe.each([workers, nodeWorkers])('on $name, where a request’s work ends with it', (runtime) => {
  it('the keys are read again for who needs them, however long ago that was', async () => {
    const server = siteAt(issuer, await fleet.origin(runtime, 'slow.ts', { ISSUER: issuer }))
    const machine = { client_id: 'machine', client_secret: 'the secret of machine, of 32 characters' }
    const token = async () =>
      (await post(server, `${issuer}/oauth/token`, { grant_type: 'client_credentials' }, machine)).status
    const keys = async () => (await server.send('/oauth/jwks', { signal: AbortSignal.timeout(20_000) })).status
    expect(await Promise.all([token(), keys(), token(), keys()])).toEqual([200, 200, 200, 200])
    for (const minutes of [2, 60, 91 * 24 * 60]) {
      await server.send(`/later?ms=${minutes * 60_000}`)
      expect(await token()).toBe(200)
      expect(await Promise.all([keys(), token(), keys()])).toEqual([200, 200, 200])
    }
  })
})

describe('sqliteStorage passes the storage suite', () => {
  it('on bun:sqlite', async () => {
    const told = await fleet.test('bun', ['test'], 'sqlite-bun.mjs')
    expect(told).toMatch(/^\s*[1-9]\d* pass\n\s*0 fail$/m)
  })

  it('on node:sqlite in Deno', async () => {
    const told = await fleet.test(
      'deno',
      ['test', '--no-check', '--no-prompt', '--allow-read', '--allow-write'],
      'sqlite-deno.mjs',
    )
    expect(told).toMatch(/^ok \| [1-9]\d* passed \([1-9]\d* steps\) \| 0 failed/m)
  })
})

it('docs/runtimes.md shows the app that ran here', () => {
  const page = readFileSync(join(import.meta.dirname, '../../../docs/runtimes.md'), 'utf8')
  expect(page).toContain(`\`\`\`ts\n${readFileSync(join(import.meta.dirname, 'app.ts'), 'utf8')}\`\`\``)
})

/** What Node's scrypt made of `ada.password`. */
const scryptHash = '$scrypt$ln=17,r=8,p=1$c29tZXNhbHRzb21lc2FsdA$8w2VzIFCM1Qe6mHqQnF3WpS2Tj3yq2hM0m6u7v8w9x0'

const authorizationRequest = (more: Record<string, string>) =>
  new URLSearchParams({ response_type: 'code', state: 'a b&c', code_challenge_method: 'S256', ...more })

const authorizeUrl = (kind: 'jwt' | 'opaque', code_challenge: string): string =>
  `${issuer}/oauth/authorize?${authorizationRequest({
    client_id: 'web',
    redirect_uri,
    code_challenge,
    resource: `${issuer}/api/${kind}`,
    // Asked anew each time, though the person has allowed it before.
    prompt: 'consent',
  })}`

const redemption = (callback: URL | undefined, more: Record<string, string>) => ({
  grant_type: 'authorization_code',
  code: callback?.searchParams.get('code') ?? '',
  ...more,
})

async function tokensFor(server: Site, person: Credentials, kind: 'jwt' | 'opaque') {
  const { verifier, challenge } = pkce()
  const { pages, callback } = await visit(server, authorizeUrl(kind, challenge), person)
  expect(pages).toEqual(['login', 'consent'])
  expect(callback?.searchParams.get('state')).toBe('a b&c')
  expect(callback?.searchParams.get('iss')).toBe(issuer)
  const form = redemption(callback, { redirect_uri, code_verifier: verifier })
  return json(await post(server, `${issuer}/oauth/token`, form, web), 200)
}

/** Registers a person with the app; what it keeps of the password comes back. */
const signUp = async (server: Site, person: Credentials): Promise<string> =>
  (await server.send('/sign-up', { method: 'POST', body: JSON.stringify(person) })).text()

const verify = async (server: Site, password: string, hash: string) =>
  (await server.send('/verify', { method: 'POST', body: JSON.stringify({ password, hash }) })).json()
