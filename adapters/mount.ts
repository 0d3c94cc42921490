/**
 * Where an app stands when something in front of it takes a part of the path away: a reverse proxy, or a router.
 *
 * @module
 */
import { checkServer, deploymentOf } from '../src/points/deployments.js'
import { isRecord, mistake, refuseUnknown } from '../src/runtime/option-checks.js'
import type { AuthorizationServer } from '../src/server.js'

export interface MountOptions {
  /**
   * The public path at which this app stands, when a reverse proxy takes it off before it passes a request on: `'/auth'` when
   * `https://example.com/auth/oauth/token` arrives as `/oauth/token`. What is not under that path, such as
   * `/.well-known/oauth-authorization-server/auth`, arrives as it is. Headers such as `x-forwarded-prefix` are never read.
   *
   * @default nothing is taken off
   */
  readonly at?: string | undefined
}

/**
 * What a server answers there.
 *
 * @param mounting the function that was given `options`, for its errors.
 * @throws {TypeError} when an option is wrong.
 */
export function handlerAt(
  auth: AuthorizationServer,
  options: MountOptions,
  mounting: string,
  known: readonly string[] = ['at'],
): AuthorizationServer['handle'] {
  checkServer(auth, mounting)
  if (!isRecord(options)) {
    throw mistake(`The options of ${mounting} are an object. Write \`${mounting}(auth, { at: '/auth' })\`.`, options)
  }
  refuseUnknown(options, known, mounting)
  const { at } = options
  if (at === undefined) return (request) => auth.handle(request)
  checkAt(at, auth)
  return (request) => {
    const answer = auth.handle({ ...request, url: at + request.url })
    if (answer) return answer
    // Each public path has one way in. With a second one, the rules that a proxy has for a path would not hold.
    return request.url.startsWith(`${at}/`) ? null : auth.handle(request)
  }
}

function checkAt(at: unknown, auth: AuthorizationServer): void {
  const endpoints = deploymentOf(auth).urls.paths.token.replace(/\/token$/, '')
  const example = new URL(auth.issuer).pathname.replace(/\/$/, '') || endpoints
  if (typeof at !== 'string' || !/^(\/[^/?#]+)+$/.test(at)) {
    throw mistake(
      `at must begin with a slash and not end with one. Write the path that your proxy takes off, for example \`at: '${example}'\`; if it takes nothing off, leave it out.`,
      at,
    )
  }
  if (!`${endpoints}/`.startsWith(`${at}/`)) {
    throw new TypeError(
      `at is '${at}', but the endpoints of this server are at '${endpoints}', as its options issuer and basePath have it. Write the part of this that your proxy takes off, for example \`at: '${example}'\`, or put '${at}' into the path of the issuer.`,
    )
  }
}
