import type { Kv, KvKey } from '@deno/kv'
import type { Kind, Storage, StoredRecord } from 'grantwright'

/** Storage in Deno KV: one file, or a database that speaks KV Connect. */
export function denoKvStorage(kv: Kv): Storage {
  async function get(kind: Kind, id: string): Promise<StoredRecord | null> {
    const { value } = await kv.get<Stored>(recordKey(kind, id))
    return value && { ...value, document: new TextDecoder('utf-8', { ignoreBOM: true }).decode(value.document) }
  }

  /** Writes or deletes a record and its index entries in one step, if nobody has written it since it was read. */
  async function swap(kind: Kind, id: string, decide: Decide): Promise<boolean> {
    for (let attempt = 0; attempt < 1000; attempt++) {
      const found = await kv.get<Stored>(recordKey(kind, id))
      const decided = decide(found.value)
      if (typeof decided === 'boolean') return decided
      const step = kv.atomic().check(found)
      for (const key of found.value ? indexKeys(kind, found.value) : []) step.delete(key)
      if (decided.record) {
        const { record } = decided
        step.set(recordKey(kind, id), { ...record, document: new TextEncoder().encode(record.document) })
        for (const key of indexKeys(kind, record)) step.set(key, null)
      } else {
        step.delete(recordKey(kind, id))
      }
      if ((await step.commit()).ok) return true
    }
    throw new Error(`The ${kind} ${id} is written by too many at once.`)
  }

  return {
    get,
    insert: (kind, record, now) =>
      swap(kind, record.id, (found) => {
        if (found?.version === record.version) return true
        return found && !hasExpired(found, now) ? false : { record }
      }),
    replace: (kind, record, expected) =>
      swap(kind, record.id, (found) => {
        if (found?.version === record.version) return true
        return found?.version === expected ? { record } : false
      }),
    async remove(kind, id) {
      await swap(kind, id, (found) => (found ? { record: null } : true))
    },
    async list(kind, { subject }, { after, limit }) {
      const prefix = subject === undefined ? [root, kind] : [root, 'by subject', kind, subject]
      // No id has a character as low as `!`: this comes right after the id.
      const selector = after === undefined ? { prefix } : { prefix, start: [...prefix, `${after}!`] }
      const found: StoredRecord[] = []
      for await (const { key } of kv.list(selector)) {
        if (found.length >= limit) break
        const record = await get(kind, String(key.at(-1)))
        if (record && (subject === undefined || record.subject === subject)) found.push(record)
      }
      return found
    },
    async purge(now, limit) {
      let purged = 0
      for await (const { key } of kv.list({ start: [root, 'by expiry'], end: [root, 'by expiry', now + 1] })) {
        if (purged >= limit) break
        const [kind, id] = key.slice(-2) as [Kind, string]
        let isGone = false
        await swap(kind, id, (found) => {
          isGone = found !== null && hasExpired(found, now)
          return isGone ? { record: null } : true
        })
        if (isGone) purged++
      }
      return purged
    },
  }
}

/** Bytes, because a string may take twice as many in Deno KV, whose values have at most 64 KB. */
type Stored = Omit<StoredRecord, 'document'> & { readonly document: Uint8Array }

/** What to store in the place of a record, null for nothing; or the answer, when nothing is to be done. */
type Decide = (found: Stored | null) => { readonly record: StoredRecord | null } | boolean

const root = 'grantwright'

const recordKey = (kind: Kind, id: string): KvKey => [root, kind, id]

function indexKeys(kind: Kind, { id, subject, expiresAt }: Omit<StoredRecord, 'document'>): KvKey[] {
  const keys: KvKey[] = []
  if (subject !== null) keys.push([root, 'by subject', kind, subject, id])
  if (expiresAt !== null) keys.push([root, 'by expiry', expiresAt, kind, id])
  return keys
}

const hasExpired = ({ expiresAt }: Omit<StoredRecord, 'document'>, now: number) =>
  expiresAt !== null && expiresAt <= now
