/**
 * What features bring, seen from outside: endpoints, response modes, client metadata, grant types and ways of client authentication.
 */
import { beforeEach, describe, expect, it } from 'vitest'
import { OAuthError } from '../../src/edge/errors.js'
import type { ClientAuthentication } from '../../src/points/client-authentication.js'
import type { Feature } from '../../src/points/feature.js'
import type { ResponseFields } from '../../src/points/response-mode.js'
import type { ClientMetadata } from '../../src/protocol/client-metadata.js'
import { memoryStorage } from '../../src/storage/memory.js'
import {
  API,
  authorizeUrl,
  type Browser,
  basic,
  CALLBACK,
  claimsOf,
  clients,
  formFields,
  type Harness,
  harness,
  ISSUER,
  introspected,
  OTHER_API,
  pkce,
  redeemForm,
  redirected,
  snapshot,
  type Tokens,
} from '../support/harness.js'
import { grantType, headerWay, json, metadataOf, PIN, packed, textField, unpacked, withFeatures } from './fixtures.js'

/** What the token endpoint answers, and with which event. */
async function asked(h: Harness, form: Record<string, string>, headers: Record<string, string> = {}) {
  const response = await h.post('/oauth/token', form, headers)
  const body = (await response.json()) as Tokens
  const challenge = response.headers.get('www-authenticate')
  const refused = h.events.findLast(({ type }) => type === 'refused')
  return {
    status: response.status,
    error: body.error,
    body,
    challenge,
    reason: refused && 'reason' in refused && refused.reason,
  }
}

const pin = { grant_type: PIN }
const forItself = { grant_type: 'client_credentials' }
const web = basic('web', clients.web.client_secret)

describe('an endpoint of a feature', () => {
  const seen: string[] = []
  const echo: Feature = {
    name: 'echo',
    endpoints({ settings }, asClient) {
      seen.push(settings.issuer)
      return [
        {
          name: 'echo',
          paths: ['/oauth/echo', '/echo'],
          methods: {
            POST: (request) =>
              asClient(request, async ({ client_id }, form) => {
                const word = form.get('word')
                if (word === undefined)
                  throw new OAuthError('invalid_request', 'word is missing.', { reason: 'secret-word:missing' })
                return json({ client_id, word })
              }),
          },
          answers: 'json',
          cors: true,
          metadata: { echo_endpoint: `${settings.issuer}/oauth/echo` },
        },
      ]
    },
  }
  let h: Harness
  beforeEach(() => {
    seen.length = 0
    h = withFeatures(echo)
  })

  it('answers clients that have proved who they are, at each of its paths', async () => {
    for (const path of ['/oauth/echo', '/echo']) {
      const response = await h.post(path, { word: 'hello' }, web)
      expect([response.status, await response.json()]).toEqual([200, { client_id: 'web', word: 'hello' }])
      expect(response.headers.get('access-control-allow-origin')).toBe('*')
    }
  })

  it.each([
    ['a wrong secret', { word: 'x' }, basic('web', 'wrong'), 401, 'invalid_client', 'client_secret_wrong', 'web'],
    ['nobody', { word: 'x' }, {}, 401, 'invalid_client', 'client_auth_missing', undefined],
    ['a repeated parameter', 'word=x&word=y', web, 400, 'invalid_request', 'parameter_repeated', undefined],
    ['what its answer refuses', {}, web, 400, 'invalid_request', 'secret-word:missing', 'web'],
  ])('refuses %s, and tells the operator', async (_, form, headers, status, error, reason, clientId) => {
    const response = await h.post('/oauth/echo', form, headers)
    expect([response.status, ((await response.json()) as Tokens).error]).toEqual([status, error])
    expect(h.events).toEqual([expect.objectContaining({ type: 'refused', endpoint: 'echo', error, reason, clientId })])
  })

  it('is in the metadata, and answers no other method', async () => {
    expect((await metadataOf(h)).echo_endpoint).toBe(`${ISSUER}/oauth/echo`)
    const response = await h.server.fetch(new Request(`${ISSUER}/oauth/echo`))
    expect([response.status, response.headers.get('allow')]).toEqual([405, 'POST'])
  })

  it('is made once, when the server is', async () => {
    expect(seen).toEqual([ISSUER])
    await h.post('/oauth/echo', { word: 'x' }, web)
    await metadataOf(h)
    expect(seen).toEqual([ISSUER])
  })

  it('is not there without the feature', async () => {
    const without = withFeatures()
    expect((await without.post('/oauth/echo', { word: 'x' }, web)).status).toBe(404)
    expect(await metadataOf(without)).not.toHaveProperty('echo_endpoint')
  })
})

describe('a response mode of a feature', () => {
  const feature: Feature = {
    name: 'packing',
    responseModes: [packed('packed'), packed('packed.form_post', 'form_post')],
  }
  const { challenge, verifier } = pkce()
  const state = 'the state & more'

  /** The only field that an answer carries, unpacked. */
  async function carried(response: Response, mode: string): Promise<Record<string, string>> {
    if (mode === 'packed') {
      expect(response.status).toBe(303)
      const fields = redirected(response)
      expect([...fields.keys()]).toEqual(['response'])
      expect(response.headers.get('location')).toMatch(new RegExp(`^${CALLBACK}\\?response=`))
      return unpacked(fields.get('response'))
    }
    expect(response.status).toBe(200)
    const page = await response.text()
    expect(page).toContain(`action="${CALLBACK}"`)
    const fields = formFields(page)
    expect(Object.keys(fields)).toEqual(['response'])
    return unpacked(fields.response)
  }

  /** The consent page's answer to a request. */
  async function answered(h: Harness, mode: string, decision: string): Promise<Response> {
    const browser = h.browser()
    const page = await browser.get(authorizeUrl(challenge, { response_mode: mode }))
    return browser.post('/oauth/consent', { ...formFields(await page.text()), decision })
  }

  it.each(['packed', 'packed.form_post'])('carries the code: %s', async (mode) => {
    const h = withFeatures(feature)
    const { code = '', ...rest } = await carried(await answered(h, mode, 'allow'), mode)
    expect(rest).toEqual({ state, iss: ISSUER })
    expect((await h.token(redeemForm({ code, verifier }))).status).toBe(200)
  })

  it.each(['packed', 'packed.form_post'])('carries a refusal by the user: %s', async (mode) => {
    const fields = await carried(await answered(withFeatures(feature), mode, 'deny'), mode)
    expect(fields).toEqual({ error: 'access_denied', error_description: expect.any(String), state, iss: ISSUER })
  })

  it.each(['packed', 'packed.form_post'])('carries a refusal by the server: %s', async (mode) => {
    const h = withFeatures(feature)
    const wrong = authorizeUrl(challenge, { response_mode: mode, scope: 'read"' })
    expect(await carried(await h.browser().get(wrong), mode)).toMatchObject({
      error: 'invalid_scope',
      state,
      iss: ISSUER,
    })
    const silent = authorizeUrl(challenge, { response_mode: mode, prompt: 'none' })
    expect(await carried(await h.browser().get(silent), mode)).toMatchObject({ error: 'consent_required', state })
  })

  it('learns for whom it puts the fields into others, and may take its time', async () => {
    const calls: unknown[] = []
    const slow: Feature = {
      name: 'slow',
      responseModes: [
        {
          name: 'slow',
          carrier: 'query',
          async encode(fields: ResponseFields, { client_id }, { settings }) {
            await Promise.resolve()
            calls.push([fields.map(([name]) => name), client_id, settings.issuer])
            return [
              ['one', '1'],
              ['two', '2 & more'],
            ]
          },
        },
      ],
    }
    const response = await answered(withFeatures(slow), 'slow', 'allow')
    expect(response.headers.get('location')).toBe(`${CALLBACK}?one=1&two=2%20%26%20more`)
    expect(calls).toEqual([[['code', 'state', 'iss'], 'web', ISSUER]])
  })

  it('without encode carries the fields as they are', async () => {
    const h = withFeatures({ name: 'plain', responseModes: [{ name: 'plain', carrier: 'form_post' }] })
    const page = await (await answered(h, 'plain', 'allow')).text()
    expect(Object.keys(formFields(page))).toEqual(['code', 'state', 'iss'])
  })

  it('is in the metadata, and asked for without the feature it is an error', async () => {
    expect((await metadataOf(withFeatures(feature))).response_modes_supported).toEqual([
      'query',
      'form_post',
      'packed',
      'packed.form_post',
    ])
    const response = await harness()
      .browser()
      .get(authorizeUrl(challenge, { response_mode: 'packed' }))
    expect(redirected(response).get('error')).toBe('invalid_request')
    expect(redirected(response).get('error_description')).toBe('response_mode must be query or form_post.')
  })

  describe('that is not given any more while a request waits for it', () => {
    const storage = { current: memoryStorage() }
    let given: Harness
    let gone: Harness
    let visitor: Browser
    let fields: Record<string, string>
    /** The same browser at the other server. */
    const at = (h: Harness): Browser => {
      const browser = h.browser()
      for (const [name, value] of visitor.cookies) browser.cookies.set(name, value)
      return browser
    }

    beforeEach(async () => {
      storage.current = memoryStorage()
      given = harness({ storage: storage.current, features: [feature] })
      gone = harness({ storage: storage.current })
      visitor = given.browser()
      const page = await visitor.get(authorizeUrl(challenge, { response_mode: 'packed' }))
      fields = formFields(await page.text())
    })

    const attempts: readonly [string, (browser: Browser) => Promise<Response>][] = [
      ['the consent page is answered with yes', (b) => b.post('/oauth/consent', { ...fields, decision: 'allow' })],
      ['the consent page is answered with no', (b) => b.post('/oauth/consent', { ...fields, decision: 'deny' })],
      ['the browser comes back from the login', (b) => b.get(`/oauth/authorize?pending=${fields.pending}`)],
      ['somebody else wants to log in', (b) => b.get(`/oauth/authorize?pending=${fields.pending}&switch=1`)],
    ]

    it.each(attempts)('gives 503 when %s, issues nothing, ends nothing, and tells the operator', async (_, attempt) => {
      const before = await snapshot(gone)
      const response = await attempt(at(gone))
      expect([response.status, response.headers.get('retry-after')]).toEqual([503, '1'])
      expect(response.headers.get('location')).toBeNull()
      expect(await snapshot(gone)).toBe(before)
      expect(await gone.storage.list('grant', {}, { limit: 10 })).toEqual([])
      expect(gone.events).toEqual([expect.objectContaining({ type: 'failed', reference: expect.stringMatching(/./) })])
      expect(gone.events[0]).toMatchObject({ cause: { message: expect.stringContaining('the response mode packed') } })
      // And goes on when the feature is back.
      const later = await visitor.post('/oauth/consent', { ...fields, decision: 'allow' })
      const { code = '' } = await carried(later, 'packed')
      expect((await given.token(redeemForm({ code, verifier }))).status).toBe(200)
    })

    it('does so also for a second click on Allow, and the code of the first stays good', async () => {
      const first = await visitor.post('/oauth/consent', { ...fields, decision: 'allow' })
      const { code = '' } = await carried(first, 'packed')
      const before = await snapshot(gone)
      const second = await at(gone).post('/oauth/consent', { ...fields, decision: 'allow' })
      expect([second.status, second.headers.get('location')]).toEqual([503, null])
      expect(await snapshot(gone)).toBe(before)
      expect((await gone.token(redeemForm({ code, verifier }))).status).toBe(200)
    })
  })
})

describe('a member of client metadata that a feature brings', () => {
  const feature: Feature = { name: 'lobby', clientFields: [textField('lobby_floor'), textField('lobby_door')] }
  const machine = { grant_types: ['client_credentials'], scope: 'read' }
  const described = { ...machine, lobby_floor: ' first ', lobby_door: 'left' }
  let given: Harness
  let gone: Harness
  beforeEach(() => {
    const storage = memoryStorage()
    given = harness({ storage, features: [feature], clientCacheLifetime: 0 })
    gone = harness({ storage, clientCacheLifetime: 0 })
  })

  const create = async () => {
    const { client, clientSecret = '' } = await given.server.clients.create(described)
    return { client_id: client.client_id, secret: clientSecret }
  }
  const fieldsAt = async (h: Harness, client_id: string) => (await h.server.clients.get(client_id))?.fields

  it('is kept in the fields of the client, as parse made it', async () => {
    const { client } = await given.server.clients.create(described)
    expect(client.fields).toEqual({ lobby_floor: 'first', lobby_door: 'left' })
    expect(await given.server.clients.get(client.client_id)).toEqual(client)
    expect((await given.server.clients.list()).clients).toEqual([client])
  })

  it('reaches what features do with a client', async () => {
    const where: Feature = {
      name: 'where',
      endpoints: (_, asClient) => [
        {
          name: 'where',
          paths: ['/where'],
          methods: { POST: (request) => asClient(request, async ({ fields }) => json({ fields })) },
          answers: 'json',
          cors: false,
        },
      ],
    }
    const configured = { client_id: 'c', client_secret: 'c'.repeat(32), ...described }
    const h = harness({ features: [where, feature], clients: [configured] })
    const { client, clientSecret = '' } = await h.server.clients.create({
      ...machine,
      lobby_floor: 'x',
    } as ClientMetadata)
    const answer = async (id: string, secret: string) => (await h.post('/where', {}, basic(id, secret))).json()
    expect(await answer('c', configured.client_secret)).toEqual({
      fields: { lobby_floor: 'first', lobby_door: 'left' },
    })
    expect(await answer(client.client_id, clientSecret)).toEqual({ fields: { lobby_floor: 'x' } })
  })

  it('may be left out, and a client without any has no fields', async () => {
    for (const more of [{}, { lobby_floor: undefined }]) {
      const { client } = await given.server.clients.create({ ...machine, ...more })
      expect(client).not.toHaveProperty('fields')
    }
  })

  it('is refused under its name where parse refuses it', async () => {
    const wrong = { ...machine, lobby_floor: 7 }
    const message = 'Client metadata: lobby_floor must be a string.'
    await expect(given.server.clients.create(wrong)).rejects.toThrow(new TypeError(message))
    const { client_id } = await create()
    await expect(given.server.clients.update(client_id, wrong)).rejects.toThrow(new TypeError(message))
    expect(await fieldsAt(given, client_id)).toEqual({ lobby_floor: 'first', lobby_door: 'left' })
    const configured = { client_id: 'c', client_secret: 'c'.repeat(32), ...wrong }
    expect(() => harness({ features: [feature], clients: [configured] })).toThrow(
      new TypeError(`clients[0] ('c'): ${message}`),
    )
  })

  it('is refused without the feature, and a slip is told from it with the feature', async () => {
    await expect(gone.server.clients.create(described)).rejects.toThrow(
      'Client metadata: lobby_floor is not known; leave it out.',
    )
    await expect(given.server.clients.create({ ...machine, lobby_flor: 'x' } as ClientMetadata)).rejects.toThrow(
      'Client metadata: lobby_flor is not known; did you mean lobby_floor?',
    )
  })

  it('is cleared by an update that leaves it out', async () => {
    const { client_id } = await create()
    const updated = await given.server.clients.update(client_id, { ...machine, lobby_door: 'right' } as ClientMetadata)
    expect(updated.fields).toEqual({ lobby_door: 'right' })
    expect(await fieldsAt(given, client_id)).toEqual({ lobby_door: 'right' })
    await given.server.clients.update(client_id, machine)
    expect(await fieldsAt(given, client_id)).toBeUndefined()
    expect(await given.server.clients.get(client_id)).not.toHaveProperty('fields')
  })

  it.each(['given', 'gone'])('is kept by a new secret, with the feature %s', async (which) => {
    const { client_id } = await create()
    const h = which === 'given' ? given : gone
    const { client } = await h.server.clients.rotateSecret(client_id)
    expect(client.fields).toEqual({ lobby_floor: 'first', lobby_door: 'left' })
    expect(await fieldsAt(given, client_id)).toEqual(client.fields)
  })

  it('is kept through updates while the feature is not given', async () => {
    const { client_id } = await create()
    await gone.server.clients.update(client_id, { ...machine, client_name: 'Renamed' })
    expect(await given.server.clients.get(client_id)).toMatchObject({
      client_name: 'Renamed',
      fields: { lobby_floor: 'first', lobby_door: 'left' },
    })
  })

  it('of one feature is kept through updates while only others are given', async () => {
    const storage = memoryStorage()
    const roof: Feature = { name: 'roof', clientFields: [textField('roof_color')] }
    const [both, one] = [[feature, roof], [roof]].map((features) => harness({ storage, features }))
    const metadata = { ...described, roof_color: 'red' }
    const { client } = (await both?.server.clients.create(metadata)) ?? expect.unreachable()
    await one?.server.clients.update(client.client_id, { ...machine, roof_color: 'blue' } as ClientMetadata)
    expect((await both?.server.clients.get(client.client_id))?.fields).toEqual({
      lobby_floor: 'first',
      lobby_door: 'left',
      roof_color: 'blue',
    })
    await one?.server.clients.update(client.client_id, machine)
    expect((await both?.server.clients.get(client.client_id))?.fields).toEqual({
      lobby_floor: 'first',
      lobby_door: 'left',
    })
  })

  it('takes nothing from the client: with the feature gone it works as before', async () => {
    const { client_id, secret } = await create()
    expect((await asked(gone, forItself, basic(client_id, secret))).status).toBe(200)
  })
})

describe('a client that asks for what nobody serves', () => {
  const kiosk: Feature = { name: 'kiosk', grantTypes: [grantType()] }
  const gateway: Feature = { name: 'gateway', clientAuthentication: [headerWay('gateway')] }
  const secret = { client_secret: 'x'.repeat(32) }
  const wanting: readonly [string, Feature, ClientMetadata, object, string][] = [
    [
      'a grant type',
      kiosk,
      { grant_types: ['client_credentials', PIN] },
      secret,
      `Client metadata: grant_types[1] must be authorization_code, refresh_token or client_credentials; it was '${PIN}'.`,
    ],
    [
      'a way of authentication',
      gateway,
      { grant_types: ['client_credentials'], token_endpoint_auth_method: 'gateway' },
      {},
      "Client metadata: token_endpoint_auth_method must be client_secret_basic, client_secret_post or none; it was 'gateway'.",
    ],
  ]

  it.each(wanting)('is refused when the server is made: %s', (_, feature, metadata, more, message) => {
    const configured = [{ client_id: 'c', ...more, ...metadata }]
    expect(() => harness({ clients: configured })).toThrow(new TypeError(`clients[0] ('c'): ${message}`))
    expect(() => harness({ clients: configured, features: [feature] })).not.toThrow()
  })

  it.each(wanting)('is refused when it is created or updated: %s', async (_, feature, metadata, __, message) => {
    const storage = memoryStorage()
    const h = harness({ storage })
    await expect(h.server.clients.create(metadata)).rejects.toThrow(new TypeError(message))
    const { client } = await h.server.clients.create({ grant_types: ['client_credentials'] })
    await expect(h.server.clients.update(client.client_id, metadata)).rejects.toThrow(new TypeError(message))
    expect(await h.server.clients.get(client.client_id)).toEqual(client)
    await harness({ storage, features: [feature] }).server.clients.update(client.client_id, metadata)
  })
})

describe('a client that is stored with a feature which is not given any more', () => {
  const feature: Feature = {
    name: 'kiosk',
    grantTypes: [grantType()],
    clientAuthentication: [headerWay('gateway'), headerWay('shared', { usesSecret: true })],
  }
  let given: Harness
  let gone: Harness
  beforeEach(() => {
    const storage = memoryStorage()
    given = harness({ storage, features: [feature] })
    gone = harness({ storage })
  })

  it('is told that its grant type is not for it now, and works on with its others', async () => {
    const grant_types = [PIN, 'client_credentials']
    const { client, clientSecret = '' } = await given.server.clients.create({ grant_types, scope: 'read' })
    const proof = basic(client.client_id, clientSecret)
    expect(await asked(given, pin, proof)).toMatchObject({ status: 200 })
    const before = await snapshot(gone)
    expect(await asked(gone, pin, proof)).toMatchObject({
      status: 400,
      error: 'unauthorized_client',
      reason: 'grant_type_not_served',
    })
    expect(await asked(gone, pin, basic(client.client_id, 'wrong'))).toMatchObject({ error: 'invalid_client' })
    expect(await snapshot(gone)).toBe(before)
    expect(await asked(gone, forItself, proof)).toMatchObject({ status: 200 })
    // And when it is back, so is the grant type.
    expect(await asked(given, pin, proof)).toMatchObject({ status: 200 })
  })

  it('gets no other grant type for the one that is missing', async () => {
    const { client, clientSecret = '' } = await given.server.clients.create({ grant_types: [PIN], scope: 'read' })
    const proof = basic(client.client_id, clientSecret)
    for (const grant_type of ['client_credentials', 'authorization_code', 'refresh_token']) {
      expect(await asked(gone, { grant_type }, proof)).toMatchObject({ status: 400, error: 'unauthorized_client' })
    }
  })

  it.each(['gateway', 'shared'])('cannot prove itself in any other way than %s', async (method) => {
    const metadata = { grant_types: ['client_credentials'], scope: 'read', token_endpoint_auth_method: method }
    const { client, clientSecret = '' } = await given.server.clients.create(metadata)
    const { client_id } = client
    const header = { [`x-${method}`]: `${client_id} genuine` }
    expect(await asked(given, forItself, header)).toMatchObject({ status: 200 })
    const attempts: [Record<string, string>, Record<string, string>][] = [
      [forItself, header],
      [{ ...forItself, client_id }, header],
      [{ ...forItself, client_id }, {}],
      [forItself, basic(client_id, clientSecret)],
      [{ ...forItself, client_id, client_secret: clientSecret }, {}],
    ]
    for (const [form, headers] of attempts) {
      expect(await asked(gone, form, headers)).toMatchObject({ status: 401, error: 'invalid_client' })
    }
    const revoked = await gone.post('/oauth/revoke', { client_id, token: 'x' })
    expect(revoked.status).toBe(401)
    expect(await asked(given, forItself, header)).toMatchObject({ status: 200 })
  })

  it('can be read and removed, and gets no secret for a method that nobody knows', async () => {
    const metadata = { grant_types: ['client_credentials'], token_endpoint_auth_method: 'shared' }
    const { client } = await given.server.clients.create(metadata)
    expect(await gone.server.clients.get(client.client_id)).toEqual(client)
    await expect(gone.server.clients.rotateSecret(client.client_id)).rejects.toThrow('proves itself otherwise')
    await gone.server.clients.remove(client.client_id)
    expect(await gone.server.clients.get(client.client_id)).toBeNull()
  })
})

describe('a grant type of a feature', () => {
  const scope = 'read'
  const kiosk = { client_id: 'kiosk', client_secret: 'k'.repeat(32), grant_types: [PIN], scope }
  const proof = basic('kiosk', kiosk.client_secret)
  const server = (given = grantType(), options: Parameters<typeof harness>[0] = {}) =>
    harness({
      features: [{ name: 'kiosk', grantTypes: [given] }],
      clients: [kiosk, clients.api, clients.web],
      ...options,
    })

  it('is in the metadata', async () => {
    expect((await metadataOf(server())).grant_types_supported).toContain(PIN)
  })

  it('answers with a token for a user that no grant stands behind', async () => {
    const h = server()
    h.claims = async (subject, context) => ({ told: [subject, context] })
    const { body } = await asked(h, { ...pin, scope: 'read' }, proof)
    expect(body).toEqual({
      access_token: expect.stringMatching(/^ey/),
      token_type: 'Bearer',
      expires_in: 600,
      scope: 'read',
    })
    const told = ['bob', { client_id: 'kiosk', scope: ['read'], resource: API }]
    expect(claimsOf(body.access_token)).toMatchObject({ iss: ISSUER, sub: 'bob', aud: API, client_id: 'kiosk', told })
    expect(await h.storage.list('grant', {}, { limit: 10 })).toEqual([])
    expect((await h.server.grants.list({ subject: 'bob' })).grants).toEqual([])
    expect(h.events).toEqual([
      expect.objectContaining({ type: 'client_token_issued', clientId: 'kiosk', resource: API }),
    ])
  })

  it('is refused when the user is gone', async () => {
    const h = server()
    h.claims = async () => null
    expect(await asked(h, pin, proof)).toMatchObject({ status: 400, error: 'invalid_grant' })
  })

  it.each([
    ['scope that the client may not have', { scope: 'read write' }, 'invalid_scope'],
    ['scope that is none', { scope: 'read "write"' }, 'invalid_scope'],
    ['a resource that nobody knows', { resource: 'https://nobody.example.com' }, 'invalid_target'],
  ])('is refused %s by access()', async (_, more, error) => {
    expect(await asked(server(), { ...pin, ...more }, proof)).toMatchObject({ status: 400, error })
  })

  it('is refused two resources by access()', async () => {
    const h = server()
    const response = await h.post('/oauth/token', { ...pin, resource: [API, OTHER_API] }, proof)
    expect([response.status, ((await response.json()) as Tokens).error]).toEqual([400, 'invalid_target'])
  })

  it('is for clients that are registered for it', async () => {
    expect(await asked(server(), pin, web)).toMatchObject({ status: 400, error: 'unauthorized_client' })
  })

  it('may refuse with an error of its own, which is told to the operator with the client', async () => {
    const no = {
      ...grantType(),
      answer: async () => Promise.reject(new OAuthError('invalid_grant', 'The PIN is wrong.')),
    }
    const h = server(no)
    const { status, body } = await asked(h, pin, proof)
    expect([status, body]).toEqual([400, { error: 'invalid_grant', error_description: 'The PIN is wrong.' }])
    expect(h.events).toEqual([
      expect.objectContaining({ type: 'refused', endpoint: 'token', error: 'invalid_grant', clientId: 'kiosk' }),
    ])
  })

  it('may tell the client to wait', async () => {
    const options = { status: 429, headers: [['retry-after', '60']] } as const
    const wait = () => Promise.reject(new OAuthError('invalid_grant', 'Too many attempts.', options))
    const response = await server({ ...grantType(), answer: wait }).post('/oauth/token', pin, proof)
    expect([response.status, response.headers.get('retry-after')]).toEqual([429, '60'])
  })

  it('that breaks is an error of the server, without words for the client', async () => {
    const broken = { ...grantType(), answer: async () => Promise.reject(new Error('the turnstile is stuck')) }
    const h = server(broken)
    const { status, body } = await asked(h, pin, proof)
    expect([status, body.error]).toEqual([500, 'server_error'])
    expect(JSON.stringify(body)).not.toContain('turnstile')
    expect(h.events).toEqual([expect.objectContaining({ type: 'failed', endpoint: 'token' })])
  })

  it('gives tokens that can be introspected, and revoked', async () => {
    const h = server()
    const { access_token: token } = (await asked(h, pin, proof)).body
    expect(await introspected(h, token)).toMatchObject({ active: true, sub: 'bob', client_id: 'kiosk', scope })
    expect((await h.post('/oauth/revoke', { token }, web)).status).toBe(200)
    expect(await introspected(h, token)).toMatchObject({ active: true })
    expect((await h.post('/oauth/revoke', { token }, proof)).status).toBe(200)
    expect(await introspected(h, token)).toEqual({ active: false })
  })

  it('gives opaque tokens that say the same of the user', async () => {
    const resources = { [API]: { scopes: { read: 'Read', write: 'Write' }, accessToken: 'opaque' as const } }
    const h = server(grantType(), { resources, clients: [kiosk, clients.api] })
    h.claims = async (subject) => ({ name: `The user ${subject}` })
    const { access_token: token } = (await asked(h, pin, proof)).body
    expect(token).toMatch(/^gwat_/)
    const facts = { active: true, sub: 'bob', client_id: 'kiosk', scope, name: 'The user bob' }
    expect(await introspected(h, token)).toMatchObject(facts)
    h.claims = async () => null
    expect(await introspected(h, token)).toEqual({ active: false })
  })

  it('gives tokens that the end of all logins and grants of the user does not end', async () => {
    const h = server()
    const { access_token: token } = (await asked(h, pin, proof)).body
    await h.server.users.signOut('bob')
    expect(await introspected(h, token)).toMatchObject({ active: true, sub: 'bob' })
  })

  const register = (given: ReturnType<typeof grantType>, metadata: ClientMetadata) =>
    server(given).server.clients.create({ scope, ...metadata })

  it('that starts grants may be registered with refresh_token, another not', async () => {
    const both = { grant_types: [PIN, 'refresh_token'] }
    const starting = grantType(PIN, { startsGrants: true })
    expect((await register(starting, both)).client.grant_types).toEqual([PIN, 'refresh_token'])
    await expect(register(grantType(), both)).rejects.toThrow(
      'Client metadata: grant_types has refresh_token without authorization_code, from which refresh tokens come; add it.',
    )
    await expect(register(starting, { grant_types: ['refresh_token'] })).rejects.toThrow(
      `Client metadata: grant_types has refresh_token without authorization_code or ${PIN}, from which refresh tokens come; add it.`,
    )
  })

  it('is for public clients only where it says so', async () => {
    const open = { grant_types: [PIN], token_endpoint_auth_method: 'none' }
    await expect(register(grantType(), open)).rejects.toThrow(
      `Client metadata: grant_types has ${PIN}, which needs a secret; use another token_endpoint_auth_method than none.`,
    )
    const h = server(grantType(PIN, { publicClients: true }))
    const { client, clientSecret } = await h.server.clients.create({ scope, ...open })
    expect(clientSecret).toBeUndefined()
    expect((await asked(h, { ...pin, client_id: client.client_id })).status).toBe(200)
  })
})

describe('a way of client authentication of a feature', () => {
  const machine = { grant_types: ['client_credentials'], scope: 'read' }
  const gateway = headerWay('gateway', { challenge: 'Gateway realm="client"' })
  const stamped = headerWay('stamped')
  const ambient = headerWay('certificate', { ambient: true })
  const bearer: ClientAuthentication = {
    methods: ['bearer'],
    scheme: 'bearer',
    challenge: 'Bearer realm="client"',
    read({ authorization }) {
      const [scheme, client_id] = authorization?.split(' ') ?? []
      if (scheme?.toLowerCase() !== 'bearer') return null
      return client_id ? { method: 'bearer', client_id } : 'There is no token behind Bearer.'
    },
    judge: () => null,
  }
  const assertion: ClientAuthentication = {
    methods: ['assertion'],
    parameters: ['client_assertion', 'client_assertion_type'],
    read({ form }) {
      const client_id = form.get('client_assertion')
      return client_id === undefined ? null : { method: 'assertion', client_id }
    },
    judge: () => null,
  }
  const configured = [
    ...['gateway', 'stamped', 'certificate', 'bearer', 'assertion'].flatMap((method) =>
      ['', '-2'].map((n) => ({ ...machine, client_id: method + n, token_endpoint_auth_method: method })),
    ),
    clients.web,
    clients.machine,
    clients.posting,
    { ...clients.spa },
  ]
  const features: Feature[] = [
    { name: 'mixed', clientAuthentication: [gateway, ambient, bearer] },
    { name: 'more', clientAuthentication: [stamped, assertion] },
  ]
  let h: Harness
  beforeEach(() => {
    h = harness({ features, clients: configured })
  })
  const machineProof = basic('machine', clients.machine.client_secret)
  const genuine = (method: string, client_id = method) => ({ [`x-${method}`]: `${client_id} genuine` })

  it('lets its clients in, also with their client_id in the form', async () => {
    for (const form of [forItself, { ...forItself, client_id: 'gateway' }]) {
      const { status, body } = await asked(h, form, genuine('gateway'))
      expect([status, claimsOf(body.access_token).sub]).toEqual([200, 'gateway'])
    }
    expect(await asked(h, forItself, { authorization: 'Bearer bearer' })).toMatchObject({ status: 200 })
    expect(await asked(h, { ...forItself, client_assertion: 'assertion' })).toMatchObject({ status: 200 })
  })

  it('is in the metadata, for each endpoint that clients call', async () => {
    const document = await metadataOf(h)
    const own = ['gateway', 'certificate', 'bearer', 'stamped', 'assertion']
    for (const endpoint of ['token', 'revocation', 'introspection']) {
      expect(document[`${endpoint}_endpoint_auth_methods_supported`]).toEqual(expect.arrayContaining(own))
    }
    const response = await h.post('/oauth/introspect', { token: 'x' }, genuine('gateway'))
    expect([response.status, await response.json()]).toEqual([200, { active: false }])
    expect((await h.post('/oauth/revoke', { token: 'x' }, genuine('gateway'))).status).toBe(200)
  })

  it.each<[string, Record<string, string>, Record<string, string>, string]>([
    ['a wrong proof', {}, { 'x-gateway': 'gateway forged' }, 'proof:wrong'],
    ['a client that nobody knows', {}, genuine('gateway', 'nobody'), 'client_unknown'],
    ['a client of another way', {}, genuine('gateway', 'machine'), 'client_auth_method'],
    ['a public client', {}, genuine('gateway', 'spa'), 'client_auth_method'],
    ['what it cannot read', {}, { 'x-gateway': 'gateway' }, 'client_auth_malformed'],
    ['what it cannot read, beside a client_id', { client_id: 'spa' }, { 'x-gateway': 'x' }, 'client_auth_malformed'],
    ['its client, only named', { client_id: 'gateway' }, {}, 'client_auth_method'],
    ['its client, by the way of another feature', {}, genuine('stamped', 'gateway'), 'client_auth_method'],
    ['its client, with an empty secret', {}, basic('gateway', ''), 'client_auth_method'],
  ])('refuses %s, and tells the operator why', async (_, form, headers, reason) => {
    expect(await asked(h, { ...forItself, ...form }, headers)).toMatchObject({
      status: 401,
      error: 'invalid_client',
      reason,
    })
  })

  it('cannot present a method that it does not stand for', async () => {
    const posing = {
      ...headerWay('posing'),
      read: () => ({ method: 'gateway', client_id: 'gateway', proof: 'genuine' }),
    }
    const ways: Feature = { name: 'ways', clientAuthentication: [gateway, posing] }
    const h = harness({ features: [ways], clients: configured.slice(0, 1) })
    expect(await asked(h, forItself)).toMatchObject({ error: 'invalid_client', reason: 'client_auth_method' })
  })

  it('gives the same answer for a wrong proof, a strange client and a strange way', async () => {
    const answers = [
      await asked(h, forItself, { 'x-gateway': 'gateway forged' }),
      await asked(h, forItself, genuine('gateway', 'nobody')),
      await asked(h, forItself, genuine('gateway', 'machine')),
    ]
    expect(new Set(answers.map(({ status, body }) => JSON.stringify([status, body]))).size).toBe(1)
  })

  it('says in a challenge how it wants the Authorization header, where that was used', async () => {
    const wrong = { authorization: 'Bearer machine' }
    expect(await asked(h, forItself, wrong)).toMatchObject({ status: 401, challenge: 'Bearer realm="client"' })
    const malformed = await asked(h, forItself, { authorization: 'Bearer' })
    expect(malformed).toMatchObject({ status: 401, challenge: 'Bearer realm="client"' })
    expect(malformed.body.error_description).toBe('There is no token behind Bearer.')
    // Without the header: that of every 401.
    const other = await asked(h, forItself, { 'x-gateway': 'gateway forged' })
    expect(other).toMatchObject({ status: 401, challenge: 'Client realm="client"' })
  })

  it.each<[string, Record<string, string>]>([
    ['alone', {}],
    ['beside another way', genuine('gateway')],
  ])('is named where the scheme of the Authorization header is one that nobody reads, %s', async (_, headers) => {
    const strange = await asked(h, forItself, { ...headers, authorization: 'Strange x' })
    expect(strange).toMatchObject({ status: 400, error: 'invalid_request', challenge: null })
    expect(strange.body.error_description).toBe(
      'The Authorization header has the scheme Strange, and not the scheme Basic or bearer; leave it out, or authenticate the client with it.',
    )
  })

  it.each<[string, Record<string, string>, Record<string, string>]>([
    ['two of one feature', {}, { ...genuine('gateway'), authorization: 'Bearer gateway' }],
    ['two of two features', {}, { ...genuine('gateway'), ...genuine('stamped', 'gateway') }],
    ['it and a secret in the header', {}, { ...genuine('gateway'), ...basic('gateway', 'x') }],
    ['it and a secret in the form', { client_id: 'gateway', client_secret: 'x' }, genuine('gateway')],
    ['it and an assertion', { client_assertion: 'gateway' }, genuine('gateway')],
    ['it and the type of an assertion', { client_assertion_type: 'x' }, genuine('gateway')],
    ['it, unreadable, and a right secret', {}, { 'x-gateway': 'x', ...machineProof }],
    ['a right secret and it, forged', {}, { 'x-gateway': 'machine forged', ...machineProof }],
  ])('is refused beside another: %s', async (_, form, headers) => {
    expect(await asked(h, { ...forItself, ...form }, headers)).toMatchObject({
      status: 400,
      error: 'invalid_request',
      body: { error_description: 'Use one way of client authentication, not several at once.' },
    })
  })

  it('is refused beside the client_id of another client', async () => {
    const { status, body } = await asked(h, { ...forItself, client_id: 'gateway-2' }, genuine('gateway'))
    expect([status, body.error]).toEqual([400, 'invalid_request'])
    expect(body.error_description).toBe('client_id is not that of the client that authenticates.')
  })

  describe('that may be there without being meant', () => {
    const certificate = genuine('certificate')

    it('counts for a client that is registered for it and names itself', async () => {
      expect(await asked(h, { ...forItself, client_id: 'certificate' }, certificate)).toMatchObject({ status: 200 })
    })

    it.each<[string, Record<string, string>, Record<string, string>, string]>([
      ['that does not name itself', {}, certificate, 'client_auth_missing'],
      ['that shows a forged one', { client_id: 'certificate' }, { 'x-certificate': 'certificate x' }, 'proof:wrong'],
      ['that shows an unreadable one', { client_id: 'certificate' }, { 'x-certificate': 'x' }, 'client_auth_method'],
      ['that shows none', { client_id: 'certificate' }, {}, 'client_auth_method'],
      ['that uses another way', {}, { ...certificate, ...basic('certificate', '') }, 'client_auth_method'],
      ['of another way', { client_id: 'machine' }, genuine('certificate', 'machine'), 'client_auth_method'],
      ['that shows that of another', { client_id: 'certificate-2' }, certificate, 'client_auth_other'],
    ])('does not let in a client %s', async (_, form, headers, reason) => {
      expect(await asked(h, { ...forItself, ...form }, headers)).toMatchObject({
        status: 401,
        error: 'invalid_client',
        reason,
      })
    })

    it('is no second way beside that of a client which is registered for another', async () => {
      expect(await asked(h, forItself, { ...certificate, ...machineProof })).toMatchObject({ status: 200 })
      expect(await asked(h, forItself, { ...certificate, ...genuine('gateway') })).toMatchObject({ status: 200 })
      const unreadable = { 'x-certificate': 'x', ...machineProof }
      expect(await asked(h, forItself, unreadable)).toMatchObject({ status: 200 })
    })

    it('does not disturb a public client', async () => {
      const { error, reason } = await asked(h, { grant_type: 'nonsense', client_id: 'spa' }, certificate)
      expect([error, reason]).toEqual(['unsupported_grant_type', 'grant_type_unknown'])
    })
  })

  describe('and secrets', () => {
    const shared = headerWay('shared', { usesSecret: true })
    let h: Harness
    beforeEach(() => {
      h = withFeatures({ name: 'ways', clientAuthentication: [gateway, shared] })
    })

    it('gives a client none that proves itself otherwise, and says so when one is wanted', async () => {
      const made = await h.server.clients.create({ ...machine, token_endpoint_auth_method: 'gateway' })
      expect(made).not.toHaveProperty('clientSecret')
      const { client_id } = made.client
      const before = await snapshot(h)
      await expect(h.server.clients.rotateSecret(client_id)).rejects.toThrow(
        new Error(
          `The client "${client_id}" proves itself otherwise (token_endpoint_auth_method gateway): it has no secret.`,
        ),
      )
      expect(await snapshot(h)).toBe(before)
    })

    it('gives one to a client whose way uses it', async () => {
      const made = await h.server.clients.create({ ...machine, token_endpoint_auth_method: 'shared' })
      expect(made.clientSecret).toMatch(/^gwcs_/)
      const rotated = await h.server.clients.rotateSecret(made.client.client_id)
      expect(rotated.clientSecret).not.toBe(made.clientSecret)
    })

    it('takes them from a client that is updated to prove itself otherwise', async () => {
      const { client, clientSecret = '' } = await h.server.clients.create(machine)
      await h.server.clients.update(client.client_id, { ...machine, token_endpoint_auth_method: 'gateway' })
      await h.server.clients.update(client.client_id, machine)
      expect(await asked(h, forItself, basic(client.client_id, clientSecret))).toMatchObject({ status: 401 })
    })

    it('wants none of a configured client that proves itself otherwise, and one of the others', () => {
      const client = { ...machine, client_id: 'c' }
      const make = (more: object) => () =>
        harness({
          features: [{ name: 'ways', clientAuthentication: [gateway, shared] }],
          clients: [{ ...client, ...more }],
        })
      const client_secret = 'x'.repeat(32)
      expect(make({ token_endpoint_auth_method: 'gateway' })).not.toThrow()
      expect(make({ token_endpoint_auth_method: 'shared', client_secret })).not.toThrow()
      expect(make({ token_endpoint_auth_method: 'gateway', client_secret })).toThrow(
        "clients[0] ('c'): client_secret is set, but token_endpoint_auth_method is gateway; remove one of them.",
      )
      expect(make({ token_endpoint_auth_method: 'shared' })).toThrow("clients[0] ('c'): client_secret is missing")
    })
  })
})
