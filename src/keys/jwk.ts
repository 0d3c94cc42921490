/**
 * JSON Web Keys for signatures: which algorithms there are, what a key of each must look like, and the public half of a
 * key built from a list of public members, so that no private member can slip through.
 *
 * @module
 */
import { decodeBase64url, digest } from '../runtime/hash.js'

/**
 * A JWS algorithm that tokens can be signed with.
 *
 * `EdDSA` and `Ed25519` are two names of one algorithm: `EdDSA` is the older name, which every JOSE library knows
 * (RFC 8037); RFC 9864 replaces it by `Ed25519`. A key has one of the names, and that is the name in its tokens. ML-DSA
 * needs a runtime that has it, such as Node.js 24.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc7518#section-3.1 RFC 7518 §3.1}
 */
export type SigningAlgorithm =
  | 'ES256'
  | 'ES384'
  | 'RS256'
  | 'PS256'
  | 'EdDSA'
  | 'Ed25519'
  | 'ML-DSA-44'
  | 'ML-DSA-65'
  | 'ML-DSA-87'

/** A JWK as it came from somewhere else. Nothing in it has been checked. */
export type Jwk = { readonly [member: string]: unknown }

/** A public signature key as it is published: nothing but these members. */
export interface PublicJwk {
  readonly kty: string
  readonly crv?: string
  readonly x?: string
  readonly y?: string
  readonly e?: string
  readonly n?: string
  readonly pub?: string
  readonly kid: string
  readonly alg: SigningAlgorithm
  readonly use: 'sig'
}

/** Whether this is the name of an algorithm that the library signs with. */
export const isSigningAlgorithm = (name: unknown): name is SigningAlgorithm =>
  typeof name === 'string' && Object.hasOwn(algorithms, name)

/**
 * The public half of a key, checked for use with `alg`.
 *
 * @param kid The key's id. Default: its thumbprint.
 * @throws {TypeError} when the key does not fit the algorithm, lacks a member or is too weak.
 */
export function publicJwk(jwk: Jwk, alg: SigningAlgorithm, kid?: string): PublicJwk {
  const { kty, crv } = algorithms[alg]
  if (jwk.kty !== kty || (crv !== undefined && jwk.crv !== crv)) {
    throw new TypeError(`A key for ${alg} must have kty "${kty}"${crv ? ` and crv "${crv}"` : ''}`)
  }
  if (kty === 'AKP' && jwk.alg !== alg) throw new TypeError(`A key for ${alg} must have alg "${alg}"`)
  // RFC 7518 §3.3, §3.5: a key of 2048 bits or larger MUST be used.
  if (kty === 'RSA' && modulusLength(jwk) < 2048)
    throw new TypeError(`An RSA key for ${alg} must have at least 2048 bits`)
  const id = kid ?? jwkThumbprint({ ...jwk, alg })
  if (!/^[\x20-\x7e]{1,255}$/.test(id))
    throw new TypeError('The kid of a key must be 1 to 255 printable ASCII characters')
  return { kty, ...pickMembers(jwk, publicMembers[kty]), kid: id, alg, use: 'sig' }
}

/**
 * The private key with only the members that its type has, checked for use with `alg`.
 *
 * @throws {TypeError} when the key is not a private key, or does not fit.
 */
export function privateJwk(jwk: Jwk, alg: SigningAlgorithm): { readonly [member: string]: string } {
  publicJwk(jwk, alg)
  const { kty } = algorithms[alg]
  const secret = kty === 'AKP' ? 'priv' : 'd'
  if (jwk[secret] === undefined) throw new TypeError(`A private key is needed to sign, but the JWK has no "${secret}"`)
  return { kty, alg, ...pickMembers(jwk, publicMembers[kty]), ...pickMembers(jwk, privateMembers[kty]) }
}

/** Whether a JWK carries private members of any key type. */
export const hasPrivateMembers = (jwk: Jwk): boolean => privateMembersOf(jwk).length > 0

/** The names of its private members, of any key type. */
export const privateMembersOf = (jwk: Jwk): string[] =>
  [...Object.values(privateMembers).flat(), 'oth', 'k'].filter((name) => Object.hasOwn(jwk, name))

/**
 * The SHA-256 thumbprint of a key.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc7638#section-3 RFC 7638 §3}
 * @throws {TypeError} when a required member is missing.
 */
export function jwkThumbprint(jwk: Jwk): string {
  if (!isKeyType(jwk.kty)) throw new TypeError(`A thumbprint is not defined for kty ${JSON.stringify(jwk.kty)}`)
  const required: Record<string, unknown> = { kty: jwk.kty, ...pickMembers(jwk, publicMembers[jwk.kty]) }
  // RFC 9964: for AKP the algorithm is part of the key.
  if (jwk.kty === 'AKP') required.alg = jwk.alg
  return digest(JSON.stringify(required, Object.keys(required).sort()))
}

/** How long a JWS signature of this key is, in bytes. */
export function signatureLength(jwk: PublicJwk): number {
  return algorithms[jwk.alg].signature ?? Math.ceil(modulusLength({ ...jwk }) / 8)
}

type KeyType = 'EC' | 'OKP' | 'RSA' | 'AKP'

const algorithms: Record<SigningAlgorithm, { kty: KeyType; crv?: string; signature?: number }> = {
  ES256: { kty: 'EC', crv: 'P-256', signature: 64 },
  ES384: { kty: 'EC', crv: 'P-384', signature: 96 },
  RS256: { kty: 'RSA' },
  PS256: { kty: 'RSA' },
  EdDSA: { kty: 'OKP', crv: 'Ed25519', signature: 64 },
  Ed25519: { kty: 'OKP', crv: 'Ed25519', signature: 64 },
  'ML-DSA-44': { kty: 'AKP', signature: 2420 },
  'ML-DSA-65': { kty: 'AKP', signature: 3309 },
  'ML-DSA-87': { kty: 'AKP', signature: 4627 },
}

/** Whether these are names of one algorithm: `EdDSA` and `Ed25519` are. */
export const isSameAlgorithm = (one: unknown, other: unknown): boolean =>
  one === other || [one, other].every((name) => name === 'EdDSA' || name === 'Ed25519')

/** The names of all algorithms, for messages. */
export const signingAlgorithms = Object.keys(algorithms).filter(isSigningAlgorithm)

const publicMembers: Record<KeyType, readonly string[]> = {
  EC: ['crv', 'x', 'y'],
  OKP: ['crv', 'x'],
  RSA: ['e', 'n'],
  AKP: ['pub'],
}

const privateMembers: Record<KeyType, readonly string[]> = {
  EC: ['d'],
  OKP: ['d'],
  RSA: ['d', 'p', 'q', 'dp', 'dq', 'qi'],
  AKP: ['priv'],
}

const isKeyType = (kty: unknown): kty is KeyType => typeof kty === 'string' && Object.hasOwn(publicMembers, kty)

function pickMembers(jwk: Jwk, names: readonly string[]): { [member: string]: string } {
  const picked: { [member: string]: string } = {}
  for (const name of names) {
    const value = jwk[name]
    if (typeof value !== 'string' || value === '' || (name !== 'crv' && !decodeBase64url(value))) {
      throw new TypeError(`The member "${name}" of a JWK with kty ${JSON.stringify(jwk.kty)} is missing or malformed`)
    }
    picked[name] = value
  }
  return picked
}

function modulusLength(jwk: Jwk): number {
  const bytes = typeof jwk.n === 'string' ? decodeBase64url(jwk.n) : null
  const first = bytes?.findIndex((byte) => byte !== 0) ?? -1
  if (!bytes || first < 0) return 0
  return (bytes.length - first) * 8 - Math.clz32(bytes[first] ?? 0) + 24
}
