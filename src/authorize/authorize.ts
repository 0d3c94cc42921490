/**
 * The authorization endpoint. The order: validate, find the user, ask for login if needed, ask for consent if needed, issue.
 * What is wrong before client and redirect URI are known is shown on a page; what is wrong later goes to the client.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc6749#section-4.1.1 RFC 6749 §4.1.1}
 * @module
 */

import { browserOf } from '../browser/browser.js'
import type { Client } from '../clients/client.js'
import { clientMistake } from '../deployment/client-mistake.js'
import { readForm } from '../edge/form.js'
import type { HttpRequest } from '../edge/message.js'
import { isEmbedded, isLoadedByPage, isPrefetch, takesNoPage } from '../edge/navigation.js'
import { queryOf } from '../edge/query.js'
import { jsonResponse, seeOther } from '../edge/responses.js'
import { asker, nothingPendingPage, problemPage, tooManyPage } from '../pages/problem-pages.js'
import type { Answer } from '../pages/views.js'
import type { Deployed } from '../points/tables.js'
import {
  type AuthorizationRefusal,
  type AuthorizationRequest,
  type AuthorizationRules,
  validateAuthorizationRequest,
} from '../protocol/authorization-request.js'
import { identifyClient } from '../protocol/identify-client.js'
import { leftOutHint } from '../protocol/left-out.js'
import type { Parameters } from '../protocol/parameters.js'
import { MAX_TERMS_BYTES, TermRefused, termsSize } from '../protocol/terms.js'
import { sendError } from './authorization-response.js'
import { keepForRequest } from './keep-client.js'
import { pendingWait } from './pending-limit.js'
import { findPending, resumeUrl, storePending } from './pending-request.js'
import { proceed } from './proceed.js'
import { wholeRequest } from './sources.js'
import { completeTerms } from './terms.js'
import { visitOf } from './visit.js'

/** GET: a new request, or one that comes back from the login (`?pending=…`). */
export async function authorize(deployment: Deployed, request: HttpRequest): Promise<Answer> {
  // Nobody has clicked yet: nothing may be stored, bound to a browser or issued.
  if (isPrefetch(request) || isLoadedByPage(request)) return problemPage('embedded')
  const parameters = queryOf(request)
  const handle = parameters.get('client_id') === undefined ? parameters.get('pending') : undefined
  if (handle !== undefined) return resume(deployment, request, handle, parameters.get('switch') !== undefined)
  return validated(deployment, request, parameters, (client, asked) =>
    proceed(deployment, request, { client, asked, pending: null, browser: browserOf(deployment, request) }),
  )
}

/**
 * POST: stored, and answered with a redirect to a GET before anybody is asked who they are. No cookie comes with a post
 * from another site, so a logged-in user would look like a stranger.
 */
export async function authorizePost(deployment: Deployed, request: HttpRequest): Promise<Answer> {
  if (isPrefetch(request)) return problemPage('embedded')
  return validated(deployment, request, await readForm(request), async (client, asked) => {
    // Before it is counted: a script of another site must not use up what visitors may ask for.
    if (isEmbedded(request)) return problemPage('embedded', asker(client))
    const wait = await pendingWait(deployment, request.address, null)
    if (wait > 0) return tooManyPage(wait, asker(client))
    await keepForRequest(deployment, client)
    const { handle } = await storePending(deployment, asked, null)
    return seeOther(resumeUrl(deployment, handle))
  })
}

async function validated(
  deployment: Deployed,
  request: HttpRequest,
  sent: Parameters,
  go: (client: Client, asked: AuthorizationRequest) => Promise<Answer>,
): Promise<Answer> {
  const clientId = sent.get('client_id')
  const client = clientId === undefined ? null : await deployment.clients.find(clientId, request)
  const whole = client ? await wholeRequest(deployment, sent, client, request) : sent
  const parameters = 'error' in whole ? sent : whole
  // RFC 9700 §4.11.2: until client and redirect URI are known to belong together, nothing is redirected.
  const identified = identifyClient(parameters, client, deployment.settings.privateUseRedirectUris)
  if ('problem' in identified) {
    const { problem: reason, description, hint } = identified
    const redirectUri = parameters.get('redirect_uri')
    const mistake = { endpoint: 'authorize', reason, description, hint, clientId, redirectUri }
    const received = /^http:/.test(deployment.settings.issuer) ? { redirectUri } : {}
    const page = clientMistake(deployment, mistake, client, received)
    if (!takesNoPage(request)) return page
    // mcp-remote and its kin: only by this code does a client forget what it has registered, and register anew.
    const error = reason === 'client_unknown' ? 'invalid_client' : 'invalid_request'
    return jsonResponse(400, { error, error_description: description })
  }
  if ('error' in whole) {
    const { redirectUri, client: known } = identified
    const to = { redirectUri, responseMode: modeOf(deployment, sent), state: sent.get('state') }
    const { error, description, reason, hint } = whole
    return sendError(deployment, to, error, description, { clientId: known.client_id, reason, hint })
  }
  const asked = await completed(
    deployment,
    identified.client,
    validateAuthorizationRequest(identified, parameters, rulesOf(deployment)),
    parameters,
  )
  if (!('error' in asked)) {
    const left = leftOutHint(parameters.get('scope'), asked.access)
    if (left) deployment.emit({ type: 'scope_left_out', endpoint: 'authorize', clientId: asked.client_id, hint: left })
    return go(identified.client, asked)
  }
  const { redirectUri, client: known } = identified
  const { error, description, reason, hint } = asked
  return sendError(deployment, { ...asked, redirectUri }, error, description, {
    clientId: known.client_id,
    reason,
    hint,
  })
}

/** Of a request that is refused: the one that it wants, if it can be had. */
function modeOf({ tables }: Deployed, sent: Parameters): string {
  const mode = sent.get('response_mode') ?? 'query'
  return tables.responseModes.has(mode) ? mode : 'query'
}

async function completed(
  deployment: Deployed,
  client: Client,
  asked: AuthorizationRequest | AuthorizationRefusal,
  parameters: Parameters,
): Promise<AuthorizationRequest | AuthorizationRefusal> {
  if ('error' in asked || !asked.terms) return asked
  const whole = await completeTerms(deployment, client, asked, parameters.get)
  const { state, responseMode } = asked
  // What a term has read without a look at its size may have grown.
  if (!(whole instanceof TermRefused))
    return termsSize(whole.terms ?? {}) <= MAX_TERMS_BYTES
      ? whole
      : {
          ...{ error: 'invalid_request', reason: 'request_too_large', description: 'The request is too large.' },
          ...{ hint: undefined, state, responseMode },
        }
  const { error, description, reason, hint } = whole
  return { error, description, reason, hint, state, responseMode }
}

async function resume(
  deployment: Deployed,
  request: HttpRequest,
  handle: string,
  isSwitching: boolean,
): Promise<Answer> {
  const pending = await findPending(deployment, request, handle)
  if (!pending) return nothingPendingPage(request)
  const visit = await visitOf(deployment, pending, request)
  return visit ? proceed(deployment, request, visit, { isSwitching }) : problemPage('expired')
}

const rulesOf = ({ settings, tables }: Deployed): AuthorizationRules => ({
  resources: settings.resourceList,
  asConfigured: settings.asConfigured,
  responseModes: tables.responseModes,
  terms: tables.terms,
})
