import { generateKeyPairSync } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { jwksField, jwksUriField } from '../../src/client-keys/fields.js'
import { generatePrivateJwk } from '../../src/keys/signer.js'
import { bareJwksOf, jwksOf, newKey } from '../support/assertions.js'

const problem = (value: unknown, field = jwksField): string => {
  try {
    field.parse(value)
  } catch (error) {
    expect(error).toBeInstanceOf(TypeError)
    return (error as TypeError).message
  }
  return expect.unreachable('it was taken')
}

const rsaOf = (modulusLength: number, publicExponent = 65_537) =>
  generateKeyPairSync('rsa', { modulusLength, publicExponent }).publicKey.export({ format: 'jwk' })

describe('jwks', () => {
  it('is kept with its public members and nothing else, and stays what it is when it is parsed again', async () => {
    const key = await newKey('ES256', 'k1')
    const [jwk] = jwksOf(key).keys
    const parsed = jwksField.parse({
      keys: [{ ...jwk, key_ops: ['verify'], x5c: ['MIIB'], note: 'mine' }],
      name: 'all of mine',
    })
    expect(parsed).toEqual({ keys: [{ ...jwk, key_ops: ['verify'] }] })
    expect(jwksField.parse(parsed)).toEqual(parsed)
  })

  it('takes keys of every algorithm, bare ones too', async () => {
    const keys = await Promise.all((['RS256', 'PS256', 'ES256', 'ES384', 'EdDSA'] as const).map((alg) => newKey(alg)))
    expect(jwksField.parse(bareJwksOf(...keys))).toEqual(bareJwksOf(...keys))
  })

  it('leaves what is for others as it is', () => {
    const other = { kty: 'EC', crv: 'secp256k1', x: 'AA', y: 'AA' }
    expect(jwksField.parse({ keys: [other] })).toEqual({ keys: [other] })
  })

  it.each(['RS256', 'ES256', 'EdDSA'] as const)(
    'refuses a private key for %s, by the name of a member',
    async (alg) => {
      const told = problem({ keys: [await generatePrivateJwk(alg)] })
      expect(told).toContain('must have public keys only, but keys[0] has the private member d')
    },
  )

  it.each(['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'priv', 'k'])(
    'refuses the private member %s, whatever is in it',
    async (name) => {
      const [jwk] = jwksOf(await newKey()).keys
      for (const value of ['AA', null, '']) {
        expect(problem({ keys: [jwk, { ...jwk, [name]: value }] })).toContain(`keys[1] has the private member ${name}`)
      }
    },
  )

  it('refuses a symmetric key', () => {
    expect(problem({ keys: [{ kty: 'oct', k: 'c2VjcmV0' }] })).toContain('keys[0] is symmetric (kty oct)')
  })

  it('refuses RSA keys under 2048 bits, and those that take long to verify with', () => {
    expect(problem({ keys: [rsaOf(1024)] })).toContain('at least 2048 bits')
    const rsa = rsaOf(2048)
    expect(problem({ keys: [{ ...rsa, n: 'z'.repeat(1400) }] })).toContain('at most 8192 bits')
    expect(problem({ keys: [{ ...rsa, e: 'z'.repeat(12) }] })).toContain('an exponent of at most 64')
    expect(() => jwksField.parse({ keys: [rsaOf(3072), rsaOf(2048, 3)] })).not.toThrow()
  })

  it('refuses what is no key', async () => {
    const [jwk] = jwksOf(await newKey()).keys
    expect(problem({ keys: [{ ...jwk, y: jwk?.x }] })).toContain('keys[0] that cannot be used (It is no key for ES256)')
    expect(problem({ keys: [{ ...jwk, x: undefined }] })).toContain('The member "x"')
    expect(problem({ keys: [{ ...jwk, kid: 7 }] })).toBe('has a keys[0].kid that is no string')
    expect(problem({ keys: [{ ...jwk, key_ops: 'verify' }] })).toBe('has a keys[0].key_ops that is no list of strings')
    expect(problem({ keys: [{ x: 'AA' }] })).toBe('has a keys[0] without kty')
    expect(problem({ keys: [null] })).toContain('keys[0] is no object')
  })

  it.each([null, 'x', [], {}, { keys: {} }, { keys: 'x' }])('refuses %j', (value) => {
    expect(problem(value)).toBe('must be a JWK Set: an object with the list keys')
  })

  it('is bounded in number and size, and not empty', async () => {
    const [jwk] = jwksOf(await newKey()).keys
    expect(problem({ keys: [] })).toContain('has no keys')
    expect(problem({ keys: Array.from({ length: 51 }, () => jwk) })).toContain('more than 50 keys')
    expect(() => jwksField.parse({ keys: Array.from({ length: 50 }, () => jwk) })).not.toThrow()
    expect(problem({ keys: [{ ...jwk, kid: 'x'.repeat(16_384) }] })).toContain('more than 16 KB')
  })

  it('is not beside jwks_uri', async () => {
    const both = { fields: { jwks: {}, jwks_uri: 'https://client.example/keys' } }
    expect(jwksField.check?.({}, both as never)).toBe('is set, and so is jwks_uri; leave one of them out')
    expect(jwksField.check?.({}, { fields: { jwks: {} } } as never)).toBeNull()
  })
})

describe('jwks_uri', () => {
  const field = jwksUriField()
  it.each(['https://client.example/jwks.json', 'https://client.example:8443/a?b=c', 'HTTPS://client.example'])(
    'takes %s as it is',
    (uri) => expect(field.parse(uri)).toBe(uri),
  )

  it.each([
    ...[
      'http://client.example/jwks',
      'http://127.0.0.1/jwks',
      'http://169.254.169.254/',
      'file:///etc/passwd',
      'client.example',
    ],
    ...[
      'https://user@client.example/',
      'https://:p@client.example/',
      'https://client.example/#keys',
      'https://client.example\\@x',
      '',
    ],
    ...[
      'https://client.example/a b',
      'https://bücher.example/',
      `https://client.example/${'x'.repeat(2048)}`,
      'https://',
      7,
      null,
    ],
  ])('refuses %j', (value) => {
    expect(problem(value, field)).toBe(
      'must be an https URL without a user name and a fragment, of at most 2048 characters',
    )
  })

  it('may be http at an origin that is fetched from all the same, and at no other', () => {
    const allowing = jwksUriField(['http://localhost:4000'])
    expect(allowing.parse('http://localhost:4000/jwks')).toBe('http://localhost:4000/jwks')
    expect(problem('http://localhost:4001/jwks', allowing)).toContain('must be an https URL')
  })

  it('is one row for all features that fetch alike', () => {
    expect(jwksUriField([])).toBe(field)
    expect(jwksUriField(['http://a', 'http://b'])).toBe(jwksUriField(['http://b', 'http://a']))
    expect(jwksUriField(['http://a'])).not.toBe(field)
  })
})
