/**
 * How much of registration there may be: of requests, whatever becomes of them, and of clients, counted only where a record is written. Both in the
 * storage, so that instances share it.
 *
 * Who is asked for the same redirect host is counted apart from others behind the same address, because hosted clients share theirs. What the operator
 * has listed himself is counted apart from what strangers bring, so that these use up nothing of those.
 *
 * @module
 */
import type { Deployment } from '../../deployment/deployment.js'
import { networkOf } from '../../edge/network.js'
import { redirectHost } from '../../protocol/redirect-uri.js'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

interface Bounds {
  /** From one network, for one redirect host, in an hour. */
  readonly perPlace: number
  /** From one network in an hour. */
  readonly perNetwork: number
  /** From everywhere in a day. The records of a day are all that there can be of clients that nobody has approved. */
  readonly inAll: number
}

const listed: Bounds = { perPlace: 600, perNetwork: 3000, inAll: 20_000 }
const others: Bounds = { perPlace: 20, perNetwork: 60, inAll: 5000 }

const [ofRequests, ofPlace, ofAddress, ofAll] = [
  'registrationRequestsPerAddress',
  'registrationsPerAddressAndHost',
  'registrationsPerAddress',
  'registrations',
] as const

/** Names of limits, for the option `limiter`. */
export const limitNames = [ofRequests, ofPlace, ofAddress, ofAll] as const

/**
 * Counts a request before anything is done for it: the app's policy may ask a database, and a dry run or a repeat writes nothing that would count. So
 * generously that no hosted client meets it. Those whose address nobody knows are counted together.
 *
 * @throws {OAuthError} with the status 429 when there were too many.
 */
export async function countRequest({ limits }: Deployment, address: string | undefined): Promise<void> {
  const network = address === undefined ? '' : networkOf(address)
  await limits.enforce(ofRequests, network, { limit: 600, length: MINUTE }, address)
}

/**
 * Counts one more client.
 *
 * @param isListed whether the operator has listed all of its redirect URIs.
 * @throws {OAuthError} with the status 429 when there is no room.
 */
export async function countRegistration(
  { limits }: Deployment,
  address: string | undefined,
  redirectUris: readonly string[],
  isListed: boolean,
): Promise<void> {
  const { perPlace, perNetwork, inAll } = isListed ? listed : others
  const key = (...parts: readonly string[]) => JSON.stringify([isListed ? 'listed' : 'others', ...parts])
  if (address !== undefined) {
    const network = networkOf(address)
    const [first = ''] = redirectUris
    await limits.enforce(ofPlace, key(network, redirectHost(first)), { limit: perPlace, length: HOUR }, address)
    await limits.enforce(ofAddress, key(network), { limit: perNetwork, length: HOUR }, address)
  }
  await limits.enforce(ofAll, key(), { limit: inAll, length: DAY }, address)
}
