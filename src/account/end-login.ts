/**
 * Logs somebody out, in the order in which nothing is lost: what others must learn is written down, then the login ends, then they are told.
 *
 * @module
 */

import { loginContext } from '../browser/login-context.js'
import type { Here } from '../deployment/here.js'
import type { HttpRequest, HttpResponse } from '../edge/message.js'
import { seeOther } from '../edge/responses.js'
import type { Deployed } from '../points/tables.js'

/**
 * At this browser, or in all.
 *
 * @param returnTo where the browser goes on, on the issuer.
 */
export async function endLogin(
  deployment: Deployed,
  request: HttpRequest,
  here: Here,
  everywhere: boolean,
  returnTo: string,
): Promise<HttpResponse> {
  const { users } = deployment
  const { subject } = here.login
  await noteSignedOut(deployment, subject, everywhere ? null : here)
  if (everywhere) await users.endAll?.(subject)
  const response = (await users.end?.(loginContext(request), returnTo)) ?? seeOther(returnTo)
  deployment.emit({ type: 'logged_out', subject, everywhere })
  deployment.deliveries.soon()
  return response
}

/** @param here in which browser; null for all. */
export async function noteSignedOut(deployment: Deployed, subject: string, here: Here | null): Promise<void> {
  for (const note of deployment.tables.signedOut) await note({ subject, here }, deployment)
}
