/**
 * Node's requests and responses as the server's plain messages, for the Node and Express adapters: no `Request` and
 * `Response` objects, header lines kept apart, bodies capped while they arrive.
 *
 * @module
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Http2ServerRequest, Http2ServerResponse } from 'node:http2'
import { OAuthError } from '../../src/edge/errors.js'
import { BodyTooLarge, type HttpRequest, type HttpResponse, type ParsedForm } from '../../src/edge/message.js'
import { share } from '../../src/resource/cors.js'
import { concatBytes, utf8 } from '../../src/runtime/hash.js'
import { together } from '../../src/runtime/turn.js'
import type { AuthorizationServer } from '../../src/server.js'

/** What HTTP/1.1 and HTTP/2 servers hand over, and what frameworks add to it. */
export type NodeRequest = (IncomingMessage | Http2ServerRequest) & {
  /** Path and query before a router took a prefix off. */
  readonly originalUrl?: string | undefined
  /** What a body parser made of the body. */
  readonly body?: unknown
}
export type NodeResponse = ServerResponse | Http2ServerResponse

/** Goes on to the app: with an error to its error handler. */
export type Next = (error?: unknown) => void

/** Answers a request, or goes on to the app (404 without one) when it is none of the server's. */
export function serve(
  handle: AuthorizationServer['handle'],
  req: NodeRequest,
  res: NodeResponse,
  next: Next | undefined,
): void {
  const { request, misuse } = readMessage(req)
  const answer = handle(request)
  if (!answer) {
    if (next) next()
    else sendMessage(res, notFound)
    return
  }
  answer
    // What has arrived together is sent together, too.
    .then(together)
    .then((response) => {
      // The server hides what it does not know behind a server_error. Whoever mounted it wrongly has to see the reason.
      const mistake = misuse()
      if (mistake && next) return next(mistake)
      // RFC 9700 §2.6: the authorization endpoint allows no other origin, whatever stands before it; others say so themselves.
      for (const name of corsHeaders) res.removeHeader(name)
      sendMessage(res, response)
    })
    .catch((error: unknown) => {
      if (next) next(error)
      else req.destroy()
    })
}

/** `misuse()` says what the app did to the body, once the server has asked for it. */
export function readMessage(req: NodeRequest): { readonly request: HttpRequest; misuse(): Error | undefined } {
  let mistake: Error | undefined
  const request: HttpRequest = {
    method: req.method ?? 'GET',
    url: originForm(req.originalUrl ?? req.url ?? '/'),
    headerValues: (name) => headerLines(req, name),
    async body(limit) {
      if (!req.readableDidRead && !req.readableEnded) return readStream(req, limit)
      const parsed = parsedBody(req.body)
      if (!parsed) {
        mistake = new Error(spoiledBody)
        throw mistake
      }
      if (parsed instanceof Uint8Array && parsed.length > limit) throw new BodyTooLarge()
      return parsed
    },
    // A body is listened for at once, and gathered when it is there: something before may have set it flowing.
    ...((req.method === 'GET' || req.method === 'HEAD') && { ready: () => together(undefined) }),
    address: req.socket?.remoteAddress,
    native: req,
  }
  return { request, misuse: () => mistake }
}

/** Writes the whole response. Headers of the same names that the app has set are replaced, its cookies are kept. */
export function sendMessage(res: NodeResponse, { status, headers, body }: HttpResponse): void {
  const cookies: string[] = []
  for (const [name, value] of headers) {
    if (name === 'set-cookie') cookies.push(value)
    else res.setHeader(name, value)
  }
  if (cookies.length > 0) res.setHeader('set-cookie', [...earlierCookies(res), ...cookies])
  res.statusCode = status
  res.end(body)
}

/** Lets the origins that a guard allows read what the app will answer. */
export const shareAnswer = (res: NodeResponse, headers: HttpResponse['headers']): void =>
  share(headers, { has: (name) => res.hasHeader(name), append: (name, value) => res.appendHeader(name, value) })

/** What would let scripts of other origins read an answer. */
const corsHeaders = ['access-control-allow-origin', 'access-control-allow-credentials'] as const

const spoiledBody =
  'Something has read the body of this request and left nothing of it in req.body. ' +
  'Mount the authorization server before body parsers and upload handlers.'

const notFound: HttpResponse = { status: 404, headers: [['content-type', 'text/plain']], body: 'Not Found' }

/**
 * RFC 9112 §3.2.2: a server accepts the absolute form, too. As text: a URL parser would resolve `..`, which the app has not done when
 * it looked at the path before.
 */
function originForm(target: string): string {
  const path = target.replace(/^https?:\/\/[^/?#]*/i, '')
  return path === target || path.startsWith('/') ? path : `/${path}`
}

/** Every line of a field. `req.headers` would drop the second Authorization and join others. */
function headerLines({ rawHeaders, headers }: NodeRequest, name: string): readonly string[] {
  // Bridges from serverless platforms make requests with `headers` alone.
  if (rawHeaders.length === 0) return [headers[name] ?? []].flat()
  const lines: string[] = []
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const field = rawHeaders[i]
    const value = rawHeaders[i + 1]
    if (field?.length === name.length && value !== undefined && field.toLowerCase() === name) lines.push(value)
  }
  return lines
}

function parsedBody(body: unknown): Uint8Array | ParsedForm | null {
  if (body instanceof Uint8Array) return body
  if (typeof body === 'string') return utf8(body)
  return typeof body === 'object' && body !== null ? { form: { ...body } } : null
}

/**
 * What is over the limit goes on flowing, to nobody: a client that is still sending does not read an answer, and closing the
 * connection could take the answer with it. Node's `requestTimeout` bounds the time.
 */
function readStream(req: NodeRequest, limit: number): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const chunks: Uint8Array[] = []
    let length = 0
    const stop = () => {
      req.off('data', onData)
      req.off('end', onEnd)
      req.off('close', onClose)
    }
    const onData = (chunk: Uint8Array) => {
      length += chunk.length
      if (length <= limit) return void chunks.push(chunk)
      stop()
      reject(new BodyTooLarge())
    }
    const onEnd = () => {
      stop()
      resolve(together(concatBytes(...chunks)))
    }
    const onClose = () => {
      stop()
      reject(
        new OAuthError('invalid_request', 'The connection ended before the body did.', { reason: 'body_incomplete' }),
      )
    }
    if (req.destroyed) return onClose()
    req.on('data', onData)
    req.on('end', onEnd)
    req.on('close', onClose)
  })
}

function earlierCookies(res: NodeResponse): string[] {
  const earlier = res.getHeader('set-cookie')
  return earlier === undefined ? [] : [earlier].flat().map(String)
}
