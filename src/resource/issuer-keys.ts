/**
 * The keys of the authorization server. A key is for one algorithm of the allowed ones; what cannot be used is skipped
 * (RFC 7517 §5).
 *
 * @module
 */
import { hasPrivateMembers, type Jwk, publicJwk, type SigningAlgorithm } from '../keys/jwk.js'
import { type VerificationKey, verificationKey } from '../keys/jws.js'
import { isObject } from '../protocol/json-object.js'
import { type FetchedJson, UnexpectedAnswer } from './fetch-json.js'

export interface IssuerKeys {
  /** The key with this id, for this algorithm. */
  find(kid: string, alg: SigningAlgorithm): VerificationKey | undefined
}

/** @throws {UnexpectedAnswer} when it is no JWK Set. */
export function readKeys({ json }: FetchedJson, algorithms: readonly SigningAlgorithm[], url: string): IssuerKeys {
  if (!Array.isArray(json.keys)) throw new UnexpectedAnswer(`${url} did not answer with a JWK Set`)
  const keys = new Map<string, VerificationKey>()
  for (const jwk of json.keys.filter(isObject).filter(isForSignatures)) {
    for (const alg of algorithms.filter((name) => mayBeFor(jwk, name))) {
      const key = importKey(jwk, alg)
      if (key) keys.set(`${alg} ${key.kid}`, key)
    }
  }
  return { find: (kid, alg) => keys.get(`${alg} ${kid}`) }
}

/** A private key that everybody can read proves nothing any more. */
function isForSignatures(jwk: Jwk): jwk is Jwk & { readonly kid: string } {
  const { kid, use = 'sig', key_ops = ['verify'] } = jwk
  const verifies = Array.isArray(key_ops) && key_ops.includes('verify')
  return typeof kid === 'string' && use === 'sig' && verifies && !hasPrivateMembers(jwk)
}

/**
 * RFC 8725 §3.1: a key is used with exactly one algorithm. Where it does not name it, its type does, within the allowed ones.
 * Only RSA leaves two, both of them for public keys: which of them is settled by the issuer, in the header that it signs.
 */
const mayBeFor = (jwk: Jwk, alg: SigningAlgorithm): boolean => jwk.alg === undefined || jwk.alg === alg

function importKey(jwk: Jwk & { readonly kid: string }, alg: SigningAlgorithm): VerificationKey | undefined {
  try {
    return verificationKey(publicJwk(jwk, alg, jwk.kid))
  } catch {
    // Of another type, too weak, or unknown to this runtime.
    return undefined
  }
}
