/**
 * What signing needs of a runtime. Two implementations: `node:crypto`, whose signatures run in the thread pool at less than half
 * the cost, and Web Crypto, through jose, everywhere else.
 *
 * @module
 */
import type { Jwk, PublicJwk, SigningAlgorithm } from './jwk.js'
import { nodePrimitives } from './node-crypto.js'
import { webPrimitives } from './web-crypto.js'

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

/** The fastest that this runtime has. */
export const primitives: Primitives = nodePrimitives ?? webPrimitives
