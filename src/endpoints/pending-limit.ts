/**
 * Bounds how many authorization requests a stranger can have stored: a fixed window per browser and per address, counted in the
 * storage, so that instances share it. Requests that nobody has to be asked about are not stored and not counted.
 *
 * @module
 */
import type { Deployment } from '../deployment.js'
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

async function count(deployment: Deployment, name: string, limit: number): Promise<number> {
  const { counters, now, recordId, settings } = deployment
  const id = recordId('pending requests', name)
  for (let lost = 0; lost < MAX_LOST_SWAPS; lost++) {
    const stored = await counters.get(id)
    const at = now()
    const open = stored && at < stored.value.expiresAt ? stored.value : null
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

const MAX_LOST_SWAPS = 8
const WAIT_AFTER_RACES = 1000
