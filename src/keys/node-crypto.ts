/**
 * Signing with `node:crypto`, asynchronously, so that the work is done in the thread pool.
 *
 * @module
 */
import { nodeCrypto } from '../runtime/hash.js'
import { ecdsaFromDer, ecdsaToDer } from './ecdsa-signature.js'
import type { Jwk, PublicJwk, SigningAlgorithm } from './jwk.js'
import type { Primitives } from './primitives-contract.js'

// Other runtimes imitate this module with gaps, and say who they are in the user agent; Node.js 20 has none.
const isNode = (globalThis.navigator?.userAgent ?? 'Node.js').startsWith('Node.js')
const node = isNode ? nodeCrypto : undefined

/** Undefined where the runtime is not Node.js. */
export const nodePrimitives: Primitives | undefined = node && {
  generate(alg) {
    const { generate, options } = parameters[alg]
    return new Promise((resolve, reject) => {
      generateKeyPair(generate, options ?? {}, (error, _, privateKey) => {
        if (error) reject(error)
        else resolve(privateKey.export({ format: 'jwk' }) as Jwk)
      })
    })
  },

  async readPem(pem) {
    return node.createPrivateKey({ key: pem, format: 'pem', type: 'pkcs8' }).export({ format: 'jwk' }) as Jwk
  },

  async signWith(privateKey, alg) {
    const { hash, size, padding } = parameters[alg]
    const key = { key: node.createPrivateKey({ key: { ...privateKey }, format: 'jwk' }), ...padding }
    const sign = (data: Uint8Array) =>
      new Promise<Uint8Array>((resolve, reject) => {
        node.sign(hash, data, key, (error, signature) => (error ? reject(error) : resolve(signature)))
      })
    return size ? async (data) => ecdsaFromDer(await sign(data), size) : sign
  },

  verifyWith(publicKey: PublicJwk) {
    const { hash, size, padding } = parameters[publicKey.alg]
    const key = { key: node.createPublicKey({ key: { ...publicKey }, format: 'jwk' }), ...padding }
    return (data, signature) =>
      new Promise((resolve) => {
        const encoded = size ? ecdsaToDer(signature) : signature
        node.verify(hash, data, key, encoded, (error, genuine) => resolve(!error && genuine))
      })
  },
}

/** `hash` for crypto.sign, `size` of an ECDSA integer in bytes, and how to generate a key. */
interface Parameters {
  readonly hash: string | null
  readonly size?: number
  readonly padding?: { readonly padding: number; readonly saltLength: number }
  readonly generate: string
  readonly options?: object
}

const rsa = { generate: 'rsa', options: { modulusLength: 2048 } }
const pss = { padding: node?.constants.RSA_PKCS1_PSS_PADDING ?? 0, saltLength: 32 }

const parameters: Record<SigningAlgorithm, Parameters> = {
  ES256: { hash: 'sha256', size: 32, generate: 'ec', options: { namedCurve: 'P-256' } },
  ES384: { hash: 'sha384', size: 48, generate: 'ec', options: { namedCurve: 'P-384' } },
  RS256: { hash: 'sha256', ...rsa },
  // RFC 7518 §3.5: the salt is as long as the hash.
  PS256: { hash: 'sha256', padding: pss, ...rsa },
  EdDSA: { hash: null, generate: 'ed25519' },
  Ed25519: { hash: null, generate: 'ed25519' },
  'ML-DSA-44': { hash: null, generate: 'ml-dsa-44' },
  'ML-DSA-65': { hash: null, generate: 'ml-dsa-65' },
  'ML-DSA-87': { hash: null, generate: 'ml-dsa-87' },
}

interface PrivateKey {
  export(options: { format: 'jwk' }): object
}

// The declared overloads list key types one by one, and those of Node.js 20 have no ML-DSA.
const generateKeyPair = node?.generateKeyPair as unknown as (
  type: string,
  options: object,
  done: (error: Error | null, publicKey: unknown, privateKey: PrivateKey) => void,
) => void
