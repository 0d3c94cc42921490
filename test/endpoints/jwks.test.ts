import { createLocalJWKSet, decodeProtectedHeader, type JSONWebKeySet, jwtVerify } from 'jose'
import { describe, expect, it } from 'vitest'
import { generatePrivateJwk, importSigner } from '../../src/keys/signer.js'
import { API, harness, ISSUER, obtainTokens, START } from '../support/harness.js'

async function jwks(h: ReturnType<typeof harness>) {
  const response = await h.server.fetch(new Request(`${ISSUER}/oauth/jwks`))
  return { response, set: (await response.clone().json()) as JSONWebKeySet, text: await response.text() }
}

describe('the JWKS', () => {
  it('has public members only, and says what each key is for', async () => {
    const { response, set, text } = await jwks(harness())
    expect(response.status).toBe(200)
    expect(response.headers.get('cache-control')).toBe('public, max-age=300')
    expect(response.headers.get('access-control-allow-origin')).toBe('*')
    expect(Object.keys(set)).toEqual(['keys'])
    expect(set.keys).toHaveLength(1)
    expect(set.keys[0]).toEqual({
      kty: 'EC',
      crv: 'P-256',
      x: expect.any(String),
      y: expect.any(String),
      kid: expect.any(String),
      alg: 'ES256',
      use: 'sig',
    })
    expect(text).not.toMatch(/"(d|p|q|dp|dq|qi|k|priv)":/)
  })

  it('of keys that were given has their public members only', async () => {
    const signingKeys = [
      await importSigner(await generatePrivateJwk('RS256')),
      await importSigner(await generatePrivateJwk('EdDSA')),
    ]
    const { set, text } = await jwks(harness({ signingKeys }))
    expect(set.keys.map(({ alg }) => alg)).toEqual(['RS256', 'EdDSA'])
    expect(text).not.toMatch(/"(d|p|q|dp|dq|qi|k|priv)":/)
  })

  it('verifies every access token, as somebody else’s library sees it', async () => {
    const h = harness()
    const { access_token } = await obtainTokens(h)
    const { set } = await jwks(h)
    const verified = await jwtVerify(access_token, createLocalJWKSet(set), {
      issuer: ISSUER,
      audience: API,
      typ: 'at+jwt',
      algorithms: ['ES256'],
      currentDate: new Date(START),
      requiredClaims: ['exp', 'iat', 'sub', 'client_id', 'jti', 'scope'],
    })
    expect(verified.payload.sub).toBe('alice')
  })

  it('is the same of two servers on one store', async () => {
    const h = harness()
    const other = harness({ storage: h.storage })
    const [one, two] = await Promise.all([jwks(h), jwks(other)])
    expect(one.text).toBe(two.text)
  })

  it('has the new key before it signs, and the old one as long as it is needed', async () => {
    const h = harness()
    const { access_token } = await obtainTokens(h)
    await h.server.keys.rotate()
    const { set } = await jwks(h)
    expect(set.keys).toHaveLength(2)
    const { kid } = decodeProtectedHeader((await obtainTokens(h)).access_token)
    expect(kid).toBe(decodeProtectedHeader(access_token).kid)
  })
})
