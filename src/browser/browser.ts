/**
 * One browser, known by the secret in its cookie.
 *
 * @module
 */
import type { Deployment } from '../deployment/deployment.js'
import type { Browser } from '../deployment/here.js'
import type { HttpRequest } from '../edge/message.js'
import { decodeBase64url, encodeBase64url } from '../runtime/hash.js'

/** The browser that sent the request; one without a usable cookie gets one. */
export function browserOf({ browserCookie, randomBytes }: Deployment, request: HttpRequest): Browser {
  const known = knownBrowser(browserCookie.read(request))
  if (known) return { secret: known, setCookie: [] }
  const secret = randomBytes(32)
  return { secret, setCookie: [browserCookie.write(encodeBase64url(secret))] }
}

function knownBrowser(cookie: string | null): Uint8Array | null {
  const secret = cookie === null ? null : decodeBase64url(cookie)
  return secret?.length === 32 ? secret : null
}
