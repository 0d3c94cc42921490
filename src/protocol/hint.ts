/**
 * Words for the operator about what a stranger sent. They never end a line, and never get long; the work is bounded. Pure.
 *
 * @module
 */

/** Ours are known by how they begin. A client that mixes up id and secret, or parameters, sends them anywhere. */
export const withoutSecrets = (text: string): string => text.replaceAll(/(gw(?:ac|at|cs|pr|rt)_)[\w-]+/g, '$1...')

/** `text` in quotes: printable ASCII, at most 200 characters of it, and no secret of ours. */
export const quoted = (text: string): string =>
  JSON.stringify(withoutSecrets(text.length > 200 ? `${text.slice(0, 200)}...` : text)).replaceAll(
    /[^\x20-\x7e]/g,
    (odd) => `\\u${odd.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )

/** The first ten, in quotes. */
export const listed = (texts: readonly string[]): string =>
  texts.slice(0, 10).map(quoted).join(', ') + (texts.length > 10 ? ` and ${texts.length - 10} more` : '') || 'none'

/** What the operator is told of an id that is nobody's. */
export const unknownClient = (client_id = ''): string => `Received client_id ${quoted(client_id)}, which nobody has.`

/** What was received, and which of the URIs that would have been right is nearest, and in what it differs. */
export function nearestHint(received: string, right: readonly string[]): string {
  const sent = partsOf(received)
  let best: { readonly uri: string; readonly differs: readonly string[]; readonly likeness: number } | undefined
  for (const uri of right.slice(0, 50)) {
    const known = partsOf(uri)
    const differs = Object.keys(weights).filter((part) => sent[part] !== known[part])
    const isAlmostPath = withoutSlash(sent.path) === withoutSlash(known.path)
    const likeness = differs.reduce(
      (sum, part) => sum - (part === 'path' && isAlmostPath ? 1 : (weights[part] ?? 0)),
      0,
    )
    if (likeness > (best?.likeness ?? Number.NEGATIVE_INFINITY)) best = { uri, differs, likeness }
  }
  if (!best) return `Received ${quoted(received)}; there is none that would be right.`
  const differs = best.differs.join(', ') || 'what no parts show, such as a slash'
  return `Received ${quoted(received)}; the nearest that is right is ${quoted(best.uri)} (another ${differs}).`
}

/** How much it says that two URIs have a part in common. */
const weights: { readonly [part: string]: number } = { scheme: 1, host: 4, port: 1, path: 4, query: 1 }

function partsOf(uri: string): { readonly [part: string]: string } {
  const [, scheme = '', host = '', port = '', path = '', query = ''] =
    /^([^:/?#]*):(?:\/\/(\[[^\]/?#]*\]|[^:/?#]*)(?::([0-9]*))?)?([^?#]*)(.*)$/s.exec(uri.slice(0, 2048)) ?? []
  return { scheme, host, port, path, query }
}

const withoutSlash = (path = '') => (path.endsWith('/') ? path.slice(0, -1) : path)
