/**
 * The adapter for Next.js 15 and 16: route handlers of the App Router. The same line stands in two files,
 * `app/oauth/[...path]/route.ts` and `app/.well-known/[...path]/route.ts`:
 *
 * ```ts
 * export const { GET, POST, PUT, DELETE, OPTIONS } = routeHandlers(auth)
 * ```
 *
 * Only path and query of a request count, so a proxy may call Next by whatever host it likes. When the issuer has a path, or
 * `basePath` of the server is not `/oauth`, the folder follows it: for the issuer `https://example.com/login` it is
 * `app/login/oauth/[...path]`, and the line stands in `app/login/.well-known/[...path]`, too, where some clients look for the metadata. Behind a proxy that takes `/login` off it stays `app/oauth/[...path]`, with `{ at: '/login' }`.
 * Next takes its own `basePath` off, too: with `basePath: '/login'` it is `{ at: '/login' }` as well, and clients that look for the
 * metadata at the root of the host need a rewrite. With `trailingSlash: true`, `skipTrailingSlashRedirect: true` belongs beside it.
 * docs/adapters/next.md has the settings of Next that matter here.
 *
 * Next keeps the first of several `Authorization` lines and drops the others, so only the first is judged; other adapters
 * refuse such a request.
 *
 * @module
 */
import { fetchHandler, fromRequest, toResponse } from '../src/edge/fetch.js'
import { share } from '../src/resource/cors.js'
import { type GuardOptions, guardOf } from '../src/resource/guard.js'
import { type Access, checkResourceServer, type ResourceServer } from '../src/resource/resource-server.js'
import { mistake } from '../src/runtime/option-checks.js'
import type { AuthorizationServer } from '../src/server.js'
import { handlerAt, type MountOptions } from './mount.js'

export type { GuardOptions } from '../src/resource/guard.js'
export type { MountOptions } from './mount.js'

export interface RouteHandlersOptions extends MountOptions {
  /**
   * The address of the client's socket. Next does not tell it; a platform may, in a header that clients cannot set. Limits per
   * address need it, or the option `trustProxy` of the server. @default unknown
   */
  readonly clientAddress?: ((request: Request) => string | undefined) | undefined
}

export type RouteHandler = (request: Request) => Promise<Response>

/** What Next hands to a route handler beside the request. */
export interface RouteContext {
  readonly params: Promise<{ readonly [name: string]: string | string[] | undefined }>
}

/** What a guarded handler gets. */
export interface GuardedContext extends RouteContext, WithAccess {}

/**
 * A handler for every method that the server knows. Next answers HEAD with GET.
 *
 * @throws {TypeError} when an option is wrong.
 */
export function routeHandlers(
  auth: AuthorizationServer,
  options: RouteHandlersOptions = {},
): { readonly [method in 'GET' | 'POST' | 'PUT' | 'DELETE' | 'OPTIONS']: RouteHandler } {
  const answer = fetchHandler(handlerAt(auth, options, 'routeHandlers', ['at', 'clientAddress']))
  const handle: RouteHandler = async (request) => {
    const response = await answer(request, { address: options.clientAddress?.(request) })
    const [url = ''] = request.url.split('?', 1)
    // Only what is the server's: the line then holds no text that a stranger chose.
    if (url.endsWith('/') && response.status !== 404) tellOfSlash(auth, new URL(url).pathname)
    return response
  }
  return { GET: handle, POST: handle, PUT: handle, DELETE: handle, OPTIONS: handle }
}

const told = new WeakSet<AuthorizationServer>()

/** Once for each server: none of its URLs ends in a slash, so who comes with one was most likely sent there by Next. */
function tellOfSlash(auth: AuthorizationServer, pathname: string): void {
  if (told.has(auth)) return
  told.add(auth)
  console.warn(
    `grantwright: a request came for ${pathname}, which the server names without the slash at its end. If next.config has ` +
      '`trailingSlash: true`, Next redirects every client there, and many follow no redirect of a POST. ' +
      'Write `skipTrailingSlashRedirect: true` beside it.',
  )
}

/**
 * A route handler that runs only when the access token has the scope and the login that are needed; what the token says is in its second
 * argument. Everything else is refused with a challenge.
 *
 * ```ts
 * // app/api/notes/route.ts
 * export const GET = requireAccessToken(auth, { scope: 'notes:read' }, (request, { auth }) =>
 *   Response.json(notesOf(auth.subject)),
 * )
 * ```
 *
 * With the option `cors` the same guard answers the preflights of this path: `export const OPTIONS = GET`.
 *
 * @throws {TypeError} when the first argument is no server, an option is wrong, or the server has several resources and none is the default.
 * @see {@link https://www.rfc-editor.org/rfc/rfc6750#section-3 RFC 6750 §3}
 */
export function requireAccessToken<Incoming extends Request = Request, Context extends WithAccess = GuardedContext>(
  guard: AuthorizationServer | ResourceServer,
  options: GuardOptions,
  handler: (request: Incoming, context: Context) => Response | Promise<Response>,
): (request: Incoming, context: Omit<Context, 'auth'>) => Promise<Response> {
  const admit = guardOf(guard, options)
  if (typeof handler !== 'function') {
    throw mistake(
      'requireAccessToken takes a handler. Write `requireAccessToken(auth, { scope }, (request, { auth }) => …)`.',
      handler,
    )
  }
  return async (request, context) => {
    const admission = await admit(fromRequest(request))
    if (!admission.ok) return toResponse(admission.response)
    // TypeScript does not see that what was left out and what is put back make the whole again.
    const response = await handler(request, { ...context, auth: admission.access } as Context)
    if (admission.headers.length === 0) return response
    // The headers of some responses, such as a redirect's, cannot be changed.
    const shared = new Response(response.body, response)
    share(admission.headers, shared.headers)
    return shared
  }
}

/**
 * Handlers for the metadata of the resource, in `app/.well-known/oauth-protected-resource/[[...path]]/route.ts`:
 *
 * ```ts
 * export const { GET, OPTIONS } = resourceMetadata(api)
 * ```
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc9728#section-3 RFC 9728 §3}
 */
export function resourceMetadata(resourceServer: ResourceServer): {
  readonly [method in 'GET' | 'OPTIONS']: RouteHandler
} {
  checkResourceServer(resourceServer)
  const handle: RouteHandler = async (request) => {
    const response = resourceServer.handle(fromRequest(request))
    return response ? toResponse(response) : new Response('Not Found', { status: 404 })
  }
  return { GET: handle, OPTIONS: handle }
}

interface WithAccess {
  /** What the access token says. */
  readonly auth: Access
}
