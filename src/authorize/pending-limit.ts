/**
 * Bounds how many records strangers can have stored: authorization requests, in a fixed window per browser and per address; and codes
 * that nobody had to be asked about, per user and client. Counted in the storage, so that instances share it.
 *
 * @module
 */

import type { Browser } from '../browser/browser.js'
import type { Deployment } from '../deployment/deployment.js'
import { countInWindow } from '../deployment/window.js'
import type { HttpRequest } from '../edge/message.js'
import { isEmbedded } from '../edge/navigation.js'
import { networkOf } from '../edge/network.js'
import { encodeBase64url } from '../runtime/hash.js'

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
 * counted. Frames are counted apart, by whose page they are on: what another site does behind somebody's back uses up nothing of theirs.
 */
export async function isSilentTooOften(
  deployment: Deployment,
  request: HttpRequest,
  clientId: string,
  subject: string,
): Promise<boolean> {
  const frame = isEmbedded(request) ? (request.headerValues('sec-fetch-site')[0] ?? '') : null
  return (
    (await count(deployment, `silent\0${JSON.stringify([clientId, subject, frame])}`, SILENT_PER_USER_AND_CLIENT)) > 0
  )
}

const count = (deployment: Deployment, name: string, limit: number): Promise<number> =>
  countInWindow(deployment, { id: deployment.recordId('pending requests', name), limit, length: WINDOW })
