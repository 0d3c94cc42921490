/**
 * What signs a token, whoever holds the key.
 *
 * @module
 */
import type { PublicJwk, SigningAlgorithm } from './jwk.js'

/** Signs with one key. Write your own to keep the key in a KMS or an HSM. */
export interface Signer {
  /** The key's id, which stands in every token it signs. */
  readonly kid: string
  readonly alg: SigningAlgorithm
  readonly publicJwk: PublicJwk
  /**
   * Gets the bytes of a JWS signing input and returns the JWS signature. For ECDSA that is r and s side by side (64 bytes
   * for ES256), not the DER form that most KMS APIs return.
   */
  sign(data: Uint8Array): Promise<Uint8Array> | Uint8Array
}
