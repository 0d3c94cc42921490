/**
 * A guard's part of CORS: it may answer preflights, and let the scripts of other origins read what comes of their requests. Never
 * with credentials: a bearer token is sent by the script that has it, and cookies have no part in this.
 *
 * @see {@link https://fetch.spec.whatwg.org/#http-cors-protocol Fetch, CORS protocol}
 * @module
 */
import { everyOrigin, exposed, preflightResponse } from '../edge/cors.js'
import type { HttpRequest, HttpResponse } from '../edge/message.js'

type Headers = HttpResponse['headers']

export interface Cors {
  /** The answer to a preflight; null when its origin is not on the list. */
  preflight(request: HttpRequest): HttpResponse | null
  /** What lets the origin of a request read the answer, be it a refusal or not. */
  headers(request: HttpRequest): Headers
}

/** Fetch, CORS-preflight fetch: how a browser asks whether a script may send its request. It never has the token with it. */
export const isPreflight = (request: HttpRequest): boolean =>
  request.method === 'OPTIONS' && request.headerValues('access-control-request-method').length > 0

/** @throws {TypeError} when `cors` is neither a boolean nor a list of origins. */
export function readCors(cors: unknown): Cors | null {
  if (cors === undefined || cors === false) return null
  const origins = cors === true ? null : originsOf(cors)
  const headers = (request: HttpRequest): Headers => {
    if (!origins) return everyOrigin
    const [origin = ''] = request.headerValues('origin')
    return origins.has(origin) ? [[ALLOW_ORIGIN, origin], exposed, vary] : [vary]
  }
  return {
    headers,
    preflight(request) {
      const allowed = headers(request)
      const isAllowed = allowed.some(([name]) => name === ALLOW_ORIGIN)
      return isAllowed ? preflightResponse(request, allowed, { maxAge: 600 }) : null
    },
  }
}

/** Adds to an answer what {@link Cors.headers} gave. An origin that was allowed by somebody else stays. */
export function share(
  headers: Headers,
  answer: { has(name: string): boolean; append(name: string, value: string): void },
): void {
  for (const [name, value] of headers) {
    if (name !== ALLOW_ORIGIN || !answer.has(name)) answer.append(name, value)
  }
}

const ALLOW_ORIGIN = 'access-control-allow-origin'
/** RFC 9110 §12.5.5: what was allowed to one origin is not for a cache to tell another. */
const vary = ['vary', 'origin'] as const

function originsOf(cors: unknown): ReadonlySet<string> {
  // Without holes, which `every` would pass over.
  const origins: readonly unknown[] = Array.isArray(cors) ? Array.from(cors) : []
  if (origins.length > 0 && origins.every(isOrigin)) return new Set(origins)
  throw new TypeError(
    `requireAccessToken: cors is ${JSON.stringify(cors) ?? String(cors)}. Write \`cors: true\` for scripts of every origin, ` +
      "or list origins as browsers send them, without a slash at the end and without a star: `cors: ['https://app.example.com']`.",
  )
}

/** RFC 6454 §6.2. Apps have schemes of their own (`capacitor://localhost`), which URL parsers know no origin of. */
const isOrigin = (value: unknown): value is string =>
  typeof value === 'string' &&
  (/^https?:/.test(value)
    ? !value.includes('*') && URL.canParse(value) && new URL(value).origin === value
    : /^[a-z][a-z\d+.-]*:\/\/[a-z\d._-]+(:\d+)?$/.test(value))
