/**
 * Storage in the memory of one process, for tests and demos: gone when the process ends, unknown to any other process, and
 * bounded, so that strangers cannot fill the heap.
 *
 * @module
 */
import { isRecord, mistake, refuseUnknown } from '../runtime/option-checks.js'
import { type Kind, kinds, type Storage, type StoredRecord } from './contract.js'

export interface MemoryStorageOptions {
  /** The most records kept, of all kinds together. @default 100_000 */
  readonly maxRecords?: number | undefined
}

/**
 * A new, empty storage. An insert that finds it full makes room by deleting what has expired, and rejects when nothing has.
 *
 * @throws {TypeError} when `maxRecords` is not a positive integer.
 */
export function memoryStorage(options: MemoryStorageOptions = {}): Storage {
  if (!isRecord(options))
    throw mistake('memoryStorage takes options. Write `memoryStorage({ maxRecords: 1000 })`.', options)
  refuseUnknown(options, ['maxRecords'], 'memoryStorage')
  const { maxRecords = 100_000 } = options
  if (!Number.isSafeInteger(maxRecords) || maxRecords < 1) {
    throw mistake('maxRecords must be a positive integer.', maxRecords)
  }

  const records = emptyMaps()
  let size = 0

  /** Map iteration is safe against deletion of the entry it stands on. */
  function deleteExpired(now: number, limit: number): number {
    let deleted = 0
    for (const kind of kinds) {
      for (const record of records[kind].values()) {
        if (deleted >= limit) return deleted
        if (!hasExpired(record, now)) continue
        records[kind].delete(record.id)
        size--
        deleted++
      }
    }
    return deleted
  }

  // No verb awaits anything: each is one step of the event loop, and its promise is settled when it is returned.
  return {
    settlesByItself: true,
    async get(kind, id) {
      const found = records[kind].get(id)
      return found ? copy(found) : null
    },
    async insert(kind, record, now) {
      const found = records[kind].get(record.id)
      if (found?.version === record.version) return true
      if (found && !hasExpired(found, now)) return false
      if (!found) {
        if (size >= maxRecords && deleteExpired(now, Number.POSITIVE_INFINITY) === 0) throw full(maxRecords)
        size++
      }
      records[kind].set(record.id, copy(record))
      return true
    },
    async replace(kind, record, expected) {
      const found = records[kind].get(record.id)
      if (found?.version === record.version) return true
      if (found?.version !== expected) return false
      records[kind].set(record.id, copy(record))
      return true
    },
    async remove(kind, id) {
      if (records[kind].delete(id)) size--
    },
    async list(kind, { subject }, { after, limit }) {
      const found: StoredRecord[] = []
      for (const record of records[kind].values()) {
        if (subject !== undefined && record.subject !== subject) continue
        if (after === undefined || record.id > after) found.push(record)
      }
      // Ids are ASCII, so the order of UTF-16 code units is the order of bytes.
      found.sort((a, b) => (a.id < b.id ? -1 : 1))
      return found.slice(0, limit).map(copy)
    },
    async purge(now, limit) {
      return deleteExpired(now, limit)
    },
  }
}

const emptyMaps = (): Record<Kind, Map<string, StoredRecord>> => ({
  client: new Map(),
  grant: new Map(),
  consent: new Map(),
  session: new Map(),
  request: new Map(),
  key: new Map(),
  once: new Map(),
  pointer: new Map(),
  counter: new Map(),
})

const hasExpired = ({ expiresAt }: StoredRecord, now: number): boolean => expiresAt !== null && expiresAt <= now

function copy({ id, version, subject, clientId, expiresAt, document }: StoredRecord): StoredRecord {
  return { id, version, subject, clientId, expiresAt, document }
}

const full = (maxRecords: number): Error =>
  new Error(`memoryStorage is full: ${maxRecords} records, none of them expired. Raise maxRecords, or use a database.`)
