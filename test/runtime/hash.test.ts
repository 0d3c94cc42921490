import { createHash, createHmac } from 'node:crypto'
import fc from 'fast-check'
import { afterAll, describe, expect, it, vi } from 'vitest'
import * as native from '../../src/runtime/hash.js'

/** The same module as a runtime without `process.getBuiltinModule` loads it. */
const portable = await (async () => {
  vi.resetModules()
  const original = process.getBuiltinModule
  Object.defineProperty(process, 'getBuiltinModule', { value: undefined, configurable: true, writable: true })
  try {
    return await import('../../src/runtime/hash.js')
  } finally {
    Object.defineProperty(process, 'getBuiltinModule', { value: original, configurable: true, writable: true })
  }
})()

afterAll(() => vi.resetModules())

const hex = (data: Uint8Array) => Buffer.from(data).toString('hex')
const text = 'The quick brown fox, é, 漢字, 🦊'

it('is loaded twice, once without node:crypto', () => {
  expect(portable.sha256).not.toBe(native.sha256)
  expect(portable.sha256('x')).not.toBeInstanceOf(Buffer)
  expect(native.sha256('x')).toBeInstanceOf(Buffer)
})

it('does not ask the Edge runtime of Next.js for node:crypto, which throws there', async () => {
  vi.resetModules()
  vi.stubGlobal('EdgeRuntime', 'edge-runtime')
  const ask = vi.spyOn(process, 'getBuiltinModule').mockImplementation(() => {
    throw new Error('A Node.js API is used (process.getBuiltinModule) which is not supported in the Edge Runtime.')
  })
  try {
    const edge = await import('../../src/runtime/hash.js')
    expect([hex(edge.sha256('abc')), edge.nodeCrypto]).toEqual([hex(native.sha256('abc')), undefined])
    expect((await import('../../src/keys/node-crypto.js')).nodePrimitives).toBeUndefined()
    expect(await import('../../src/users/password-hash.js')).toBeDefined()
    expect(ask).not.toHaveBeenCalled()
  } finally {
    ask.mockRestore()
    vi.unstubAllGlobals()
  }
})

describe.each([
  ['with node:crypto', native],
  ['without it', portable],
])('%s', (_, hash) => {
  it.each([
    ['', 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'],
    ['abc', 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'],
    [
      'abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq',
      '248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1',
    ],
  ])('sha256 of %j is the one of FIPS 180-2', (message, expected) => {
    expect(hex(hash.sha256(message))).toBe(expected)
    expect(hex(hash.sha256(hash.utf8(message)))).toBe(expected)
  })

  it.each([
    ['0b'.repeat(20), Buffer.from('Hi There'), 'b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7'],
    [
      Buffer.from('Jefe').toString('hex'),
      Buffer.from('what do ya want for nothing?'),
      '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843',
    ],
    [
      'aa'.repeat(131),
      Buffer.from('Test Using Larger Than Block-Size Key - Hash Key First'),
      '60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54',
    ],
  ])('hmacSha256 gives the values of RFC 4231', (key, data, expected) => {
    expect(hex(hash.hmacSha256(Buffer.from(key, 'hex'), data))).toBe(expected)
    expect(hex(hash.hmacSha256(Buffer.from(key, 'hex'), data.toString()))).toBe(expected)
  })

  it('takes a string as its UTF-8', () => {
    expect(hash.digest(text)).toBe(createHash('sha256').update(text, 'utf8').digest('base64url'))
    expect(hex(hash.hmacSha256(hash.utf8('key'), text))).toBe(createHmac('sha256', 'key').update(text).digest('hex'))
  })

  it('digest is the SHA-256 in 43 characters of base64url', () => {
    expect(hash.digest('abc')).toBe('ungWv48Bz-pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa0')
    expect(hash.digest(hash.utf8('abc'))).toBe('ungWv48Bz-pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa0')
  })

  it('constantTimeEqual says whether all bytes are the same, also for different lengths', () => {
    const a = Uint8Array.of(1, 2, 3)
    expect(hash.constantTimeEqual(a, Uint8Array.of(1, 2, 3))).toBe(true)
    expect(hash.constantTimeEqual(a, Uint8Array.of(1, 2, 4))).toBe(false)
    expect(hash.constantTimeEqual(a, Uint8Array.of(0, 2, 3))).toBe(false)
    expect(hash.constantTimeEqual(a, Uint8Array.of(1, 2))).toBe(false)
    expect(hash.constantTimeEqual(Uint8Array.of(), a)).toBe(false)
  })

  it('encodes as RFC 4648 §10 and §5 say, without padding', () => {
    const vectors = { '': '', f: 'Zg', fo: 'Zm8', foo: 'Zm9v', foob: 'Zm9vYg', fooba: 'Zm9vYmE', foobar: 'Zm9vYmFy' }
    for (const [plain, encoded] of Object.entries(vectors)) {
      expect(hash.encodeBase64url(hash.utf8(plain))).toBe(encoded)
    }
    expect(hash.encodeBase64url(Uint8Array.of(0xfb, 0xff, 0xfe))).toBe('-__-')
  })

  it('encodes a part of a larger buffer and no more', () => {
    expect(hash.encodeBase64url(hash.utf8('xfoox').subarray(1, 4))).toBe('Zm9v')
  })

  it('decodes what it encoded', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 70 }), (data) => {
        expect(hex(hash.decodeBase64url(hash.encodeBase64url(data)) ?? Buffer.of(0))).toBe(hex(data))
      }),
    )
  })

  it('decodes canonical spellings only', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'ABgw-_09'), maxLength: 10 }), (candidate) => {
        const decoded = hash.decodeBase64url(candidate)
        if (decoded) expect(hash.encodeBase64url(decoded)).toBe(candidate)
        else expect(Buffer.from(candidate, 'base64url').toString('base64url')).not.toBe(candidate)
      }),
    )
  })

  it.each(['Zg==', 'Zg=', 'Zh', 'Zm9', 'Z', 'Zm9vZ', '+___', 'Zm9v\n', '\nZm9v', ' Zm9v', 'Zm 9v', 'Zm9v\u0000', 'é'])(
    'refuses %j',
    (candidate) => {
      expect(hash.decodeBase64url(candidate)).toBeNull()
    },
  )

  it('joins bytes in order', () => {
    expect([...hash.concatBytes(Uint8Array.of(1, 2), Uint8Array.of(), Uint8Array.of(3))]).toEqual([1, 2, 3])
    expect([...hash.concatBytes()]).toEqual([])
  })
})

it('both give the same digests and codes', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), fc.uint8Array({ maxLength: 100 }), (data, key) => {
      expect(portable.digest(data)).toBe(native.digest(data))
      expect(hex(portable.hmacSha256(key, data))).toBe(hex(native.hmacSha256(key, data)))
    }),
  )
})
