/**
 * Clients that register themselves.
 */
import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { registration, registrationTokens } from '../../../src/features/registration/index.js'
import type { RegistrationOptions } from '../../../src/features/registration/options.js'
import {
  authorizeUrl,
  basic,
  formFields,
  type Harness,
  harness,
  ISSUER,
  obtainCode,
  pkce,
  redirected,
  START,
  snapshot,
  type Tokens,
} from '../../support/harness.js'

const DAY = 86_400_000
const callback = 'https://new.example.com/callback'
const publicClient = { client_name: 'New', redirect_uris: [callback], token_endpoint_auth_method: 'none' }
const confidential = { client_name: 'Secretive', redirect_uris: [callback] }

const setup = (options: RegistrationOptions = { open: true }) => harness({ features: [registration(options)] })

interface Registered {
  readonly client_id: string
  readonly client_secret: string
  readonly registration_access_token: string
  readonly registration_client_uri: string
  readonly [member: string]: unknown
}

async function send(
  h: Harness,
  method: string,
  body: unknown,
  { token, url = '/oauth/register', address }: { token?: string; url?: string; address?: string } = {},
) {
  const headers = { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) }
  const request = new Request(new URL(url, ISSUER), {
    method,
    headers,
    ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  })
  const response = await h.server.fetch(request, { address })
  const text = await response.text()
  const json = (text === '' ? {} : JSON.parse(text)) as Registered
  return { status: response.status, headers: response.headers, body: json }
}

const register = (h: Harness, body: unknown, more?: Parameters<typeof send>[3]) => send(h, 'POST', body, more)
const count = async (h: Harness) => (await h.storage.list('client', {}, { limit: 100_000 })).length

describe('a server that has the feature', () => {
  it('says where to register, and one that has it not has no such endpoint', async () => {
    const metadata = async (h: Harness) =>
      (await h.server.fetch(new Request(`${ISSUER}/.well-known/oauth-authorization-server`))).json()
    expect(await metadata(setup())).toMatchObject({ registration_endpoint: `${ISSUER}/oauth/register` })
    expect(await metadata(harness())).not.toHaveProperty('registration_endpoint')
    expect((await harness().server.fetch(new Request(`${ISSUER}/oauth/register`, { method: 'POST' }))).status).toBe(404)
  })

  it('lets a page of any origin register, without cookies', async () => {
    const preflight = new Request(`${ISSUER}/oauth/register`, {
      method: 'OPTIONS',
      headers: { origin: 'https://x.example' },
    })
    const { status, headers } = await setup().server.fetch(preflight)
    expect([status, headers.get('access-control-allow-origin')]).toEqual([204, '*'])
    expect(headers.get('access-control-allow-methods')).toBe('POST, GET, PUT, DELETE')
  })

  it.each([
    [{ open: 'yes' }, 'registration: open must be true or false'],
    [{ opened: true }, 'registration: there is no option `opened`'],
    [{ redirectUris: [] }, 'registration: redirectUris must be a list'],
    [{ redirectUris: 'https://x.example' }, 'registration: redirectUris must be a list'],
    [{ policy: true }, 'registration: policy must be a function'],
  ])('is not made with the options %j', (options, message) => {
    expect(() => registration(options as RegistrationOptions)).toThrow(message)
  })
})

describe('a registration', () => {
  it('of a public client is answered with all that was registered, and no secret', async () => {
    const h = setup()
    const { status, body, headers } = await register(h, { ...publicClient, scope: 'read unknown', software_id: 'x' })
    expect(status).toBe(201)
    expect(headers.get('cache-control')).toBe('no-store')
    expect(body).toEqual({
      client_id: expect.stringMatching(/^gwcl_[\w-]{22}$/),
      client_id_issued_at: START / 1000,
      client_name: 'New',
      redirect_uris: [callback],
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
      token_endpoint_auth_method: 'none',
      application_type: 'web',
      scope: 'read',
    })
    expect(h.events.at(-1)).toMatchObject({
      type: 'client_registered',
      clientId: body.client_id,
      isReused: false,
      hint: 'Left out "scope: unknown is not known".',
    })
  })

  it('gives a client that gets tokens, and is there as long as its grant', async () => {
    const h = setup()
    const { body } = await register(h, publicClient)
    const { client_id } = body
    const { code, verifier } = await obtainCode(h, { client_id, redirect_uri: callback, scope: 'read' })
    const form = { grant_type: 'authorization_code', code, code_verifier: verifier, redirect_uri: callback, client_id }
    expect((await h.post('/oauth/token', form)).status).toBe(200)
    h.now = START + 170 * DAY
    expect(await h.server.clients.get(client_id)).toMatchObject({ client_id })
  })

  it('that nobody approves is gone after a day: 401 invalid_client, on which clients register anew', async () => {
    const h = setup()
    const { client_id } = (await register(h, publicClient)).body
    h.now = START + DAY
    await h.storage.purge(h.now, 100)
    expect(await count(h)).toBe(0)
    const response = await h.post('/oauth/token', { grant_type: 'refresh_token', refresh_token: 'gwrt_x', client_id })
    expect([response.status, ((await response.json()) as Tokens).error]).toEqual([401, 'invalid_client'])
    expect((await register(h, publicClient)).body.client_id).not.toBe(client_id)
  })

  it('of a client that says nothing of a method gets a secret, which is taken in the header and in the form', async () => {
    const h = setup()
    const { body } = await register(h, confidential)
    expect(body).toMatchObject({
      client_secret: expect.stringMatching(/^gwcs_[\w-]{43}$/),
      client_secret_expires_at: 0,
      token_endpoint_auth_method: 'client_secret_basic',
      registration_access_token: expect.stringMatching(/^gwrm_[\w-]{43}$/),
      registration_client_uri: `${ISSUER}/oauth/register?client_id=${body.client_id}`,
    })
    const { client_id, client_secret } = body
    const form = { grant_type: 'refresh_token', refresh_token: 'gwrt_x' }
    for (const request of [
      h.post('/oauth/token', form, basic(client_id, client_secret)),
      h.post('/oauth/token', { ...form, client_id, client_secret }),
    ]) {
      expect(await (await request).json()).toMatchObject({ error: 'invalid_grant' })
    }
    const stored = JSON.stringify(await h.storage.list('client', {}, { limit: 10 }))
    expect(stored).not.toContain(client_secret)
    expect(stored).not.toContain(body.registration_access_token)
  })

  it('drops the redirect URIs that are refused, and says which and why', async () => {
    const { status, body } = await register(setup(), {
      ...publicClient,
      redirect_uris: ['cursor://anysphere.cursor-mcp/oauth/callback', 'http://localhost:8787/callback', callback],
    })
    expect(status).toBe(201)
    expect(body).toMatchObject({
      redirect_uris: ['http://localhost:8787/callback', callback],
      rejected_redirect_uris: [
        {
          redirect_uri: 'cursor://anysphere.cursor-mcp/oauth/callback',
          reason: expect.stringContaining('It has a scheme'),
        },
      ],
    })
  })

  it.each([
    [{ redirectUris: [callback] }, 'is not one that clients may register here'],
    [{ redirectUris: (uri: string) => uri === callback || 'is not ours' }, 'is not ours'],
  ])('is held to the redirect URIs of the operator: %j', async (options, why) => {
    const h = setup({ open: true, ...options })
    const other = 'https://other.example/callback'
    const mixed = await register(h, { ...publicClient, redirect_uris: [other, callback] })
    expect(mixed.body).toMatchObject({ redirect_uris: [callback], rejected_redirect_uris: [{ reason: `It ${why}.` }] })
    const before = await snapshot(h)
    const { status, body } = await register(h, { ...publicClient, redirect_uris: [other] })
    expect([status, body.error]).toEqual([400, 'invalid_redirect_uri'])
    expect(body.error_description).toBe(`redirect_uris has none that this server takes; the first ${why}.`)
    expect(await snapshot(h)).toBe(before)
  })

  it('may not be compressed, as a form may not', async () => {
    const h = setup()
    const before = await snapshot(h, ['client', 'pointer'])
    const answer = await h.server.fetch(
      new Request(`${ISSUER}/oauth/register`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'content-encoding': 'gzip' },
        body: new Uint8Array(gzipSync(JSON.stringify(publicClient))),
      }),
    )
    expect([answer.status, answer.headers.get('accept-encoding')]).toEqual([415, 'identity'])
    expect(await answer.json()).toMatchObject({ error_description: 'The body must not be compressed.' })
    expect(await snapshot(h, ['client', 'pointer'])).toBe(before)
  })

  it('can be tried: everything is checked, and nothing is written but that requests came', async () => {
    const h = setup()
    const before = await snapshot(h, ['client', 'pointer'])
    const trial = await register(h, publicClient, { url: '/oauth/register?dry_run=1' })
    expect(trial).toMatchObject({ status: 200, body: { redirect_uris: [callback] } })
    expect(trial.body).not.toHaveProperty('client_id')
    expect(
      (await register(h, { ...publicClient, redirect_uris: [] }, { url: '/oauth/register?dry_run=1' })).status,
    ).toBe(400)
    expect(await snapshot(h, ['client', 'pointer'])).toBe(before)
    expect(await h.storage.list('counter', {}, { limit: 10 })).toHaveLength(1)
  })

  it.each<[unknown, string, string]>([
    ['{', 'invalid_request', 'The body must be a JSON object.'],
    ['[]', 'invalid_request', 'The body must be a JSON object.'],
    ['null', 'invalid_request', 'The body must be a JSON object.'],
    [`{"a":"${'x'.repeat(17_000)}"}`, 'invalid_request', 'The body is larger than 16 KB.'],
    [{}, 'invalid_redirect_uri', 'redirect_uris is required.'],
    [
      { ...publicClient, token_endpoint_auth_method: 'client_secret_jwt' },
      'invalid_client_metadata',
      'token_endpoint_auth_method must be client_secret_basic, client_secret_post or none.',
    ],
    [
      { ...publicClient, token_endpoint_auth_method: { toString: 1 } },
      'invalid_client_metadata',
      'token_endpoint_auth_method must be client_secret_basic, client_secret_post or none.',
    ],
  ])('that is %j is refused as %s', async (body, error, error_description) => {
    const h = setup()
    const before = await snapshot(h)
    const answer = await register(h, body)
    expect(answer.body).toEqual({ error, error_description })
    expect(await snapshot(h)).toBe(before)
  })

  it('with the members of an operator is the same as without', async () => {
    const h = setup()
    const { client_id } = (await register(h, { ...confidential, first_party: true, allow_missing_pkce: true })).body
    expect(await h.server.clients.get(client_id)).toMatchObject({ first_party: false, allow_missing_pkce: false })
  })
})

describe('public clients that register with the same words', () => {
  it('get the same client within a day, which stays a day from the last time, and nobody can change it', async () => {
    const h = setup()
    const first = (await register(h, publicClient)).body
    h.now = START + DAY - 1
    const second = (await register(h, { ...publicClient, unknown: 1 })).body
    expect(second).toEqual(first)
    expect(second).not.toHaveProperty('registration_access_token')
    expect(await count(h)).toBe(1)
    expect(h.events.at(-1)).toMatchObject({ type: 'client_registered', isReused: true })
    h.now += DAY - 1
    expect(await h.server.clients.get(first.client_id)).not.toBeNull()
    const url = `/oauth/register?client_id=${first.client_id}`
    for (const token of ['', 'null', 'undefined', 'x'.repeat(43)]) {
      expect((await send(h, 'DELETE', undefined, { url, token })).status).toBe(401)
    }
    expect(await h.server.clients.get(first.client_id)).not.toBeNull()
  })

  it('get one client when they come at once', async () => {
    const h = setup()
    const all = await Promise.all(Array.from({ length: 8 }, () => register(h, publicClient)))
    expect(new Set(all.map(({ body }) => body.client_id)).size).toBe(1)
  })

  it('get another when the operator has changed the first', async () => {
    const h = setup()
    const first = (await register(h, publicClient)).body.client_id
    await h.server.clients.update(first, { ...publicClient, token_endpoint_auth_method: 'none', client_name: 'Ours' })
    const second = (await register(h, publicClient)).body
    expect(second.client_id).not.toBe(first)
    expect(second).toMatchObject({ client_name: 'New' })
  })

  it('get another after a day, or when the operator has removed the first: what was removed does not come back', async () => {
    const h = setup()
    const first = (await register(h, publicClient)).body.client_id
    await h.server.clients.remove(first)
    const second = (await register(h, publicClient)).body.client_id
    expect(second).not.toBe(first)
    h.now = START + DAY
    expect([first, second]).not.toContain((await register(h, publicClient)).body.client_id)
  })

  it.each([
    ['another name', { ...publicClient, client_name: 'Newer' }],
    ['another order of redirect URIs', { ...publicClient, redirect_uris: ['http://localhost/', callback] }],
    ['a secret', confidential],
    ['the wish to manage it', { ...publicClient, registration_management: true }],
  ])('and with %s get clients of their own', async (_, body) => {
    const h = setup()
    const first = (await register(h, publicClient)).body.client_id
    const second = (await register(h, body)).body
    expect(second.client_id).not.toBe(first)
    if (body !== confidential && !('registration_management' in body)) return
    expect(second.registration_access_token).toEqual(expect.any(String))
    expect((await register(h, body)).body.client_id).not.toBe(second.client_id)
  })
})

describe('without `open`', () => {
  it('takes an initial access token, once, and not for what is wrong in the registration', async () => {
    const h = setup({})
    const tokens = registrationTokens(h.server)
    const { token, expiresAt } = await tokens.issue()
    expect(expiresAt).toBe(START + DAY)
    const without = await register(h, publicClient)
    expect([without.status, without.body.error]).toEqual([401, 'invalid_token'])
    expect(without.headers.get('www-authenticate')).toBe('Bearer realm="registration"')
    expect((await register(h, { redirect_uris: [] }, { token })).status).toBe(400)
    expect(await register(h, publicClient, { token })).toMatchObject({
      status: 201,
      body: { registration_access_token: expect.any(String) },
    })
    expect((await register(h, publicClient, { token })).status).toBe(401)
    expect(await count(h)).toBe(1)
    expect(JSON.stringify(await h.storage.list('pointer', {}, { limit: 10 }))).not.toContain(token)
  })

  it.each<[string, (h: Harness, token: string) => unknown]>([
    ['expired', (h) => Object.assign(h, { now: START + 10_000 })],
    ['revoked', (h, token) => registrationTokens(h.server).revoke(token)],
  ])('refuses a token that is %s, and also where anybody may register', async (_, end) => {
    for (const open of [false, true]) {
      const h = setup({ open })
      const { token } = await registrationTokens(h.server).issue({ expiresIn: 10, uses: 5 })
      await end(h, token)
      expect(await register(h, publicClient, { token })).toMatchObject({
        status: 401,
        body: { error: 'invalid_token' },
      })
      expect(await count(h)).toBe(0)
    }
  })

  it('gives no more clients for a token than its uses, however many come at once', async () => {
    const h = setup({})
    const { token } = await registrationTokens(h.server).issue({ uses: 3 })
    const all = await Promise.all(Array.from({ length: 4 }, () => register(h, publicClient, { token })))
    for (let i = 0; i < 6; i++) all.push(await register(h, publicClient, { token }))
    expect(all.filter(({ status }) => status === 201)).toHaveLength(3)
    expect(await count(h)).toBe(3)
  })

  it.each([{ expiresIn: 0 }, { uses: 0 }, { uses: 1.5 }, { note: 'x'.repeat(201) }])(
    'issues no token with %j',
    (options) => expect(registrationTokens(setup({}).server).issue(options)).rejects.toThrow(TypeError),
  )
})

describe('a policy', () => {
  it('decides with what is known, and gives what only an operator gives', async () => {
    const asked: unknown[] = []
    const h = setup({
      policy(request) {
        asked.push(request)
        if (request.client.client_name === 'Bad') return 'Ask us by mail.'
        if (request.client.client_name === 'Worse') return false
        return request.token?.note === 'partner' ? { first_party: true, scope: 'read' } : true
      },
    })
    const { token } = await registrationTokens(h.server).issue({ note: 'partner', uses: 2 })
    const partner = await register(h, publicClient, { token, address: '192.0.2.7' })
    expect(partner.body).toMatchObject({ scope: 'read' })
    expect(await h.server.clients.get(partner.body.client_id)).toMatchObject({ first_party: true })
    const common = { before: null, isTrial: false, client: { redirect_uris: [callback] } }
    expect(asked.at(-1)).toMatchObject({ ...common, token: { note: 'partner' }, address: '192.0.2.7' })
    expect((await register(h, publicClient)).status).toBe(201)
    expect(asked.at(-1)).toMatchObject({ ...common, token: null })
    const before = await snapshot(h)
    const refused = async (client_name: string) => (await register(h, { ...publicClient, client_name }, { token })).body
    expect(await refused('Bad')).toEqual({ error: 'invalid_client_metadata', error_description: 'Ask us by mail.' })
    expect((await refused('Worse')).error_description).toBe('Such a client may not be registered here.')
    expect(await snapshot(h)).toBe(before)
  })
})

describe('a client that manages its registration', () => {
  async function managed(h = setup(), body: object = confidential) {
    const registered = (await register(h, body)).body
    const { registration_access_token: token, registration_client_uri: url } = registered
    return { h, registered, own: { token, url } }
  }

  it('reads it', async () => {
    const { h, registered, own } = await managed()
    const { client_secret: _, ...known } = registered
    expect((await send(h, 'GET', undefined, own)).body).toEqual(known)
  })

  it('changes it, and keeps its secret and what the operator gave', async () => {
    const policy = () => ({ first_party: true, scope: 'read' })
    const { h, registered, own } = await managed(setup({ policy: () => true }))
    const { client_id, client_secret } = registered
    const moved = 'https://moved.example.com/callback'
    await h.server.clients.update(client_id, { redirect_uris: [callback, moved], ...policy() })
    const changed = await send(h, 'PUT', { client_id, client_secret, redirect_uris: [moved], scope: 'read write' }, own)
    expect(changed.status).toBe(200)
    expect(changed.body).toMatchObject({ redirect_uris: [moved], scope: 'read' })
    expect(changed.body).not.toHaveProperty('client_name')
    expect(await h.server.clients.get(client_id)).toMatchObject({ first_party: true, scope: ['read'] })
    const form = { grant_type: 'refresh_token', refresh_token: 'gwrt_x' }
    expect((await h.post('/oauth/token', form, basic(client_id, client_secret))).status).toBe(400)
    expect(h.events.some(({ type }) => type === 'client_changed')).toBe(true)
  })

  it.each([
    ['wants its answers elsewhere', { redirect_uris: [callback, 'https://evil.example.com/cb'] }],
    ['gives up its secret', { redirect_uris: [callback], token_endpoint_auth_method: 'none' }],
  ])('and %s loses what spared a question, unless the policy gives it again', async (_, change) => {
    for (const again of [false, true]) {
      const policy: RegistrationOptions['policy'] = ({ before }) =>
        before === null ? true : again ? { first_party: true } : true
      const { h, registered, own } = await managed(setup({ policy }))
      const { client_id } = registered
      const trusted = { first_party: true, allow_missing_pkce: true }
      await h.server.clients.update(client_id, { redirect_uris: [callback], ...trusted })
      expect((await send(h, 'PUT', { client_id, ...change }, own)).status).toBe(200)
      const after = await h.server.clients.get(client_id)
      expect(after).toMatchObject({ first_party: again, allow_missing_pkce: false })
      expect(after?.remember_consent).toBe(again ? undefined : false)
    }
  })

  it('and wants its answers elsewhere has everybody asked again', async () => {
    const { h, registered, own } = await managed(setup(), { ...publicClient, registration_management: true })
    const { client_id } = registered
    const ask = (redirect_uri: string) =>
      h.browser().get(authorizeUrl(pkce().challenge, { client_id, redirect_uri, scope: 'read' }))
    await obtainCode(h, { client_id, redirect_uri: callback, scope: 'read' })
    expect((await ask(callback)).status).toBe(303)
    const elsewhere = 'https://else.example.com/cb'
    await send(h, 'PUT', { ...publicClient, client_id, redirect_uris: [elsewhere] }, own)
    expect((await ask(elsewhere)).status).toBe(200)
  })

  it('that becomes public loses its secret, and gets a new one when it is confidential again', async () => {
    const { h, registered, own } = await managed()
    const { client_id, client_secret } = registered
    const open = await send(h, 'PUT', { ...publicClient, client_id }, own)
    expect(open.body).not.toHaveProperty('client_secret_expires_at')
    const closed = await send(h, 'PUT', { ...confidential, client_id }, own)
    expect(closed.body.client_secret).not.toBe(client_secret)
    const form = { grant_type: 'refresh_token', refresh_token: 'gwrt_x' }
    expect((await h.post('/oauth/token', form, basic(client_id, client_secret))).status).toBe(401)
    expect((await h.post('/oauth/token', form, basic(client_id, closed.body.client_secret))).status).toBe(400)
  })

  it('asks the policy again, which may refuse the change', async () => {
    const policy: RegistrationOptions['policy'] = ({ client, before }) =>
      before === null || client.redirect_uris.join() === before.redirect_uris.join() || 'Ask us first.'
    const { h, registered, own } = await managed(setup({ policy }))
    const { client_id } = registered
    const before = await snapshot(h)
    const changed = await send(h, 'PUT', { client_id, redirect_uris: ['https://evil.example/'] }, own)
    expect(changed).toMatchObject({ status: 400, body: { error_description: 'Ask us first.' } })
    expect(await snapshot(h)).toBe(before)
    expect((await send(h, 'PUT', { ...confidential, client_id, client_name: 'Renamed' }, own)).status).toBe(200)
  })

  it('removes it: its tokens are worth nothing, and the registration token neither', async () => {
    const { h, registered, own } = await managed()
    const { client_id, client_secret } = registered
    expect((await send(h, 'DELETE', undefined, own)).status).toBe(204)
    expect(await h.server.clients.get(client_id)).toBeNull()
    const form = { grant_type: 'refresh_token', refresh_token: 'gwrt_x' }
    expect((await h.post('/oauth/token', form, basic(client_id, client_secret))).status).toBe(401)
    expect((await send(h, 'GET', undefined, own)).status).toBe(401)
    expect(h.events.some(({ type }) => type === 'client_removed')).toBe(true)
  })

  it.each([
    [{}, 'client_id must be there, and the one of this client.'],
    [{ client_id: 'other' }, 'client_id must be there, and the one of this client.'],
    [{ client_secret: 'x'.repeat(48) }, 'client_secret must be the one of this client, or be left out.'],
    [{ registration_access_token: 'x' }, 'registration_access_token must be left out.'],
    [{ client_id_issued_at: 1 }, 'client_id_issued_at must be left out.'],
  ])('changes nothing with %j', async (more, error_description) => {
    const { h, registered, own } = await managed()
    const before = await snapshot(h)
    const own_id = Object.keys(more).length > 0 && !('client_id' in more) ? { client_id: registered.client_id } : {}
    const answer = await send(h, 'PUT', { ...confidential, ...own_id, ...more }, own)
    expect(answer.body).toEqual({ error: 'invalid_client_metadata', error_description })
    expect(await snapshot(h)).toBe(before)
  })

  it('does so with its own token alone: nobody learns whether there is another', async () => {
    const { h, registered, own } = await managed()
    const other = (await register(h, { ...confidential, client_name: 'Other' })).body
    const before = await snapshot(h)
    const urls = [
      other.registration_client_uri,
      '/oauth/register',
      '/oauth/register?client_id=web',
      '/oauth/register?client_id=no',
    ]
    for (const method of ['GET', 'PUT', 'DELETE']) {
      for (const url of urls) {
        const body = method === 'PUT' ? { ...confidential, client_id: other.client_id } : undefined
        const { status, body: said } = await send(h, method, body, { url, token: own.token })
        expect([status, said.error]).toEqual([401, 'invalid_token'])
      }
      expect((await send(h, method, undefined, { url: registered.registration_client_uri })).status).toBe(401)
    }
    expect(await snapshot(h)).toBe(before)
  })
})

describe('a flood of registrations', () => {
  const flood = (h: Harness, n: number, of: (i: number) => object, address = '192.0.2.1') =>
    Array.from({ length: n }, (_, i) => i).reduce<Promise<number>>(
      async (sum, i) => (await sum) + Number((await register(h, of(i), { address })).status === 201),
      Promise.resolve(0),
    )
  const named = (i: number) => ({ ...publicClient, client_name: `Client ${i}` })

  it('from one address ends with 429 and when to come again, and others register', async () => {
    const h = setup()
    expect(await flood(h, 25, named)).toBe(20)
    const { status, headers, body } = await register(h, named(99), { address: '192.0.2.1' })
    expect([status, headers.get('retry-after'), body.error]).toEqual([429, '3600', 'temporarily_unavailable'])
    expect(h.events.at(-1)).toMatchObject({ type: 'refused', reason: 'too_many_requests' })
    // Another app behind the same address, the same words again, and another address.
    const app = { ...publicClient, redirect_uris: ['https://app.example/cb'] }
    expect((await register(h, app, { address: '192.0.2.1' })).status).toBe(201)
    expect((await register(h, named(0), { address: '192.0.2.1' })).status).toBe(201)
    expect((await register(h, named(99), { address: '192.0.2.2' })).status).toBe(201)
    h.now += 3_600_000
    expect((await register(h, named(99), { address: '192.0.2.1' })).status).toBe(201)
  })

  it('with ever new redirect hosts is bounded per address, too', async () => {
    const h = setup()
    const hosts = (i: number) => ({ ...publicClient, redirect_uris: [`https://h${i}.example/cb`] })
    expect(await flood(h, 70, hosts)).toBe(60)
  })

  it('of strangers uses up nothing of what the operator has listed', async () => {
    const h = setup({ policy: () => true, redirectUris: (uri) => uri.startsWith('https://') || 'is not https' })
    expect(await flood(h, 25, named)).toBe(20)
    const known = setup({ open: true, redirectUris: [callback] })
    expect(await flood(known, 60, named)).toBe(60)
  })

  it('of strangers uses up nothing of what the operator vouches for, where that is a function', async () => {
    const options = { redirectUris: () => true as const, vouchedFor: (uri: string) => uri === callback }
    const h = setup({ open: true, ...options })
    expect(await flood(h, 60, named)).toBe(60)
    expect(await flood(h, 25, (i) => ({ ...named(i), redirect_uris: ['http://localhost/'] }))).toBe(20)
  })

  it.each([
    ['of dry runs', '/oauth/register?dry_run=1', publicClient],
    ['of the same words', '/oauth/register', publicClient],
    ['of what is malformed', '/oauth/register', '{'],
  ])('%s is held back before the policy is asked, and nobody else is', async (_, url, body) => {
    let asked = 0
    const policy = () => {
      asked++
      return true
    }
    const h = setup({ policy })
    const ask = (address: string) => send(h, 'POST', body, { url, address })
    for (let i = 0; i < 600; i++) await ask('192.0.2.1')
    const before = [asked, await count(h)]
    const { status, headers } = await ask('192.0.2.1')
    expect([status, headers.get('retry-after')]).toEqual([429, '60'])
    expect(h.events).toContainEqual(expect.objectContaining({ limit: 'registrationRequestsPerAddress' }))
    expect([asked, await count(h)]).toEqual(before)
    expect((await ask('192.0.2.2')).status).not.toBe(429)
    h.now += 60_000
    expect((await ask('192.0.2.1')).status).not.toBe(429)
  })

  it('of changes is held back in the same way, and the client stays as it is', async () => {
    const h = setup()
    const own = { ...publicClient, registration_management: true }
    const { client_id, registration_client_uri: url, ...told } = (await register(h, own, { address: '192.0.2.1' })).body
    const change = (client_name: string) =>
      send(
        h,
        'PUT',
        { ...publicClient, client_id, client_name },
        { url, token: told.registration_access_token, address: '192.0.2.1' },
      )
    for (let i = 1; i < 600; i++) await change('Changed')
    expect((await change('Once more')).status).toBe(429)
    expect((await h.server.clients.get(client_id))?.client_name).toBe('Changed')
  })

  it('cannot fill the store: there are only so many in a day, wherever they come from', async () => {
    const h = setup()
    let registered = 0
    for (let i = 0; i < 5100; i++) {
      const { status } = await register(h, named(i), { address: `10.${i >> 12}.${(i >> 4) & 255}.${i & 15}` })
      registered += Number(status === 201)
    }
    expect(registered).toBe(5000)
    h.now = START + DAY
    await h.storage.purge(h.now, 100_000)
    expect(await count(h)).toBe(0)
  })
})

it('a person sees where a client that registered itself sends them, and allows it', async () => {
  const h = setup()
  const { client_id } = (await register(h, { ...publicClient, client_name: 'Your bank' })).body
  const browser = h.browser()
  const { challenge } = pkce()
  const page = await browser.get(authorizeUrl(challenge, { client_id, redirect_uri: callback, scope: 'read' }))
  const html = await page.text()
  expect(html).toContain('new.example.com')
  const allowed = await browser.post('/oauth/consent', { ...formFields(html), decision: 'allow' })
  expect(redirected(allowed).get('code')).toMatch(/^gwac_/)
})
