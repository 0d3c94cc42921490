/**
 * Memory storage that remembers which verbs were used on which kind of record, and that fails when a test says so.
 *
 * @module
 */
import type { Kind, Storage } from '../../src/storage/contract.js'
import { memoryStorage } from '../../src/storage/memory.js'

export type Verb = 'get' | 'insert' | 'replace' | 'remove' | 'list'

export interface Fault {
  readonly verb: Verb
  readonly kind: Kind
  /** Whether the store has done its work before the answer is lost. */
  readonly when: 'before' | 'after'
  /** How many calls get through first. @default 0 */
  skip?: number
  /** How many calls fail then. @default 1 */
  times?: number
}

export interface ObservedStorage extends Storage {
  /** Verb and kind of each call in order, for example `get grant`. Empty it when you like. */
  readonly calls: string[]
  /** What is going to fail. */
  readonly faults: Fault[]
}

/** What a failing store says. It must never reach a client. */
export const STORAGE_CANARY = 'canary-of-the-storage'

export function observedStorage(inner: Storage = memoryStorage()): ObservedStorage {
  const calls: string[] = []
  const faults: Fault[] = []
  async function observed<T>(verb: Verb, kind: Kind, run: () => Promise<T>): Promise<T> {
    calls.push(`${verb} ${kind}`)
    const fault = faults.find((one) => one.verb === verb && one.kind === kind && (one.times ?? 1) > 0)
    if (!fault) return run()
    if (fault.skip) {
      fault.skip--
      return run()
    }
    fault.times = (fault.times ?? 1) - 1
    if (fault.when === 'after') await run()
    throw new Error(STORAGE_CANARY)
  }
  return {
    calls,
    faults,
    get: (kind, id) => observed('get', kind, () => inner.get(kind, id)),
    insert: (kind, record, now) => observed('insert', kind, () => inner.insert(kind, record, now)),
    replace: (kind, record, expected) => observed('replace', kind, () => inner.replace(kind, record, expected)),
    remove: (kind, id) => observed('remove', kind, () => inner.remove(kind, id)),
    list: (kind, filter, page) => observed('list', kind, () => inner.list(kind, filter, page)),
    purge: (now, limit) => inner.purge(now, limit),
  }
}
