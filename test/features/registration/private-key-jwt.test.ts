/**
 * private_key_jwt at a whole server: what lets a client in, and what is an `invalid_client` with nothing issued and nothing spent.
 */
import { createHmac } from 'node:crypto'
import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type PrivateKeyJwtOptions, privateKeyJwt, registration } from '../../../src/features/registration/index.js'
import type { SigningAlgorithm } from '../../../src/keys/jwk.js'
import type { Signer } from '../../../src/keys/signer-contract.js'
import type { Feature } from '../../../src/points/feature.js'
import { memoryStorage } from '../../../src/storage/memory.js'
import { metadataOf } from '../../points/fixtures.js'
import { bareJwksOf, carried, claimsFor, jwksOf, newKey, signed, TYPE } from '../../support/assertions.js'
import {
  authenticated,
  basic,
  CALLBACK,
  clients,
  type Harness,
  harness,
  ISSUER,
  obtainCode,
  redeemForm,
  refreshForm,
  START,
  snapshot,
} from '../../support/harness.js'
import { observedStorage } from '../../support/observed-storage.js'

const TOKEN_ENDPOINT = `${ISSUER}/oauth/token`
const JWKS_URI = 'https://agent.example/jwks.json'
const method = { token_endpoint_auth_method: 'private_key_jwt' as const }
const forItself = { grant_type: 'client_credentials', scope: 'read' }

let key: Signer
let rsa: Signer
let stranger: Signer
beforeAll(async () => {
  ;[key, rsa, stranger] = await Promise.all([newKey('ES256', 'k1'), newKey('RS256', 'k2'), newKey('ES256', 'k1')])
})

/** What is at the `jwks_uri`, and how often it was fetched. */
let published: { body: string; status: number; fetched: string[] }

const documents = {
  fetch: async (url: string) => {
    published.fetched.push(url)
    return new Response(published.body, {
      status: published.status,
      headers: { 'content-type': 'application/json' },
    })
  },
}

function serverWith(options: PrivateKeyJwtOptions = {}, more: Parameters<typeof harness>[0] = {}): Harness {
  const machine = { grant_types: ['client_credentials'], default_scope: 'read', ...method }
  return harness({
    features: [privateKeyJwt({ documents, ...options })],
    clients: [
      ...Object.values(clients),
      { client_id: 'agent', jwks: jwksOf(key, rsa), redirect_uris: [CALLBACK], default_scope: 'read', ...method },
      { client_id: 'job', jwks: jwksOf(key, rsa), ...machine },
      { client_id: 'bare', jwks: bareJwksOf(key, rsa), ...machine },
      { client_id: 'remote', jwks_uri: JWKS_URI, ...machine },
      { client_id: 'only-rsa', jwks: jwksOf(key, rsa), token_endpoint_auth_signing_alg: 'RS256', ...machine },
      { client_id: 'reader', jwks: jwksOf(key), serves: [...clients.api.serves], ...machine },
    ],
    ...more,
  })
}

let h: Harness
beforeEach(() => {
  published = { body: JSON.stringify(jwksOf(key)), status: 200, fetched: [] }
  h = serverWith()
})

/** What the token endpoint answers to a form, and what the operator is told. */
async function asked(form: Record<string, string>, headers: Record<string, string> = {}, at = h) {
  at.events.length = 0
  const response = await at.post('/oauth/token', form, headers)
  const text = await response.text()
  const event = at.events.find(({ type }) => type === 'refused')
  return { status: response.status, text, ...JSON.parse(text), ...(event?.type === 'refused' && event) }
}

/** An assertion of a client, as parameters. */
const proof = async (
  client_id = 'job',
  { claims = {}, header = {}, by = key }: { claims?: object; header?: object; by?: Signer } = {},
) => carried(await signed(by, claimsFor(client_id, h.now, { ...claims }), { ...header }))

describe('an assertion', () => {
  it.each<[string, object]>([
    ['to the issuer', {}],
    ['to the token endpoint, as some clients have it', { aud: TOKEN_ENDPOINT }],
    ['to a list of one', { aud: [ISSUER] }],
    ['to the token endpoint in a list of one', { aud: [TOKEN_ENDPOINT] }],
    ['without iat', { iat: undefined }],
    ['of a clock that is a minute ahead', { iat: START / 1000 + 60, nbf: START / 1000 + 60 }],
    ['of a clock that is nearly a minute behind', { iat: START / 1000 - 100, exp: START / 1000 - 59 }],
    ['for ten minutes', { exp: START / 1000 + 660 }],
    ['with other claims', { extra: { deep: true } }],
    ['with a jti of 255 characters', { jti: 'x'.repeat(255) }],
  ])('%s lets the client in', async (_, claims) => {
    expect(await asked({ ...forItself, ...(await proof('job', { claims })) })).toMatchObject({
      status: 200,
      scope: 'read',
    })
  })

  it('may have its client_id in the form, and typ and kid in its header, or not', async () => {
    for (const typ of [undefined, 'JWT', 'jwt', 'client-authentication+jwt', 'application/client-authentication+jwt']) {
      const form = { ...forItself, ...(await proof('job', { header: { typ } })), client_id: 'job' }
      expect((await asked(form)).status).toBe(200)
    }
    const withoutKid = await proof('bare', { header: { kid: undefined } })
    expect((await asked({ ...forItself, ...withoutKid })).status).toBe(200)
  })

  it.each<SigningAlgorithm>(['RS256', 'PS256', 'ES256', 'ES384', 'EdDSA', 'Ed25519'])(
    'signed by %s lets the client in, by a key that names the algorithm or not',
    async (alg) => {
      const by = await newKey(alg, 'own')
      for (const jwks of [jwksOf(by), bareJwksOf(by)]) {
        const { client } = await h.server.clients.create({
          ...method,
          jwks,
          grant_types: ['client_credentials'],
          scope: 'read',
        })
        expect((await asked({ ...forItself, ...(await proof(client.client_id, { by })) })).status).toBe(200)
      }
    },
  )

  it('costs one insert more, which only such clients pay, and nothing when it is wrong', async () => {
    const storage = observedStorage()
    h = serverWith({}, { storage })
    const callsOf = async (form: Record<string, string>, headers = {}) => {
      storage.calls.length = 0
      const answer = await asked(form, headers)
      return { answer, calls: [...storage.calls] }
    }
    const secret = basic('machine', clients.machine.client_secret)
    expect((await callsOf(forItself, secret)).calls).not.toContain('insert once')
    const code = redeemForm(await obtainCode(h, { client_id: 'agent' }))
    const redeemed = await callsOf({ ...code, ...(await proof('agent')) })
    expect(redeemed.calls).toEqual(['insert once', 'get grant', 'replace grant'])
    const refresh = refreshForm(redeemed.answer.refresh_token)
    expect((await callsOf({ ...refresh, ...(await proof('agent', { by: stranger })) })).calls).toEqual([])
    expect((await callsOf({ ...refresh, ...(await proof('agent')) })).calls).toEqual(redeemed.calls)
  })

  it('lets in at revocation and introspection as well, where it is addressed to the same server', async () => {
    for (const aud of [ISSUER, TOKEN_ENDPOINT]) {
      const claims = { aud }
      expect((await h.post('/oauth/revoke', { token: 'x', ...(await proof('reader', { claims })) })).status).toBe(200)
      const response = await h.post('/oauth/introspect', { token: 'x', ...(await proof('reader', { claims })) })
      expect([response.status, await response.json()]).toEqual([200, { active: false }])
    }
    for (const path of ['/oauth/revoke', '/oauth/introspect']) {
      const own = await proof('reader', { claims: { aud: ISSUER + path } })
      expect((await h.post(path, { token: 'x', ...own })).status).toBe(401)
    }
  })
})

/** How an assertion can be wrong: what is changed, and what the operator is told. */
const attacks: readonly [string, () => Promise<Record<string, string>>, reason: string, hint: RegExp][] = [
  [
    'is for two audiences',
    () => proof('agent', { claims: { aud: [ISSUER, 'https://other.example'] } }),
    'client_assertion_audience',
    /"https:\/\/other\.example"; it must be one, https:\/\/auth\.example\.com or https:\/\/auth\.example\.com\/oauth\/token/,
  ],
  [
    'is for this server twice',
    () => proof('agent', { claims: { aud: [ISSUER, ISSUER] } }),
    'client_assertion_audience',
    /several aud/,
  ],
  [
    'is for somebody else',
    () => proof('agent', { claims: { aud: 'https://other.example' } }),
    'client_assertion_audience',
    /Received "https:\/\/other\.example"; the nearest that is right is/,
  ],
  [
    'has the issuer with a slash',
    () => proof('agent', { claims: { aud: `${ISSUER}/` } }),
    'client_assertion_audience',
    /another path/,
  ],
  [
    'has no audience',
    () => proof('agent', { claims: { aud: undefined } }),
    'client_assertion_audience',
    /Received aud none/,
  ],
  [
    'has an empty list of audiences',
    () => proof('agent', { claims: { aud: [] } }),
    'client_assertion_audience',
    /Received aud none/,
  ],
  [
    'has an audience in an object',
    () => proof('agent', { claims: { aud: { is: ISSUER } } }),
    'client_assertion_audience',
    /object/,
  ],
  [
    'is over',
    () => proof('agent', { claims: { exp: START / 1000 - 60 } }),
    'client_assertion_expired',
    /ended 60 seconds ago/,
  ],
  ['has no end', () => proof('agent', { claims: { exp: undefined } }), 'client_assertion_time', /Received exp none/],
  [
    'has an end in words',
    () => proof('agent', { claims: { exp: String(START / 1000 + 60) } }),
    'client_assertion_time',
    /number/,
  ],
  [
    'ends in an hour',
    () => proof('agent', { claims: { exp: START / 1000 + 3600 } }),
    'client_assertion_time',
    /3600 seconds ahead; 600/,
  ],
  [
    'begins later',
    () => proof('agent', { claims: { nbf: START / 1000 + 61 } }),
    'client_assertion_time',
    /nbf that is 61 seconds ahead/,
  ],
  [
    'was made in the future',
    () => proof('agent', { claims: { iat: START / 1000 + 61 } }),
    'client_assertion_time',
    /iat that is 61/,
  ],
  ['has no jti', () => proof('agent', { claims: { jti: undefined } }), 'client_assertion_jti', /Received jti none/],
  ['has a number for jti', () => proof('agent', { claims: { jti: 7 } }), 'client_assertion_jti', /number/],
  [
    'has a jti of 256 characters',
    () => proof('agent', { claims: { jti: 'x'.repeat(256) } }),
    'client_assertion_jti',
    /1 to 255/,
  ],
  ['has a jti with a line end', () => proof('agent', { claims: { jti: 'a\nb' } }), 'client_assertion_jti', /printable/],
  [
    'is issued by another client',
    () => proof('agent', { claims: { iss: 'job' } }),
    'client_assertion_client',
    /Received iss "job" and sub "agent"; both must be "agent"/,
  ],
  [
    'is about another client, beside the client_id',
    async () => ({ ...(await proof('agent', { claims: { sub: 'job' } })), client_id: 'agent' }),
    'client_assertion_client',
    /Received iss "agent" and sub "job"; both must be "agent"/,
  ],
  [
    'is another client’s, beside the client_id',
    async () => ({ ...(await proof('job')), client_id: 'agent' }),
    'client_assertion_client',
    /Received iss "job" and sub "job"; both must be "agent"/,
  ],
  [
    'is signed by a key of a stranger',
    () => proof('agent', { by: stranger }),
    'client_assertion_signature_wrong',
    /of none of the client's keys/,
  ],
  [
    'names a key that nobody has',
    () => proof('agent', { header: { kid: 'k9' } }),
    'client_assertion_key_unknown',
    /kid "k9"/,
  ],
  [
    'names a key of another type',
    () => proof('agent', { header: { kid: 'k2' } }),
    'client_assertion_key_unknown',
    /by ES256/,
  ],
  [
    'brings its own key along',
    () => proof('agent', { by: stranger, header: { jwk: stranger.publicJwk, jku: JWKS_URI, x5c: ['MIIB'] } }),
    'client_assertion_signature_wrong',
    /./,
  ],
  [
    'says alg none, with a signature',
    () => proof('agent', { header: { alg: 'none' } }),
    'client_assertion_algorithm',
    /Received alg "none"; this client may sign with RS256, PS256,/,
  ],
  [
    'says an algorithm that its key is not for',
    () => proof('agent', { header: { alg: 'RS256' } }),
    'client_assertion_key_unknown',
    /./,
  ],
  [
    'says an algorithm in other letters',
    () => proof('agent', { header: { alg: 'es256' } }),
    'client_assertion_algorithm',
    /./,
  ],
  ['is authenticated with its public key (HS256)', confused, 'client_assertion_algorithm', /Received alg "HS256"/],
  [
    'has critical extensions',
    () => proof('agent', { header: { crit: ['exp'], exp: 1 } }),
    'client_assertion_header',
    /crit/,
  ],
  ['has an unencoded payload', () => proof('agent', { header: { b64: false } }), 'client_assertion_header', /b64/],
  [
    'was made to be an access token',
    () => proof('agent', { header: { typ: 'at+jwt' } }),
    'client_assertion_header',
    /typ "at\+jwt"/,
  ],
  ['comes from nobody', () => proof('nobody'), 'client_unknown', /Received client_id "nobody", which nobody has/],
  ['comes from a client with a secret', () => proof('web'), 'client_auth_method', /came with private_key_jwt/],
  [
    'comes from a public client',
    () => proof('spa'),
    'client_auth_method',
    /registered for none, and came with private_key_jwt/,
  ],
]

/** RFC 8725 §2.1: a MAC, whose secret is the public key. */
async function confused(): Promise<Record<string, string>> {
  const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const input = `${encode({ alg: 'HS256', kid: 'k1' })}.${encode(claimsFor('agent', START))}`
  const mac = createHmac('sha256', JSON.stringify(key.publicJwk)).update(input).digest('base64url')
  return carried(`${input}.${mac}`)
}

describe('an assertion that', () => {
  it.each(attacks)('%s is an invalid_client, and nothing is issued or spent', async (_, make, reason, hint) => {
    const code = redeemForm(await obtainCode(h, { client_id: 'agent' }))
    const before = await snapshot(h)
    const sent = await make()
    const answer = await asked({ ...code, ...sent })
    expect(answer).toMatchObject({ status: 401, error: 'invalid_client', reason, hint: expect.stringMatching(hint) })
    expect(answer).not.toHaveProperty('access_token')
    expect(await snapshot(h)).toBe(before)
    const said = JSON.stringify(h.events)
    expect([said.includes(sent.client_assertion ?? '?'), published.fetched]).toEqual([false, []])

    const redeemed = await asked({ ...code, ...(await proof('agent')) })
    expect(redeemed.status).toBe(200)
    const refresh = refreshForm(redeemed.refresh_token)
    const grants = await snapshot(h)
    expect((await asked({ ...refresh, ...(await make()) })).status).toBe(401)
    expect(await snapshot(h)).toBe(grants)
    expect((await asked({ ...refresh, ...(await proof('agent')) })).status).toBe(200)
  })

  it('is wrong tells its client the same, whatever is wrong with it and whether there is such a client', async () => {
    const answers = new Set<string>()
    for (const [, make] of attacks) answers.add((await asked({ ...forItself, ...(await make()) })).text)
    expect(answers.size).toBe(1)
  })

  it.each<[string, Record<string, string>, RegExp]>([
    ['is no JWS', carried('a.b'), /must be a signed JWT/],
    ['has no signature', carried('eyJhbGciOiJub25lIn0.eyJzdWIiOiJhZ2VudCJ9.'), /must be a signed JWT/],
    ['says nothing', { client_assertion_type: TYPE }, /^client_assertion is missing/],
    ['says not what it is', { client_assertion: 'a.b.c' }, /^client_assertion_type is missing/],
    [
      'says nothing, beside a client_id',
      { client_assertion_type: TYPE, client_id: 'spa' },
      /^client_assertion is missing/,
    ],
  ])('%s is an invalid_client that helps its developer', async (_, form, told) => {
    const answer = await asked({ ...forItself, ...form })
    expect(answer).toMatchObject({ status: 401, error: 'invalid_client', reason: 'client_auth_malformed' })
    expect(answer.error_description).toMatch(told)
  })

  it('is of another type is an invalid_client, and the operator learns which', async () => {
    const type = 'urn:ietf:params:oauth:client-assertion-type:saml2-bearer'
    const answer = await asked({ ...forItself, ...(await proof()), client_assertion_type: type })
    expect(answer).toMatchObject({
      status: 401,
      reason: 'client_auth_method',
      hint: expect.stringContaining(`"${type}"`),
    })
  })

  it('comes beside a secret, or in a header besides, is an invalid_request', async () => {
    const secret = clients.web.client_secret
    for (const [form, headers] of [
      [{ client_id: 'agent', client_secret: secret }, {}],
      [{}, basic('web', secret)],
    ] as const) {
      expect(await asked({ ...forItself, ...(await proof()), ...form }, headers)).toMatchObject({
        status: 400,
        reason: 'client_auth_several',
      })
    }
  })
})

describe('a client that is registered for private_key_jwt', () => {
  it('gets in by nothing else', async () => {
    const { client, clientSecret } = await h.server.clients.create({
      ...method,
      jwks: jwksOf(key),
      grant_types: ['client_credentials'],
      scope: 'read',
    })
    expect(clientSecret).toBeUndefined()
    const { client_id } = client
    for (const [form, headers] of [
      [{ client_id }, {}],
      [{ client_id, client_secret: 's'.repeat(32) }, {}],
      [{}, basic(client_id, 's'.repeat(32))],
      [{}, basic(client_id, '')],
    ] as const) {
      expect(await asked({ ...forItself, ...form }, headers)).toMatchObject({
        status: 401,
        reason: 'client_auth_method',
      })
    }
  })

  it('gets in by no secret that it had before', async () => {
    const metadata = { grant_types: ['client_credentials'], scope: 'read' }
    const { client, clientSecret = '' } = await h.server.clients.create(metadata)
    await h.server.clients.update(client.client_id, { ...metadata, ...method, jwks: jwksOf(key) })
    h = serverWith({}, { storage: h.storage })
    expect((await asked(forItself, basic(client.client_id, clientSecret))).status).toBe(401)
    expect((await asked({ ...forItself, ...(await proof(client.client_id)) })).status).toBe(200)
    await expect(h.server.clients.rotateSecret(client.client_id)).rejects.toThrow('it has no secret')
  })

  it('may sign with the registered algorithm alone', async () => {
    const other = await asked({ ...forItself, ...(await proof('only-rsa')) })
    expect(other).toMatchObject({
      reason: 'client_assertion_algorithm',
      hint: 'Received alg "ES256"; this client may sign with RS256.',
    })
    expect((await asked({ ...forItself, ...(await proof('only-rsa', { by: rsa })) })).status).toBe(200)
  })

  it('gets in by no way at all while the feature is away', async () => {
    const { client } = await h.server.clients.create({
      ...method,
      jwks: jwksOf(key),
      grant_types: ['client_credentials'],
    })
    const gone = harness({ storage: h.storage })
    const answer = await asked({ ...forItself, ...(await proof(client.client_id)) }, {}, gone)
    expect(answer).toMatchObject({ status: 401, reason: 'client_auth_method' })
    expect((await asked({ ...forItself, client_id: client.client_id }, {}, gone)).status).toBe(401)
  })
})

describe('an assertion is used once', () => {
  const replayed = { status: 401, error: 'invalid_client', reason: 'client_assertion_replayed' }

  it('until it is over, at whichever instance it comes again', async () => {
    const storage = memoryStorage()
    const [one, other] = [serverWith({}, { storage }), serverWith({}, { storage })]
    const form = { ...forItself, ...(await proof('job', { claims: { exp: START / 1000 + 600, jti: 'a b' } })) }
    expect((await asked(form, {}, one)).status).toBe(200)
    expect(await asked(form, {}, one)).toMatchObject({
      ...replayed,
      hint: expect.stringContaining('The jti "a b" was used before'),
    })
    expect(await asked(form, {}, other)).toMatchObject(replayed)
    one.now = other.now = START + 659_999
    expect(await asked(form, {}, other)).toMatchObject(replayed)
    one.now = START + 660_000
    expect(await asked(form, {}, one)).toMatchObject({ ...replayed, reason: 'client_assertion_expired' })
  })

  it('also when it comes many times at once', async () => {
    const form = { ...forItself, ...(await proof()) }
    const statuses = await Promise.all(
      Array.from({ length: 10 }, async () => (await h.post('/oauth/token', form)).status),
    )
    expect(statuses.filter((status) => status === 200)).toHaveLength(1)
    expect(statuses.filter((status) => status === 401)).toHaveLength(9)
  })

  it('by each client: two may have the same jti', async () => {
    for (const client_id of ['job', 'bare']) {
      expect((await asked({ ...forItself, ...(await proof(client_id, { claims: { jti: 'same' } })) })).status).toBe(200)
    }
  })

  it('at all endpoints together', async () => {
    const sent = await proof('reader')
    expect((await h.post('/oauth/introspect', { token: 'x', ...sent })).status).toBe(200)
    expect(await asked({ ...forItself, ...sent })).toMatchObject(replayed)
  })

  it('also when it ends while keys are fetched, and its jti may be forgotten by then', async () => {
    const published = new Response(JSON.stringify(jwksOf(key)), { headers: { 'content-type': 'application/json' } })
    const slow = {
      async fetch() {
        h.now += 10_000
        return published
      },
    }
    h = serverWith({ documents: slow })
    const before = await snapshot(h)
    const late = await proof('remote', { claims: { exp: START / 1000 - 55 } })
    expect(await asked({ ...forItself, ...late })).toMatchObject({ ...replayed, reason: 'client_assertion_expired' })
    expect(await snapshot(h)).toBe(before)
  })

  it('and not used up by what is wrong with it', async () => {
    const claims = { jti: 'mine' }
    await asked({ ...forItself, ...(await proof('job', { claims, by: stranger })) })
    await asked({ ...forItself, ...(await proof('job', { claims: { ...claims, aud: 'https://other.example' } })) })
    expect((await asked({ ...forItself, ...(await proof('job', { claims })) })).status).toBe(200)
  })

  it('by whoever wrote it down, also when the store did not say so', async () => {
    const storage = observedStorage()
    h = serverWith({}, { storage })
    storage.faults.push({ verb: 'insert', kind: 'once', when: 'after' })
    const form = { ...forItself, ...(await proof()) }
    expect((await asked(form)).status).toBe(200)
    expect(await asked(form)).toMatchObject(replayed)
  })

  it('or nothing is issued: when the store fails, it is a 503 and no token', async () => {
    const storage = memoryStorage()
    const broken = {
      ...storage,
      insert: (...[kind, ...rest]: Parameters<typeof storage.insert>) =>
        kind === 'once' ? Promise.reject(new Error('away')) : storage.insert(kind, ...rest),
    }
    h = serverWith({}, { storage: broken })
    const before = await snapshot(h)
    const answer = await asked({ ...forItself, ...(await proof()) })
    expect([answer.status, answer.access_token]).toEqual([503, undefined])
    expect(await snapshot(h)).toBe(before)
  })
})

describe('a client that did not get its answer', () => {
  it('gets it with a new assertion', async () => {
    const storage = memoryStorage()
    let state: 'fine' | 'losing' | 'away' = 'fine'
    const losing = {
      ...storage,
      async replace(...args: Parameters<typeof storage.replace>) {
        const isDone = await storage.replace(...args)
        if (state !== 'losing') return isDone
        state = 'away'
        throw new Error('the reply was lost')
      },
      get: (...args: Parameters<typeof storage.get>) =>
        state === 'away' ? Promise.reject(new Error('away')) : storage.get(...args),
    }
    h = serverWith({}, { storage: losing, storageTimeout: 1 })
    const code = redeemForm(await obtainCode(h, { client_id: 'agent' }))
    state = 'losing'
    expect((await asked({ ...code, ...(await proof('agent')) })).status).toBe(503)
    state = 'fine'
    // A spent code gets nothing, but for the answer that was kept for just this request.
    const again = await asked({ ...code, ...(await proof('agent')) })
    expect(again.status).toBe(200)
    expect((await asked({ ...refreshForm(again.refresh_token), ...(await proof('agent')) })).status).toBe(200)
  })
})

describe('keys at a jwks_uri', () => {
  it('are fetched when they are needed, and kept', async () => {
    for (const _ of [1, 2, 3]) expect((await asked({ ...forItself, ...(await proof('remote')) })).status).toBe(200)
    expect(published.fetched).toEqual([JWKS_URI])
  })

  it('are fetched again for a new key, and not for each that is made up', async () => {
    expect((await asked({ ...forItself, ...(await proof('remote')) })).status).toBe(200)
    const next = await newKey('ES256', 'next')
    published.body = JSON.stringify(jwksOf(key, next))
    h.now += 30_000
    expect((await asked({ ...forItself, ...(await proof('remote', { by: next })) })).status).toBe(200)
    for (const kid of ['x', 'y', 'z']) {
      expect(
        await asked({ ...forItself, ...(await proof('remote', { by: stranger, header: { kid } })) }),
      ).toMatchObject({
        status: 401,
        reason: 'client_assertion_key_unknown',
      })
    }
    expect(published.fetched).toHaveLength(2)
  })

  it('are asked for on behalf of registered clients only, and of assertions that could be good', async () => {
    for (const make of [
      () => proof('nobody'),
      () => proof('remote', { claims: { aud: 'https://other.example' } }),
      () => proof('remote', { claims: { exp: START / 1000 - 100 } }),
      () => proof('remote', { header: { alg: 'none' } }),
      () => proof('remote', { claims: { jti: undefined } }),
    ]) {
      expect((await asked({ ...forItself, ...(await make()) })).status).toBe(401)
    }
    expect(published.fetched).toEqual([])
  })

  it.each<[string, Partial<typeof published>, RegExp]>([
    ['are not there', { status: 404 }, /status/],
    ['are no JWK Set', { body: '{}' }, /no JWK Set/],
    ['are private', { body: JSON.stringify({ keys: [{ ...withPrivate, kid: 'k1' }] }) }, /no key of the client fits/],
  ])('that %s let nobody in, and the operator learns why', async (_, change, hint) => {
    Object.assign(published, change)
    const answer = await asked({ ...forItself, ...(await proof('remote')) })
    const unknown = await asked({ ...forItself, ...(await proof('nobody')) })
    expect(answer).toMatchObject({ status: 401, error: 'invalid_client', hint: expect.stringMatching(hint) })
    expect(answer.text).toBe(unknown.text)
  })

  it('are not fetched at all with `documents: false`', async () => {
    const metadata = { ...method, grant_types: ['client_credentials'] }
    const { client } = await h.server.clients.create({ ...metadata, jwks_uri: JWKS_URI })
    h = serverWith({ documents: false }, { storage: h.storage, clients: [] })
    expect(await asked({ ...forItself, ...(await proof(client.client_id)) })).toMatchObject({
      status: 401,
      reason: 'client_assertion_keys_missing',
    })
    await expect(h.server.clients.create({ ...metadata, jwks_uri: JWKS_URI })).rejects.toThrow('jwks_uri is not known')
    expect(published.fetched).toEqual([])
  })
})

describe('a client that registers itself', () => {
  const agent = { ...method, redirect_uris: ['https://agent.example/callback'], scope: 'read' }
  beforeEach(() => {
    h = harness({ features: [registration({ open: true }), privateKeyJwt({ documents })] })
  })
  const register = async (body: object) => {
    const request = { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }
    const response = await h.server.fetch(new Request(`${ISSUER}/oauth/register`, request))
    return { status: response.status, ...(await response.json()) }
  }

  it.each<[string, () => object]>([
    ['jwks', () => ({ jwks: jwksOf(key) })],
    ['jwks_uri', () => ({ jwks_uri: JWKS_URI })],
  ])('with its %s gets no secret, and in by its key', async (_, keys) => {
    const registered = await register({ ...agent, ...keys(), token_endpoint_auth_signing_alg: 'ES256' })
    expect(registered).toMatchObject({ status: 201, ...method, ...keys(), token_endpoint_auth_signing_alg: 'ES256' })
    expect(registered).not.toHaveProperty('client_secret')
    const { client_id } = registered
    const code = await obtainCode(h, { client_id, redirect_uri: agent.redirect_uris[0] ?? '' })
    const form = { ...redeemForm(code), redirect_uri: agent.redirect_uris[0] ?? '' }
    expect((await asked({ ...form, ...(await proof(client_id, { by: stranger })) })).status).toBe(401)
    expect((await asked({ ...form, ...(await proof(client_id)) })).status).toBe(200)
  })

  it.each<[string, () => object, string]>([
    ['without keys', () => ({}), 'token_endpoint_auth_method'],
    ['with both', () => ({ jwks: jwksOf(key), jwks_uri: JWKS_URI }), 'jwks'],
    ['with a private key', () => ({ jwks: { keys: [withPrivate] } }), 'jwks'],
    ['with a symmetric key', () => ({ jwks: { keys: [{ kty: 'oct', k: 'AA' }] } }), 'jwks'],
    ['with keys at http', () => ({ jwks_uri: 'http://127.0.0.1/jwks' }), 'jwks_uri'],
    [
      'with an algorithm of secrets',
      () => ({ jwks: jwksOf(key), token_endpoint_auth_signing_alg: 'HS256' }),
      'token_endpoint_auth_signing_alg',
    ],
  ])('%s is refused with the name of the member, and not written', async (_, keys, member) => {
    const before = await snapshot(h)
    const refused = await register({ ...agent, ...keys() })
    expect(refused).toMatchObject({ status: 400, error: 'invalid_client_metadata' })
    expect(refused.error_description).toMatch(new RegExp(`^${member} `))
    expect(await snapshot(h)).toBe(before)
    expect(published.fetched).toEqual([])
  })
})

const withPrivate = { kty: 'EC', crv: 'P-256', x: 'x', y: 'y', d: 'd' }

describe('the option', () => {
  it('audience takes the issuer alone, where it says so', async () => {
    h = serverWith({ audience: 'issuer' })
    const wrong = await asked({ ...forItself, ...(await proof('job', { claims: { aud: TOKEN_ENDPOINT } })) })
    expect(wrong).toMatchObject({ status: 401, reason: 'client_assertion_audience' })
    expect((await asked({ ...forItself, ...(await proof()) })).status).toBe(200)
  })

  it('algorithms is what may be used, registered and found in the metadata', async () => {
    h = serverWith({ algorithms: ['ES256'] }, { clients: [] })
    const metadata = await metadataOf(h)
    expect(metadata.token_endpoint_auth_signing_alg_values_supported).toEqual(['ES256'])
    const described = { ...method, grant_types: ['client_credentials'] }
    await expect(h.server.clients.create({ ...described, jwks: jwksOf(rsa) })).rejects.toThrow(
      'token_endpoint_auth_method is private_key_jwt, but none of the keys in jwks is for signatures by ES256.',
    )
    await expect(
      h.server.clients.create({ ...described, jwks: jwksOf(key), token_endpoint_auth_signing_alg: 'RS256' }),
    ).rejects.toThrow('token_endpoint_auth_signing_alg must be ES256.')
  })

  it.each<[unknown, string]>([
    [null, 'privateKeyJwt takes options, or nothing. Write `privateKeyJwt()`.'],
    [{ aud: 'x' }, 'privateKeyJwt: there is no option `aud`. The options are audience, algorithms, documents.'],
    [{ audience: ISSUER }, "privateKeyJwt: audience must be 'issuer' or 'issuer_or_token_endpoint'."],
    [{ algorithms: ['HS256'] }, 'privateKeyJwt: algorithms must be a list of ES256'],
    [{ algorithms: [] }, 'privateKeyJwt: algorithms must be a list of ES256'],
    [{ documents: true }, 'privateKeyJwt: documents must be an object, or false.'],
  ])('%j is refused', (options, message) => {
    expect(() => privateKeyJwt(options as PrivateKeyJwtOptions)).toThrow(message)
  })

  it('documents is checked when the server is made', () => {
    const features: Feature[] = [privateKeyJwt({ documents: { allowOrigins: ['localhost'] } })]
    expect(() => harness({ features })).toThrow(TypeError)
  })
})

describe('the metadata', () => {
  it('names the method and its algorithms for each endpoint at which clients authenticate (RFC 8414 §2)', async () => {
    const document = await metadataOf(h)
    for (const endpoint of ['token', 'revocation', 'introspection']) {
      expect(document[`${endpoint}_endpoint_auth_methods_supported`]).toContain('private_key_jwt')
      expect(document[`${endpoint}_endpoint_auth_signing_alg_values_supported`]).toEqual([
        'RS256',
        'PS256',
        'ES256',
        'ES384',
        'EdDSA',
        'Ed25519',
      ])
    }
    expect(await metadataOf(harness())).not.toHaveProperty('token_endpoint_auth_signing_alg_values_supported')
  })
})

describe('a client with a secret', () => {
  it('goes on as ever beside the feature', async () => {
    const response = await h.post('/oauth/token', ...authenticated(forItself, 'machine'))
    expect(response.status).toBe(200)
  })
})
