/**
 * `at`: apps behind a reverse proxy that takes a prefix off the path. The proxy is a real one, and clients see nothing else.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Hono } from 'hono'
import { describe, expect, it, onTestFinished } from 'vitest'
import * as forExpress from '../../adapters/express.js'
import * as forHono from '../../adapters/hono.js'
import * as forNext from '../../adapters/next.js'
import * as forNode from '../../adapters/node.js'
import { flowTests } from '../../adapters/testing/flow.js'
import { authorizationRequest, discover, type Site, siteAt } from '../../adapters/testing/site.js'
import { adapterTestServer } from '../../adapters/testing.js'
import { createAuthorizationServer } from '../../src/server.js'
import { memoryStorage } from '../../src/storage/memory.js'
import { type App, apps, listen } from './apps.js'
import { strippingProxy } from './proxy.js'

const issuer = 'http://localhost:4433/tenant'
const behindProxy = Object.entries(apps).filter(([name]) => name !== 'the fetch handler')

/** The app behind the proxy; `seen` has the paths that arrived at it. */
async function start(app: App, mount?: { at: string }): Promise<Site & { seen: string[]; close(): void }> {
  const inner = await listen(app(adapterTestServer(issuer), mount))
  const seen: string[] = []
  const outer = await listen(strippingProxy('/tenant', inner.origin, seen))
  const site = siteAt(issuer, outer.origin)
  return {
    issuer,
    seen,
    // The suite knows the app's own routes by the paths that the app has for them.
    send: (url, init) => site.send(/^\/(api|hello)\b/.test(url) ? `/tenant${url}` : url, init),
    close() {
      outer.close()
      inner.close()
    },
  }
}

async function startForTest(app: App, mount?: { at: string }) {
  const site = await start(app, mount)
  onTestFinished(() => site.close())
  return site
}

describe.each(behindProxy)('%s behind a reverse proxy that strips a prefix', (_, app) => {
  flowTests((name, run) =>
    it(name, async () => {
      const site = await start(app, { at: '/tenant' })
      try {
        await run(site)
        expect(site.seen.filter((path) => path.startsWith('/tenant'))).toEqual([])
      } finally {
        site.close()
      }
    }),
  )

  it('has forms that lead to the public path, and cookies for the whole host', async () => {
    const site = await startForTest(app, { at: '/tenant' })
    const { authorization_endpoint } = await discover(site)
    const login = await site.send(`${authorization_endpoint}?${new URLSearchParams(authorizationRequest())}`)
    const cookies = login.headers.getSetCookie()
    expect(cookies.filter((line) => line.startsWith('gw-'))).toEqual([expect.stringContaining('; Path=/;')])
    const cookie = cookies.map((line) => line.replace(/;.*/, '')).join('; ')
    const consent = await site.send(login.headers.get('location') ?? '', { headers: { cookie } })
    expect(/ action="([^"]*)"/.exec(await consent.text())?.[1]).toMatch(/^(http:\/\/localhost:4433)?\/tenant\/oauth\//)
  })

  it('leaves the app its own routes and its own 404', async () => {
    const site = await startForTest(app, { at: '/tenant' })
    expect(await (await site.send('/hello')).text()).toBe('hello')
    for (const path of ['/tenant/oauth/tokens', '/tenant/', '/.well-known/security.txt', '/.well-known/jwks']) {
      expect([path, (await site.send(path)).status]).toEqual([path, 404])
    }
  })

  it('has one way in to each endpoint: the prefix twice is nobody’s path', async () => {
    const site = await startForTest(app, { at: '/tenant' })
    expect((await site.send('/tenant/oauth/jwks')).status).toBe(200)
    expect((await site.send('/tenant/tenant/oauth/jwks')).status).toBe(404)
    expect((await site.send('/tenant/tenant/.well-known/oauth-authorization-server')).status).toBe(404)
  })

  it('never reads x-forwarded-prefix, neither instead of `at` nor against it', async () => {
    const without = await startForTest(app)
    const headers = { 'x-forwarded-prefix': '/tenant', 'x-forwarded-path': '/tenant/oauth/jwks' }
    expect((await without.send('/tenant/oauth/jwks', { headers })).status).toBe(404)
    const site = await startForTest(app, { at: '/tenant' })
    const other = { headers: { 'x-forwarded-prefix': '/other', 'x-forwarded-host': 'other.example' } }
    expect((await site.send('/tenant/oauth/jwks', other)).status).toBe(200)
    const metadata = await site.send('/.well-known/oauth-authorization-server/tenant', other)
    expect(await metadata.json()).toMatchObject({ issuer, token_endpoint: `${issuer}/oauth/token` })
  })
})

describe('what a proxy takes off', () => {
  const serverAt = (issuer: string, basePath?: string) =>
    createAuthorizationServer({
      issuer,
      basePath,
      secret: 'a secret of at least thirty-two bytes, for tests only',
      storage: memoryStorage(),
      users: { current: async () => null, challenge: async () => ({ status: 303, headers: [], body: '' }) },
      resources: { 'https://api.example': { scopes: { read: 'Read' } } },
    })
  const statusOf = async (issuer: string, at: string, path: string) =>
    (await forNext.routeHandlers(serverAt(issuer), { at }).GET(new Request(`http://internal${path}`))).status

  it.each([
    ['the whole path of the issuer', 'https://example.com/a/b', '/a/b', '/oauth/jwks'],
    ['a part of the path of the issuer', 'https://example.com/a/b', '/a', '/b/oauth/jwks'],
    ['the path of an issuer that ends with a slash', 'https://example.com/a/', '/a', '/oauth/jwks'],
    ['the path of the endpoints, too', 'https://example.com/a', '/a/oauth', '/jwks'],
    ['the path of the endpoints of an issuer without a path', 'https://example.com', '/oauth', '/jwks'],
  ])('may be %s', async (_, issuer, at, path) => {
    expect(await statusOf(issuer, at, path)).toBe(200)
    expect(await statusOf(issuer, at, at + path)).toBe(404)
  })

  it('leaves the metadata at every form that lies outside of it', async () => {
    for (const [issuer, at, paths] of [
      [
        'https://example.com/a/b',
        '/a',
        ['/.well-known/oauth-authorization-server/a/b', '/b/.well-known/oauth-authorization-server'],
      ],
      [
        'https://example.com/a',
        '/a/oauth',
        ['/.well-known/oauth-authorization-server/a', '/a/.well-known/oauth-authorization-server'],
      ],
      ['https://example.com', '/oauth', ['/.well-known/oauth-authorization-server']],
    ] as const) {
      for (const path of paths) expect([path, await statusOf(issuer, at, path)]).toEqual([path, 200])
    }
  })

  const mounts = {
    Express: forExpress.authorizationServer,
    Hono: forHono.authorizationServer,
    'node:http': forNode.nodeListener,
    Next: forNext.routeHandlers,
  }

  describe.each(Object.entries(mounts))('is checked when it is mounted: %s', (_, mount) => {
    const auth = serverAt('https://example.com/auth')
    it.each(['auth', '/auth/', '/', '', '//auth', '/auth?', 'https://example.com/auth', 1])('%o is no path', (at) => {
      expect(() => mount(auth, { at: at as string })).toThrow(
        /at must begin with a slash.*`at: '\/auth'`.*leave it out/,
      )
    })

    it.each(['/login', '/aut', '/authority', '/auth/oauth/token', '/AUTH'])('%o is not where the server is', (at) => {
      expect(() => mount(auth, { at })).toThrow(`at is '${at}', but the endpoints of this server are at '/auth/oauth'`)
    })

    it('a misspelt option is refused', () => {
      expect(() => mount(auth, { prefix: '/auth' } as object)).toThrow('there is no option `prefix`')
      expect(() => mount(auth, '/auth' as unknown as object)).toThrow("(auth, { at: '/auth' })")
    })

    it('undefined is the same as left out', () => {
      expect(() => mount(auth, { at: undefined })).not.toThrow()
    })
  })

  it('names the path of the endpoints when the issuer has none', () => {
    expect(() => forNode.nodeListener(serverAt('https://example.com', '/login/oauth'), { at: '/auth' })).toThrow(
      "for example `at: '/login/oauth'`",
    )
  })
})

it('the rules for nginx in the docs pass on the metadata at the root of the host, and nothing of other apps', () => {
  const page = readFileSync(join(import.meta.dirname, '../../docs/adapters/proxies.md'), 'utf8')
  const rules = [...page.matchAll(/location ~ (\S+) \{/g)].map(([, rule = '']) => new RegExp(rule))
  expect(rules).toHaveLength(2)
  for (const rule of rules) {
    expect('/.well-known/oauth-authorization-server/auth').toMatch(rule)
    expect('/.well-known/oauth-protected-resource/auth/api').toMatch(rule)
    for (const other of ['/.well-known/oauth-authorization-server', '/.well-known/oauth-authorization-server/author']) {
      expect(other).not.toMatch(rule)
    }
  }
})

it('serves an app that Hono has mounted under a path, which it takes off', async () => {
  const inner = new Hono().use(forHono.authorizationServer(adapterTestServer(issuer), { at: '/tenant' }))
  const app = new Hono().mount('/tenant', inner.fetch)
  expect((await app.request('/tenant/oauth/jwks')).status).toBe(200)
  expect((await app.request('/oauth/jwks')).status).toBe(404)
})
