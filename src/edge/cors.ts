/**
 * What every answer to a preflight has in common. Who may read an answer is decided elsewhere; what a script may send is not restricted, because
 * headers that nobody reads open nothing. Never with credentials: no cookie has a part in this.
 *
 * @see {@link https://fetch.spec.whatwg.org/#http-cors-protocol Fetch, CORS protocol}
 * @module
 */
import { trimOws } from '../protocol/ascii.js'
import type { HttpRequest, HttpResponse } from './message.js'
import { emptyResponse } from './responses.js'

/** Scripts of every origin may read the answer, and these headers of it: what a refusal says to the client. */
export const exposed = ['access-control-expose-headers', 'www-authenticate, retry-after'] as const
export const everyOrigin: HttpResponse['headers'] = [['access-control-allow-origin', '*'], exposed]

/**
 * Lets a script send what it asks to send.
 *
 * @param allowed who may read the answer.
 * @param methods that it may use. @default the one that it asks for
 * @param maxAge seconds for which a browser need not ask again.
 */
export function preflightResponse(
  request: HttpRequest,
  allowed: HttpResponse['headers'],
  { methods, maxAge }: { readonly methods?: readonly string[]; readonly maxAge: number },
): HttpResponse {
  // A star would stand for every header but `authorization`.
  const names = new Set(['authorization', ...askedFor(request, 'access-control-request-headers')])
  return emptyResponse(204, [
    ...allowed,
    ['access-control-allow-methods', (methods ?? askedFor(request, 'access-control-request-method')).join(', ')],
    ['access-control-allow-headers', [...names].join(', ')],
    ['access-control-max-age', String(maxAge)],
  ])
}

const askedFor = (request: HttpRequest, name: string): readonly string[] =>
  request
    .headerValues(name)
    .flatMap((line) => line.split(',').map(trimOws))
    .filter(isToken)

/** RFC 9110 §5.6.2: names of methods and headers. Nothing else is repeated to whoever asked. */
const isToken = (text: string): boolean => /^[!#$%&'*+.^_`|~\w-]+$/.test(text)
