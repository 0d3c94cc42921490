/**
 * The web-standard edge: `Request` in, `Response` out. Hono, Next.js, Workers, Deno and Bun come in here.
 *
 * @module
 */

import { concatBytes } from '../runtime/hash.js'
import { outlivesRequest } from '../runtime/shared.js'
import { OAuthError } from './errors.js'
import { BodyTooLarge, type HttpRequest, type HttpResponse } from './message.js'

/** @see AuthorizationServer.fetch */
export function fetchHandler(handle: (request: HttpRequest) => Promise<HttpResponse> | null) {
  return async (request: Request, options: FromRequestOptions = {}): Promise<Response> => {
    const response = await handle(fromRequest(request, options))
    return response ? toResponse(response) : new Response('Not Found', { status: 404 })
  }
}

export interface FromRequestOptions {
  /** The other end of the socket, where the runtime tells it; never what a header says. Limits per address need it. @default unknown */
  readonly address?: string | undefined
  /** What the framework works with, for the app's own hooks: its context or event. @default the `Request` */
  readonly native?: unknown
}

/**
 * A web-standard request as {@link AuthorizationServer.handle} takes it, for adapters. Its body is read when an endpoint wants it,
 * and no further than the endpoint's limit.
 */
export function fromRequest(request: Request, { address, native = request }: FromRequestOptions = {}): HttpRequest {
  const { pathname, search } = new URL(request.url)
  return {
    method: request.method,
    url: pathname + search,
    headerValues(name) {
      const value = request.headers.get(name)
      if (value === null) return []
      // `Headers` joins lines with a comma. These two must be single (RFC 9110 §11.6.2, RFC 9449 §4.3), so let them be counted.
      return name === 'authorization' || name === 'dpop' ? value.split(/, */) : [value]
    },
    body: (limit) => readBody(request, limit),
    address,
    native,
  }
}

/** What {@link AuthorizationServer.handle} answered, as a web-standard response, for adapters. Each `set-cookie` stays a line of its own. */
export function toResponse({ status, headers, body }: HttpResponse): Response {
  const copied = new Headers()
  for (const [name, value] of headers) copied.append(name, value)
  return new Response(body === '' ? null : body, { status, headers: copied })
}

async function readBody(request: Request, limit: number): Promise<Uint8Array> {
  if (request.bodyUsed) {
    throw new Error('Something has read the body of this request already. Mount the authorization server before it.')
  }
  if (isBounded(request.headers, limit)) {
    const whole = new Uint8Array(await request.arrayBuffer().catch(hungUp))
    if (whole.length > limit) throw new BodyTooLarge()
    return whole
  }
  const chunks: Uint8Array[] = []
  let length = 0
  const reader = request.body?.getReader()
  while (reader) {
    const { done, value } = await reader.read().catch(hungUp)
    if (done) break
    length += value.length
    if (length > limit) {
      // Whoever sends everything before it reads would miss the answer if its connection were cut now.
      const discarded = discard(reader).catch(() => {})
      if (!outlivesRequest) await discarded
      throw new BodyTooLarge()
    }
    chunks.push(value)
  }
  return concatBytes(...chunks)
}

/**
 * Whether the server ends the body by itself before it is too long (RFC 9112 §6.2): then it is read in one piece, for which `@hono/node-server` needs
 * neither a stream nor a `Request`. Chunks come before a length (§6.3).
 */
function isBounded(headers: Headers, limit: number): boolean {
  const length = headers.get('content-length')
  return length !== null && /^[0-9]+$/.test(length) && Number(length) <= limit && !headers.has('transfer-encoding')
}

function hungUp(cause: unknown): never {
  throw new OAuthError('invalid_request', 'The body did not arrive whole.', { cause, reason: 'body_incomplete' })
}

/** Reads on for a while, then ends the connection: nobody has to be read for ever. */
async function discard(reader: ReadableStreamDefaultReader<Uint8Array>): Promise<void> {
  for (let discarded = 0; discarded < MAX_DISCARDED; ) {
    const { done, value } = await reader.read()
    if (done) return
    discarded += value.length
  }
  await reader.cancel()
}

const MAX_DISCARDED = 10_000_000
