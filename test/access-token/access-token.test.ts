/**
 * Access tokens as the server that made them sees them again: only what is wholly as it writes them is believed.
 */
import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { signJws } from '../../src/keys/jws.js'
import { generatePrivateJwk, importSigner } from '../../src/keys/signer.js'
import type { Signer } from '../../src/keys/signer-contract.js'
import {
  API,
  claimsOf,
  clients,
  type Harness,
  harness,
  ISSUER,
  introspected,
  OTHER_API,
  obtainTokens,
  refreshForm,
  START,
} from '../support/harness.js'

const NOW = START / 1000
const INACTIVE = { active: false }

describe('a JWT that our own key has signed', () => {
  let signer: Signer
  let h: Harness
  let claims: Record<string, unknown>
  beforeAll(async () => {
    signer = await importSigner(await generatePrivateJwk('ES256'))
  })
  beforeEach(async () => {
    h = harness({ signingKeys: [signer] })
    claims = claimsOf((await obtainTokens(h)).access_token)
  })

  const sign = (changes: Record<string, unknown> = {}, typ = 'at+jwt') =>
    signJws(signer, typ, JSON.stringify({ ...claims, ...changes }))

  it('as the server does it is believed, so these tests can fail', async () => {
    expect(await introspected(h, await sign())).toMatchObject({ active: true, sub: 'alice' })
  })

  it.each(['JWT', 'jwt', 'logout+jwt', 'dpop+jwt', 'at+jwt2', ''])(
    'with the type %j is not an access token',
    async (typ) => {
      expect(await introspected(h, await sign({}, typ))).toEqual(INACTIVE)
    },
  )

  it('without the type is not an access token', async () => {
    const parts = [{ alg: signer.alg, kid: signer.kid }, claims].map((part) =>
      Buffer.from(JSON.stringify(part)).toString('base64url'),
    )
    const signature = Buffer.from(await signer.sign(Buffer.from(parts.join('.')))).toString('base64url')
    expect(await introspected(h, `${parts.join('.')}.${signature}`)).toEqual(INACTIVE)
  })

  it.each([
    ['another issuer', { iss: 'https://other.example.com' }],
    ['an issuer with a slash more', { iss: `${ISSUER}/` }],
    ['no issuer', { iss: undefined }],
    ['no subject', { sub: undefined }],
    ['a number as subject', { sub: 7 }],
    ['no audience', { aud: undefined }],
    ['several audiences', { aud: [API, OTHER_API] }],
    ['no client', { client_id: undefined }],
    ['another client than its grant', { client_id: 'posting' }],
    ['a list as scope', { scope: ['read'] }],
    ['no end', { exp: undefined }],
    ['null as end', { exp: null }],
    ['a text as end', { exp: '9999999999' }],
    ['an end beyond all numbers', { exp: 1e300 }],
    ['an end in the past', { exp: NOW }],
    ['no beginning', { iat: undefined }],
    ['no id', { jti: undefined }],
    ['an id without its kind', { jti: 'x' }],
    ['an id of a grant that does not exist', { jti: `g.${'A'.repeat(22)}.${'A'.repeat(11)}` }],
    ['an id that names no token', { jti: `g.${'A'.repeat(22)}.` }],
    ['an id with a line break', { jti: `c.${'A'.repeat(22)}\n` }],
  ])('with %s is inactive', async (_, changes) => {
    expect(await introspected(h, await sign(changes), 'web')).toEqual(INACTIVE)
    expect(await introspected(h, await sign(changes))).toEqual(INACTIVE)
  })

  it.each([
    ['a list', '[]'],
    ['null', 'null'],
    ['a text', '"x"'],
    ['no JSON', 'x'],
    ['nothing', ''],
  ])('whose payload is %s is inactive, not an error', async (_, payload) => {
    const response = await introspected(h, await signJws(signer, 'at+jwt', payload))
    expect(response).toEqual(INACTIVE)
  })

  it('cannot outlive its grant', async () => {
    h = harness({ signingKeys: [signer], grantLifetime: 1000, refreshIdleLifetime: 1000 })
    claims = claimsOf((await obtainTokens(h)).access_token)
    const longer = await sign({ exp: NOW + 5000 })
    h.now += 999_000
    expect(await introspected(h, longer)).toMatchObject({ active: true })
    h.now += 1_000
    expect(await introspected(h, longer)).toEqual(INACTIVE)
  })
})

describe('an opaque token', () => {
  const scopes = Object.fromEntries(Array.from({ length: 19 }, (_, i) => [`s${i}`, `Scope ${i}`]))
  const options = {
    resources: { [API]: { scopes, accessToken: 'opaque' as const } },
    clients: [{ ...clients.web, scope: undefined, default_scope: 's0' }],
  }

  it('means exactly the scope that was issued, of however many', async () => {
    const h = harness(options)
    const tokens = await obtainTokens(h, 'web', { scope: Object.keys(scopes).join(' ') })
    for (const scope of ['s0', 's7', 's8', 's18', 's3 s9 s17', Object.keys(scopes).join(' ')]) {
      const { access_token } = (await h.token({ ...refreshForm(tokens.refresh_token), scope })).body
      expect(await introspected(h, access_token, 'web')).toMatchObject({ active: true, scope })
    }
  })

  it('is read by another instance with the same store and secret', async () => {
    const h = harness()
    const { access_token } = await obtainTokens(h, 'web', { resource: OTHER_API, scope: 'admin' })
    expect(await introspected(harness({ storage: h.storage }), access_token, 'web')).toMatchObject({ active: true })
  })

  it('still counts after its resource went over to JWTs', async () => {
    const h = harness()
    const { access_token } = await obtainTokens(h, 'web', { resource: OTHER_API, scope: 'admin' })
    const changed = harness({
      storage: h.storage,
      resources: {
        [API]: { scopes: { read: 'r', write: 'w' }, default: true },
        [OTHER_API]: { scopes: { admin: 'a' } },
      },
    })
    expect(await introspected(changed, access_token, 'web')).toMatchObject({ active: true, aud: OTHER_API })
  })

  it('still counts after the keys were rotated', async () => {
    const h = harness()
    const { access_token } = await obtainTokens(h, 'web', { resource: OTHER_API, scope: 'admin' })
    await h.server.keys.rotate()
    expect(await introspected(h, access_token, 'web')).toMatchObject({ active: true })
  })

  it('keeps its size when the names of scopes are long', async () => {
    const h = harness(options)
    const { access_token } = await obtainTokens(h, 'web', { scope: Object.keys(scopes).join(' ') })
    expect(access_token.length).toBeLessThan(120)
  })
})

it('no two access tokens are the same, whatever is asked at the same moment', async () => {
  const h = harness()
  const form = { grant_type: 'client_credentials' }
  const answers = await Promise.all(Array.from({ length: 50 }, () => h.token(form, 'machine')))
  expect(new Set(answers.map(({ body }) => body.access_token)).size).toBe(50)
})
