/**
 * Compact JWS, signed and verified. The algorithm belongs to the key: what a header says about keys and algorithms is never
 * followed, only compared.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc8725#section-3 RFC 8725 §3}
 * @module
 */
import { joseType } from '../protocol/jose-type.js'
import { decodeBase64url, encodeBase64url, utf8 } from '../runtime/hash.js'
import { type PublicJwk, type SigningAlgorithm, signatureLength } from './jwk.js'
import { primitives } from './primitives.js'
import type { Primitives } from './primitives-contract.js'
import type { Signer } from './signer-contract.js'

/** A public key and the one algorithm it is for. */
export interface VerificationKey {
  readonly kid: string
  readonly alg: SigningAlgorithm
  verify(data: Uint8Array, signature: Uint8Array): Promise<boolean>
}

/** A JWS as it was sent: nothing in it is believed. */
export interface UnverifiedJws {
  readonly header: { readonly [name: string]: unknown }
  readonly payload: Uint8Array
  readonly signature: Uint8Array
  /** What the signature is of. */
  readonly input: string
}

/** A token whose signature is genuine. Its claims have not been looked at. */
export interface VerifiedJws {
  readonly header: { readonly [name: string]: unknown }
  readonly payload: Uint8Array
}

/**
 * Signs a payload.
 *
 * @param typ The `typ` header, such as `at+jwt`: what keeps one kind of token from passing for another.
 * @see {@link https://www.rfc-editor.org/rfc/rfc7515#section-3.1 RFC 7515 §3.1}
 */
export async function signJws(signer: Signer, typ: string, payload: Uint8Array | string): Promise<string> {
  const bytes = typeof payload === 'string' ? utf8(payload) : payload
  const input = `${encodedHeader(signer, typ)}.${encodeBase64url(bytes)}`
  return `${input}.${encodeBase64url(await signer.sign(utf8(input)))}`
}

/** The header is the same for every token of a kind that a key signs. */
function encodedHeader(signer: Signer, typ: string): string {
  const known = headers.get(signer)
  if (known?.typ === typ) return known.encoded
  const encoded = encodeBase64url(utf8(JSON.stringify({ alg: signer.alg, typ, kid: signer.kid })))
  headers.set(signer, { typ, encoded })
  return encoded
}

const headers = new WeakMap<Signer, { readonly typ: string; readonly encoded: string }>()

/**
 * Verifies a compact JWS with the key that `find` knows under its `kid`.
 *
 * @param typ What the token must be. Compared as a media type: `application/at+jwt` is `at+jwt` (RFC 7515 §4.1.9).
 * @returns Null for everything that is not a genuine token of this kind. Rejects only when `find` does.
 */
export async function verifyJws(
  token: string,
  find: (kid: string) => VerificationKey | undefined | Promise<VerificationKey | undefined>,
  typ: string,
): Promise<VerifiedJws | null> {
  const jws = readJws(token)
  if (!jws) return null
  const { header, payload } = jws
  // RFC 7515 §4.1.11: extensions that are not understood make the JWS invalid, and none is understood here.
  if (Object.hasOwn(header, 'crit')) return null
  if (joseType(header.typ) !== joseType(typ)) return null
  // RFC 8725 §3.10: a key comes from our own list by its id. The headers jwk, jku, x5u and x5c are not looked at.
  if (typeof header.kid !== 'string') return null
  const key = await find(header.kid)
  return key && (await isSignedWith(jws, key)) ? { header, payload } : null
}

/** Takes a compact JWS apart; null when it is none. */
export function readJws(token: string): UnverifiedJws | null {
  const parts = token.split('.', 4)
  const [encodedHeader, encodedPayload, encodedSignature] = parts
  if (parts.length !== 3 || !encodedHeader || encodedPayload === undefined || !encodedSignature) return null
  const header = parseHeader(encodedHeader)
  const payload = decodeBase64url(encodedPayload)
  const signature = decodeBase64url(encodedSignature)
  return header && payload && signature
    ? { header, payload, signature, input: `${encodedHeader}.${encodedPayload}` }
    : null
}

/** RFC 8725 §3.1: the algorithm is the key's. A header that says another one, or "none", is refused. */
export const isSignedWith = async (
  { header, input, signature }: UnverifiedJws,
  key: VerificationKey,
): Promise<boolean> => header.alg === key.alg && key.verify(utf8(input), signature)

/**
 * A key to verify with. The JWK has been checked by `publicJwk`.
 *
 * @throws when the runtime finds that it is not a key.
 */
export function verificationKey(jwk: PublicJwk, runtime: Primitives = primitives): VerificationKey {
  const length = signatureLength(jwk)
  const verify = runtime.verifyWith(jwk)
  return {
    kid: jwk.kid,
    alg: jwk.alg,
    verify: async (data, signature) => signature.length === length && verify(data, signature),
  }
}

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

function parseHeader(encoded: string): { readonly [name: string]: unknown } | null {
  const bytes = decodeBase64url(encoded)
  if (!bytes) return null
  try {
    const header: unknown = JSON.parse(decoder.decode(bytes))
    return typeof header === 'object' && header !== null && !Array.isArray(header)
      ? { __proto__: null, ...header }
      : null
  } catch {
    return null
  }
}
