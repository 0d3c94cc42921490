/**
 * What a user-authentication gets to see of a request, and what it says about it.
 *
 * @module
 */
import type { Deployment } from '../deployment/deployment.js'
import type { HttpRequest, HttpResponse } from '../edge/message.js'
import type { Login, LoginContext } from '../users/contract.js'
import { isHttpResponse } from '../users/http-response.js'
import { checkSubject } from '../users/subject.js'

/** Who is at the browser; null when nobody is; a response when the app's own authentication must answer first. */
export async function currentLogin({ users }: Deployment, request: HttpRequest): Promise<Login | HttpResponse | null> {
  const current = await users.current(loginContext(request))
  if (current && !isHttpResponse(current)) checkSubject(current.subject, 'users.current')
  return current
}

/** Somebody came back from the login, and nobody is there: where the app keeps the sessions, its developers must learn why. */
export function noteLostLogin({ users, advise }: Deployment): void {
  // The server's own login page sets its own cookie.
  if (!('endpoints' in users)) advise('login_lost')
}

/** Web `Headers` are made only when they are asked for. */
export function loginContext(request: HttpRequest): LoginContext<never> {
  return {
    request,
    // The adapter and the app's hooks speak of the same framework: the type parameter of the options says which.
    native: request.native as never,
    get headers() {
      const headers = new Headers()
      for (const name of ['cookie', 'authorization', 'user-agent', 'accept-language', 'host', 'origin', 'referer']) {
        for (const value of request.headerValues(name)) headers.append(name, value)
      }
      return headers
    },
  }
}
