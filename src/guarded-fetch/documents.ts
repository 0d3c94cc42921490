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
    wanted: { ...json, what: 'JSON object', read: parseJsonObject },
  })

/** The same for JSON lists. @see guardedDocuments */
export const guardedLists = (options: DocumentsOptions, clock: { now(): number }): Documents<readonly unknown[]> =>
  documentsOver({
    ...guardIn({}, options),
    now: () => clock.now(),
    wanted: { ...json, what: 'JSON list', read: parseJsonList },
  })

/** The same for JWTs, which prove themselves: whatever type they are said to be. @see guardedDocuments */
export const guardedTexts = (options: DocumentsOptions, clock: { now(): number }): Documents<string> =>
  documentsOver({
    ...guardIn({}, options),
    now: () => clock.now(),
    wanted: {
      ...{ what: 'JWT', accept: 'application/oauth-authz-req+jwt, application/jwt', isType: () => true },
      read(bytes) {
        const text = new TextDecoder().decode(bytes)
        return /^[\w-]+\.[\w-]*\.[\w-]*$/.test(text) ? text : null
      },
    },
  })

const json = {
  accept: 'application/json',
  // RFC 6839 §3.1: all of `+json` can be read as JSON.
  isType: (type: string) => type === 'application/json' || /^[a-z0-9!#$&^_.+-]+\/[a-z0-9!#$&^_.+-]+\+json$/.test(type),
}
