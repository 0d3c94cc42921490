/**
 * JSON documents from URLs that somebody else chose: metadata of clients, their keys. Who can make a server fetch something can make it
 * knock at doors that are closed to strangers, wait, or fill its memory; so nothing is fetched from addresses that are not public, no
 * redirect is followed, and time, size and number are bounded.
 *
 * @module
 */
import { parseJsonList, parseJsonObject } from '../protocol/json-object.js'
import type { Documents, DocumentsOptions } from './contract.js'
import { documentsOver } from './fetching.js'
import { guardIn, type Surroundings } from './guard.js'

export type { Documents, DocumentsOptions, Fetched, FetchProblem } from './contract.js'
export type { Surroundings } from './guard.js'

/**
 * @param clock epoch milliseconds.
 * @throws {TypeError} when an option is wrong, and where the runtime cannot pin a connection to an address and no `fetch` is given.
 */
export function guardedDocuments(options: DocumentsOptions, clock: { now(): number }): Documents {
  return documentsIn({}, options, clock)
}

/** @see guardedDocuments */
export const documentsIn = (
  surroundings: Surroundings,
  options: DocumentsOptions,
  clock: { now(): number },
): Documents =>
  documentsOver({
    ...guardIn(surroundings, options),
    now: () => clock.now(),
    wanted: { what: 'JSON object', read: parseJsonObject },
  })

/** The same for JSON lists. @see guardedDocuments */
export const guardedLists = (options: DocumentsOptions, clock: { now(): number }): Documents<readonly unknown[]> =>
  documentsOver({ ...guardIn({}, options), now: () => clock.now(), wanted: { what: 'JSON list', read: parseJsonList } })
