/**
 * A pending authorization request: stored while a person logs in and decides. Its handle (id and secret) travels in URLs and
 * forms; the digest of one browser cookie binds it to the browser. Going on with it needs both.
 *
 * @module
 */

import { browserOf } from '../browser/browser.js'
import type { Deployment } from '../deployment/deployment.js'
import type { Browser } from '../deployment/here.js'
import { keptUntil, type PendingRequest, type StoredRequest } from '../deployment/records.js'
import { Unavailable } from '../edge/errors.js'
import type { HttpRequest } from '../edge/message.js'
import type { AuthorizationRequest } from '../protocol/authorization-request.js'
import { formatRequestHandle, parseRequestHandle, type RequestHandle, secretHash } from '../protocol/token-string.js'
import { encodeBase64url, hmacSha256 } from '../runtime/hash.js'
import type { Versioned } from '../storage/repositories.js'

/** A pending request in the hands of its browser. */
export interface Pending extends Versioned<PendingRequest> {
  readonly handle: string
  readonly browser: Browser
}

/** Stores a request. `browser` is null when it cannot be known yet. */
export async function storePending(
  deployment: Deployment,
  request: AuthorizationRequest,
  browser: Browser | null,
  more?: Known,
): Promise<Versioned<PendingRequest> & { readonly handle: string }> {
  const handle = { requestId: encodeBase64url(deployment.randomBytes(16)), secret: deployment.randomBytes(32) }
  const stored = await deployment.requests.insert(newRequest(deployment, handle, request, browser, more))
  if (!stored) throw new Unavailable('A fresh request id was taken.')
  return { ...stored, handle: formatRequestHandle(handle) }
}

/**
 * Stores a request anew that has ended. The new handle follows from the old record and the cookie: whoever comes back to the old one more
 * than once, or in two tabs, goes on with one and the same request, and gets one code.
 *
 * @param more what is known of a login that comes with it.
 */
export async function storeAgain(deployment: Deployment, { browser, value }: Pending, more?: Known): Promise<string> {
  const derived = (what: string) => hmacSha256(browser.secret, `again\0${what}\0${value.id}\0${value.salt ?? ''}`)
  const handle = { requestId: encodeBase64url(derived('id').subarray(0, 16)), secret: derived('secret') }
  // Null when it is there already.
  await deployment.requests.insert(newRequest(deployment, handle, value.request, browser, more))
  return formatRequestHandle(handle)
}

type Known = Partial<Pick<PendingRequest, 'loginAtRequest' | 'lastReason'>>

function newRequest(
  deployment: Deployment,
  { requestId, secret }: RequestHandle,
  request: StoredRequest,
  browser: Browser | null,
  more: Known = {},
): PendingRequest {
  const now = deployment.now()
  return {
    id: requestId,
    issuer: deployment.settings.issuer,
    secretHash: secretHash('request', secret),
    browserHash: browser && secretHash('browser', browser.secret),
    salt: encodeBase64url(deployment.randomBytes(16)),
    request:
      request.pkce && 'challenge' in request.pkce ? { ...request, codeChallenge: request.pkce.challenge } : request,
    requestedAt: now,
    expiresAt: now + deployment.settings.pendingRequestLifetime,
    loginAtRequest: undefined,
    challenges: 0,
    lastReason: null,
    decision: null,
    ...more,
  }
}

/**
 * The request behind a handle, when it is still kept and this is its browser; else null. It may be over. The first browser that comes in
 * its time with the handle of an unbound request becomes its browser.
 */
export async function findPending(
  deployment: Deployment,
  request: HttpRequest,
  handle: string,
): Promise<Pending | null> {
  const parsed = parseRequestHandle(handle)
  if (!parsed) return null
  const found = await deployment.requests.get(parsed.requestId)
  if (!found || deployment.now() >= keptUntil(found.value)) return null
  if (found.value.secretHash !== secretHash('request', parsed.secret)) return null
  const browser = browserOf(deployment, request)
  const browserHash = secretHash('browser', browser.secret)
  if (found.value.browserHash === browserHash) return { ...found, handle, browser }
  if (found.value.browserHash !== null || isOver(deployment, found.value)) return null
  return changePending(deployment, { ...found, handle, browser }, (value) =>
    value.browserHash === null ? { ...value, browserHash } : null,
  )
}

/** Whether its time has passed: then nothing may come of it but another request. */
export const isOver = ({ now }: Deployment, { expiresAt }: PendingRequest): boolean => now() >= expiresAt

/**
 * Changes a pending request; null when `change` refuses what is stored by then.
 *
 * @throws {Unavailable} after 4 lost swaps.
 */
export async function changePending(
  deployment: Deployment,
  pending: Pending,
  change: (value: PendingRequest) => PendingRequest | null,
): Promise<Pending | null> {
  let current: Versioned<PendingRequest> | null = pending
  for (let lost = 0; lost < 4 && current; lost++) {
    const value = change(current.value)
    if (!value) return null
    if (value === current.value) return { ...pending, ...current }
    const written = await deployment.requests.replace(value, current.version)
    if (written) return { ...pending, ...written }
    current = await deployment.requests.get(value.id)
  }
  if (!current) return null
  throw new Unavailable('A pending request is written by too many at once.')
}

/**
 * The secret of the code that a pending request gives: the same each time, so that a double click on Allow gives the same
 * redirect. Derived from what nobody has together: the cookie, which somebody may have known before the login, and the stored salt. The
 * handle, which stands in URLs and so in logs, adds nothing.
 */
export function codeSecret({ browser, value: { id, salt } }: Pending): Uint8Array {
  return hmacSha256(browser.secret, salt === undefined ? `code\0${id}` : `code\0${id}\0${salt}`)
}

/** Where a pending request goes on. */
export const resumeUrl = (deployment: Deployment, handle: string): string =>
  `${deployment.urls.of('authorize')}?pending=${handle}`

/** Where the person at the browser can say that they are somebody else. */
export const switchUrl = (deployment: Deployment, handle: string): string => `${resumeUrl(deployment, handle)}&switch=1`
