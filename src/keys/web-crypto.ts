/**
 * Signing with Web Crypto, for every runtime that is not Node.js. Keys go in and out through jose.
 *
 * @module
 */
import { exportJWK, generateKeyPair, importJWK, importPKCS8 } from '../runtime/jose.js'
import type { Jwk, PublicJwk, SigningAlgorithm } from './jwk.js'
import type { Primitives } from './primitives-contract.js'

export const webPrimitives: Primitives = {
  async generate(alg) {
    const { privateKey } = await generateKeyPair(alg, { extractable: true })
    return exportJWK(privateKey)
  },

  async readPem(pem, alg) {
    return exportJWK(await importPKCS8(pem, alg, { extractable: true }))
  },

  async signWith(privateKey, alg) {
    const key = await importKey(privateKey, alg)
    return async (data) => new Uint8Array(await crypto.subtle.sign(parameters[alg], key, new Uint8Array(data)))
  },

  verifyWith(publicKey: PublicJwk) {
    const { alg } = publicKey
    // The key and not a promise of it: on Workers one that a request has begun may never settle.
    let key: CryptoKey | undefined
    return async (data, signature) => {
      key ??= await importKey({ ...publicKey }, alg)
      return crypto.subtle.verify(parameters[alg], key, new Uint8Array(signature), new Uint8Array(data))
    }
  },
}

async function importKey(jwk: Jwk, alg: SigningAlgorithm): Promise<CryptoKey> {
  const key = await importJWK({ ...jwk, alg }, alg)
  // jose gives bytes for symmetric keys only, which none of the algorithms uses.
  if (key instanceof Uint8Array) throw new TypeError(`A key for ${alg} must be asymmetric`)
  return key
}

const ed25519 = { name: 'Ed25519' }

const parameters: Record<SigningAlgorithm, AlgorithmIdentifier | EcdsaParams | RsaPssParams> = {
  ES256: { name: 'ECDSA', hash: 'SHA-256' },
  ES384: { name: 'ECDSA', hash: 'SHA-384' },
  RS256: { name: 'RSASSA-PKCS1-v1_5' },
  PS256: { name: 'RSA-PSS', saltLength: 32 },
  EdDSA: ed25519,
  Ed25519: ed25519,
  'ML-DSA-44': { name: 'ML-DSA-44' },
  'ML-DSA-65': { name: 'ML-DSA-65' },
  'ML-DSA-87': { name: 'ML-DSA-87' },
}
