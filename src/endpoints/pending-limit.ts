/**
 * Bounds how many records strangers can have stored: authorization requests, in a fixed window per browser and per address; and codes
 * that nobody had to be asked about, per user and client. Counted in the storage, so that instances share it.
 *
 * @module
 */
import type { Deployment } from '../deployment.js'
import { CLOCK_SKEW } from '../grant/refresh.js'
import { networkOf } from '../network.js'
import { encodeBase64url } from '../runtime/hash.js'
import type { Browser } from './pending-request.js'

/** How often a window was used. */
export interface WindowCounter {
  readonly id: string
  readonly issuer: string
  readonly count: number
  readonly expiresAt: number
}

// Many people share an address behind a company's or a carrier's gateway; a browser is one person with some tabs.
const PER_ADDRESS = 600
const PER_BROWSER = 60
// A client renews in the background once in some minutes, in each tab.
const SILENT_PER_USER_AND_CLIENT = 120
const WINDOW = 600_000

/** Whether one more request may be stored, which counts it; else milliseconds to wait. `address` may be unknown. */
export async function pendingWait(
  deployment: Deployment,
  address: string | undefined,
  browser: Browser | null,
): Promise<number> {
  const byAddress = address === undefined ? 0 : await count(deployment, `address\0${networkOf(address)}`, PER_ADDRESS)
  if (byAddress > 0) return byAddress
  // A browser that has just got its cookie is counted from its second request on.
  if (!browser || browser.setCookie.length > 0) return 0
  return count(deployment, `browser\0${encodeBase64url(browser.secret)}`, PER_BROWSER)
}

/**
 * Whether this client has got so many codes for this user without anybody being asked that the user should be asked; else it is
 * counted. Not by browser or address: a frame on a page of somebody else's must lock nobody out.
 */
export async function isSilentTooOften(deployment: Deployment, clientId: string, subject: string): Promise<boolean> {
  const name = `silent\0${JSON.stringify([clientId, subject])}`
  // Whoever loses a swap has been overtaken by somebody who was counted.
  return (await count(deployment, name, SILENT_PER_USER_AND_CLIENT, SILENT_PER_USER_AND_CLIENT + 1)) > 0
}

async function count(
  deployment: Deployment,
  name: string,
  limit: number,
  maxLostSwaps: number = MAX_LOST_SWAPS,
): Promise<number> {
  const { counters, now, recordId, settings } = deployment
  const id = recordId('pending requests', name)
  for (let lost = 0; lost < maxLostSwaps; lost++) {
    const stored = await counters.get(id)
    const at = now()
    const open = stored && isOpen(stored.value, at) ? stored.value : null
    if (open && open.count >= limit) return open.expiresAt - at
    const next: WindowCounter = {
      id,
      issuer: settings.issuer,
      count: (open?.count ?? 0) + 1,
      expiresAt: open?.expiresAt ?? at + WINDOW,
    }
    if (await (stored ? counters.replace(next, stored.version) : counters.insert(next))) return 0
  }
  // So many at once is a flood.
  return WAIT_AFTER_RACES
}

/** One that ends further ahead than it is long was begun by a clock that was ahead: it is over. */
const isOpen = ({ expiresAt }: WindowCounter, at: number): boolean =>
  at < expiresAt && expiresAt - at <= WINDOW + CLOCK_SKEW

const MAX_LOST_SWAPS = 8
const WAIT_AFTER_RACES = 1000
