import * as nodeCrypto from 'node:crypto'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { decoyHash, hashPassword, needsRehash, verifyPassword } from '../../src/users/password-hash.js'

afterEach(() => {
  vi.doUnmock('@node-rs/argon2')
  vi.resetModules()
})

// RFC 7914 §12: scrypt("pleaseletmein", "SodiumChloride", 16384, 8, 1).
const rfc7914 = `$scrypt$ln=14,r=8,p=1$${unpadded('SodiumChloride')}$${Buffer.from(
  '7023bdcb3afd7348461c06cd81fd38ebfda8fbba904f8e3ea9b543f6545da1f2d5432955613f0fcf62d49705242a9af9e61e85dc0d651e40dfcf017b45575887',
  'hex',
)
  .toString('base64')
  .replaceAll('=', '')}`

// From the tests of the argon2 reference implementation: "password", "somesalt".
const argon2Reference = '$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc'

function unpadded(text: string): string {
  return Buffer.from(text).toString('base64').replaceAll('=', '')
}

describe('hashPassword', () => {
  it('makes an argon2id PHC string that its password verifies and no other', async () => {
    const hash = await hashPassword('correct horse 馬')
    expect(hash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$[\w+/]{22}\$[\w+/]{43}$/)
    expect(await verifyPassword('correct horse 馬', hash)).toBe(true)
    expect(await verifyPassword('correct horse', hash)).toBe(false)
  })

  it('salts every hash', async () => {
    expect(await hashPassword('same')).not.toBe(await hashPassword('same'))
  })

  it('refuses a password of more than 1024 bytes', async () => {
    await expect(hashPassword('é'.repeat(513))).rejects.toThrow(RangeError)
    await expect(hashPassword('é'.repeat(512))).resolves.toMatch(/^\$argon2id/)
  })

  it('makes do without the optional package', async () => {
    vi.doMock('@node-rs/argon2', () => {
      throw new Error('not installed')
    })
    vi.resetModules()
    const bare = await import('../../src/users/password-hash.js')
    const hash = await bare.hashPassword('correct horse')
    // Node 24 has argon2 of its own.
    expect(hash).toMatch('argon2' in nodeCrypto ? /^\$argon2id\$/ : /^\$scrypt\$ln=17,r=8,p=1\$/)
    expect(await bare.verifyPassword('correct horse', hash)).toBe(true)
    expect(await bare.verifyPassword('wrong', hash)).toBe(false)
    expect(await verifyPassword('correct horse', hash)).toBe(true)
  })
})

describe('verifyPassword', () => {
  it('agrees with the test vector of RFC 7914', async () => {
    expect(await verifyPassword('pleaseletmein', rfc7914)).toBe(true)
    expect(await verifyPassword('pleaseletmeiN', rfc7914)).toBe(false)
  })

  it('agrees with the reference implementation of argon2', async () => {
    expect(await verifyPassword('password', argon2Reference)).toBe(true)
    expect(await verifyPassword('passwore', argon2Reference)).toBe(false)
  })

  it('never takes a password of more than 1024 bytes', async () => {
    expect(await verifyPassword('a'.repeat(1025), argon2Reference)).toBe(false)
  })

  it.each([
    '',
    'plaintext',
    '$2b$10$abcdefghijklmnopqrstuv',
    '$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ',
    '$scrypt$x$y$z',
  ])('throws for %j, which is no hash it knows', async (hash) => {
    await expect(verifyPassword('password', hash)).rejects.toThrow(TypeError)
  })
})

describe('needsRehash', () => {
  it('is true for scrypt where argon2id is to be had, and for weaker costs', async () => {
    expect(await needsRehash(rfc7914)).toBe(true)
    expect(await needsRehash((await hashPassword('x')).replace('m=19456', 'm=4096'))).toBe(true)
  })

  it('is false for a hash of today and for a more expensive one', async () => {
    const hash = await hashPassword('x')
    expect(await needsRehash(hash)).toBe(false)
    expect(await needsRehash(hash.replace('m=19456', 'm=65536'))).toBe(false)
  })
})

describe('decoyHash', () => {
  it('costs what a real hash costs, and is never the same', async () => {
    const [decoy, other, real] = await Promise.all([decoyHash(), decoyHash(), hashPassword('x')])
    expect(decoy.replace(/\$[^$]*\$[^$]*$/, '')).toBe(real.replace(/\$[^$]*\$[^$]*$/, ''))
    expect(decoy).toHaveLength(real.length)
    expect(decoy).not.toBe(other)
  })
})
