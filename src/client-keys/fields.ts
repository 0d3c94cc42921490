/**
 * Where the keys of a client are: in its metadata, or at a URL of its own. Public keys alone.
 *
 * Features that need them list these very rows, so that several may.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc7591#section-2 RFC 7591 §2}
 * @module
 */
import { hasPrivateMembers, type Jwk, privateMembersOf, publicJwk, type SigningAlgorithm } from '../keys/jwk.js'
import { verificationKey } from '../keys/jws.js'
import type { ClientField } from '../protocol/client-vocabulary.js'
import type { Json } from '../protocol/json.js'
import { isRecord } from '../runtime/option-checks.js'
import { MAX_KEYS, refuseCostly } from './key-set.js'

/** What is kept of a key. */
const members = ['kty', 'crv', 'x', 'y', 'e', 'n', 'pub', 'kid', 'alg', 'use'] as const

/** Half of what a client's record may have. */
const MAX_JWKS_LENGTH = 16_384

/** `jwks`: a JWK Set with the public keys. */
export const jwksField: ClientField = {
  name: 'jwks',
  selfService: true,
  parse(value) {
    if (!isRecord(value) || !('keys' in value) || !Array.isArray(value.keys)) {
      throw new TypeError('must be a JWK Set: an object with the list keys')
    }
    if (value.keys.length === 0) throw new TypeError('has no keys; list the public ones, or leave it out')
    if (value.keys.length > MAX_KEYS) throw new TypeError(`has more than ${MAX_KEYS} keys; list those that are in use`)
    const jwks = { keys: value.keys.map((key: unknown, i) => publicMembersOf(key, `keys[${i}]`)) }
    if (JSON.stringify(jwks).length > MAX_JWKS_LENGTH) {
      throw new TypeError('has more than 16 KB; list the keys that are in use, or publish them at a jwks_uri')
    }
    return jwks
  },
  // RFC 7591 §2: the two must not both be there.
  check: (_, { fields = {} }) =>
    fields.jwks_uri === undefined ? null : 'is set, and so is jwks_uri; leave one of them out',
}

/**
 * `jwks_uri`: where the client publishes its JWK Set.
 *
 * @param allowOrigins origins that are fetched from although they are not https.
 * @returns one row for all that allow the same.
 */
export function jwksUriField(allowOrigins: readonly string[] = []): ClientField {
  const key = JSON.stringify([...allowOrigins].sort())
  const field: ClientField = uriFields.get(key) ?? {
    name: 'jwks_uri',
    selfService: true,
    parse(value) {
      if (typeof value === 'string' && isKeyUrl(value, allowOrigins)) return value
      throw new TypeError('must be an https URL without a user name and a fragment, of at most 2048 characters')
    },
  }
  uriFields.set(key, field)
  return field
}

const uriFields = new Map<string, ClientField>()

function isKeyUrl(text: string, allowOrigins: readonly string[]): boolean {
  if (text.length > 2048 || !/^https?:\/\/[!-[\]-~]+$/i.test(text) || text.includes('#') || !URL.canParse(text)) {
    return false
  }
  const { protocol, origin, username, password } = new URL(text)
  return username === '' && password === '' && (protocol === 'https:' || allowOrigins.includes(origin))
}

/** @throws {TypeError} which member is wrong. */
function publicMembersOf(key: unknown, where: string): { readonly [member: string]: Json } {
  if (!isRecord(key)) throw new TypeError(`must be a JWK Set, but ${where} is no object`)
  const jwk = key as Jwk
  if (jwk.kty === 'oct') throw new TypeError(`must have public keys only, but ${where} is symmetric (kty oct)`)
  if (hasPrivateMembers(jwk)) {
    const [found] = privateMembersOf(jwk)
    throw new TypeError(
      `must have public keys only, but ${where} has the private member ${found}: give the public key alone, and make a new pair if anybody has seen this`,
    )
  }
  const kept: { [member: string]: Json } = {}
  for (const name of members) {
    const value = jwk[name]
    if (value === undefined) continue
    if (typeof value !== 'string' || value === '') throw new TypeError(`has a ${where}.${name} that is no string`)
    kept[name] = value
  }
  const { key_ops } = jwk
  if (key_ops !== undefined) {
    if (!Array.isArray(key_ops) || !key_ops.every((name): name is string => typeof name === 'string')) {
      throw new TypeError(`has a ${where}.key_ops that is no list of strings`)
    }
    kept.key_ops = key_ops
  }
  refuseUnusable(kept, where)
  return kept
}

/** Keys of types and curves that only others use stay as they are (RFC 7517 §5); what is meant for us must be a key. */
function refuseUnusable(jwk: Jwk, where: string): void {
  const { kty, crv } = jwk
  if (kty === undefined) throw new TypeError(`has a ${where} without kty`)
  const alg = usual.get(crv === undefined ? String(kty) : `${String(kty)} ${String(crv)}`)
  if (!alg) return
  try {
    refuseCostly(jwk)
    verificationKey(publicJwk(jwk, alg))
  } catch (error) {
    // The runtime's own words would say how it reads keys, and not which member is wrong.
    const why = error instanceof TypeError && !('code' in error) ? error.message : `It is no key for ${alg}`
    throw new TypeError(`has a ${where} that cannot be used (${why})`)
  }
}

/** With what a key of a type and curve is tried. */
const usual: ReadonlyMap<string, SigningAlgorithm> = new Map([
  ['RSA', 'RS256'],
  ['EC P-256', 'ES256'],
  ['EC P-384', 'ES384'],
  ['OKP Ed25519', 'EdDSA'],
])
