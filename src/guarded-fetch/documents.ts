/**
 * JSON documents from URLs that somebody else chose: metadata of clients, their keys. Who can make a server fetch something can make it
 * knock at doors that are closed to strangers, wait, or fill its memory; so nothing is fetched from addresses that are not public, no
 * redirect is followed, and time, size and number are bounded.
 *
 * @module
 */
import { isPublicAddress } from '../protocol/public-address.js'
import { canPin, pinnedFetch, resolveHere, resolverInDns } from '../runtime/pinned-fetch.js'
import { allowedUrl, checkAddresses, type IsPublic } from './allowed-url.js'
import type { Documents, DocumentsOptions } from './contract.js'
import { documentsOver } from './fetching.js'
import { checkOptions } from './options.js'

export type { Documents, DocumentsOptions, Fetched, FetchProblem } from './contract.js'

/**
 * @param clock epoch milliseconds.
 * @throws {TypeError} when an option is wrong, and where the runtime cannot pin a connection to an address and no `fetch` is given.
 */
export function guardedDocuments(options: DocumentsOptions, clock: { now(): number }): Documents {
  return documentsIn({}, options, clock)
}

/** What tests put in place of the internet. */
export interface Surroundings {
  readonly canPin?: boolean | undefined
  readonly nameServers?: readonly string[] | undefined
  readonly isPublic?: IsPublic | undefined
  readonly ca?: string | undefined
  /** In place of 443. */
  readonly port?: number | undefined
  /** Milliseconds. */
  readonly deadline?: number | undefined
}

/** @see guardedDocuments */
export function documentsIn(
  surroundings: Surroundings,
  options: DocumentsOptions,
  clock: { now(): number },
): Documents {
  const { isPublic = isPublicAddress, nameServers, ca, port, deadline } = surroundings
  checkOptions(options, surroundings.canPin ?? canPin)
  const allowOrigins = new Set(options.allowOrigins)
  const resolveInDns = resolverInDns(nameServers)
  const pinned = () =>
    pinnedFetch({
      judge(url, addresses) {
        if (!allowOrigins.has(url.origin)) checkAddresses(url, addresses, isPublic)
      },
      // What the operator has named may be a name of this machine or its network.
      resolve: (url) => (allowOrigins.has(url.origin) ? resolveHere : resolveInDns),
      ca,
      port,
    })
  return documentsOver({
    fetch: options.fetch ?? pinned(),
    plain: options.fetch === undefined,
    allowed: (url) => allowedUrl(url, allowOrigins, isPublic),
    now: () => clock.now(),
    deadline,
  })
}
