/**
 * How many clients may register themselves: counted only where a record is written, in the storage, so that instances share it.
 *
 * Who is asked for the same redirect host is counted apart from others behind the same address, because hosted clients share theirs. What the operator
 * has listed himself is counted apart from what strangers bring, so that these use up nothing of those.
 *
 * @module
 */
import type { Deployment } from '../../deployment/deployment.js'
import { networkOf } from '../../edge/network.js'
import { redirectHost } from '../../protocol/redirect-uri.js'

const HOUR = 3_600_000
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

/** Names of limits, for the option `limiter`. */
export const limitNames = ['registrationsPerAddressAndHost', 'registrationsPerAddress', 'registrations'] as const

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
  const [ofPlace, ofAddress, ofAll] = limitNames
  const key = (...parts: readonly string[]) => JSON.stringify([isListed ? 'listed' : 'others', ...parts])
  if (address !== undefined) {
    const network = networkOf(address)
    const [first = ''] = redirectUris
    await limits.enforce(ofPlace, key(network, redirectHost(first)), { limit: perPlace, length: HOUR }, address)
    await limits.enforce(ofAddress, key(network), { limit: perNetwork, length: HOUR }, address)
  }
  await limits.enforce(ofAll, key(), { limit: inAll, length: DAY }, address)
}
