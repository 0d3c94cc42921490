/**
 * The way back from the app's own login page: what came in its URL can have been written by anybody.
 *
 * @module
 */

/**
 * The `return_to` of the app's login page, unchanged, when it is a URL that this server gives to login pages; else null. An open
 * redirector is what a login page becomes that sends the browser wherever its URL says.
 *
 * ```ts
 * res.redirect(303, parseReturnTo(req.body?.return_to, auth.issuer) ?? '/')
 * ```
 *
 * @param value what the query or the form holds, of whatever type
 * @param issuer `auth.issuer`
 * @see {@link https://www.rfc-editor.org/rfc/rfc9700#section-4.11.2 RFC 9700 §4.11.2}
 */
export function parseReturnTo(value: unknown, issuer: string): string | null {
  const base = issuer.endsWith('/') ? issuer.slice(0, -1) : issuer
  if (typeof value !== 'string' || !value.startsWith(base)) return null
  return wayBack.test(value.slice(base.length)) ? value : null
}

/**
 * What follows the issuer: an endpoint's path, with or without a slash at its end, and a handle. As text, because URL parsers disagree about what is odd. Beginning with a
 * slash it cannot lead to another host, and with no parameter but the handle it is none of the app's own redirectors.
 */
const wayBack = /^(?:\/(?!\.{1,2}[/?])[\w.~-]+)+\/?\?pending=[\w.-]+$/
