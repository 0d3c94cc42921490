/**
 * What signs a token: a key held here, or one that never leaves a KMS or HSM. Importing checks everything once, so that a
 * token request only signs.
 *
 * @module
 */
import { utf8 } from '../runtime/hash.js'
import {
  hasPrivateMembers,
  isSameAlgorithm,
  isSigningAlgorithm,
  type Jwk,
  privateJwk,
  publicJwk,
  type SigningAlgorithm,
  signatureLength,
  signingAlgorithms,
} from './jwk.js'
import { verificationKey } from './jws.js'
import { primitives } from './primitives.js'
import type { Primitives } from './primitives-contract.js'
import type { Signer } from './signer-contract.js'

export type { PublicJwk, SigningAlgorithm } from './jwk.js'

export interface ImportSignerOptions {
  /** What the key signs with. @default the `alg` member of a JWK; a PEM needs it. */
  readonly alg?: SigningAlgorithm | undefined
  /** @default the key's thumbprint (RFC 7638) */
  readonly kid?: string | undefined
}

/**
 * A signer from a private key of your own: a JWK, or a PEM file of type PKCS#8 (`-----BEGIN PRIVATE KEY-----`).
 *
 * @throws {TypeError} when the key cannot be used with the algorithm, and says why. The message never contains the key.
 */
export async function importSigner(
  key: string | Jwk,
  options: ImportSignerOptions = {},
  runtime: Primitives = primitives,
): Promise<Signer> {
  const alg = checkAlgorithm(options.alg ?? (typeof key === 'string' ? undefined : key.alg))
  if (typeof key !== 'string' && isSigningAlgorithm(key.alg) && !isSameAlgorithm(key.alg, alg)) {
    throw new TypeError(`The JWK is for ${key.alg}, but the option \`alg\` says ${alg}`)
  }
  const kid = options.kid ?? (typeof key !== 'string' && typeof key.kid === 'string' ? key.kid : undefined)
  const jwk = privateJwk(typeof key === 'string' ? await readPem(key, alg, runtime) : key, alg)
  const signer = await signerOf(jwk, alg, kid, runtime)
  // A JWK can pair a private key with somebody else's public key: nobody could verify its tokens.
  const probe = utf8('grantwright')
  if (!(await runtime.verifyWith(signer.publicJwk)(probe, await signer.sign(probe)))) {
    throw new TypeError('The private and the public members of the JWK do not belong together')
  }
  return signer
}

/** A signer from a private key that is known to be good. */
export async function signerOf(
  jwk: Jwk,
  alg: SigningAlgorithm,
  kid?: string,
  runtime: Primitives = primitives,
): Promise<Signer> {
  const published = publicJwk(jwk, alg, kid)
  const sign = await runtime.signWith(jwk, alg).catch((cause: unknown) => {
    throw unusable(alg, cause)
  })
  const signer = { kid: published.kid, alg, publicJwk: published, sign }
  checked.add(signer)
  return signer
}

/** A new private key. Rejects with a message that says so when the runtime does not know the algorithm. */
export async function generatePrivateJwk(alg: SigningAlgorithm, runtime: Primitives = primitives) {
  const jwk = await runtime.generate(checkAlgorithm(alg)).catch((cause: unknown) => {
    throw unusable(alg, cause)
  })
  return privateJwk(jwk, alg)
}

/**
 * Checks a signer that somebody else wrote, and gives one that checks the length of every signature. What
 * {@link importSigner} made comes back as it is.
 *
 * @throws {TypeError} when a member is missing or wrong, or `publicJwk` contains private members.
 */
export function acceptSigner(signer: Signer): Signer {
  if (checked.has(signer)) return signer
  const alg = checkAlgorithm(signer.alg)
  const { kid, publicJwk: jwk } = signer
  if (typeof kid !== 'string') throw new TypeError('A signer needs a `kid`, the id of its key')
  if (typeof jwk !== 'object' || jwk === null) throw new TypeError(`The signer "${kid}" needs its \`publicJwk\``)
  if (typeof signer.sign !== 'function') throw new TypeError(`The signer "${kid}" needs a function \`sign(data)\``)
  if (hasPrivateMembers({ ...jwk })) {
    throw new TypeError(`The publicJwk of the signer "${kid}" contains private members: give the public key alone`)
  }
  for (const [name, value] of [
    ['kid', kid],
    ['alg', alg],
  ] as const) {
    if (jwk[name] !== undefined && jwk[name] !== value) {
      throw new TypeError(`The publicJwk of the signer "${kid}" has another ${name} than the signer`)
    }
  }
  const published = publicJwk({ ...jwk, alg }, alg, kid)
  try {
    verificationKey(published)
  } catch (cause) {
    throw new TypeError(`The publicJwk of the signer "${kid}" is not a key for ${alg} that this runtime knows`, {
      cause,
    })
  }
  const length = signatureLength(published)
  const accepted: Signer = {
    kid,
    alg,
    publicJwk: published,
    async sign(data) {
      const signature = await signer.sign(data)
      if (signature instanceof Uint8Array && signature.length === length) return signature
      const got = signature instanceof Uint8Array ? `${signature.length} bytes` : typeof signature
      throw new TypeError(
        `The signer "${kid}" must return a JWS signature of ${length} bytes (not DER), but gave ${got}`,
      )
    },
  }
  checked.add(accepted)
  return accepted
}

/** Signers that need no check any more. */
const checked = new WeakSet<Signer>()

function checkAlgorithm(alg: unknown): SigningAlgorithm {
  if (isSigningAlgorithm(alg)) return alg
  throw new TypeError(`\`alg\` must be one of ${signingAlgorithms.join(', ')}, not ${JSON.stringify(alg)}`)
}

async function readPem(pem: string, alg: SigningAlgorithm, runtime: Primitives): Promise<Jwk> {
  const text = pem.trim()
  if (!text.startsWith('-----BEGIN PRIVATE KEY-----')) {
    throw new TypeError(
      'A PEM key must be of type PKCS#8 and not encrypted ("-----BEGIN PRIVATE KEY-----"): ' +
        'convert it with `openssl pkcs8 -topk8 -nocrypt -in key.pem`',
    )
  }
  return runtime.readPem(text, alg).catch((cause: unknown) => {
    throw unusable(alg, cause)
  })
}

function unusable(alg: SigningAlgorithm, cause: unknown): TypeError {
  const hint = alg.startsWith('ML-DSA') ? '. ML-DSA needs a runtime that has it, such as Node.js 24 or newer' : ''
  return new TypeError(`This runtime cannot use the key with ${alg}${hint}`, { cause })
}
