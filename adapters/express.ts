/**
 * The adapter for Express 4.18+ and 5.
 *
 * ```ts
 * app.use(authorizationServer(auth)) // at the root, before body parsers
 * app.get('/api/notes', requireAccessToken(auth, { scope: 'notes:read' }), (req, res) => {
 *   res.json(notesOf(req.auth.subject))
 * })
 * ```
 *
 * @module
 */
import type { RequestHandler } from 'express'
import type { Access, AccessNeed, ResourceServer } from '../src/resource/resource-server.js'
import { asResourceServer } from '../src/resource/resource-server.js'
import type { AuthorizationServer } from '../src/server.js'
import { handlerAt, type MountOptions } from './mount.js'
import { readMessage, sendMessage, serve } from './node/message.js'

export type { MountOptions } from './mount.js'

declare global {
  namespace Express {
    interface Request {
      /** What the access token says. Only there on routes behind `requireAccessToken`. */
      auth: Access
    }
  }
}

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
 * Lets a request through when its access token has the scope and the login that are needed, and puts what the token says in `req.auth`.
 * Everything else is refused with a challenge.
 *
 * @throws {TypeError} when the server has several resources and none is the default.
 * @see {@link https://www.rfc-editor.org/rfc/rfc6750#section-3 RFC 6750 §3}
 */
export function requireAccessToken(guard: AuthorizationServer | ResourceServer, need: AccessNeed = {}): RequestHandler {
  const resourceServer = asResourceServer(guard, need)
  return (req, res, next) => {
    resourceServer
      .check(readMessage(req).request, need)
      .then((decision) => {
        if (!decision.ok) return sendMessage(res, decision.response)
        req.auth = decision.access
        next()
      })
      .catch(next)
  }
}

/**
 * Answers requests for the metadata of the resource, and hands everything else on to the app. It belongs at the root:
 * `app.use(resourceMetadata(api))`.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc9728#section-3 RFC 9728 §3}
 */
export function resourceMetadata(resourceServer: ResourceServer): RequestHandler {
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
