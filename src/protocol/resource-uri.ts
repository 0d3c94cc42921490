/**
 * URIs of resources: which text is one, and which two mean the same. Pure.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc8707#section-2 RFC 8707 §2}
 * @module
 */
import { asciiLowerCase } from './ascii.js'

/** Whether `text` is an absolute URI without a fragment, as RFC 8707 §2 wants a resource to be. */
export function isResourceUri(text: string): boolean {
  if (!/^[a-z][a-z0-9+.-]*:[A-Za-z0-9._~:/?[\]@!$&'()*+,;=%-]+$/i.test(text)) return false
  // `https:example.com` would parse, but RFC 9110 §4.2.2 wants an authority.
  if (/^https?:/i.test(text) && !/^https?:\/\/[^/?]/i.test(text)) return false
  return URL.canParse(text)
}

/** The configured string that means the same as a URI, or the URI itself when there is none. */
export type AsConfigured = (uri: string) => string

/**
 * What names of resources mean: scheme and host in any case, and an empty path is a slash. Everything else counts as a string, the default port
 * of a scheme and a slash at the end of a longer path as well.
 *
 * @param configured no two of them mean the same: {@link resourceForm}.
 */
export function resourceNames(configured: Iterable<string>): AsConfigured {
  const names = new Map<string, string>()
  for (const uri of configured) names.set(uri, uri).set(resourceForm(uri), uri)
  return (uri) => names.get(uri) ?? names.get(resourceForm(uri)) ?? uri
}

/**
 * What all spellings of a URI have in common. Looser than RFC 8707, which has a resource compared as it stands: whoever keeps a URL as an object
 * (the MCP SDK) has RFC 3986 §6.2.2.1 and §6.2.3 applied to it unasked.
 */
export function resourceForm(uri: string): string {
  const [, scheme, authority, rest] = /^([A-Za-z][A-Za-z0-9+.-]*:)(\/\/[^/?#]*)?(.*)$/s.exec(uri) ?? []
  if (scheme === undefined || rest === undefined) return uri
  if (authority === undefined) return asciiLowerCase(scheme) + rest
  // What stands before an at sign is no part of the host.
  const host = authority.lastIndexOf('@') + 1
  const lower = asciiLowerCase(scheme) + authority.slice(0, host) + asciiLowerCase(authority.slice(host))
  return lower + rest.replace(/^\/(?=\?|$)/, '')
}
