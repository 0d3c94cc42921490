/**
 * The resource-server half with another issuer: oidc-provider, in a process of its own.
 *
 * @module
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createResourceServer, type ResourceServerOptions } from '../../../src/resource/index.js'
import { outcome, show, statusOf } from '../../resource/issuer.js'

let provider: ChildProcess
let issuer: string

beforeAll(async () => {
  provider = spawn(process.execPath, [join(import.meta.dirname, 'provider.mjs')], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  if (!provider.stdout) throw new Error('There is no output')
  const [line] = await once(createInterface(provider.stdout), 'line')
  issuer = String(line)
})
afterAll(() => void provider.kill())

const secretOf = (client: string) => `the secret of ${client}: + % /`
const introspection = { client_id: 'api', client_secret: secretOf('api'), cacheFor: 0 }

const api = (resource: string, options: Partial<Extract<ResourceServerOptions, { issuer: string }>> = {}) =>
  createResourceServer({ issuer, resource, ...options })

async function post(path: string, form: Record<string, string>): Promise<Response> {
  const credentials = ['machine', secretOf('machine')].map(encodeURIComponent).join(':')
  const authorization = `Basic ${btoa(credentials)}`
  return fetch(issuer + path, { method: 'POST', headers: { authorization }, body: new URLSearchParams(form) })
}

async function token(resource: string, scope = 'read'): Promise<string> {
  const response = await post('/token', { grant_type: 'client_credentials', resource, scope })
  const { access_token } = (await response.json()) as { access_token?: string }
  if (!access_token) throw new Error(`no token: ${response.status}`)
  return access_token
}

/** One character in the middle of the signature, or of whatever there is, is another. */
const garbled = (text: string) => `${text.slice(0, -8)}${text.at(-8) === 'A' ? 'B' : 'A'}${text.slice(-7)}`

describe.each(['es', 'rs', 'ps'])('a JWT that oidc-provider signs with %s256', (alg) => {
  const resource = `https://${alg}.example.com`

  it('gives access', async () => {
    expect(await show(api(resource), await token(resource, 'read write'), { scope: 'write' })).toMatchObject({
      ok: true,
      access: { subject: 'machine', clientId: 'machine', scope: ['read', 'write'], resource },
    })
  })

  it('is refused when it was garbled, is for another resource, has too little scope, or another algorithm', async () => {
    const good = await token(resource)
    const algorithms = [alg === 'es' ? 'RS256' : 'ES256'] as const
    expect(await statusOf(show(api(resource), garbled(good)))).toBe(401)
    expect(await statusOf(show(api('https://other.example.com'), good))).toBe(401)
    expect(await statusOf(show(api(resource), good, { scope: 'write' }))).toBe(403)
    expect(await statusOf(show(api(resource, { algorithms }), good))).toBe(401)
    expect(await statusOf(show(api(resource), good))).toBe(200)
  })
})

it('a JWT that oidc-provider signs with HS256 is refused', async () => {
  const resource = 'https://hs.example.com'
  expect(await statusOf(show(api(resource), await token(resource)))).toBe(401)
})

describe('an opaque token of oidc-provider', () => {
  const resource = 'https://opaque.example.com'

  it('gives access by introspection', async () => {
    expect(await show(api(resource, { introspection }), await token(resource), { scope: 'read' })).toMatchObject({
      ok: true,
      access: { subject: 'machine', clientId: 'machine', scope: ['read'], resource },
    })
  })

  it('is refused without introspection, for another resource, and when it was revoked', async () => {
    const good = await token(resource)
    const asking = api(resource, { introspection })
    expect(await statusOf(show(api(resource), good))).toBe(401)
    expect(await statusOf(show(api('https://other.example.com', { introspection }), good))).toBe(401)
    expect(await statusOf(show(asking, garbled(good)))).toBe(401)
    expect(await statusOf(show(asking, good))).toBe(200)
    expect((await post('/token/revocation', { token: good })).status).toBe(200)
    expect(await statusOf(show(asking, good))).toBe(401)
  })

  it('is 503 when the API has the wrong secret', async () => {
    const wrong = { ...introspection, client_secret: 'wrong' }
    expect(outcome(await show(api(resource, { introspection: wrong }), await token(resource)))).toMatchObject({
      status: 503,
      retryAfter: '1',
    })
  })
})
