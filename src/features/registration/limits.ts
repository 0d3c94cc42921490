/**
 * How many clients may register themselves: counted only where a record is written, in the storage, so that instances share it.
 *
 * Who is asked for the same redirect host is counted apart from others behind the same address, because hosted clients share theirs. What the operator
 * has listed himself is counted apart from what strangers bring, so that these use up nothing of those.
 *
 * @module
 */
import type { Deployment } from '../../deployment/deployment.js'
import { countInWindow } from '../../deployment/window.js'
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

/**
 * Whether one more client may be registered, which counts it: 0. Else how many milliseconds to wait.
 *
 * @param isListed whether the operator has listed all of its redirect URIs.
 */
export async function registrationWait(
  deployment: Deployment,
  address: string | undefined,
  redirectUris: readonly string[],
  isListed: boolean,
): Promise<number> {
  const { perPlace, perNetwork, inAll } = isListed ? listed : others
  const group = isListed ? 'listed' : 'others'
  const take = (what: readonly string[], limit: number, length: number) =>
    countInWindow(deployment, {
      id: deployment.recordId('registrations', JSON.stringify([group, ...what])),
      limit,
      length,
    })
  if (address !== undefined) {
    const network = networkOf(address)
    const [first = ''] = redirectUris
    const wait =
      (await take(['place', network, redirectHost(first)], perPlace, HOUR)) ||
      (await take(['network', network], perNetwork, HOUR))
    if (wait > 0) return wait
  }
  return take(['all'], inAll, DAY)
}
