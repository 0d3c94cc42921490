/**
 * The public keys of a client, out of a JWK Set. What cannot be used is skipped (RFC 7517 §5), and a key is imported when somebody asks for it.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc7517#section-5 RFC 7517 §5}
 * @module
 */
import { hasPrivateMembers, isSameAlgorithm, type Jwk, publicJwk, type SigningAlgorithm } from '../keys/jwk.js'
import { type VerificationKey, verificationKey } from '../keys/jws.js'
import { isRecord } from '../runtime/option-checks.js'

export interface KeySet {
  /** The keys that may have made a signature with this algorithm. */
  find(alg: SigningAlgorithm, kid: string | undefined): Candidates
}

export interface Candidates {
  readonly keys: readonly VerificationKey[]
  /** Whether they have the `kid` that was asked for. Else they are those that have none, or nobody asked for one. */
  readonly isNamed: boolean
}

/** Most keys of one client. A server that signs with each algorithm in several generations has fewer. */
export const MAX_KEYS = 50

/** Null when it is no JWK Set, or has too many keys. */
export function readKeySet(jwks: unknown): KeySet | null {
  if (!isRecord(jwks) || !('keys' in jwks) || !Array.isArray(jwks.keys) || jwks.keys.length > MAX_KEYS) return null
  const usable = jwks.keys.filter((key): key is Jwk => isRecord(key) && isForSignatures(key as Jwk))
  const imported = new Map<string, VerificationKey | null>()
  const keyAt = (i: number, alg: SigningAlgorithm): VerificationKey[] => {
    const name = `${i} ${alg}`
    const known = imported.get(name)
    const key = known === undefined ? importKey(usable[i] ?? {}, alg) : known
    imported.set(name, key)
    return key ? [key] : []
  }
  const keysWhere = (isWanted: (kid: unknown) => boolean, alg: SigningAlgorithm) =>
    usable.flatMap((jwk, i) => (isWanted(jwk.kid) ? keyAt(i, alg) : []))
  return {
    find(alg, kid) {
      if (kid === undefined) return { keys: keysWhere(() => true, alg), isNamed: false }
      const named = keysWhere((known) => known === kid, alg)
      if (named.length > 0) return { keys: named, isNamed: true }
      // RFC 7515 §4.1.4: a kid is a hint. Keys that nobody has named may be meant by any.
      return { keys: keysWhere((known) => known === undefined, alg), isNamed: false }
    },
  }
}

/** A private key that others can read proves nothing any more. */
function isForSignatures(jwk: Jwk): boolean {
  const { use = 'sig', key_ops = ['verify'] } = jwk
  return use === 'sig' && Array.isArray(key_ops) && key_ops.includes('verify') && !hasPrivateMembers(jwk)
}

/** RFC 8725 §3.1: a key is for the algorithm that it names. Where it names none, its type leaves one, or the two of RSA. */
function importKey(jwk: Jwk, alg: SigningAlgorithm): VerificationKey | null {
  if (jwk.alg !== undefined && !isSameAlgorithm(jwk.alg, alg)) return null
  try {
    refuseCostly(jwk)
    return verificationKey(publicJwk(jwk, alg))
  } catch {
    // Of another type, too weak, or unknown to this runtime.
    return null
  }
}

/**
 * What strangers hand in decides how long a verification takes: a modulus of at most 8192 bits, an exponent of at most 64, which are far from
 * what anybody uses.
 *
 * @throws {TypeError} when an RSA key has more.
 */
export function refuseCostly({ kty, n, e }: Jwk): void {
  if (kty !== 'RSA' || (String(n).length <= base64Length(1024) && String(e).length <= base64Length(8))) return
  throw new TypeError('An RSA key must have at most 8192 bits, and an exponent of at most 64')
}

const base64Length = (bytes: number): number => Math.ceil((bytes * 4) / 3)
