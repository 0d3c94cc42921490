/**
 * The key record in the store: read, made when there is none, rotated. Every change is one compare-and-swap, and whoever
 * loses it reads what the winner wrote.
 *
 * @module
 */
import { digest, encodeBase64url } from '../runtime/hash.js'
import type { Storage, StoredRecord } from '../storage/contract.js'
import { jwkThumbprint, type SigningAlgorithm } from './jwk.js'
import { type VerificationKey, verificationKey } from './jws.js'
import { type KeyRecord, type MacKey, readKeyRecord, type SigningKey, writeKeyRecord } from './key-record.js'
import { nextChange, nextKey, publishedKeys, type Schedule, type Scheduled } from './schedule.js'
import { generatePrivateJwk, signerOf } from './signer.js'
import type { Signer } from './signer-contract.js'
import type { KeyWrap } from './wrap.js'

/** What is known of the record, and the keys in it ready for use. */
export interface Copy {
  readonly record: KeyRecord
  readonly version: string
  /** Epoch milliseconds, taken before the record was read. */
  readonly loadedAt: number
  readonly keys: readonly ReadyKey[]
}

export interface ReadyKey extends Scheduled {
  readonly kid: string
  readonly signer: Signer
  readonly verificationKey: VerificationKey
}

export interface StoredKeys {
  /** The record as it is now; the first keys are made here. `held` is not unpacked again when it is still current. */
  load(held: Copy | undefined): Promise<Copy>
  /** Drops and appends what is due. With `early` it wraps all anew, and appends unless the newest has yet to begin. */
  rotate(copy: Copy, early: boolean): Promise<Copy>
  /** The instant from which there is something to rotate. */
  changeAt(copy: Copy): number
}

export interface StoredKeysOptions {
  readonly storage: Storage
  readonly issuer: string
  readonly wrap: KeyWrap
  readonly schedule: Schedule
  /** For new signing keys; null when none are to be made. */
  readonly algorithm: SigningAlgorithm | null
  /** Whether the record is one beside the first, for `algorithm` alone and without MAC keys. */
  readonly isExtra: boolean
  readonly now: () => number
  readonly randomBytes: (length: number) => Uint8Array
}

export function storedKeys(options: StoredKeysOptions): StoredKeys {
  const { storage, issuer, wrap, schedule, algorithm, isExtra, now, randomBytes } = options
  const id = digest(isExtra ? `gw-extra-keys-1\0${issuer}\0${algorithm}` : `gw-keys-1\0${issuer}`)

  async function load(held: Copy | undefined): Promise<Copy> {
    for (let attempt = 0; attempt < attempts; attempt++) {
      const at = now()
      const stored = await storage.get('key', id)
      if (held && stored?.version === held.version) return { ...held, loadedAt: at }
      const record = stored ? await readKeyRecord(stored.document, wrap) : { signing: [], mac: [] }
      if (stored && (isExtra || record.mac.length > 0) && (algorithm === null || record.signing.length > 0)) {
        return unpack(record, stored.version, at)
      }
      const made = await write(await advance(record, at, false), stored, at)
      if (made) return made
    }
    throw contention()
  }

  async function rotate(copy: Copy, early: boolean): Promise<Copy> {
    for (let attempt = 0; attempt < attempts; attempt++) {
      const at = now()
      if (!early && at < changeAt(copy)) return copy
      const rotated = await write(await advance(copy.record, at, early), copy, at)
      if (rotated) return rotated
      copy = await load(copy)
    }
    throw contention()
  }

  function changeAt({ record }: Copy): number {
    return Math.min(
      isExtra ? Number.POSITIVE_INFINITY : nextChange(record.mac, schedule),
      algorithm === null ? Number.POSITIVE_INFINITY : nextChange(record.signing, schedule),
    )
  }

  async function advance({ signing, mac }: KeyRecord, at: number, early: boolean): Promise<KeyRecord> {
    const signingTimes = algorithm && nextKey(signing, at, schedule, early)
    const macTimes = isExtra ? null : nextKey(mac, at, schedule, early)
    return {
      signing: [
        ...publishedKeys(signing, at, schedule),
        ...(algorithm && signingTimes ? [await newSigningKey(algorithm, signingTimes)] : []),
      ],
      mac: [...publishedKeys(mac, at, schedule), ...(macTimes ? [newMacKey(macTimes)] : [])],
    }
  }

  function newMacKey(times: Scheduled): MacKey {
    return { ...times, id: encodeBase64url(randomBytes(6)), key: randomBytes(32) }
  }

  /** Undefined when another instance was faster. */
  async function write(
    record: KeyRecord,
    previous: { readonly version: string } | null,
    at: number,
  ): Promise<Copy | undefined> {
    const version = encodeBase64url(randomBytes(12))
    const document = await writeKeyRecord(record, wrap)
    const stored: StoredRecord = { id, version, subject: null, clientId: null, expiresAt: null, document }
    const written = previous
      ? await storage.replace('key', stored, previous.version)
      : await storage.insert('key', stored, at)
    return written ? unpack(record, version, at) : undefined
  }

  return { load, rotate, changeAt }
}

/** How often a lost swap is tried again. */
const attempts = 4

const contention = () => new Error('The key record keeps changing: too many instances write it at once')

async function newSigningKey(alg: SigningAlgorithm, times: Scheduled): Promise<SigningKey> {
  const privateJwk = await generatePrivateJwk(alg)
  return { ...times, kid: jwkThumbprint(privateJwk), alg, privateJwk }
}

async function unpack(record: KeyRecord, version: string, loadedAt: number): Promise<Copy> {
  return { record, version, loadedAt, keys: await Promise.all(record.signing.map(ready)) }
}

async function ready({ kid, alg, createdAt, signFrom, privateJwk }: SigningKey): Promise<ReadyKey> {
  const signer = await signerOf(privateJwk, alg, kid)
  return { kid, createdAt, signFrom, signer, verificationKey: verificationKey(signer.publicJwk) }
}
