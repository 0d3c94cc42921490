/**
 * A storage for one kind of record whose verbs can be held up or broken, to see what the key ring does then.
 *
 * @module
 */
import type { Storage, StoredRecord } from '../../src/storage/contract.js'

export interface RecordStore extends Storage {
  readonly records: Map<string, StoredRecord>
  /** The verbs that were asked, in order. */
  readonly calls: string[]
  /** Called before each verb acts. May throw. */
  before: (verb: string) => void | Promise<void>
  /** Called after each verb has acted, before it answers. May throw. */
  after: (verb: string) => void | Promise<void>
}

export function recordStore(): RecordStore {
  const records = new Map<string, StoredRecord>()
  const verb = async <T>(name: string, act: () => T): Promise<T> => {
    store.calls.push(name)
    await store.before(name)
    const answer = act()
    await store.after(name)
    return answer
  }
  const unused = () => Promise.reject(new Error('not used by the key ring'))
  const store: RecordStore = {
    records,
    calls: [],
    before: () => {},
    after: () => {},
    get: (kind, id) => verb('get', () => records.get(`${kind}/${id}`) ?? null),
    insert: (kind, record) =>
      verb('insert', () => {
        const there = records.get(`${kind}/${record.id}`)
        if (there) return there.version === record.version
        records.set(`${kind}/${record.id}`, record)
        return true
      }),
    replace: (kind, record, expected) =>
      verb('replace', () => {
        const there = records.get(`${kind}/${record.id}`)
        if (there?.version === record.version) return true
        if (there?.version !== expected) return false
        records.set(`${kind}/${record.id}`, record)
        return true
      }),
    remove: unused,
    list: unused,
    purge: unused,
  }
  return store
}
