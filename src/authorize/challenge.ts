/**
 * Sends the browser to the login, and notes why.
 *
 * @module
 */
import { loginContext, noteLostLogin } from '../browser/login-context.js'
import type { HttpRequest, HttpResponse } from '../edge/message.js'
import type { Deployed } from '../points/tables.js'
import type { LoginReason, LoginTrace } from '../protocol/prompt.js'
import { digest } from '../runtime/hash.js'
import type { Login } from '../users/contract.js'
import { acrValuesOf } from './demand.js'
import { changePending, type Pending, resumeUrl } from './pending-request.js'
import type { Visit } from './visit.js'

/** @param current who is at the browser; undefined when nobody has asked. */
export async function challenge(
  deployment: Deployed,
  request: HttpRequest,
  { asked, client, pending }: Visit & { readonly pending: Pending },
  current: Login | null | undefined,
  reason: LoginReason,
): Promise<HttpResponse> {
  if (reason === 'no_login' && pending.value.challenges > 0) noteLostLogin(deployment)
  await changePending(deployment, pending, (value) => ({
    ...value,
    challenges: value.challenges + 1,
    lastReason: reason,
    loginAtRequest:
      value.loginAtRequest === undefined && current !== undefined ? current && traceOf(current) : value.loginAtRequest,
  }))
  const { client_id, client_name } = client
  return deployment.users.challenge(loginContext(request), {
    returnTo: resumeUrl(deployment, pending.handle),
    reason,
    client: { client_id, client_name },
    loginHint: asked.loginHint,
    uiLocales: asked.uiLocales,
    acrValues: acrValuesOf(deployment, asked),
  })
}

/** Hashed: some apps have no id of a session but what its cookie holds, and a pending request is stored. */
export const traceOf = ({ sessionId, authenticatedAt }: Login): LoginTrace => ({
  sessionId: sessionId === undefined ? undefined : digest(sessionId),
  authenticatedAt,
})
