/**
 * Bounds how many records strangers can have stored: authorization requests, in a fixed window per browser and per address; and codes
 * that nobody had to be asked about, per user and client. Counted in the storage, so that instances share it.
 *
 * @module
 */

import type { Deployment } from '../deployment/deployment.js'
import type { Browser } from '../deployment/here.js'
import { countInWindow } from '../deployment/window.js'
import type { HttpRequest } from '../edge/message.js'
import { isEmbedded } from '../edge/navigation.js'
import { networkOf } from '../edge/network.js'
import { encodeBase64url } from '../runtime/hash.js'

const WINDOW = 600_000
const purpose = 'pending requests'
// Many people share an address behind a company's or a carrier's gateway; a browser is one person with some tabs.
const perAddress = { limit: 600, length: WINDOW, purpose }
const perBrowser = { limit: 60, length: WINDOW, purpose }
// Everybody together, where the server is not told who connects. A short window, because whoever fills it shuts out all others.
const withoutAddress = { limit: 600, length: 60_000 }
// A client renews in the background once in some minutes, in each tab.
const SILENT_PER_USER_AND_CLIENT = 120

/** Whether one more request may be stored, which counts it; else milliseconds to wait. `address` may be unknown. */
export async function pendingWait(
  { limits }: Deployment,
  address: string | undefined,
  browser: Browser | null,
): Promise<number> {
  const byAddress = await (address === undefined
    ? limits.take('pendingRequestsWithoutAddress', '', withoutAddress)
    : limits.take('pendingRequestsPerAddress', `address\0${networkOf(address)}`, perAddress, address))
  if (byAddress > 0) return byAddress
  // A browser that has just got its cookie is counted from its second request on.
  if (!browser || browser.setCookie.length > 0) return 0
  return limits.take('pendingRequestsPerBrowser', `browser\0${encodeBase64url(browser.secret)}`, perBrowser, address)
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
  const id = deployment.recordId(purpose, `silent\0${JSON.stringify([clientId, subject, frame])}`)
  return (await countInWindow(deployment, { id, limit: SILENT_PER_USER_AND_CLIENT, length: WINDOW })) > 0
}
