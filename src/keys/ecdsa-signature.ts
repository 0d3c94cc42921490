/**
 * The two spellings of an ECDSA signature: JWS wants the integers r and s side by side at full length, OpenSSL works with a
 * DER sequence. Converting here is much cheaper than asking Node for `dsaEncoding: 'ieee-p1363'`. Pure.
 *
 * @module
 */

/**
 * r and s, each padded to `size` bytes.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc7518#section-3.4 RFC 7518 §3.4}
 * @throws {TypeError} when this is not the DER form of two integers of that size.
 */
export function ecdsaFromDer(der: Uint8Array, size: number): Uint8Array<ArrayBuffer> {
  const raw = new Uint8Array(2 * size)
  // SEQUENCE, then its length in one byte: two integers of at most 49 bytes each stay below 128.
  if (der[0] !== 0x30 || der[1] !== der.length - 2) throw notDer()
  let at = 2
  for (const end of [size, 2 * size]) {
    const length = der[at + 1] ?? 0
    let integer = der.subarray(at + 2, at + 2 + length)
    if (der[at] !== 0x02 || length === 0 || integer.length !== length) throw notDer()
    at += 2 + length
    // A leading zero keeps an integer with the high bit positive.
    if (integer[0] === 0 && integer.length > 1) integer = integer.subarray(1)
    if (integer.length > size) throw notDer()
    raw.set(integer, end - integer.length)
  }
  if (at !== der.length) throw notDer()
  return raw
}

/** The DER form of r and s side by side. */
export function ecdsaToDer(raw: Uint8Array): Uint8Array<ArrayBuffer> {
  const size = raw.length / 2
  const r = derInteger(raw.subarray(0, size))
  const s = derInteger(raw.subarray(size))
  return Uint8Array.of(0x30, r.length + s.length, ...r, ...s)
}

function derInteger(bytes: Uint8Array): number[] {
  const first = bytes.findIndex((byte) => byte !== 0)
  const digits = first < 0 ? [0] : [...bytes.subarray(first)]
  if ((digits[0] ?? 0) >= 0x80) digits.unshift(0)
  return [0x02, digits.length, ...digits]
}

const notDer = () => new TypeError('Not the DER form of an ECDSA signature for this curve')
