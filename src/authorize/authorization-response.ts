/**
 * The answer to the client, through the browser: a redirect, or a form that posts itself.
 *
 * @module
 */

import type { Deployment } from '../deployment/deployment.js'
import { seeOther } from '../edge/responses.js'
import { type Answer, show } from '../pages/views.js'
import {
  type AuthorizationRequest,
  codeResponse,
  errorResponse,
  type ResponseMode,
} from '../protocol/authorization-request.js'
import { appendToRedirect } from '../protocol/redirect-uri.js'

interface Destination {
  readonly redirectUri: string
  readonly responseMode: ResponseMode
  readonly state?: string | undefined
  readonly uiLocales?: readonly string[] | undefined
}

export const sendCode = (deployment: Deployment, to: AuthorizationRequest, code: string): Answer =>
  send(to, codeResponse({ code, state: to.state, iss: deployment.settings.issuer }))

/** RFC 6749 §4.1.2.1. Only for a redirect URI that was validated. */
export function sendError(
  deployment: Deployment,
  to: Destination,
  error: string,
  description: string,
  facts: { readonly clientId: string; readonly reason?: string },
): Answer {
  const { clientId, reason = error } = facts
  deployment.emit({ type: 'refused', endpoint: 'authorize', error, reason, clientId })
  return send(to, errorResponse({ error, description, state: to.state, iss: deployment.settings.issuer }))
}

function send(to: Destination, fields: readonly (readonly [string, string])[]): Answer {
  if (to.responseMode === 'query') return seeOther(appendToRedirect(to.redirectUri, fields))
  return show({ page: 'form_post', redirectUri: to.redirectUri, fields }, to.uiLocales)
}
