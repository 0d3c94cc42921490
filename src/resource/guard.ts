/**
 * What stands in front of a route in every adapter.
 *
 * @module
 */
import type { HttpRequest, HttpResponse } from '../edge/message.js'
import { withHeaders } from '../edge/responses.js'
import type { AuthorizationServer } from '../server.js'
import type { Access, AccessNeed, ResourceServer } from './access.js'
import { challenge } from './challenge.js'
import { isPreflight, readCors } from './cors.js'
import { type Demand, needOf, readNeed } from './need.js'
import { resourceServerFor } from './resource-server.js'

/** What a route demands, and which scripts may call it. */
export interface GuardOptions extends AccessNeed {
  /**
   * Scripts of these origins may call the route from a browser: `true` for every origin, or a list such as `['https://app.example.com']`.
   * The guard then answers their preflights itself, where it stands in the way of `OPTIONS` requests, and they may read its refusals and
   * the answers of the handler; never with cookies. @default none: `cors()` of the framework stands before the guard, or nobody calls from elsewhere
   */
  readonly cors?: boolean | readonly string[] | undefined
}

export type Admission =
  /** The handler's turn. `headers` go on its answer, by `share`. */
  | { readonly ok: true; readonly access: Access; readonly headers: HttpResponse['headers'] }
  /** Answered: a refusal, or a preflight. */
  | { readonly ok: false; readonly response: HttpResponse }

/** @throws {TypeError} when an option is wrong, or the server has several resources and none is the default. */
export function guardOf(
  server: AuthorizationServer | ResourceServer,
  options: GuardOptions,
): (request: HttpRequest) => Promise<Admission> {
  const demand = readNeed(options, 'requireAccessToken', ['cors'])
  const cors = readCors(options.cors)
  const resourceServer = resourceServerFor(server, demand)
  const need = needOf(demand)
  let isTold = false

  return async (request) => {
    const asks = isPreflight(request)
    const answered = asks && cors?.preflight(request)
    if (answered) return { ok: false, response: answered }
    if (asks && !cors && !isTold) {
      isTold = true
      console.warn(preflightRefused(demand))
    }
    const headers = cors?.headers(request) ?? []
    const decision = await resourceServer.check(request, need)
    if (decision.ok && !asks) return { ok: true, access: decision.access, headers }
    // A resource server of the app's own may have let a preflight through, which is still none of the handler's.
    const refusal = decision.ok ? challenge(401, null, undefined) : decision.response
    return { ok: false, response: withHeaders(refusal, headers) }
  }
}

const preflightRefused = ({ scope }: Demand): string =>
  `grantwright: requireAccessToken(${scope.join(' ')}) refused a CORS preflight, which never has a token. For scripts of other origins, ` +
  "let cors() stand before the guard, or give the guard its option: cors: ['https://app.example.com']."
