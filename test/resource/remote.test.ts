import { createHmac, generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { signJws } from '../../src/keys/jws.js'
import { generatePrivateJwk, importSigner } from '../../src/keys/signer.js'
import type { Signer } from '../../src/keys/signer-contract.js'
import { createResourceServer, type ResourceServer } from '../../src/resource/index.js'
import { API, claimsAt, foreignIssuer, ISSUER, type Issuer, outcome, request, START, show, statusOf } from './issuer.js'

let signer: Signer
let other: Signer
let rsa: { publicKey: KeyObject; privateKey: KeyObject }
let rsaJwk: { [member: string]: unknown }
let issuer: Issuer
let api: ResourceServer

beforeAll(async () => {
  signer = await importSigner(await generatePrivateJwk('ES256'))
  other = await importSigner(await generatePrivateJwk('ES256'))
  rsa = generateKeyPairSync('rsa', { modulusLength: 2048 })
  rsaJwk = { ...rsa.publicKey.export({ format: 'jwk' }), kid: 'rsa' }
})
beforeEach(() => {
  issuer = foreignIssuer([signer.publicJwk, rsaJwk])
  api = issuer.api()
})

const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')

/** A JWT made by hand, signed by whatever `make` does. */
function jwt(header: object, make: (input: string) => Buffer, claims: object = claimsAt(issuer.now)): string {
  const input = `${encode({ typ: 'at+jwt', ...header })}.${encode(claims)}`
  return `${input}.${make(input).toString('base64url')}`
}

const rsaSignature = (hash: string) => (input: string) => sign(hash, Buffer.from(input), rsa.privateKey)
const pssSignature = (input: string) =>
  sign('sha256', Buffer.from(input), { key: rsa.privateKey, padding: 6, saltLength: 32 })

/** Refused with 401 invalid_token, and the good token still works. */
async function expectRefused(token: string) {
  const { status, challenge } = outcome(await show(api, token))
  expect([status, challenge]).toEqual([401, expect.stringMatching(/^Bearer error="invalid_token", /)])
  expect(await statusOf(show(api, await issuer.token(signer)))).toBe(200)
}

describe('a good token of another server', () => {
  it('gives access: who, by which client, with which scope, until when', async () => {
    const token = await issuer.token(signer, { auth_time: START / 1000 - 60, acr: 'mfa', role: 'editor', nbf: 1 })
    expect(await show(api, token)).toEqual({
      ok: true,
      access: {
        subject: 'alice',
        clientId: 'web',
        scope: ['read', 'write'],
        resource: API,
        expiresAt: START + 600_000,
        authenticatedAt: START - 60_000,
        acr: 'mfa',
        claims: { role: 'editor' },
      },
    })
  })

  it.each([
    ['a list of audiences with this one in it', { aud: ['https://x.example', API] }],
    ['no scope', { scope: undefined }],
    ['times with fractions', { iat: START / 1000 - 0.5, exp: START / 1000 + 0.5 }],
  ])('may have %s', async (_, changes) => {
    expect(await statusOf(show(api, await issuer.token(signer, changes)))).toBe(200)
  })

  it('may have its type spelled as a media type', async () => {
    expect(await statusOf(show(api, await issuer.token(signer, {}, 'application/at+jwt')))).toBe(200)
  })

  it.each([
    ['RS256', rsaSignature('sha256')],
    ['PS256', pssSignature],
  ] as const)('may be signed with %s by an RSA key that names no algorithm', async (alg, make) => {
    expect(
      await statusOf(
        show(
          api,
          jwt({ alg, kid: 'rsa' }, (input) => make(input)),
        ),
      ),
    ).toBe(200)
  })

  it('needs every scope that the route needs', async () => {
    const token = await issuer.token(signer)
    expect(await statusOf(show(api, token, { scope: 'read write' }))).toBe(200)
    const { status, challenge } = outcome(await show(api, token, { scope: 'read admin' }))
    expect([status, challenge]).toEqual([403, expect.stringContaining('scope="read write admin"')])
  })
})

describe('is 401 invalid_token:', () => {
  it.each([
    ['another issuer', { iss: 'https://evil.example' }],
    ['the issuer with a slash more', { iss: `${ISSUER}/` }],
    ['another resource', { aud: 'https://other.example.com' }],
    ['a list of other resources', { aud: [`${API}/`, 'https://other.example.com'] }],
    ['no resource', { aud: undefined }],
    ['no subject', { sub: undefined }],
    ['an empty subject', { sub: '' }],
    ['no client', { client_id: undefined }],
    ['a scope that is a list', { scope: ['read'] }],
    ['no expiry', { exp: undefined }],
    ['an expiry that is a string', { exp: '9999999999' }],
    ['no time of issue', { iat: undefined }],
    ['a time of issue in the future', { iat: START / 1000 + 6 }],
    ['a beginning in the future', { nbf: START / 1000 + 6 }],
    ['a beginning that is no number', { nbf: 'now' }],
    ['a binding to a key, of which there was no proof', { cnf: { jkt: 'x' } }],
  ])('a token with %s', async (_, changes) => {
    await expectRefused(await issuer.token(signer, changes))
  })

  it('a token that never expires, as 1e999', async () => {
    const claims = JSON.stringify(claimsAt(issuer.now)).replace(/"exp":\d+/, '"exp":1e999')
    await expectRefused(await signJws(signer, 'at+jwt', claims))
  })

  it.each(['JWT', 'logout+jwt', 'id_token+jwt', ''])('one of the type %j, such as an ID token', async (typ) => {
    await expectRefused(await issuer.token(signer, {}, typ))
  })

  it('a token without a type', async () => {
    await expectRefused(jwt({ typ: undefined, alg: 'RS256', kid: 'rsa' }, rsaSignature('sha256')))
  })

  it('a token of a key that is not the issuer’s', async () => {
    await expectRefused(await issuer.token(other))
  })

  it('a token of a foreign key that takes the name of a known one', async () => {
    const named = await importSigner(await generatePrivateJwk('ES256'), { kid: signer.kid })
    await expectRefused(await issuer.token(named))
  })

  it('a token that brings its key along', async () => {
    const header = { alg: 'RS256', kid: 'mine', jwk: rsaJwk, jku: `${ISSUER}/other-jwks` }
    issuer.pages[`${ISSUER}/other-jwks`] = { keys: [{ ...rsaJwk, kid: 'mine' }] }
    await expectRefused(jwt(header, rsaSignature('sha256')))
    expect(issuer.count('/other-jwks')).toBe(0)
  })

  it('a token with another payload under a good signature', async () => {
    const [header, , signature] = (await issuer.token(signer)).split('.')
    await expectRefused(`${header}.${encode({ ...claimsAt(issuer.now), sub: 'admin' })}.${signature}`)
  })

  it.each(['none', 'None', 'NONE'])('an unsigned token (%s)', async (alg) => {
    for (const kid of ['rsa', signer.kid, undefined]) {
      await expectRefused(jwt({ alg, kid }, () => Buffer.alloc(0)))
      await expectRefused(jwt({ alg, kid }, () => Buffer.from('x')))
    }
  })

  it('HS256 with the public key as the secret', async () => {
    const pem = rsa.publicKey.export({ format: 'pem', type: 'spki' })
    for (const secret of [pem, JSON.stringify(rsaJwk), Buffer.from(String(rsaJwk.n), 'base64url')]) {
      await expectRefused(
        jwt({ alg: 'HS256', kid: 'rsa' }, (input) => createHmac('sha256', secret).update(input).digest()),
      )
    }
  })

  it('HS256 with a symmetric key that the key set really has', async () => {
    issuer.pages[`${ISSUER}/jwks`] = {
      keys: [signer.publicJwk, { kty: 'oct', kid: 'hs', alg: 'HS256', k: Buffer.from('secret').toString('base64url') }],
    }
    await expectRefused(
      jwt({ alg: 'HS256', kid: 'hs' }, (input) => createHmac('sha256', 'secret').update(input).digest()),
    )
  })

  it('a genuine signature by an algorithm that is not the key’s own', async () => {
    issuer.pages[`${ISSUER}/jwks`] = { keys: [signer.publicJwk, { ...rsaJwk, alg: 'PS256' }] }
    await expectRefused(jwt({ alg: 'RS256', kid: 'rsa' }, rsaSignature('sha256')))
    expect(await statusOf(show(api, jwt({ alg: 'PS256', kid: 'rsa' }, pssSignature)))).toBe(200)
  })

  it('a genuine signature by an algorithm that is not allowed', async () => {
    api = issuer.api({ algorithms: ['ES256', 'PS256'] })
    await expectRefused(jwt({ alg: 'RS256', kid: 'rsa' }, rsaSignature('sha256')))
    await expectRefused(jwt({ alg: 'RS512', kid: 'rsa' }, rsaSignature('sha512')))
    expect(await statusOf(show(api, jwt({ alg: 'PS256', kid: 'rsa' }, pssSignature)))).toBe(200)
  })

  it.each([
    ['for encryption', { use: 'enc' }],
    ['for something else than to verify', { key_ops: ['encrypt'] }],
    ['whose private half is published', { d: 'AQAB' }],
    ['without a name', { kid: undefined }],
  ])('a token of a key %s', async (_, changes) => {
    issuer.pages[`${ISSUER}/jwks`] = { keys: [signer.publicJwk, { ...rsaJwk, ...changes }] }
    await expectRefused(jwt({ alg: 'RS256', kid: 'rsa' }, rsaSignature('sha256')))
    await expectRefused(jwt({ alg: 'RS256' }, rsaSignature('sha256')))
  })

  it('a token of a weak RSA key', async () => {
    const weak = generateKeyPairSync('rsa', { modulusLength: 1024 })
    issuer.pages[`${ISSUER}/jwks`] = {
      keys: [signer.publicJwk, { ...weak.publicKey.export({ format: 'jwk' }), kid: 'weak' }],
    }
    await expectRefused(
      jwt({ alg: 'RS256', kid: 'weak' }, (input) => sign('sha256', Buffer.from(input), weak.privateKey)),
    )
  })

  it('an opaque token, when there is nobody to ask', async () => {
    for (const token of ['x', 'gwat_x', 'a.b.c', 'a.b', 'a.b.c.d.e']) await expectRefused(token)
    expect(issuer.count('/introspect')).toBe(0)
  })

  it('a token that is longer than any token is', async () => {
    await expectRefused(await issuer.token(signer, { filling: 'x'.repeat(9216) }))
  })
})

it('a token in the query is not looked at', async () => {
  const decision = await api.check(request({}, `${API}/notes?access_token=${await issuer.token(signer)}`))
  expect(outcome(decision)).toMatchObject({ status: 401, challenge: 'Bearer realm="api"' })
  expect(issuer.asked).toEqual([])
})

describe('clocks', () => {
  it('may differ by 5 seconds', async () => {
    const late = await issuer.token(signer, { exp: START / 1000 })
    const early = await issuer.token(signer, { iat: START / 1000 + 5, nbf: START / 1000 + 5 })
    issuer.now = START + 4_999
    expect(await statusOf(show(api, late))).toBe(200)
    issuer.now = START + 5_000
    await expectRefused(late)
    issuer.now = START
    expect(await statusOf(show(api, early))).toBe(200)
  })

  it('may differ by as much as the option says', async () => {
    const late = await issuer.token(signer, { exp: START / 1000 })
    for (const [clockTolerance, status] of [
      [0, 401],
      [60, 200],
    ] as const) {
      expect(await statusOf(show(issuer.api({ clockTolerance }), late))).toBe(status)
    }
  })
})

describe('construction', () => {
  it.each([
    ['http', { issuer: 'http://auth.example.com' }],
    ['no URL', { issuer: 'auth.example.com' }],
    ['a query', { issuer: 'https://auth.example.com?x' }],
    ['a user name', { issuer: 'https://me@auth.example.com' }],
    ['no resource', { resource: '' }],
    ['no algorithm', { algorithms: [] }],
    ['a symmetric algorithm', { algorithms: ['HS256' as 'ES256'] }],
    ['a tolerance without end', { clockTolerance: Number.POSITIVE_INFINITY }],
    ['a tolerance below 0', { clockTolerance: -1 }],
    ['a client without a secret', { introspection: { client_id: 'api', client_secret: '' } }],
    ['a negative time to remember', { introspection: { client_id: 'a', client_secret: 'b', cacheFor: -1 } }],
  ])('refuses %s', (_, options) => {
    expect(() => issuer.api(options)).toThrow(TypeError)
  })

  it('takes http on loopback', () => {
    for (const name of ['localhost:3000', '127.0.0.1', '[::1]:80']) {
      expect(issuer.api({ issuer: `http://${name}` }).resource).toBe(API)
    }
  })

  it('takes a server or an issuer, not both or none', () => {
    for (const options of [{}, { issuer: ISSUER, server: {} }]) {
      expect(() => createResourceServer(options as never)).toThrow(/either `server`/)
    }
  })
})
