/**
 * `allowHttpBeyondLoopback`: development in containers and on a LAN, and nowhere else.
 */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { ServerOptions } from '../../src/construction/options.js'
import { fromRequest } from '../../src/edge/fetch.js'
import { createAuthorizationServer, passwordLogin } from '../../src/index.js'
import { createResourceServer } from '../../src/resource/index.js'
import { memoryStorage } from '../../src/storage/memory.js'
import { Browser, basic, formFields, pkce, redirected } from '../support/harness.js'

const API = 'http://api:4000'
const app = {
  client_id: 'app',
  client_secret: 'app-secret-app-secret-app-secret-app',
  redirect_uris: ['http://web:5173/callback'],
  default_scope: 'read',
}
const good: ServerOptions = {
  issuer: 'http://auth:3000',
  allowHttpBeyondLoopback: true,
  storage: memoryStorage(),
  users: passwordLogin({ verify: (username, password) => (password === 'right' ? username : null) }),
  secret: 'kJ8v1mZq4Xb7Tn2Rw9Lc5Yd0Gh3Fs6Pa',
  resources: { [API]: { scopes: { read: 'Read' } } },
}
const server = (changes: Partial<ServerOptions> = {}) =>
  createAuthorizationServer({ ...good, storage: memoryStorage(), ...changes })
const resourceServer = (issuer: string, allowHttpBeyondLoopback?: boolean) =>
  createResourceServer({ issuer, resource: API, allowHttpBeyondLoopback })

let warn: ReturnType<typeof vi.spyOn>
beforeEach(() => {
  warn = vi.spyOn(console, 'warn').mockImplementation(() => {})
})
afterEach(() => {
  vi.unstubAllEnvs()
  warn.mockRestore()
})

describe('the issuer, of a server and of a resource server, may be', () => {
  it.each([
    'http://auth:3000',
    'http://auth_server',
    'http://10.0.0.1',
    'http://172.16.0.1',
    'http://172.31.255.255:3000',
    'http://192.168.1.20:3000/tenant',
    'http://169.254.1.1',
    'http://[fc00::1]',
    'http://[fdff:1::1]:3000',
    'http://[fe80::1]',
    'http://[febf::1]',
    'http://[::ffff:a00:1]',
    'http://[::ffff:c0a8:114]',
    'http://localhost:3000',
    'https://auth.example.com',
  ])('%s', (issuer) => {
    expect(server({ issuer }).issuer).toBe(issuer)
    expect(resourceServer(issuer, true).resource).toBe(API)
  })
})

describe('the issuer may not be', () => {
  it.each([
    'http://auth.example.com',
    'http://auth.local',
    'http://auth.',
    'http://localhost.evil.example',
    'http://10.0.0.1.nip.example',
    'http://9.255.255.255',
    'http://11.0.0.1',
    'http://172.15.0.1',
    'http://172.32.0.1',
    'http://192.167.0.1',
    'http://192.169.0.1',
    'http://169.253.0.1',
    'http://100.64.0.1',
    'http://0.0.0.0',
    'http://8.8.8.8',
    'http://[::]',
    'http://[fd::1]',
    'http://[fbff::1]',
    'http://[fe00::1]',
    'http://[fec0::1]',
    'http://[2001:db8::1]',
    'http://[::ffff:808:808]',
    'http://[::ffff:b00:1]',
    'http://[::fffe:a00:1]',
    'http://[64:ff9b::a00:1]',
    'ftp://auth:3000',
    'ws://auth:3000',
  ])('%s, and the message says what may', (issuer) => {
    expect(() => server({ issuer })).toThrow(
      /^issuer must be https .*allowHttpBeyondLoopback: true.*names without a dot/,
    )
    expect(() => resourceServer(issuer, true)).toThrow(/^issuer must be an https URL .*allowHttpBeyondLoopback: true/)
  })

  it.each(['http://auth:3000', 'http://192.168.1.20:3000', 'http://[fd00::1]'])('%s, without the option', (issuer) => {
    for (const value of [undefined, false]) {
      expect(() => server({ issuer, allowHttpBeyondLoopback: value })).toThrow(/^issuer must be https/)
      expect(() => resourceServer(issuer, value)).toThrow(/^issuer must be an https URL/)
    }
  })
})

describe('redirect URIs by http beyond loopback', () => {
  const issuer = 'http://localhost:3000'
  it('are for clients of the option alone, and need the option', async () => {
    expect(server({ issuer, clients: [app] }).issuer).toBe(issuer)
    expect(() => server({ issuer, clients: [app], allowHttpBeyondLoopback: false })).toThrow(/uses http/)
    const { client_id: _, client_secret: __, ...metadata } = app
    await expect(server().clients.create(metadata)).rejects.toThrow(/uses http/)
  })

  it('lead to private hosts alone', () => {
    const clients = [{ ...app, redirect_uris: ['http://app.example.com/callback'] }]
    expect(() => server({ issuer, clients })).toThrow(/^clients\[0\] \('app'\): .*uses http/)
  })
})

describe('the option', () => {
  it('is refused in production, as the environment is when the server is made', () => {
    vi.stubEnv('NODE_ENV', 'production')
    expect(() => server()).toThrow(/^allowHttpBeyondLoopback is for development, and NODE_ENV is 'production'/)
    expect(() => server({ issuer: 'https://auth.example.com' })).toThrow(/is for development/)
    expect(() => resourceServer('http://auth:3000', true)).toThrow(/is for development/)
    expect(warn).not.toHaveBeenCalled()
    expect(server({ issuer: 'https://auth.example.com', allowHttpBeyondLoopback: false }).issuer).toMatch(/^https/)
    vi.stubEnv('NODE_ENV', 'development')
    expect(server().issuer).toBe('http://auth:3000')
  })

  it.each(['true', 1, null])('is no %j', (value) => {
    const allowHttpBeyondLoopback = value as unknown as boolean
    expect(() => server({ allowHttpBeyondLoopback })).toThrow('allowHttpBeyondLoopback must be true or false.')
    expect(() => resourceServer('http://auth:3000', allowHttpBeyondLoopback)).toThrow('must be true or false.')
  })

  it('does not do without a secret', () => {
    expect(() => server({ secret: undefined, resources: { [API]: { scopes: {}, accessToken: 'opaque' } } })).toThrow(
      /`secret` is missing/,
    )
  })

  it('is said once for each issuer', () => {
    const issuer = 'http://said-once:3000'
    for (const _ of [1, 2]) {
      server({ issuer })
      resourceServer(issuer, true)
    }
    expect(warn.mock.calls).toEqual([
      [expect.stringMatching(/^grantwright: allowHttpBeyondLoopback: .*said-once:3000/)],
    ])
    server({ issuer: 'http://localhost:3000', allowHttpBeyondLoopback: undefined })
    expect(warn).toHaveBeenCalledTimes(1)
  })
})

it('somebody logs in, an app gets its token, and an API elsewhere takes it', async () => {
  const auth = server({ clients: [app, { ...app, client_id: 'api', serves: [API] }] })
  const browser = new Browser(auth)
  const { verifier, challenge } = pkce()
  const query = new URLSearchParams({
    ...{ response_type: 'code', client_id: 'app', state: 's', redirect_uri: app.redirect_uris[0] ?? '' },
    ...{ code_challenge: challenge, code_challenge_method: 'S256' },
  })
  const go = async (response: Response): Promise<Response> => {
    const location = response.headers.get('location')
    return location === null ? response : go(await browser.get(new URL(location, auth.issuer).href))
  }
  const origin = { origin: auth.issuer }
  const login = await go(await browser.get(`${auth.issuer}/oauth/authorize?${query}`))
  const fields = formFields(await login.text())
  const consent = await go(
    await browser.post(`${auth.issuer}/oauth/login`, { ...fields, username: 'ada', password: 'right' }, origin),
  )
  const allow = { ...formFields(await consent.text()), decision: 'allow' }
  const back = await browser.post(`${auth.issuer}/oauth/consent`, allow, origin)
  expect(back.headers.get('location')).toMatch(/^http:\/\/web:5173\/callback\?/)
  expect([...browser.cookies.keys()].filter((name) => name.startsWith('__'))).toEqual([])
  expect(login.headers.getSetCookie().join()).not.toMatch(/Secure/)

  const form = { grant_type: 'authorization_code', code: redirected(back).get('code') ?? '', code_verifier: verifier }
  const tokens = await auth.fetch(
    new Request(`${auth.issuer}/oauth/token`, {
      method: 'POST',
      body: new URLSearchParams(form),
      headers: basic('app', app.client_secret),
    }),
  )
  const { access_token } = (await tokens.json()) as { access_token: string }
  for (const always of [false, true]) {
    const api = createResourceServer({
      issuer: auth.issuer,
      resource: API,
      allowHttpBeyondLoopback: true,
      introspection: { client_id: 'api', client_secret: app.client_secret, always },
      fetch: (url, init) => auth.fetch(new Request(url, init)),
    })
    const call = new Request(API, { headers: { authorization: `Bearer ${access_token}` } })
    expect(await api.check(fromRequest(call))).toMatchObject({ ok: true, access: { subject: 'ada' } })
  }
})

it('an issuer by https still sends nobody to where there is no encryption', async () => {
  const issuer = 'https://auth.example.com'
  const failures: unknown[] = []
  const api = createResourceServer({
    issuer,
    resource: API,
    allowHttpBeyondLoopback: true,
    onFailure: (cause) => failures.push(cause),
    fetch: async () => Response.json({ issuer, jwks_uri: 'http://auth:3000/jwks' }),
  })
  const header = Buffer.from(JSON.stringify({ alg: 'ES256', typ: 'at+jwt', kid: 'x' })).toString('base64url')
  const call = new Request(API, { headers: { authorization: `Bearer ${header}.e30.AA` } })
  expect(await api.check(fromRequest(call))).toMatchObject({ ok: false, response: { status: 503 } })
  expect(String(failures[0])).toContain('which is not an https URL')
})
