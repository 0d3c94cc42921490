/**
 * Redirect URIs: which may be registered, whether a requested one is registered, and how an answer is put on one. The
 * string is the identity; nothing is normalized before it is compared. Pure.
 *
 * @module
 */

import { asciiLowerCase, hostAdvice } from './ascii.js'
import type { ClientVocabulary } from './client-vocabulary.js'
import { isPrivateHost } from './private-host.js'
import { withScheme } from './spelling.js'

/** Most characters of a redirect URI. */
const MAX_REDIRECT_URI_LENGTH = 2048

/**
 * What forbids registering `uri`, as the end of a sentence that begins with the URI, or null when it may be registered.
 *
 * - `https` anywhere; `http` only for `localhost`, `127.0.0.1` and `[::1]`, in development also on private hosts.
 * - A private-use scheme, for public clients, when it contains a dot, or the operator has listed the whole URI. RFC 8252 §8.4
 *   recommends to refuse others; here it is a rule. That the scheme is a domain of the app's author (§7.1) cannot be seen from it
 *   and is not checked.
 * - No other scheme: an allow-list, so `javascript:` and its kin need no mention.
 *
 * @param kind Whether the client is public. RFC 8252 §8.4 lets a native app with a secret of its own be confidential; that
 * is refused here.
 * @param more What the operator allows beyond that: URIs that {@link listedUriProblem} has nothing against, and `http`.
 * @see {@link https://www.rfc-editor.org/rfc/rfc9700#section-2.1 RFC 9700 §2.1}
 */
export function redirectUriProblem(
  uri: string,
  kind: { readonly public: boolean },
  more: Pick<ClientVocabulary, 'privateUseRedirectUris' | 'httpBeyondLoopback'> = {},
): string | null {
  if (uri.length > MAX_REDIRECT_URI_LENGTH) return `is longer than ${MAX_REDIRECT_URI_LENGTH} characters`
  // RFC 3986 §2: this leaves out spaces, control characters, backslashes, quotes and everything beyond ASCII.
  if (!/^[A-Za-z0-9._~:/?#[\]@!$&'()*+,;=%-]*$/.test(uri))
    return `has a character that URIs do not have; ${hostAdvice(uri) ?? 'percent-encode it'}`
  if (/%(?![0-9A-Fa-f]{2})/.test(uri)) return 'has a % that is not followed by two hexadecimal digits'
  // RFC 6749 §3.1.2: the redirection endpoint URI must not include a fragment component.
  if (uri.includes('#')) return 'has a fragment'
  if (uri.includes('*')) return 'has a *; there are no wildcards, write each URI out'
  const meant = withScheme(uri)
  if (meant !== undefined) return `has no scheme; write ${meant}`
  const scheme = /^([A-Za-z][A-Za-z0-9+.-]*):./.exec(uri)?.[1]
  if (scheme === undefined) return 'is not an absolute URI'
  if (scheme !== asciiLowerCase(scheme)) return 'has a scheme in capital letters; write it in small ones'
  // RFC 6749 §4.1.2, RFC 9207 §2: these are the answer's, and must stand there once.
  if (/[?&](?:code|state|iss|error|error_description)(?:[=&]|$)/.test(uri)) {
    return 'has a query parameter that belongs to the answer (code, state, iss, error)'
  }
  if (hasDotSegment(uri)) return 'has a . or .. segment in its path'
  if (/^[^/?]*\/\/[^/?]*@/.test(uri)) return 'has a user name or password'
  if (scheme === 'https' || scheme === 'http') return webProblem(uri, scheme, more.httpBeyondLoopback ?? false)
  if (!/^[a-z][a-z0-9+-]*(\.[a-z0-9+-]+)+$/.test(scheme) && !more.privateUseRedirectUris?.has(uri)) {
    return 'has a scheme that is neither https nor one of your own with a dot in it, such as com.example.app, and it is not in the option privateUseRedirectUris'
  }
  return kind.public
    ? null
    : 'has a private-use scheme, which is for public clients: use token_endpoint_auth_method none'
}

/** What is opened by the browser or by another program than an app of its own, in small letters. Also all that begin with `http`. */
const commonSchemes = new Set(
  'javascript data vbscript blob file filesystem about view-source ws wss ftp intent'.split(' '),
)

/**
 * Why an operator must not list `uri` as one with a scheme without a dot, as the end of a sentence that begins with the URI; or null.
 */
export function listedUriProblem(uri: string): string | null {
  const scheme = asciiLowerCase(/^([A-Za-z][A-Za-z0-9+.-]*):/.exec(uri)?.[1] ?? '')
  if (commonSchemes.has(scheme) || scheme.startsWith('http'))
    return `has the scheme ${scheme}, which is not an app's own`
  if (scheme.includes('.')) return 'has a dot in its scheme, so that it needs no listing; leave it out'
  return redirectUriProblem(uri, { public: true }, { privateUseRedirectUris: new Set([uri]) })
}

/** Whether a URI that is registered still may be used: with a scheme without a dot only as long as it is listed. */
export const isStillListed = (uri: string, listed: ReadonlySet<string>): boolean =>
  !isPrivateUseRedirect(uri) || /^[^:]*\./.test(uri) || listed.has(uri)

/**
 * Whether `requested` is one of the registered URIs: the same string, or, for `http` on a loopback host, the same string but for the
 * port; where the client is confidential, only if the registered URI has none. `localhost` is not `127.0.0.1`.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc8252#section-7.3 RFC 8252 §7.3}
 */
export function matchRedirectUri(registered: readonly string[], requested: string, isPublic: boolean): boolean {
  if (registered.includes(requested)) return true
  const wanted = splitLoopback(requested)
  if (!wanted) return false
  return registered.some((uri) => {
    const known = splitLoopback(uri)
    if (known === null || known.host !== wanted.host || known.rest !== wanted.rest) return false
    return isPublic || !known.hasPort
  })
}

/** Whether the answer goes by `http` to whatever program listens on the person's own machine. */
export const isLoopbackRedirect = (uri: string): boolean => splitLoopback(uri) !== null

/** Whether the answer goes to an app by a scheme of its own. */
export function isPrivateUseRedirect(uri: string): boolean {
  return !/^https?:/i.test(uri)
}

/** Where the answer goes, for the eyes of a person: host and port, or `scheme:`. For URIs that were registered. */
export function redirectHost(uri: string): string {
  return isPrivateUseRedirect(uri) ? uri.slice(0, uri.indexOf(':') + 1) : new URL(uri).host
}

/**
 * `uri` with more query parameters behind those that it has, which stay byte for byte; or with parameters as its fragment, of which a registered one has none.
 */
export function appendToRedirect(
  uri: string,
  parameters: readonly (readonly [name: string, value: string])[],
  where: 'query' | 'fragment' = 'query',
): string {
  // RFC 6749 §3.1.2: an existing query component must be retained when adding parameters.
  const before = !uri.includes('?') ? '?' : /[?&]$/.test(uri) ? '' : '&'
  // %20 rather than +: both are right in a form, but URL parsers of native platforms leave a + as it is.
  const added = new URLSearchParams(parameters.map(([name, value]) => [name, value])).toString().replaceAll('+', '%20')
  if (added === '') return uri
  return uri + (where === 'fragment' ? '#' : before) + added
}

/** An `http` URI on a loopback host, without its port. Null for everything else, ports that do not exist included. */
function splitLoopback(uri: string): {
  readonly host: string
  readonly hasPort: boolean
  readonly rest: string
} | null {
  const match = /^http:\/\/(localhost|127\.0\.0\.1|\[::1\])(?::([1-9][0-9]{0,4}))?([/?].*)?$/s.exec(uri)
  if (!match?.[1] || Number(match[2] ?? 80) > 65_535) return null
  return { host: match[1], hasPort: match[2] !== undefined, rest: match[3] ?? '' }
}

function webProblem(uri: string, scheme: string, httpBeyondLoopback: boolean): string | null {
  const authority = /^https?:\/\/([a-z0-9._-]+|\[[0-9a-f:.]+\])(?::([0-9]*))?(?:[/?]|$)/.exec(uri)
  const host = authority?.[1]
  // What a URL parser would read differently (127.1, 0x7f.1, a host in capitals) is not what it seems to be.
  if (host === undefined || !URL.canParse(uri) || new URL(uri).hostname !== host) {
    return `has no proper host; write ${scheme}:// and the host in its usual form and small letters`
  }
  const port = authority?.[2]
  if (port !== undefined && !(/^[1-9][0-9]*$/.test(port) && Number(port) <= 65_535)) return 'has an impossible port'
  // RFC 9700 §2.6: no http, except for the loopback redirects of native clients.
  if (scheme === 'http' && splitLoopback(uri) === null && !(httpBeyondLoopback && isPrivateHost(host)))
    return 'uses http, which is for localhost, 127.0.0.1 and [::1] only, and in the option clients for what allowHttpBeyondLoopback allows'
  return null
}

/** Also finds segments that a careless server would read as `..`, such as `%2e%2e` or `..;x`. */
function hasDotSegment(uri: string): boolean {
  const path = uri.slice(uri.indexOf(':') + 1).split('?', 1)[0] ?? ''
  const plain = path.replaceAll(/%2e/gi, '.').replaceAll(/%2f|%5c/gi, '/')
  return plain.split('/').some((segment) => /^\.\.?(?:;|%3b|$)/i.test(segment))
}
