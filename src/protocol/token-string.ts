/**
 * The strings that clients and browsers hold: a prefix that leak scanners can find, then fixed-length canonical base64url. Each
 * carries the id of its record, so that one key read finds it, and a secret of which the record keeps only a digest. Pure.
 *
 * @module
 */
import { decodeBase64url, digest, encodeBase64url } from '../runtime/hash.js'

/**
 * Most characters of an access token, all of them ASCII. Longer ones are not issued, because a request has room for about 16 KB of
 * header (Node's own limit); whatever takes tokens takes this many.
 */
export const MAX_ACCESS_TOKEN_LENGTH = 12_288

/** An authorization code: `gwac_`, grant id (128 bits), secret (256 bits). */
export interface Code {
  readonly grantId: string
  readonly secret: Uint8Array
}

/** A refresh token: `gwrt_`, grant id, family proof (128 bits), generation (32 bits), secret (256 bits). */
export interface RefreshToken {
  readonly grantId: string
  /** The same for every token of the family: who has it once held a genuine token. */
  readonly family: Uint8Array
  readonly generation: number
  readonly secret: Uint8Array
}

/** The handle of a pending authorization request, in URLs and forms: `gwpr_`, request id (128 bits), secret (256 bits). */
export interface RequestHandle {
  readonly requestId: string
  readonly secret: Uint8Array
}

export const formatCode = (code: Code): string => `gwac_${code.grantId}${encodeBase64url(code.secret)}`

/** Null for whatever {@link formatCode} cannot have made. */
export function parseCode(text: string): Code | null {
  const [grantId, secret] = fields(text, 'gwac_', [16, 32]) ?? []
  return grantId && secret ? { grantId: encodeBase64url(grantId), secret } : null
}

export function formatRefreshToken({ grantId, family, generation, secret }: RefreshToken): string {
  return `gwrt_${grantId}${encodeBase64url(family)}${encodeBase64url(u32(generation))}${encodeBase64url(secret)}`
}

/** Null for whatever {@link formatRefreshToken} cannot have made. */
export function parseRefreshToken(text: string): RefreshToken | null {
  const [grantId, family, generation, secret] = fields(text, 'gwrt_', [16, 16, 4, 32]) ?? []
  if (!grantId || !family || !generation || !secret) return null
  return { grantId: encodeBase64url(grantId), family, generation: readU32(generation), secret }
}

export const formatRequestHandle = (handle: RequestHandle): string =>
  `gwpr_${handle.requestId}${encodeBase64url(handle.secret)}`

/** Null for whatever {@link formatRequestHandle} cannot have made. */
export function parseRequestHandle(text: string): RequestHandle | null {
  const [requestId, secret] = fields(text, 'gwpr_', [16, 32]) ?? []
  return requestId && secret ? { requestId: encodeBase64url(requestId), secret } : null
}

/** What a record keeps of a secret. The purpose is hashed in, so that one kind of secret never passes for another. */
export const secretHash = (
  purpose: 'code' | 'refresh' | 'family' | 'request' | 'browser' | 'session',
  secret: Uint8Array,
): string => digest(`grantwright ${purpose}\0${encodeBase64url(secret)}`)

/** Four bytes, most significant first. */
export const u32 = (n: number): Uint8Array => Uint8Array.of(n >>> 24, n >>> 16, n >>> 8, n)

const readU32 = (bytes: Uint8Array): number => bytes.reduce((n, byte) => n * 256 + byte, 0)

/** Splits what follows the prefix into base64url fields of the given byte lengths. */
function fields(text: string, prefix: string, lengths: readonly number[]): Uint8Array[] | null {
  if (!text.startsWith(prefix)) return null
  const parts: Uint8Array[] = []
  let at = prefix.length
  for (const length of lengths) {
    const end = at + Math.ceil((length * 4) / 3)
    const bytes = text.length < end ? null : decodeBase64url(text.slice(at, end))
    if (!bytes) return null
    parts.push(bytes)
    at = end
  }
  return at === text.length ? parts : null
}
