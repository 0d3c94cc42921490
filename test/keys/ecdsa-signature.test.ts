import { generateKeyPairSync, sign, verify } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ecdsaFromDer, ecdsaToDer } from '../../src/keys/ecdsa-signature.js'

const hex = (text: string) => new Uint8Array(Buffer.from(text.replaceAll(' ', ''), 'hex'))

describe('ecdsaFromDer', () => {
  it('pads integers that are shorter than the curve', () => {
    expect(ecdsaFromDer(hex('30 06 02 01 05 02 01 07'), 4)).toEqual(hex('00000005 00000007'))
  })

  it('drops the zero that keeps an integer positive', () => {
    expect(ecdsaFromDer(hex('30 0c 02 05 00 ff000001 02 03 00 8000'), 4)).toEqual(hex('ff000001 00008000'))
  })

  it('refuses what is not two integers of the curve', () => {
    const broken = [
      '',
      '30 00',
      '31 06 02 01 05 02 01 07',
      '30 07 02 01 05 02 01 07',
      '30 06 02 01 05 03 01 07',
      '30 06 02 01 05 02 02 07',
      '30 05 02 00 02 01 07',
      '30 07 02 01 05 02 01 07 00',
      '30 0a 02 05 0100000000 02 01 07',
    ]
    for (const der of broken) expect(() => ecdsaFromDer(hex(der), 4), der).toThrow(TypeError)
  })

  it('agrees with the conversion that OpenSSL makes, over many signatures of both curves', () => {
    for (const [namedCurve, size] of [
      ['P-256', 32],
      ['P-384', 48],
    ] as const) {
      const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve })
      for (let i = 0; i < 200; i++) {
        const data = Buffer.from(`message ${i}`)
        const raw = ecdsaFromDer(sign('sha256', data, privateKey), size)
        expect(verify('sha256', data, { key: publicKey, dsaEncoding: 'ieee-p1363' }, raw)).toBe(true)
      }
    }
  })
})

it('every pair of integers survives the way to DER and back, and its DER is minimal', () => {
  const integer = (size: number) =>
    fc.oneof(
      fc.uint8Array({ minLength: size, maxLength: size }),
      fc.nat(size).chain((zeros) =>
        fc.uint8Array({ minLength: size - zeros, maxLength: size - zeros }).map((tail) => {
          const bytes = new Uint8Array(size)
          bytes.set(tail, zeros)
          return bytes
        }),
      ),
    )
  for (const size of [32, 48]) {
    fc.assert(
      fc.property(integer(size), integer(size), (r, s) => {
        const raw = Uint8Array.of(...r, ...s)
        const der = ecdsaToDer(raw)
        expect(ecdsaFromDer(der, size)).toEqual(raw)
        // X.690 §8.3.2: the first nine bits of an integer are neither all zero nor all one.
        const [first = 0, second = 0x80] = der.subarray(4)
        expect(first === 0 && der[3] !== 1 && second < 0x80).toBe(false)
        expect(first < 0x80).toBe(true)
      }),
      { numRuns: 500 },
    )
  }
})
