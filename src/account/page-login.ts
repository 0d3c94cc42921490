/**
 * A login for a page of this server itself, which no client waits for. What travels through the login is a MAC under the secret of
 * the browser's cookie: no URL, good in this browser alone, and nothing has to be stored for it.
 *
 * @module
 */

import { browserOf } from '../browser/browser.js'
import { loginContext } from '../browser/login-context.js'
import { isSameToken } from '../browser/page-token.js'
import type { Deployment } from '../deployment/deployment.js'
import type { Browser } from '../deployment/here.js'
import type { HttpRequest } from '../edge/message.js'
import { withHeaders } from '../edge/responses.js'
import type { Answer } from '../pages/views.js'
import { encodeBase64url, hmacSha256 } from '../runtime/hash.js'
import type { PendingLogin } from '../users/contract.js'

/** No client wants this login, and so nobody has wishes about it. */
const nobodyAsks = { client: null, loginHint: undefined, uiLocales: [], acrValues: [] } as const

/** Gets somebody logged in, who then comes back to the connected apps. */
export async function loginForApps(deployment: Deployment, request: HttpRequest): Promise<Answer> {
  const browser = browserOf(deployment, request)
  const response = await deployment.users.challenge(loginContext(request), {
    returnTo: returnTo(deployment, handleFor(browser)),
    reason: 'no_login',
    ...nobodyAsks,
  })
  return withHeaders(response, browser.setCookie)
}

/** What a login page may know of the page that waits; null when the handle was not made for this browser. */
export function pageLogin(deployment: Deployment, request: HttpRequest, handle: string): PendingLogin | null {
  if (!isSameToken(handle, handleFor(browserOf(deployment, request)))) return null
  return {
    handle,
    returnTo: returnTo(deployment, handle),
    reason: 'no_login',
    ...nobodyAsks,
  }
}

/** What a login form carries besides its handle: it still says for which browser the form was made when what waited for the login is gone. */
export const loginFormToken = ({ secret }: Browser): string => encodeBase64url(hmacSha256(secret, 'login\0form'))

/** For a form of ours whose request is gone: who fills it in is logged in, and told to begin again. Null when it was made for another browser. */
export function lostLogin(
  deployment: Deployment,
  request: HttpRequest,
  handle: string,
  token: string | undefined,
): PendingLogin | null {
  if (!isSameToken(token, loginFormToken(browserOf(deployment, request)))) return null
  const returnTo = deployment.urls.of('login')
  return {
    handle,
    returnTo,
    reason: 'no_login',
    pageToken: token,
    ...nobodyAsks,
  }
}

const handleFor = ({ secret }: Browser): string => `gwpl_${encodeBase64url(hmacSha256(secret, 'login\0apps'))}`

const returnTo = ({ urls }: Deployment, handle: string): string => `${urls.of('apps')}?pending=${handle}`
