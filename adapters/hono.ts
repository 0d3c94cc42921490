/**
 * The adapter for Hono 4, on every runtime that Hono runs on.
 *
 * ```ts
 * app.use(authorizationServer(auth))
 * app.get('/api/notes', requireAccessToken(auth, { scope: 'notes:read' }), (c) => c.json(notesOf(accessOf(c).subject)))
 * ```
 *
 * @module
 */
import type { Context, MiddlewareHandler } from 'hono'
import type { StatusCode } from 'hono/utils/http-status'
import { fromRequest } from '../src/edge/fetch.js'
import { BodyTooLarge, type HttpRequest, type HttpResponse, type ParsedForm } from '../src/edge/message.js'
import { share } from '../src/resource/cors.js'
import { type GuardOptions, guardOf } from '../src/resource/guard.js'
import { type Access, checkResourceServer, type ResourceServer } from '../src/resource/resource-server.js'
import { together } from '../src/runtime/turn.js'
import type { AuthorizationServer } from '../src/server.js'
import { keepAccess, keptAccess } from './access-of.js'
import { handlerAt, type MountOptions } from './mount.js'

export type { GuardOptions } from '../src/resource/guard.js'
export type { MountOptions } from './mount.js'

export interface AuthorizationServerOptions extends MountOptions {
  /**
   * The address of the client's socket, as the runtime tells it, for example `(c) => getConnInfo(c).remote.address` with
   * `getConnInfo` of `@hono/node-server/conninfo`. Limits per address need it. @default unknown
   */
  readonly clientAddress?: ((c: Context) => string | undefined) | undefined
}

/**
 * Answers what is the server's, and hands everything else on to the app. It belongs at the root (`app.use(…)` without a path),
 * because clients look for the metadata under `/.well-known`. In the app's own hooks, `native` is the context `c`.
 *
 * @throws {TypeError} when an option is wrong.
 */
export function authorizationServer(
  auth: AuthorizationServer,
  options: AuthorizationServerOptions = {},
): MiddlewareHandler {
  const handle = handlerAt(auth, options, 'authorizationServer', ['at', 'clientAddress'])
  return async (c, next) => {
    let mistake: unknown
    const request = fromRequest(c.req.raw, { address: options.clientAddress?.(c), native: c })
    const gather = gatherOn(c)
    const bodyOf = (limit: number) =>
      // A middleware before this one may have read the body. Hono keeps what it made of it.
      c.req.raw.bodyUsed ? keptBody(c, limit, (error) => (mistake = error)) : request.body(limit)
    const answer = handle({
      ...request,
      body: (limit) => bodyOf(limit).then(gather),
      // A body is gathered when it is there, and not before as well.
      ready: async () => (request.method === 'GET' || request.method === 'HEAD') && gather(undefined),
    } satisfies HttpRequest)
    if (!answer) return next()
    // What has arrived together is sent together, too.
    const response = await answer.then(gather)
    // The server hides what it does not know behind a server_error. Whoever mounted it wrongly has to see the reason.
    if (mistake) throw mistake
    // RFC 9700 §2.6: the authorization endpoint allows no other origin, whatever stands before it; others say so themselves.
    c.header('access-control-allow-origin', undefined)
    c.header('access-control-allow-credentials', undefined)
    return respond(c, response)
  }
}

/**
 * Lets a request through when its access token has the scope and the login that are needed; {@link accessOf} says what is in the token.
 * Everything else is refused with a challenge. `c.var` is left to others: `@hono/mcp` takes what is in `c.var.auth` for its own.
 *
 * @throws {TypeError} when the first argument is no server, an option is wrong, or the server has several resources and none is the default.
 * @see {@link https://www.rfc-editor.org/rfc/rfc6750#section-3 RFC 6750 §3}
 */
export function requireAccessToken(
  guard: AuthorizationServer | ResourceServer,
  options: GuardOptions = {},
): MiddlewareHandler {
  const admit = guardOf(guard, options)
  return async (c, next) => {
    const admission = await admit(fromRequest(c.req.raw, { native: c }))
    if (!admission.ok) return respond(c, admission.response)
    keepAccess(c, admission.access)
    await next()
    // Now, because Hono forgets what it was told before when a handler answers with a `Response` of its own.
    share(admission.headers, {
      has: (name) => c.res.headers.has(name),
      append: (name, value) => c.header(name, value, { append: true }),
    })
    return undefined
  }
}

/**
 * What the access token of a request says, behind {@link requireAccessToken}.
 *
 * @throws {Error} when no guard has let the request through: the route is open, and a handler that went on would serve nobody.
 */
export const accessOf = (c: Context): Access =>
  keptAccess(c, 'context', "app.get('/api/notes', requireAccessToken(auth, { scope: 'notes:read' }), handler)")

/**
 * Answers requests for the metadata of the resource, and hands everything else on to the app. It belongs at the root:
 * `app.use(resourceMetadata(api))`.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc9728#section-3 RFC 9728 §3}
 */
export function resourceMetadata(resourceServer: ResourceServer): MiddlewareHandler {
  checkResourceServer(resourceServer)
  return async (c, next) => {
    const response = resourceServer.handle(fromRequest(c.req.raw, { native: c }))
    return response ? respond(c, response) : next()
  }
}

/** What arrives in one turn goes on together where Node's own server stands before Hono: `@hono/node-server` hands over its request. */
const gatherOn = ({ env }: Context): (<T>(value: T) => T | Promise<T>) =>
  (env as { readonly incoming?: unknown } | undefined)?.incoming === undefined ? (value) => value : together

/** Through the context: beside a bare `Response` Hono forgets the cookies of one of the two, when a middleware has set some before. */
function respond(c: Context, { status, headers, body }: HttpResponse): Response {
  for (const [name, value] of headers) c.header(name, value, { append: name === 'set-cookie' })
  // Hono's type knows each status by its number.
  return c.newResponse(body === '' ? null : body, status as StatusCode)
}

async function keptBody(c: Context, limit: number, report: (error: Error) => void): Promise<Uint8Array | ParsedForm> {
  const { bodyCache } = c.req
  if (bodyCache.formData) return { form: formOf(await bodyCache.formData) }
  if (Object.keys(bodyCache).length === 0) {
    const error = new Error(
      'Something has read the body of this request. Mount the authorization server before it, or read it through c.req.',
    )
    report(error)
    throw error
  }
  const bytes = new Uint8Array(await c.req.arrayBuffer())
  if (bytes.length > limit) throw new BodyTooLarge()
  return bytes
}

/** A list for each name, so that a repeated parameter stays repeated. */
const formOf = (form: FormData): ParsedForm['form'] =>
  Object.fromEntries([...form.keys()].map((name) => [name, form.getAll(name)]))
