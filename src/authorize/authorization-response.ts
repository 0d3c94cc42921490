/**
 * The answer to the client, through the browser: a redirect, or a form that posts itself.
 *
 * @module
 */

import { type RefusalReason, Unavailable } from '../edge/errors.js'
import { seeOther } from '../edge/responses.js'
import { isLink } from '../pages/html.js'
import { type Answer, show } from '../pages/views.js'
import type { ResponseFields, ResponseMode } from '../points/response-mode.js'
import type { Deployed } from '../points/tables.js'
import type { AuthorizationRefusal, AuthorizationRequest } from '../protocol/authorization-request.js'
import { codeResponse, errorResponse } from '../protocol/authorization-response.js'
import { appendToRedirect } from '../protocol/redirect-uri.js'
import type { Verdict } from '../protocol/visit.js'

interface Destination {
  readonly redirectUri: string
  readonly responseMode: string
  readonly state?: string | undefined
  readonly uiLocales?: readonly string[] | undefined
}

export const sendCode = (deployment: Deployed, to: AuthorizationRequest, code: string): Promise<Answer> | Answer =>
  send(deployment, to, to.client_id, codeResponse({ code, state: to.state, iss: deployment.settings.issuer }))

/** The error codes that a client is sent by way of the browser. `docs/errors.md` explains each; a test holds it to these. */
export type AuthorizationErrorCode = AuthorizationRefusal['error'] | Extract<Verdict, { next: 'refuse' }>['error']

/** Whom an error is told to, and what the event says beyond the wire. */
interface RefusalFacts {
  readonly clientId: string
  readonly reason: RefusalReason
  /** For the operator: what was received and what would have been right. Never sent. */
  readonly hint?: string | undefined
}

/** RFC 6749 §4.1.2.1. Only for a redirect URI that was validated. */
export function sendError(
  deployment: Deployed,
  to: Destination,
  error: AuthorizationErrorCode,
  description: string,
  { clientId, reason, hint }: RefusalFacts,
): Promise<Answer> | Answer {
  const { redirectUri } = to
  deployment.emit({ type: 'refused', endpoint: 'authorize', error, reason, clientId, redirectUri, description, hint })
  const { issuer: iss } = deployment.settings
  return send(deployment, to, clientId, errorResponse({ error, description, state: to.state, iss }))
}

function send(
  deployment: Deployed,
  to: Destination,
  clientId: string,
  fields: ResponseFields,
): Promise<Answer> | Answer {
  const mode = responseModeOf(deployment, to)
  return mode.encode ? encoded(deployment, mode, to, clientId, fields) : carried(mode, to, fields)
}

async function encoded(
  deployment: Deployed,
  mode: ResponseMode,
  to: Destination,
  clientId: string,
  fields: ResponseFields,
): Promise<Answer> {
  const client = await deployment.clients.find(clientId)
  // Rather no answer than one that others can read.
  if (!client || !mode.encode) throw new Unavailable(`There is no client ${clientId} any more.`)
  return carried(mode, to, await mode.encode(fields, client, deployment))
}

const carried = ({ carrier }: ResponseMode, to: Destination, fields: ResponseFields): Answer =>
  // No page leads to a scheme without a dot; and an app gets what is in the URL, never a form.
  carrier !== 'form_post' || !isLink(to.redirectUri)
    ? seeOther(appendToRedirect(to.redirectUri, fields, carrier === 'fragment' ? carrier : 'query'))
    : show({ page: 'form_post', redirectUri: to.redirectUri, fields }, to.uiLocales)

/**
 * How the answer goes back. A stored request may wish for what a feature brought that is not given any more; then nothing must be issued for
 * it, because that may have been to keep the answer from others.
 *
 * @throws {Unavailable} for the operator to see.
 */
export function responseModeOf({ tables }: Deployed, { responseMode }: Destination): ResponseMode {
  const mode = tables.responseModes.get(responseMode)
  if (mode) return mode
  throw new Unavailable(`A request waits for the response mode ${responseMode}, which no feature brings any more.`)
}
