import { describe, expect, it } from 'vitest'
import { hasPrivateMembers, jwkThumbprint, publicJwk } from '../../src/keys/jwk.js'
import { generatePrivateJwk } from '../../src/keys/signer.js'

describe('jwkThumbprint', () => {
  it('gives the thumbprint that RFC 7638 §3.1 prints, whatever other members there are', () => {
    const key = {
      kty: 'RSA',
      n: '0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw',
      e: 'AQAB',
      alg: 'RS256',
      kid: '2011-04-29',
    }
    expect(jwkThumbprint(key)).toBe('NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs')
  })

  it('gives the thumbprint that RFC 8037 A.3 prints', () => {
    const key = { kty: 'OKP', crv: 'Ed25519', x: '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo' }
    expect(jwkThumbprint(key)).toBe('kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k')
  })

  it('refuses a key type it does not know', () => {
    for (const kty of ['oct', 'constructor', undefined]) expect(() => jwkThumbprint({ kty })).toThrow(TypeError)
  })
})

describe('publicJwk', () => {
  it('copies public members and nothing else', async () => {
    for (const alg of ['ES256', 'RS256', 'EdDSA'] as const) {
      const secret = await generatePrivateJwk(alg)
      const published = publicJwk({ ...secret, key_ops: ['sign'], ext: true, x5c: ['…'] }, alg, 'k1')
      expect(hasPrivateMembers(secret)).toBe(true)
      expect(hasPrivateMembers({ ...published })).toBe(false)
      const members = { ES256: ['crv', 'x', 'y'], RS256: ['e', 'n'], EdDSA: ['crv', 'x'] }[alg]
      expect(Object.keys(published).sort()).toEqual([...members, 'alg', 'kid', 'kty', 'use'].sort())
    }
  })

  it('refuses a key of another type or curve than the algorithm needs', async () => {
    const key = await generatePrivateJwk('ES256')
    for (const alg of ['ES384', 'RS256', 'EdDSA', 'ML-DSA-44'] as const) expect(() => publicJwk(key, alg)).toThrow(alg)
  })

  it('refuses an RSA key of fewer than 2048 bits, also behind leading zeros', () => {
    const rsa = (bytes: Uint8Array) => ({ kty: 'RSA', e: 'AQAB', n: Buffer.from(bytes).toString('base64url') })
    const modulus = new Uint8Array(256).fill(0xff)
    expect(publicJwk(rsa(modulus), 'RS256').kty).toBe('RSA')
    modulus[0] = 0x7f
    expect(() => publicJwk(rsa(modulus), 'RS256')).toThrow('2048')
    const padded = new Uint8Array(300)
    padded.set(new Uint8Array(128).fill(0xff), 172)
    expect(() => publicJwk(rsa(padded), 'RS256')).toThrow('2048')
  })

  it('refuses a member that is missing or not canonical base64url', async () => {
    const key = await generatePrivateJwk('ES256')
    for (const y of [undefined, '', `${key.y}=`, 7]) expect(() => publicJwk({ ...key, y }, 'ES256')).toThrow('"y"')
  })
})
