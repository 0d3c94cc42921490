/**
 * Typed records over the storage contract: what the endpoints use instead of the six verbs. A document is JSON with a format
 * number, so that an older library refuses to misread what a newer one wrote.
 *
 * A verb that fails in flight may have been carried out: the record is read again, for some seconds if need be, before anybody is told.
 *
 * @module
 */
import { Unavailable, UncertainOutcome } from '../edge/errors.js'
import { pause, within } from '../runtime/deadline.js'
import { encodeBase64url } from '../runtime/hash.js'
import { nextTurn } from '../runtime/turn.js'
import type { Kind, Storage, StoredRecord } from './contract.js'

/** A value as it was read, with the version that a swap expects. */
export interface Versioned<T> {
  readonly value: T
  readonly version: string
}

export interface Repository<T> {
  /** @throws {Unavailable} when the store fails. */
  get(id: string): Promise<Versioned<T> | null>
  /**
   * The value as it is stored now; null when the id is taken.
   *
   * @throws {Unavailable} when the store fails and the value is not stored.
   */
  insert(value: T): Promise<Versioned<T> | null>
  /**
   * Compare-and-swap, once.
   *
   * @param version of what is written. @default a new one
   * @returns the value as it is stored now; null when another version is.
   * @throws {UncertainOutcome} when the store fails and the value is not stored, or nobody knows: it may be stored yet.
   */
  replace(value: T, expected: string, version?: string): Promise<Versioned<T> | null>
  /** A version for a swap that has to be known before. */
  newVersion(): string
  /** @throws {Unavailable} when the store fails. */
  remove(id: string): Promise<void>
  /** The values of one subject in ascending order of id, and the cursor of the next page, null at the end. */
  list(
    subject: string,
    page: { after?: string | undefined; limit: number },
  ): Promise<{ values: T[]; next: string | null }>
}

/** How a kind's values become records. */
export interface RecordShape<T> {
  readonly kind: Kind
  readonly id: (value: T) => string
  readonly subject?: ((value: T) => string) | undefined
  readonly clientId?: ((value: T) => string) | undefined
  readonly expiresAt: (value: T) => number | null
  /** Whether a version that knows format 1 alone must not touch it, because it would pass over what restricts it. @default false */
  readonly isFormat2?: ((value: T) => boolean) | undefined
  /** Whether a record belongs to this server: several issuers may share a store. */
  readonly belongs: (value: T) => boolean
}

/**
 * Format 2 has the same members as format 1, among them one that must not be passed over: a term that restricts, or that a code has no PKCE.
 */
const formats: readonly unknown[] = [1, 2]

/** All records of a subject, page by page: as many pages as were read, also when others' records in the same store left nothing of one. */
export async function* pagesOf<T>(records: Repository<T>, subject: string): AsyncGenerator<readonly T[]> {
  for (let after: string | undefined; ; ) {
    const page = await records.list(subject, { after, limit: 100 })
    yield page.values
    if (page.next === null) return
    after = page.next
    await nextTurn()
  }
}

/** What a repository needs beside the store. */
export interface RepositorySources {
  /** Epoch milliseconds. */
  now(): number
  randomBytes(length: number): Uint8Array
  /** For how many milliseconds a record is read again after a write whose fate is not known. @default 3000 */
  readonly patience?: number | undefined
}

export function repository<T>(
  storage: Storage,
  { now, randomBytes, patience = 3000 }: RepositorySources,
  shape: RecordShape<T>,
): Repository<T> {
  const { kind } = shape
  const recordAfter = (record: StoredRecord, cause: unknown) => readAfterFailure(storage, kind, record, patience, cause)
  const newVersion = () => encodeBase64url(randomBytes(12))
  const toRecord = (value: T, version = newVersion()): StoredRecord => ({
    id: shape.id(value),
    version,
    subject: shape.subject?.(value) ?? null,
    clientId: shape.clientId?.(value) ?? null,
    expiresAt: shape.expiresAt(value),
    document: JSON.stringify({ v: shape.isFormat2?.(value) ? 2 : 1, d: value }),
  })
  const get = async (id: string) => {
    const record = await storage.get(kind, id)
    if (!record) return null
    const value = readDocument<T>(record, kind)
    return shape.belongs(value) ? { value, version: record.version } : null
  }
  return {
    get,
    async insert(value) {
      const record = toRecord(value)
      const stored = { value, version: record.version }
      try {
        return (await storage.insert(kind, record, now())) ? stored : null
      } catch (cause) {
        const after = await recordAfter(record, cause)
        if (!after) throw cause
        if (after.version === record.version) return stored
        // A record that has expired would have made room: nothing was written.
        if (after.expiresAt !== null && after.expiresAt <= now()) throw cause
        return null
      }
    },
    newVersion,
    async replace(value, expected, version) {
      const record = toRecord(value, version)
      const stored = { value, version: record.version }
      try {
        return (await storage.replace(kind, record, expected)) ? stored : null
      } catch (cause) {
        const uncertain = uncertainWrite(cause)
        const after = await recordAfter(record, uncertain)
        if (!after) throw cause
        // The write may still be on its way.
        if (after.version === expected) throw uncertain
        return after.version === record.version ? stored : null
      }
    },
    remove: (id) => storage.remove(kind, id),
    async list(subject, page) {
      const records = await storage.list(kind, { subject }, page)
      const values = records.map((record) => readDocument<T>(record, kind)).filter(shape.belongs)
      const last = records.at(-1)
      return { values, next: last && records.length >= page.limit ? last.id : null }
    },
  }
}

/** A swap that failed in flight may have been carried out, or may yet be. */
const uncertainWrite = (cause: unknown): UncertainOutcome =>
  new UncertainOutcome(cause instanceof Error ? cause.message : 'The storage failed.', {
    cause: cause instanceof Unavailable ? cause.cause : cause,
  })

/** After a verb failed in flight: what is stored now. What made it fail may take a moment to pass. Throws `cause` when it does not. */
async function readAfterFailure(
  storage: Storage,
  kind: Kind,
  { id }: StoredRecord,
  patience: number,
  cause: unknown,
): Promise<StoredRecord | null> {
  const late = () => new Error('The record could not be read again.')
  const readAgain = async (): Promise<StoredRecord | null> => {
    for (let wait = FIRST_PAUSE; ; wait *= 2) {
      try {
        return await storage.get(kind, id)
      } catch (error) {
        if (isOver) throw error
      }
      await pause(wait)
    }
  }
  let isOver = false
  try {
    return await within(patience, readAgain(), late)
  } catch {
    isOver = true
    throw cause
  }
}

/** Milliseconds; each further one is twice as long. */
const FIRST_PAUSE = 25

function readDocument<T>(record: StoredRecord, kind: Kind): T {
  const parsed: unknown = JSON.parse(record.document)
  if (typeof parsed === 'object' && parsed !== null && 'v' in parsed && 'd' in parsed && formats.includes(parsed.v)) {
    // Written by this library in one of these formats: the contract says that the store gives back what it was given.
    return parsed.d as T
  }
  throw new Error(
    `The ${kind} record ${record.id} has a format that this version of grantwright does not know. Was it written by a newer one? Upgrade every instance that shares this storage.`,
  )
}
