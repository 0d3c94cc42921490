/**
 * Key proofs, shown with a test feature that believes a header: what is issued is bound to the key that the request proved.
 */
import { beforeEach, describe, expect, it } from 'vitest'
import type { ServerOptions } from '../../src/construction/options.js'
import { OAuthError } from '../../src/edge/errors.js'
import { signJws } from '../../src/keys/jws.js'
import { deploymentOf } from '../../src/points/deployments.js'
import type { Feature } from '../../src/points/feature.js'
import { createResourceServer } from '../../src/resource/index.js'
import { hmacSha256 } from '../../src/runtime/hash.js'
import type { Storage } from '../../src/storage/contract.js'
import { memoryStorage } from '../../src/storage/memory.js'
import {
  API,
  authenticated,
  claimsOf,
  clients,
  type Harness,
  harness,
  introspected,
  OTHER_API,
  obtainCode,
  obtainTokens,
  redeemForm,
  refreshForm,
  snapshot,
  storedGrant,
} from '../support/harness.js'

const mine = 'A'.repeat(43)
const theirs = `${'B'.repeat(42)}A`

/** Believes whoever names a key: what a real proof looks like is not the point here. */
const believed = (member: 'jkt' | 'x5t#S256', header: string): Feature => ({
  name: `keys in ${header}`,
  keyProofs: [
    {
      member,
      read(http, { client, url }) {
        const [key] = http.headerValues(header)
        if (key === 'wrong')
          throw new OAuthError('invalid_request', `The proof for ${client.client_id} at ${url} is wrong.`)
        return key ?? null
      },
    },
  ],
})

const features = [believed('jkt', 'x-key'), believed('x5t#S256', 'x-certificate')]
let h: Harness
beforeEach(() => {
  h = harness({ features })
})

/** A token request with headers of its own. */
async function send(server: Harness, form: Record<string, string>, client: keyof typeof clients, headers = {}) {
  const [body, authentication] = authenticated(form, client)
  const response = await server.post('/oauth/token', body, { ...authentication, ...headers })
  return { status: response.status, body: (await response.json()) as Record<string, string> }
}

async function tokensFor(client: 'web' | 'spa', headers = {}, changes: Record<string, string> = {}) {
  const redirect_uri = clients[client].redirect_uris[0]
  const code = await obtainCode(h, { client_id: client, redirect_uri, ...changes })
  return send(h, { ...redeemForm(code), redirect_uri }, client, headers)
}

const check = (server: Harness, token: string | undefined, resource = API) =>
  createResourceServer({ server: server.server, resource }).check({
    method: 'GET',
    url: '/',
    headerValues: (name) => (name === 'authorization' ? [`Bearer ${token}`] : []),
    body: async () => new Uint8Array(),
    native: undefined,
  })

describe('a token request that proves a key', () => {
  it('gets a token that says so, of the type that goes with it', async () => {
    const { body } = await tokensFor('web', { 'x-key': mine })
    expect(body.token_type).toBe('DPoP')
    expect(claimsOf(body.access_token ?? '')).toMatchObject({ cnf: { jkt: mine } })
    const told = await introspected(h, body.access_token ?? '')
    expect(told).toMatchObject({ active: true, token_type: 'DPoP', cnf: { jkt: mine } })
  })

  it('with a certificate gets one that is presented as ever', async () => {
    const { body } = await tokensFor('web', { 'x-certificate': mine })
    expect(body.token_type).toBe('Bearer')
    expect(claimsOf(body.access_token ?? '')).toMatchObject({ cnf: { 'x5t#S256': mine } })
  })

  it.each([
    ['x-key', 'jkt', 'DPoP'],
    ['x-certificate', 'x5t#S256', 'Bearer'],
  ])('by %s is told of opaque tokens, too', async (header, member, token_type) => {
    const { body } = await tokensFor('web', { [header]: theirs }, { resource: OTHER_API, scope: 'admin' })
    const told = await introspected(h, body.access_token ?? '', 'web')
    expect(told).toMatchObject({ active: true, sub: 'alice', scope: 'admin', token_type, cnf: { [member]: theirs } })
  })

  it.each([
    [API, 'read', 'api'],
    [OTHER_API, 'admin', 'own'],
  ] as const)('for a client itself at %s does, too', async (resource, scope, asker) => {
    const own = { ...clients.machine, client_id: 'own', default_scope: undefined, scope }
    h = harness({ features, clients: [...Object.values(clients), own] })
    const credentials = { client_id: 'own', client_secret: clients.machine.client_secret }
    const header = { authorization: `Basic ${btoa(`${credentials.client_id}:${credentials.client_secret}`)}` }
    const response = await h.post(
      '/oauth/token',
      { grant_type: 'client_credentials', resource, scope },
      { ...header, 'x-key': mine },
    )
    const { access_token } = (await response.json()) as { access_token: string }
    const told =
      asker === 'api'
        ? await introspected(h, access_token)
        : await (await h.post('/oauth/introspect', { token: access_token }, header)).json()
    expect(told).toMatchObject({ active: true, sub: 'own', client_id: 'own', scope, cnf: { jkt: mine } })
  })

  it('gets what it always got when it proves none', async () => {
    const { body } = await tokensFor('web')
    expect(body.token_type).toBe('Bearer')
    expect(claimsOf(body.access_token ?? '')).not.toHaveProperty('cnf')
    expect(await introspected(h, body.access_token ?? '')).not.toHaveProperty('cnf')
  })

  it('that is wrong is refused, and the code stays good', async () => {
    const code = await obtainCode(h)
    const before = await snapshot(h)
    const { status, body } = await send(h, redeemForm(code), 'web', { 'x-key': 'wrong' })
    expect([status, body.error]).toEqual([400, 'invalid_request'])
    expect(body.error_description).toContain('web at https://auth.example.com/oauth/token')
    expect(await snapshot(h)).toBe(before)
    expect((await send(h, redeemForm(code), 'web', { 'x-key': mine })).status).toBe(200)
  })

  it('twice is refused', async () => {
    const code = await obtainCode(h)
    const { body } = await send(h, redeemForm(code), 'web', { 'x-key': mine, 'x-certificate': mine })
    expect(body.error).toBe('invalid_request')
  })

  it('with something that is no thumbprint is the mistake of the feature', async () => {
    const code = await obtainCode(h)
    expect((await send(h, redeemForm(code), 'web', { 'x-key': 'short' })).status).toBe(500)
    expect((await send(h, redeemForm(code), 'web', { 'x-key': mine })).status).toBe(200)
  })
})

describe('an API in the same process', () => {
  it.each([
    [API, 'read'],
    [OTHER_API, 'admin'],
  ])('takes no token of %s for a bearer token that is bound to a key', async (resource, scope) => {
    const bound = await tokensFor('web', { 'x-key': mine }, { resource, scope })
    expect(await check(h, bound.body.access_token, resource)).toMatchObject({ ok: false, response: { status: 401 } })
    const free = await tokensFor('web', {}, { resource, scope })
    expect(await check(h, free.body.access_token, resource)).toMatchObject({ ok: true })
  })
})

describe('the refresh tokens of a public client', () => {
  it('are bound to the key as well, and nobody ends the grant without it', async () => {
    const { body } = await tokensFor('spa', { 'x-key': mine })
    const form = refreshForm(body.refresh_token ?? '')
    const before = await snapshot(h)
    for (const headers of [{}, { 'x-key': theirs }, { 'x-certificate': theirs }]) {
      expect((await send(h, form, 'spa', headers)).body.error).toBe('invalid_grant')
    }
    expect(await snapshot(h)).toBe(before)
    const next = await send(h, form, 'spa', { 'x-key': mine })
    expect(claimsOf(next.body.access_token ?? '')).toMatchObject({ cnf: { jkt: mine } })
  })

  it('of a confidential one are not, because that proves itself anyway', async () => {
    const { body } = await tokensFor('web', { 'x-key': mine })
    expect(await storedGrant(h, body.refresh_token ?? '')).toMatchObject({ refresh: { jkt: null } })
    const next = await send(h, refreshForm(body.refresh_token ?? ''), 'web', { 'x-key': theirs })
    expect(claimsOf(next.body.access_token ?? '')).toMatchObject({ cnf: { jkt: theirs } })
  })

  it('give nothing where no feature reads proofs any more, and are not lost', async () => {
    const { body } = await tokensFor('spa', { 'x-key': mine })
    const bare = harness({ storage: h.storage })
    const form = refreshForm(body.refresh_token ?? '')
    const before = await snapshot(h)
    expect((await send(bare, form, 'spa', { 'x-key': mine })).status).toBe(503)
    expect(String((bare.events.at(-1) as { cause?: unknown }).cause)).toContain('bound to a key')
    expect(await snapshot(h)).toBe(before)
    expect((await send(h, form, 'spa', { 'x-key': mine })).status).toBe(200)
  })
})

describe('a token that is bound to a key of a kind that nobody here knows', () => {
  it('is nothing when it is opaque', async () => {
    const { body } = await tokensFor('web', { 'x-key': mine }, { resource: OTHER_API, scope: 'admin' })
    const deployment = deploymentOf(h.server)
    const bytes = Buffer.from((body.access_token ?? '').slice('gwat_'.length), 'base64url')
    // As a later version may write it: after the id of the key and the kind comes what the thumbprint is of.
    bytes[7] = 9
    const { key } = await deployment.keyring.macKey()
    const signed = bytes.subarray(0, -32)
    const later = `gwat_${Buffer.concat([signed, hmacSha256(key, signed)]).toString('base64url')}`
    expect(await introspected(h, later, 'web')).toEqual({ active: false })
    expect(await check(h, later, OTHER_API)).toMatchObject({ ok: false, response: { status: 401 } })
  })

  it('is no bearer token when it is a JWT', async () => {
    h = harness()
    const deployment = deploymentOf(h.server)
    const { access_token } = await obtainTokens(h)
    for (const cnf of [{ 'x5t#S512': 'A'.repeat(43) }, {}, 'jkt', null]) {
      const payload = JSON.stringify({ ...claimsOf(access_token), cnf })
      const bound = await signJws(await deployment.keyring.current(), 'at+jwt', payload)
      expect(await check(h, bound)).toMatchObject({ ok: false })
      expect(await introspected(h, bound)).toEqual({ active: false })
    }
  })
})

describe('a refresh token that is bound to a key', () => {
  const bound = async () => (await tokensFor('spa', { 'x-key': mine })).body.refresh_token ?? ''

  it('is not active where nobody reads proofs', async () => {
    // Only who proves itself may introspect, so the client has become confidential since.
    h = harness({ features })
    const token = await bound()
    const confidential = {
      ...clients.spa,
      token_endpoint_auth_method: 'client_secret_basic',
      client_secret: clients.web.client_secret,
    }
    const ask = async (options: Partial<ServerOptions>) => {
      const { post } = harness({ storage: h.storage, clients: [confidential], ...options })
      const authorization = `Basic ${btoa(`spa:${clients.web.client_secret}`)}`
      return (await (await post('/oauth/introspect', { token }, { authorization })).json()) as { active: boolean }
    }
    expect((await ask({ features })).active).toBe(true)
    expect(await ask({})).toEqual({ active: false })
  })

  it('gives an answer that could not be sent to nobody without the key, and nobody loses by the try', async () => {
    const { settlesByItself: _, ...inner } = memoryStorage()
    let isLost = false
    const storage: Storage = {
      ...inner,
      async replace(kind, record, expected) {
        const written = await inner.replace(kind, record, expected)
        if (!isLost || kind !== 'grant') return written
        throw new Error('the reply was lost')
      },
      get: (kind, id) =>
        isLost && kind === 'grant' && reads++ > 0 ? Promise.reject(new Error('away')) : inner.get(kind, id),
    }
    let reads = 0
    h = harness({ features, storage, storageTimeout: 0.05, retryWindow: 0 })
    const form = refreshForm(await bound())
    isLost = true
    expect((await send(h, form, 'spa', { 'x-key': mine })).status).toBe(503)
    isLost = false
    const thief = await send(h, form, 'spa')
    expect([thief.status, thief.body.error]).toEqual([400, 'invalid_grant'])
    const client = await send(h, form, 'spa', { 'x-key': mine })
    expect(client.status).toBe(200)
    expect(await storedGrant(h, client.body.refresh_token ?? '')).toMatchObject({ status: 'active' })
  })
})
