/**
 * Reading and writing the server's own cookies: `__Host-`, `Secure`, `HttpOnly`, `SameSite=Lax` (on an `http`
 * issuer without prefix and `Secure`, which browsers would not send back there).
 *
 * @module
 */

import { trimOws } from '../protocol/ascii.js'
import { digest } from '../runtime/hash.js'
import type { HttpRequest } from './message.js'

export interface CookieJar {
  /** The cookie's value. Null when there is none, and when there are several: one of them was put there by somebody else. */
  read(request: HttpRequest): string | null
  /** A `set-cookie` header that keeps `value` until the browser closes, or for `maxAge` seconds. */
  write(value: string, maxAge?: number): readonly ['set-cookie', string]
  /** A `set-cookie` header that removes the cookie. */
  clear(): readonly ['set-cookie', string]
}

/** The cookie `purpose` of one issuer. The name carries a hash of the issuer, so that issuers on one host do not collide. */
export function cookieJar(issuer: string, purpose: '' | 'session'): CookieJar {
  const secure = issuer.startsWith('https:')
  const hash = digest(`grantwright cookie\0${issuer}`).slice(0, 12)
  const name = `${secure ? '__Host-' : ''}gw-${hash}${purpose && `-${purpose}`}`
  const attributes = `; Path=/; HttpOnly; SameSite=Lax${secure ? '; Secure' : ''}`
  return {
    read: (request) => findCookie(request, name),
    write: (value, maxAge) => [
      'set-cookie',
      `${name}=${value}${attributes}${maxAge === undefined ? '' : `; Max-Age=${maxAge}`}`,
    ],
    clear: () => ['set-cookie', `${name}=${attributes}; Max-Age=0`],
  }
}

/**
 * RFC 6265 §4.2.1, §5.2: names and values are bytes, between which only SP and HTAB are spaces. A name with anything else before
 * `__Host-` is one that any subdomain may set.
 */
function findCookie(request: HttpRequest, name: string): string | null {
  let found: string | null = null
  for (const line of request.headerValues('cookie')) {
    for (const pair of line.split(';')) {
      const at = pair.indexOf('=')
      if (at < 1 || trimOws(pair.slice(0, at)) !== name) continue
      if (found !== null) return null
      found = trimOws(pair.slice(at + 1))
    }
  }
  return found
}
