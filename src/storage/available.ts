/**
 * Turns whatever a driver rejects with into {@link Unavailable}, so that a database that is away is a 503 to clients, and its
 * error is seen by operators only. A verb that does not settle in time counts as failed, too: it may still be carried out, as may one
 * whose answer was lost.
 *
 * @module
 */
import { Unavailable } from '../edge/errors.js'
import { within } from '../runtime/deadline.js'
import type { Storage } from './contract.js'

/** @param timeout Milliseconds for one verb. A driver that promises to settle by itself is not watched. */
export function availableStorage(storage: Storage, timeout: number): Storage {
  const watched = <T>(verb: string, work: Promise<T>): Promise<T> =>
    within(timeout, work, () => tooLate(verb, timeout)).catch(unavailable)
  const plain = <T>(_: string, work: Promise<T>): Promise<T> => work.catch(unavailable)
  const seen = storage.settlesByItself ? plain : watched
  return {
    settlesByItself: storage.settlesByItself,
    expiresByItself: storage.expiresByItself,
    get: (kind, id) => seen('get', storage.get(kind, id)),
    insert: (kind, record, now) => seen('insert', storage.insert(kind, record, now)),
    replace: (kind, record, expected) => seen('replace', storage.replace(kind, record, expected)),
    remove: (kind, id) => seen('remove', storage.remove(kind, id)),
    list: (kind, filter, page) => seen('list', storage.list(kind, filter, page)),
    purge: (now, limit) => seen('purge', storage.purge(now, limit)),
  }
}

const tooLate = (verb: string, timeout: number): Error =>
  new Error(
    `The storage did not answer \`${verb}\` within ${timeout / 1000} s (option storageTimeout). Is the database reachable, and does its ` +
      'client give up connections that have gone silent?',
  )

function unavailable(cause: unknown): never {
  throw new Unavailable('The storage failed.', { cause })
}
