/**
 * What signing needs of a runtime.
 *
 * @module
 */
import type { Jwk, PublicJwk, SigningAlgorithm } from './jwk.js'

export interface Primitives {
  /** A new private key. Rejects when the runtime does not know the algorithm. */
  generate(alg: SigningAlgorithm): Promise<Jwk>
  /** The private key in a PEM file of type PKCS#8. */
  readPem(pem: string, alg: SigningAlgorithm): Promise<Jwk>
  /** Imports a private key, once; the function it gives makes JWS signatures. */
  signWith(privateKey: Jwk, alg: SigningAlgorithm): Promise<(data: Uint8Array) => Promise<Uint8Array>>
  /** The function it gives checks JWS signatures of the right length, and answers false to all other trouble with them. */
  verifyWith(publicKey: PublicJwk): (data: Uint8Array, signature: Uint8Array) => Promise<boolean>
}
