/**
 * Synchronous SHA-256, HMAC and constant-time comparison, so that the grant machine needs no promise. `node:crypto` where the
 * runtime has it (reached through `process.getBuiltinModule`, so that the same build loads everywhere), @oslojs elsewhere.
 *
 * @module
 */
import { hmac } from '@oslojs/crypto/hmac'
import { sha256 as portableSha256, SHA256 } from '@oslojs/crypto/sha2'
import { constantTimeEqual as portableEqual } from '@oslojs/crypto/subtle'
import { decodeBase64urlIgnorePadding, encodeBase64urlNoPadding } from '@oslojs/encoding'

// The Edge runtime of Next.js has a `process` as well, on which this name throws.
const node = 'EdgeRuntime' in globalThis ? undefined : globalThis.process?.getBuiltinModule?.('node:crypto')

/** `node:crypto`, where there is one. */
export { node as nodeCrypto }

// One call without a hash object, where Node has it (20.12, 21.7): a fifth of the time on short input.
const oneShot = node?.hash

const encoder = new TextEncoder()

/** The UTF-8 bytes of a string. */
export const utf8 = (text: string): Uint8Array<ArrayBuffer> => encoder.encode(text) as Uint8Array<ArrayBuffer>

/** Whether a text has more than so many bytes as UTF-8. What cannot have them, with three for each unit, is not counted. */
export const isLongerThan = (text: string, bytes: number): boolean =>
  text.length * 3 > bytes && utf8(text).length > bytes

/** SHA-256 of bytes, or of a string's UTF-8. */
export const sha256: (data: Uint8Array | string) => Uint8Array = node
  ? (data) => node.createHash('sha256').update(data).digest()
  : (data) => portableSha256(typeof data === 'string' ? utf8(data) : data)

/** SHA-256 as 43 characters of base64url: the form in which digests are stored. */
export const digest: (data: Uint8Array | string) => string = oneShot
  ? (data) => oneShot('sha256', data, 'base64url')
  : (data) => encodeBase64url(sha256(data))

/** HMAC-SHA-256. */
export const hmacSha256: (key: Uint8Array, data: Uint8Array | string) => Uint8Array = node
  ? (key, data) => node.createHmac('sha256', key).update(data).digest()
  : (key, data) => hmac(SHA256, key, typeof data === 'string' ? utf8(data) : data)

/** Compares in constant time what was derived from input (challenges, MACs). Stored digests may be compared with `===`. */
export const constantTimeEqual: (a: Uint8Array, b: Uint8Array) => boolean = node
  ? (a, b) => a.length === b.length && node.timingSafeEqual(a, b)
  : portableEqual

/** Unpadded base64url. */
export const encodeBase64url: (data: Uint8Array) => string = node
  ? (data) => Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('base64url')
  : encodeBase64urlNoPadding

/**
 * The bytes of unpadded base64url, or null when the text is not the canonical encoding of any bytes (foreign characters,
 * padding, trailing bits that are not zero), so that one secret has exactly one spelling.
 */
export function decodeBase64url(text: string): Uint8Array | null {
  if (!/^[A-Za-z0-9_-]*$/.test(text)) return null
  try {
    const bytes = node ? Buffer.from(text, 'base64url') : decodeBase64urlIgnorePadding(text)
    return encodeBase64url(bytes) === text ? bytes : null
  } catch {
    return null
  }
}

/** All bytes, one part after the other. */
export function concatBytes(...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const joined = new Uint8Array(parts.reduce((length, part) => length + part.length, 0))
  let at = 0
  for (const part of parts) {
    joined.set(part, at)
    at += part.length
  }
  return joined
}
