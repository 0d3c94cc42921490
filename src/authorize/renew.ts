/**
 * A request whose time was over before somebody had logged in: it begins anew with their login.
 *
 * @module
 */
import { currentLogin } from '../browser/login-context.js'
import type { HttpRequest } from '../edge/message.js'
import type { Deployed } from '../points/tables.js'
import { decideVisit } from '../protocol/visit.js'
import { isHttpResponse } from '../users/http-response.js'
import { traceOf } from './challenge.js'
import { firstFacts, isIssued } from './facts.js'
import { keepForRequest } from './keep-client.js'
import { pendingWait } from './pending-limit.js'
import { type Pending, resumeUrl, storeAgain } from './pending-request.js'
import { visitOf } from './visit.js'

/**
 * Where somebody goes on who proves just now who they are. What the old request had sent them to do counts for the new one, so a demand for
 * a new login is met by this one. Where nothing may begin anew, it is the old address, which says why.
 */
export async function renewedUrl(deployment: Deployed, request: HttpRequest, pending: Pending): Promise<string> {
  const visit = await visitOf(deployment, pending, request)
  if (!visit) return resumeUrl(deployment, pending.handle)
  const way = { ...visit, login: undefined, choice: undefined, decision: undefined }
  const facts = firstFacts(deployment, request, way, false)
  facts.isIssued = await isIssued(deployment, way)
  facts.room = await pendingWait(deployment, request.address, pending.browser)
  if (decideVisit(facts, deployment.now()).next !== 'start_again') return resumeUrl(deployment, pending.handle)
  const before = await currentLogin(deployment, request)
  const loginAtRequest = before && (isHttpResponse(before) ? undefined : traceOf(before))
  const { lastReason } = pending.value
  await keepForRequest(deployment, visit.client)
  return resumeUrl(deployment, await storeAgain(deployment, pending, { loginAtRequest, lastReason }))
}
