import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  formatCode,
  formatRefreshToken,
  formatRequestHandle,
  parseCode,
  parseRefreshToken,
  parseRequestHandle,
  secretHash,
  u32,
} from '../../src/protocol/token-string.js'

const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length })
const id = bytes(16).map((raw) => Buffer.from(raw).toString('base64url'))
const generation = fc.integer({ min: 0, max: 0xffff_ffff })
const code = fc.record({ grantId: id, secret: bytes(32) })
const refreshToken = fc.record({ grantId: id, family: bytes(16), generation, secret: bytes(32) })
const handle = fc.record({ requestId: id, secret: bytes(32) })

/** Byte arrays as hex: `Buffer` and `Uint8Array` with the same bytes count as equal. */
const plain = (value: object | null) =>
  value && Object.fromEntries(Object.entries(value).map(([name, part]) => [name, hexOf(part)]))
const hexOf = (part: unknown) => (part instanceof Uint8Array ? Buffer.from(part).toString('hex') : part)

const kinds = [
  { name: 'a code', prefix: 'gwac_', length: 5 + 22 + 43, values: code.map(formatCode), parse: parseCode },
  {
    name: 'a refresh token',
    prefix: 'gwrt_',
    length: 5 + 22 + 22 + 6 + 43,
    values: refreshToken.map(formatRefreshToken),
    parse: parseRefreshToken,
  },
  {
    name: 'a request handle',
    prefix: 'gwpr_',
    length: 5 + 22 + 43,
    values: handle.map(formatRequestHandle),
    parse: parseRequestHandle,
  },
]

it('what is formatted is parsed again, byte for byte', () => {
  fc.assert(
    fc.property(code, refreshToken, handle, (aCode, aToken, aHandle) => {
      expect(plain(parseCode(formatCode(aCode)))).toEqual(plain(aCode))
      expect(plain(parseRefreshToken(formatRefreshToken(aToken)))).toEqual(plain(aToken))
      expect(plain(parseRequestHandle(formatRequestHandle(aHandle)))).toEqual(plain(aHandle))
    }),
  )
})

describe.each(kinds)('$name', ({ prefix, length, values, parse }) => {
  it('begins with its prefix and always has the same length', () => {
    fc.assert(
      fc.property(values, (text) => {
        expect(text.startsWith(prefix)).toBe(true)
        expect(text.length).toBe(length)
        expect(text).toMatch(/^[A-Za-z0-9_-]+$/)
      }),
    )
  })

  it('has exactly one spelling: with any one character changed it is another one or none', () => {
    fc.assert(
      fc.property(values, fc.nat(length - 1), fc.constantFrom(...'ABQgw09_-=+/ .\n\u0000é'), (text, at, character) => {
        fc.pre(text[at] !== character)
        const changed = text.slice(0, at) + character + text.slice(at + 1)
        const read = parse(changed)
        if (read) expect(plain(read)).not.toEqual(plain(parse(text)))
      }),
    )
  })

  it('is refused with anything before it, after it or missing from it', () => {
    fc.assert(
      fc.property(
        values,
        fc.string({ minLength: 1, maxLength: 3 }),
        fc.integer({ min: 1, max: length }),
        (text, extra, cut) => {
          expect(parse(text + extra)).toBeNull()
          expect(parse(extra + text)).toBeNull()
          expect(parse(text.slice(0, -cut))).toBeNull()
        },
      ),
    )
  })

  it('is refused under the prefix of another kind', () => {
    fc.assert(
      fc.property(values, fc.constantFrom('gwac_', 'gwrt_', 'gwpr_', 'GWAC_', 'GWRT_', 'GWPR_'), (text, other) => {
        fc.pre(other !== prefix)
        expect(parse(other + text.slice(prefix.length))).toBeNull()
      }),
    )
  })

  it('is refused when unused bits of its last character are not zero', () => {
    const text = fc.sample(values, { numRuns: 1, seed: 1 })[0] ?? ''
    const spellings = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'].filter((last) =>
      parse(text.slice(0, -1) + last),
    )
    expect(spellings).toHaveLength(16)
  })
})

it('arbitrary text is never a credential', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.constantFrom('gwac_', 'gwrt_', 'gwpr_')), (text) => {
      for (const { parse } of kinds) expect(parse(text)).toBeNull()
    }),
  )
})

it('writes a number as four bytes, most significant first', () => {
  expect([...u32(0)]).toEqual([0, 0, 0, 0])
  expect([...u32(0x01020304)]).toEqual([1, 2, 3, 4])
  expect([...u32(0xffff_fffe)]).toEqual([255, 255, 255, 254])
})

describe('secretHash', () => {
  const secret = Uint8Array.from({ length: 32 }, (_, i) => i)

  it('is the SHA-256 of purpose and secret', () => {
    const text = `grantwright code\0${Buffer.from(secret).toString('base64url')}`
    expect(secretHash('code', secret)).toBe(createHash('sha256').update(text).digest('base64url'))
  })

  it('differs with each purpose, so that one kind of secret never passes for another', () => {
    const purposes = ['code', 'refresh', 'family', 'request', 'browser', 'session'] as const
    expect(new Set(purposes.map((purpose) => secretHash(purpose, secret))).size).toBe(purposes.length)
  })
})
