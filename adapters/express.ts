/**
 * The adapter for Express 4.18+ and 5.
 *
 * ```ts
 * app.use(authorizationServer(auth)) // at the root, before body parsers
 * app.get('/api/notes', requireAccessToken(auth, { scope: 'notes:read' }), (req, res) => {
 *   res.json(notesOf(accessOf(req).subject))
 * })
 * ```
 *
 * @module
 */
import type { IncomingMessage } from 'node:http'
import type { RequestHandler } from 'express'
import { type GuardOptions, guardOf } from '../src/resource/guard.js'
import { type Access, checkResourceServer, type ResourceServer } from '../src/resource/resource-server.js'
import type { AuthorizationServer } from '../src/server.js'
import { keepAccess, keptAccess } from './access-of.js'
import { handlerAt, type MountOptions } from './mount.js'
import { readMessage, sendMessage, serve, shareAnswer } from './node/message.js'

export type { GuardOptions } from '../src/resource/guard.js'
export type { MountOptions } from './mount.js'

/**
 * Answers what is the server's, and hands everything else on to the app. It belongs at the root, because clients look for the
 * metadata under `/.well-known`; under a prefix each request fails with an error that says so.
 *
 * Mount it before body parsers: then it caps bodies while they arrive. It accepts what `express.urlencoded()` has parsed
 * already; a body that something else has read is an error that goes to the app's error handler.
 *
 * @throws {TypeError} when an option is wrong.
 */
export function authorizationServer(auth: AuthorizationServer, options: MountOptions = {}): RequestHandler {
  const handle = handlerAt(auth, options, 'authorizationServer')
  return (req, res, next) =>
    req.baseUrl === '' ? serve(handle, req, res, next) : next(new Error(underPrefix(req.baseUrl)))
}

/**
 * Lets a request through when its access token has the scope and the login that are needed; {@link accessOf} says what is in the token.
 * Everything else is refused with a challenge. `req.auth` is left to others.
 *
 * @throws {TypeError} when the first argument is no server, an option is wrong, or the server has several resources and none is the default.
 * @see {@link https://www.rfc-editor.org/rfc/rfc6750#section-3 RFC 6750 §3}
 */
export function requireAccessToken(
  guard: AuthorizationServer | ResourceServer,
  options: GuardOptions = {},
): RequestHandler {
  const admit = guardOf(guard, options)
  return (req, res, next) => {
    admit(readMessage(req).request)
      .then((admission) => {
        if (!admission.ok) return sendMessage(res, admission.response)
        shareAnswer(res, admission.headers)
        keepAccess(req, admission.access)
        next()
      })
      .catch(next)
  }
}

/**
 * What the access token of a request says, behind {@link requireAccessToken}.
 *
 * @throws {Error} when no guard has let the request through: the route is open, and a handler that went on would serve nobody.
 */
export const accessOf = (req: IncomingMessage): Access =>
  keptAccess(req, 'request', "app.get('/api/notes', requireAccessToken(auth, { scope: 'notes:read' }), handler)")

/**
 * Answers requests for the metadata of the resource, and hands everything else on to the app. It belongs at the root:
 * `app.use(resourceMetadata(api))`.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc9728#section-3 RFC 9728 §3}
 */
export function resourceMetadata(resourceServer: ResourceServer): RequestHandler {
  checkResourceServer(resourceServer)
  return (req, res, next) => {
    const response = resourceServer.handle(readMessage(req).request)
    if (response) sendMessage(res, response)
    else next()
  }
}

const underPrefix = (prefix: string): string =>
  `The authorization server is mounted under '${prefix}', where requests for /.well-known never arrive. ` +
  'Mount it at the root: app.use(authorizationServer(auth)). ' +
  'Its paths follow from the options issuer and basePath of createAuthorizationServer; when a reverse proxy takes off a part ' +
  `of them, say which: authorizationServer(auth, { at: '/auth' }).`
