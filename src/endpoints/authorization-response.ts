/**
 * The answer to the client, through the browser: a redirect, or a form that posts itself.
 *
 * @module
 */
import type { Deployment } from '../deployment.js'
import type { HttpResponse } from '../message.js'
import { formPostPage } from '../pages/form-post.js'
import {
  type AuthorizationRequest,
  codeResponse,
  errorResponse,
  type ResponseMode,
} from '../protocol/authorization-request.js'
import { appendToRedirect } from '../protocol/redirect-uri.js'
import { seeOther } from '../responses.js'
import { encodeBase64url } from '../runtime/hash.js'

interface Destination {
  readonly redirectUri: string
  readonly responseMode: ResponseMode
  readonly state?: string | undefined
}

export const sendCode = (deployment: Deployment, to: AuthorizationRequest, code: string): HttpResponse =>
  send(deployment, to, codeResponse({ code, state: to.state, iss: deployment.settings.issuer }))

/** RFC 6749 §4.1.2.1. Only for a redirect URI that was validated. */
export function sendError(
  deployment: Deployment,
  to: Destination,
  error: string,
  description: string,
  facts: { readonly clientId: string; readonly reason?: string },
): HttpResponse {
  const { clientId, reason = error } = facts
  deployment.emit({ type: 'refused', endpoint: 'authorize', error, reason, clientId })
  return send(deployment, to, errorResponse({ error, description, state: to.state, iss: deployment.settings.issuer }))
}

function send(deployment: Deployment, to: Destination, fields: readonly (readonly [string, string])[]): HttpResponse {
  if (to.responseMode === 'query') return seeOther(appendToRedirect(to.redirectUri, fields))
  const nonce = encodeBase64url(deployment.randomBytes(16))
  return formPostPage({ redirectUri: to.redirectUri, fields, nonce })
}
