/**
 * Ids that are the URL of a client's own metadata document. They are compared as they are and never put into another form: the document has to
 * say the same one. Pure.
 *
 * @see {@link https://www.ietf.org/archive/id/draft-ietf-oauth-client-id-metadata-document-03.txt Client ID Metadata Document §3}
 * @module
 */

/** As everywhere else; it is also what a stored record has room for. */
const MAX_LENGTH = 255

/**
 * Why a client has no such id, as the end of a sentence that begins with it; null when it may. Whether its host may be asked is not told here.
 *
 * A query is taken, although the draft advises clients against it, and so is the path `/`.
 *
 * @param allowOrigins Origins that need be neither `https` nor on port 443.
 */
export function documentIdProblem(client_id: string, allowOrigins: ReadonlySet<string> = new Set()): string | null {
  if (client_id.length > MAX_LENGTH) return `is longer than ${MAX_LENGTH} characters`
  // RFC 3986 §2. What parsers drop or read as something else (line ends, backslashes) is not among them.
  if (!/^[A-Za-z0-9._~:/?#[\]@!$&'()*+,;=%-]+$/.test(client_id)) return 'has a character that URLs do not have'
  if (/%(?![0-9A-Fa-f]{2})/.test(client_id)) return 'has a % that is not followed by two hexadecimal digits'
  const [, scheme, authority = '', path = ''] = /^(https?):\/\/([^/?#]+)([^?#]*)/.exec(client_id) ?? []
  if (scheme === undefined || !URL.canParse(client_id)) return 'is no https URL'
  if (client_id.includes('#')) return 'has a fragment'
  if (authority.includes('@')) return 'has a user name or a password'
  if (path === '') return 'has no path'
  if (hasDotSegment(path)) return 'has a . or .. segment in its path'
  const { origin, port } = new URL(client_id)
  if (allowOrigins.has(origin)) return null
  if (scheme !== 'https') return 'is no https URL'
  // The draft lets it have one. Whoever may choose a port has doors knocked at that are no web servers.
  return port === '' ? null : 'has another port than 443'
}

/** What people are shown of it. */
export const documentHost = (client_id: string): string => new URL(client_id).host

/** Also those that a careless server reads as `..`: percent-encoded ones, with a parameter, after an encoded slash. */
function hasDotSegment(path: string): boolean {
  const plain = path.replaceAll(/%2e/gi, '.').replaceAll(/%2f|%5c/gi, '/')
  return plain.split('/').some((segment) => /^\.\.?(?:;|%3b|$)/i.test(segment))
}
