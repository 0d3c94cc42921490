/**
 * Whether a client has signed something: by the keys in its metadata, or those that it publishes.
 *
 * @see {@link https://openid.net/specs/openid-connect-core-1_0.html#Signing OpenID Connect Core §10.1}
 * @module
 */

import type { Documents } from '../guarded-fetch/contract.js'
import type { SigningAlgorithm } from '../keys/jwk.js'
import { isSignedWith, type UnverifiedJws } from '../keys/jws.js'
import type { ClientSettings } from '../protocol/client-settings.js'
import { quoted } from '../protocol/hint.js'
import { type KeySet, readKeySet } from './key-set.js'
import { type Asker, remoteKeys } from './remote-keys.js'

export interface ClientKeys {
  /**
   * Why a JWS is not taken for the client's; null when it has signed it. Keys that the JWS brings along or points to (`jwk`, `jku`, `x5c`) are
   * never looked at.
   *
   * @param alg what the header says, when that is allowed.
   * @param from who sent it, for the limits of what is fetched.
   */
  problemWith(
    client: Pick<ClientSettings, 'fields'>,
    jws: UnverifiedJws,
    alg: SigningAlgorithm,
    from: Asker,
  ): Promise<KeyProblem | null>
}

export interface KeyProblem {
  /** No keys are there · no key fits · too many do · the signature is of none of those that fit. */
  readonly problem: 'keys_missing' | 'key_unknown' | 'key_ambiguous' | 'signature_wrong'
  /** For the operator: what was received, and what would have been right. */
  readonly hint: string
}

/**
 * Most keys that are tried when none is named. OpenID Connect Core §10.1: where there are several, the header has a kid; clients that have two
 * for a while, and send none, are taken all the same.
 */
const MAX_TRIED = 4

/**
 * @param documents fetches what is at a `jwks_uri`; null when nothing is to be fetched.
 * @param now epoch milliseconds.
 */
export function clientKeys(documents: Documents | null, now: () => number): ClientKeys {
  const remote = documents && remoteKeys(documents, now)
  return {
    async problemWith({ fields = {} }, jws, alg, from) {
      const { jwks, jwks_uri: url } = fields
      const kid = typeof jws.header.kid === 'string' ? jws.header.kid : undefined
      if (jwks !== undefined) return problemIn(keySetOf(jwks), jws, alg, kid)
      if (typeof url !== 'string') return missing('The client has neither jwks nor jwks_uri.')
      if (!remote) return missing('The client has a jwks_uri, and nothing is fetched here: give it jwks.')
      const current = await remote.current(url, from)
      if (!current.keys) return missing(`Its jwks_uri ${quoted(url)} gives no keys. ${current.detail}`)
      const found = await problemIn(current.keys, jws, alg, kid)
      // A named key that is held is the one that is meant: what it has not signed, no fetch makes better.
      if (!found || current.keys.find(alg, kid).isNamed) return found
      const renewed = await remote.renewed(url, from)
      if (renewed.keys === current.keys) return found
      if (!renewed.keys) return { ...found, hint: `${found.hint} Fetching them again failed. ${renewed.detail}` }
      return problemIn(renewed.keys, jws, alg, kid)
    },
  }
}

async function problemIn(
  keySet: KeySet | null,
  jws: UnverifiedJws,
  alg: SigningAlgorithm,
  kid: string | undefined,
): Promise<KeyProblem | null> {
  if (!keySet) return missing('Its jwks is no JWK Set.')
  const { keys } = keySet.find(alg, kid)
  const named = kid === undefined ? 'without kid' : `with the kid ${quoted(kid)}`
  if (keys.length === 0) {
    return { problem: 'key_unknown', hint: `Received a signature by ${alg} ${named}, and no key of the client fits.` }
  }
  if (keys.length > MAX_TRIED) {
    return {
      problem: 'key_ambiguous',
      hint: `Received a signature by ${alg} ${named}, and ${keys.length} keys of the client fit: have it send the kid.`,
    }
  }
  for (const key of keys) {
    // A runtime may find only now that it is no key.
    if (await isSignedWith(jws, key).catch(() => false)) return null
  }
  return {
    problem: 'signature_wrong',
    hint: `Received a signature by ${alg} ${named}, which is of none of the client's keys. Has it another private key, or another jwks?`,
  }
}

const missing = (hint: string): KeyProblem => ({ problem: 'keys_missing', hint })

/** Keys are imported once for each reading of a client. */
function keySetOf(jwks: unknown): KeySet | null {
  if (typeof jwks !== 'object' || jwks === null) return null
  const known = keySets.get(jwks)
  const keySet = known === undefined ? readKeySet(jwks) : known
  keySets.set(jwks, keySet)
  return keySet
}

const keySets = new WeakMap<object, KeySet | null>()
