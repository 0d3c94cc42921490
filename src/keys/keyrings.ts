/**
 * All rings of a server: the first, which signs unless something else is asked for, and one beside it for each other algorithm that a feature
 * signs with. Each has a record of its own, so that an instance without the feature never signs with a key that it does not mean.
 *
 * @module
 */
import type { SigningAlgorithm } from './jwk.js'
import type { VerificationKey } from './jws.js'
import { keptSecrets } from './kept-secrets.js'
import { jwkSet, type Keyring, type KeyringOptions, openKeyring } from './keyring.js'
import type { Signer } from './signer-contract.js'
import { openKeyWrap } from './wrap.js'

export interface KeyringsOptions extends Omit<KeyringOptions, 'isExtra'> {
  /** What else is signed with. @default [] */
  readonly algorithms?: readonly SigningAlgorithm[] | undefined
  /** Secrets that never change, by name. @default [] */
  readonly kept?: readonly string[] | undefined
}

/** All rings as one. */
export interface Keyrings extends Omit<Keyring, 'knows'> {
  /**
   * Signs now.
   *
   * @param algorithm one that a feature has named. @default what the first ring has
   * @throws {Error} when none has named it.
   */
  current(algorithm?: SigningAlgorithm): Signer | Promise<Signer>
  /** A secret that never changes. @throws {Error} when no feature has named it */
  kept(name: string): Uint8Array | Promise<Uint8Array>
  /** The rings whose keys are published now, the first one first. Makes those that are not there yet. */
  rings(): Promise<readonly Keyring[]>
}

/** @throws {TypeError} when an option is wrong, and says what to write instead. */
export function openKeyrings(options: KeyringsOptions): Keyrings {
  const { algorithm: own = 'ES256', algorithms = [], fixedSigners } = options
  const first = openKeyring(options)
  const beside = new Map(
    algorithms.map((algorithm) => {
      const given = fixedSigners?.filter(({ alg }) => alg === algorithm)
      return [algorithm, openKeyring({ ...options, algorithm, isExtra: true, fixedSigners: given })]
    }),
  )
  // Where `signingAlgorithm` was another one not long ago. It signs until the first ring does so with the new one, and is published for as long
  // as that has older keys: then nothing is valid any more that it has signed.
  const interim = beside.get(own)
  const all = [first, ...beside.values()]
  const secrets = keptSecrets({ ...options, wrap: openKeyWrap(options), names: options.kept ?? [] })

  function current(algorithm?: SigningAlgorithm): Signer | Promise<Signer> {
    if (algorithm === undefined) return first.current()
    const ring = beside.get(algorithm)
    if (ring) return ring === interim ? firstOr(ring) : ring.current()
    throw new Error(`Write \`algorithms: ['${algorithm}']\` in the feature that signs with ${algorithm}.`)
  }

  async function firstOr(ring: Keyring): Promise<Signer> {
    const signer = await first.current()
    return signer.alg === own ? signer : ring.current()
  }

  async function rings(): Promise<readonly Keyring[]> {
    // All keys of the operator's own are in the first.
    if (fixedSigners) return [first]
    const keys = await first.publicKeys()
    return all.filter((ring) => ring !== interim || keys.some(({ alg }) => alg !== own))
  }

  async function search(kid: string): Promise<VerificationKey | undefined> {
    for (const ring of await rings()) {
      const key = await ring.find(kid)
      if (key) return key
    }
    return undefined
  }

  const publicKeys = async () => (await Promise.all((await rings()).map((ring) => ring.publicKeys()))).flat()

  async function rotate(): Promise<void> {
    for (const ring of await rings()) await ring.rotate()
    await secrets.wrapAnew()
  }

  const { get: kept } = secrets
  if (all.length === 1) return { ...first, current, kept, rings, rotate }
  return {
    ...first,
    current,
    kept,
    rings,
    rotate,
    // Whoever knows the key at once: the others would read their records again.
    find: (kid) => all.find((ring) => ring.knows(kid))?.find(kid) ?? search(kid),
    publicKeys,
    jwks: async () => jwkSet(await publicKeys()),
    async idle() {
      await Promise.all(all.map((ring) => ring.idle()))
    },
  }
}
