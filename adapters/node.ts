/**
 * The adapter for `node:http`, and for whatever hands on Node's own request and response: Connect, Fastify, Koa.
 *
 * ```ts
 * createServer(nodeListener(auth)).listen(3000)
 * ```
 *
 * @module
 */
import { type GuardOptions, guardOf } from '../src/resource/guard.js'
import { type Access, checkResourceServer, type ResourceServer } from '../src/resource/resource-server.js'
import type { AuthorizationServer } from '../src/server.js'
import { keepAccess, keptAccess } from './access-of.js'
import { handlerAt, type MountOptions } from './mount.js'
import {
  type Next,
  type NodeRequest,
  type NodeResponse,
  readMessage,
  sendMessage,
  serve,
  shareAnswer,
} from './node/message.js'

export type { GuardOptions } from '../src/resource/guard.js'
export type { MountOptions } from './mount.js'
export type { Next, NodeRequest, NodeResponse } from './node/message.js'

/**
 * A request listener, for HTTP/1.1 and HTTP/2. What is not the server's goes on to `next`, and gets 404 when there is none.
 *
 * Mount it before body parsers: then it caps bodies while they arrive. A body that was parsed already is taken from
 * `req.body`; one that was read and is not there is an error that goes to `next`.
 *
 * @throws {TypeError} when an option is wrong.
 */
export function nodeListener(
  auth: AuthorizationServer,
  options: MountOptions = {},
): (req: NodeRequest, res: NodeResponse, next?: Next) => void {
  const handle = handlerAt(auth, options, 'nodeListener')
  return (req, res, next) => serve(handle, req, res, next)
}

/**
 * Guards a route: resolves to what the access token says, or to null, and then the refusal (or the answer to a preflight) has been
 * sent already. Further on, {@link accessOf} says the same.
 *
 * ```ts
 * const readNotes = requireAccessToken(auth, { scope: 'notes:read' })
 *
 * createServer(async (req, res) => {
 *   const access = await readNotes(req, res)
 *   if (access) res.end(JSON.stringify(notesOf(access.subject)))
 * })
 * ```
 *
 * @throws {TypeError} when the first argument is no server, an option is wrong, or the server has several resources and none is the default.
 * @see {@link https://www.rfc-editor.org/rfc/rfc6750#section-3 RFC 6750 §3}
 */
export function requireAccessToken(
  guard: AuthorizationServer | ResourceServer,
  options: GuardOptions = {},
): (req: NodeRequest, res: NodeResponse) => Promise<Access | null> {
  const admit = guardOf(guard, options)
  return async (req, res) => {
    const admission = await admit(readMessage(req).request)
    if (!admission.ok) {
      sendMessage(res, admission.response)
      return null
    }
    shareAnswer(res, admission.headers)
    keepAccess(req, admission.access)
    return admission.access
  }
}

/**
 * What the access token of a request says, behind {@link requireAccessToken}. It takes Node's own request: `ctx.req` in Koa,
 * `request.raw` in Fastify.
 *
 * @throws {Error} when no guard has let the request through: the route is open, and a handler that went on would serve nobody.
 */
export const accessOf = (req: NodeRequest): Access =>
  keptAccess(req, 'request', 'if (await requireAccessToken(auth)(req, res)) handler(req, res)')

/**
 * Answers a request for the metadata of the resource, and says whether it did.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc9728#section-3 RFC 9728 §3}
 */
export function resourceMetadata(resourceServer: ResourceServer): (req: NodeRequest, res: NodeResponse) => boolean {
  checkResourceServer(resourceServer)
  return (req, res) => {
    const response = resourceServer.handle(readMessage(req).request)
    if (response) sendMessage(res, response)
    return response !== null
  }
}
