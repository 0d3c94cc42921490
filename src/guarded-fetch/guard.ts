/**
 * The way out to URLs that somebody else chose: which are allowed, and where a connection may lead.
 *
 * @module
 */
import type { Fetch } from '../edge/way-out.js'
import { isPublicAddress } from '../protocol/public-address.js'
import { canPin, pinnedFetch, resolveHere, resolverInDns } from '../runtime/pinned-fetch.js'
import { allowedUrl, checkAddresses, type IsPublic } from './allowed-url.js'
import type { DocumentsOptions } from './contract.js'
import { checkOptions } from './options.js'

export interface Guard {
  readonly fetch: Fetch
  /** Whether a content coding is still on what `fetch` gives. */
  readonly plain: boolean
  /** @throws {NotFetched} */
  readonly allowed: (url: string) => URL
  /** Milliseconds for a whole exchange. */
  readonly deadline: number
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

const DEADLINE = 5_000

/** @throws {TypeError} when an option is wrong, and where the runtime cannot pin a connection to an address and no `fetch` is given. */
export function guardIn(surroundings: Surroundings, options: DocumentsOptions): Guard {
  const { isPublic = isPublicAddress, nameServers, ca, port, deadline = DEADLINE } = surroundings
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
  return {
    fetch: options.fetch ?? pinned(),
    plain: options.fetch === undefined,
    allowed: (url) => allowedUrl(url, allowOrigins, isPublic),
    deadline,
  }
}
