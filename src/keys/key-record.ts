/**
 * The stored form of the keys: one document with every key that signs, will sign, or has signed what is still valid. A
 * public key is not stored but taken from its private key, so that nobody can exchange it in the store.
 *
 * @module
 */
import * as z from 'zod/mini'
import { isLongerThan, utf8 } from '../runtime/hash.js'
import { isSigningAlgorithm, type Jwk, type SigningAlgorithm } from './jwk.js'
import type { Schedule, Scheduled } from './schedule.js'
import type { KeyWrap } from './wrap.js'

export interface KeyRecord {
  readonly signing: readonly SigningKey[]
  readonly mac: readonly MacKey[]
}

export interface SigningKey extends Scheduled {
  readonly kid: string
  readonly alg: SigningAlgorithm
  readonly privateJwk: Jwk
}

/** A key for HMAC-SHA-256. */
export interface MacKey extends Scheduled {
  /** 8 characters of base64url. */
  readonly id: string
  /** 32 bytes. */
  readonly key: Uint8Array
}

const MAX_RECORD_BYTES = 32_768

/**
 * Checks that a record has room for the keys that are kept at one time, however long they are.
 *
 * @throws {TypeError} when keys would be made faster than they go.
 */
export function checkRoom(algorithm: SigningAlgorithm, { rotateEvery, keep }: Schedule): void {
  // One of an elliptic curve takes less than 800 bytes with the MAC key beside it, one of RSA 2,600, and one of ML-DSA up to 5,200.
  const most = algorithm.startsWith('E') ? 32 : algorithm.endsWith('256') ? 8 : 4
  if (keep <= rotateEvery * most) return
  throw new TypeError(
    `keyRotationInterval must be at least ${Math.ceil(keep / most / 1000)} seconds: each key of ${algorithm} is kept until the last access token is over that it signed, and there is room for ${most}. Raise it, or lower accessTokenLifetime.`,
  )
}

/** The document of a record, wrapped anew, all by the first secret. */
export async function writeKeyRecord({ signing, mac }: KeyRecord, wrap: KeyWrap): Promise<string> {
  const document: z.infer<typeof format> = {
    v: 1,
    signing: await Promise.all(
      signing.map(async ({ kid, alg, createdAt, signFrom, privateJwk }) => {
        const sealed = await wrap.seal('signing', kid, utf8(JSON.stringify(privateJwk)))
        return { kid, alg, createdAt, signFrom, sealed }
      }),
    ),
    mac: await Promise.all(
      mac.map(async ({ id, createdAt, signFrom, key }) => {
        return { id, createdAt, signFrom, sealed: await wrap.seal('mac', id, key) }
      }),
    ),
  }
  const text = JSON.stringify(document)
  if (isLongerThan(text, MAX_RECORD_BYTES)) {
    throw new Error('Too many keys for one record (32 KB): rotate less often, or choose an algorithm with smaller keys')
  }
  return text
}

/** Rejects with a message that says what to do when the document cannot be read. */
export async function readKeyRecord(document: string, wrap: KeyWrap): Promise<KeyRecord> {
  const { signing, mac } = parse(document)
  return {
    signing: await Promise.all(
      signing.map(async ({ kid, alg, createdAt, signFrom, sealed }) => {
        const privateJwk: Jwk = JSON.parse(new TextDecoder().decode(await wrap.open('signing', kid, sealed)))
        return { kid, alg, createdAt, signFrom, privateJwk }
      }),
    ),
    mac: await Promise.all(
      mac.map(async ({ id, createdAt, signFrom, sealed }) => {
        return { id, createdAt, signFrom, key: await wrap.open('mac', id, sealed) }
      }),
    ),
  }
}

const times = { createdAt: z.number(), signFrom: z.number(), sealed: z.string() }

const algorithm = z.custom<SigningAlgorithm>(isSigningAlgorithm)

const format = z.object({
  v: z.literal(1),
  signing: z.array(z.object({ kid: z.string(), alg: algorithm, ...times })),
  mac: z.array(z.object({ id: z.string(), ...times })),
})

function parse(document: string): z.infer<typeof format> {
  let value: unknown
  try {
    value = JSON.parse(document)
  } catch {
    value = undefined
  }
  const read = format.safeParse(value)
  if (read.success) return read.data
  const version = z.object({ v: z.number() }).safeParse(value)
  throw new Error(
    version.success && version.data.v > 1
      ? `The stored keys have format ${version.data.v}, which a newer release wrote: run that release on every instance`
      : 'The stored keys cannot be read. Restore the record of kind `key` from a backup, or delete it: new keys are then ' +
          'made, and every token signed before is worthless',
  )
}
