/**
 * An API that trusts a running grantwright, which it knows by its issuer alone.
 *
 * @module
 */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { nodeListener } from '../../adapters/node.js'
import { generatePrivateJwk, importSigner } from '../../src/keys/signer.js'
import { createResourceServer, type ResourceServer, type ResourceServerOptions } from '../../src/resource/index.js'
import { listen } from '../adapters/apps.js'
import {
  API,
  authenticated,
  claimsOf,
  clients,
  garbled,
  type Harness,
  harness,
  OTHER_API,
  obtainTokens,
  type Tokens,
} from '../support/harness.js'
import { outcome, show, statusOf } from './issuer.js'

let h: Harness
let api: ResourceServer
let tokens: Tokens
let asked: string[]
let site: Awaited<ReturnType<typeof listen>>

beforeEach(async () => {
  asked = []
  site = await listen()
  h = harness({ issuer: site.origin })
  const answer = nodeListener(h.server)
  site.server.on('request', (req, res) => {
    asked.push(req.url ?? '')
    answer(req, res)
  })
  api = remote()
  tokens = await obtainTokens(h)
})
afterEach(() => site.close())

const remote = (options: Partial<Extract<ResourceServerOptions, { issuer: string }>> = {}) =>
  createResourceServer({ issuer: site.origin, resource: API, now: () => h.now, ...options })

const { client_id, client_secret } = clients.api
const introspection = { client_id, client_secret }
const good = () => statusOf(show(api, tokens.access_token))

it('gives the same access as an API in the server’s own process', async () => {
  h.claims = async () => ({ role: 'editor' })
  for (const { access_token } of [
    await obtainTokens(h),
    (await h.token({ grant_type: 'client_credentials' }, 'machine')).body,
  ]) {
    const here = await show(createResourceServer({ server: h.server, resource: API }), access_token)
    expect(here.ok).toBe(true)
    expect(await show(api, access_token)).toEqual(here)
    expect(await show(remote({ introspection: { ...introspection, always: true } }), access_token)).toEqual(here)
  }
})

it('costs one request for the metadata and one for the keys', async () => {
  for (let i = 0; i < 5; i++) expect(await good()).toBe(200)
  expect(asked).toEqual(['/.well-known/oauth-authorization-server', '/oauth/jwks'])
})

it('goes on when the keys are rotated: before, while and after', async () => {
  const before = await good()
  await h.server.keys.rotate()
  const kids = new Set<string>()
  for (let minute = 0; minute < 30; minute++) {
    h.now += 60_000
    tokens = await obtainTokens(h)
    kids.add(JSON.parse(atob(tokens.access_token.split('.')[0] ?? '')).kid)
    expect(await good()).toBe(before)
  }
  expect([before, kids.size]).toEqual([200, 2])
})

it('goes on, for a day, when the server is gone', async () => {
  expect(await good()).toBe(200)
  site.close()
  h.now += 599_999
  expect(await good()).toBe(200)
  expect(await statusOf(show(remote(), tokens.access_token))).toBe(503)
})

describe('is 401 for', () => {
  it('a forged, an expired and an own other token', async () => {
    for (const token of [garbled(tokens.access_token), garbled(tokens.access_token, 200), tokens.refresh_token]) {
      expect(await statusOf(show(api, token))).toBe(401)
    }
    expect(await good()).toBe(200)
    h.now += 605_000
    expect(await good()).toBe(401)
  })

  it('a token for another resource of the server', async () => {
    expect(await statusOf(show(remote({ resource: OTHER_API }), tokens.access_token))).toBe(401)
  })

  it('a token of another server that has the very same key', async () => {
    const jwk = await generatePrivateJwk('ES256')
    const [mine, theirs] = await Promise.all(
      [site.origin, 'https://other.example.com'].map(async (issuer) =>
        harness({ issuer, signingKeys: [await importSigner(jwk)] }),
      ),
    )
    if (!mine || !theirs) throw new Error('unreachable')
    const jwks = await (await mine.server.fetch(new Request(`${site.origin}/oauth/jwks`))).text()
    api = remote({
      fetch: (url, init) => (url.endsWith('/jwks') ? Promise.resolve(new Response(jwks)) : fetch(url, init)),
    })
    tokens = await obtainTokens(theirs)
    expect(claimsOf(tokens.access_token)).toMatchObject({ aud: API })
    expect(await good()).toBe(401)
    tokens = await obtainTokens(mine)
    expect(await good()).toBe(200)
  })
})

describe('introspection', () => {
  it('tells what an opaque token is, and that it was revoked, 10 seconds later at most', async () => {
    const serves = { ...clients.api, serves: [OTHER_API] }
    h = harness({ issuer: site.origin, clients: [clients.web, serves] })
    const answer = nodeListener(h.server)
    site.server.removeAllListeners('request').on('request', (req, res) => answer(req, res))
    api = remote({ resource: OTHER_API, introspection })
    tokens = await obtainTokens(h, 'web', { resource: OTHER_API, scope: 'admin' })
    expect(await show(api, tokens.access_token)).toMatchObject({
      ok: true,
      access: { subject: 'alice', clientId: 'web', scope: ['admin'], resource: OTHER_API },
    })
    expect(await statusOf(show(api, garbled(tokens.access_token)))).toBe(401)
    expect(await statusOf(show(api, tokens.refresh_token))).toBe(401)
    await h.post('/oauth/revoke', ...authenticated({ token: tokens.refresh_token }, 'web'))
    h.now += 10_000
    expect(await good()).toBe(401)
  })

  it('of every token shows a revoked JWT, which lives on where it is verified offline', async () => {
    const asking = remote({ introspection: { ...introspection, always: true } })
    expect(await statusOf(show(asking, tokens.access_token))).toBe(200)
    await h.post('/oauth/revoke', ...authenticated({ token: tokens.refresh_token }, 'web'))
    h.now += 10_000
    expect(await statusOf(show(asking, tokens.access_token))).toBe(401)
    expect(await good()).toBe(200)
  })

  it('with a wrong secret is 503, not 401: the token may be good', async () => {
    const failures: unknown[] = []
    const onFailure = (cause: unknown) => failures.push(cause)
    api = remote({ introspection: { client_id, client_secret: 'wrong', always: true }, onFailure })
    expect(outcome(await show(api, tokens.access_token))).toMatchObject({ status: 503, retryAfter: '1' })
    expect(failures).toMatchObject([{ message: `${site.origin}/oauth/introspect answered with status 401` }])
  })
})
