/**
 * Whether a posted form came from a page of this server.
 *
 * @module
 */
import type { HttpRequest } from '../edge/message.js'

/**
 * False when the browser says that another site sent the form. A browser that says nothing is believed: the cookie
 * (`SameSite=Lax`) and the secrets in the form bind it as well.
 *
 * @param origins of the pages that are ours.
 * @see {@link https://www.rfc-editor.org/rfc/rfc9700#section-4.7 RFC 9700 §4.7}
 */
export function isOwnForm(request: HttpRequest, origins: ReadonlySet<string>): boolean {
  const [origin, ...more] = request.headerValues('origin')
  const site = request.headerValues('sec-fetch-site')
  if (more.length > 0 || site.length > 1) return false
  if (origin === undefined) return site.length === 0 || site[0] === 'same-origin' || site[0] === 'none'
  // Sandboxed frames and `data:` pages of others write `null`, and so do our own pages of earlier versions, which were sent with `no-referrer`.
  if (origin === 'null') return site[0] === 'same-origin'
  return origins.has(origin)
}
