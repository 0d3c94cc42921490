/**
 * Turns whatever a driver rejects with into {@link Unavailable}, so that a database that is away is a 503 to clients, and its
 * error is seen by operators only.
 *
 * @module
 */
import { Unavailable } from '../errors.js'
import type { Storage } from './contract.js'

export function availableStorage(storage: Storage): Storage {
  return {
    get: (kind, id) => storage.get(kind, id).catch(unavailable),
    insert: (kind, record, now) => storage.insert(kind, record, now).catch(unavailable),
    replace: (kind, record, expected) => storage.replace(kind, record, expected).catch(unavailable),
    remove: (kind, id) => storage.remove(kind, id).catch(unavailable),
    list: (kind, filter, page) => storage.list(kind, filter, page).catch(unavailable),
    purge: (now, limit) => storage.purge(now, limit).catch(unavailable),
  }
}

function unavailable(cause: unknown): never {
  throw new Unavailable('The storage failed.', { cause })
}
