/**
 * A valid authorization request on its way: who is there, is the login good enough, do they agree? Then the code.
 *
 * @module
 */

import { currentLogin, loginContext } from '../browser/login-context.js'
import type { Client } from '../clients/client.js'
import type { Deployment } from '../deployment/deployment.js'
import type { HttpRequest } from '../edge/message.js'
import { isEmbedded } from '../edge/navigation.js'
import { withHeaders } from '../edge/responses.js'
import { problemPage, tooManyPage } from '../pages/problem-pages.js'
import type { Answer } from '../pages/views.js'
import { isPublicClient } from '../protocol/client-settings.js'
import { judgeLogin, type LoginReason, type LoginTrace } from '../protocol/prompt.js'
import { matchRedirectUri } from '../protocol/redirect-uri.js'
import type { Access } from '../protocol/resource.js'
import { digest } from '../runtime/hash.js'
import type { Login } from '../users/contract.js'
import { isHttpResponse } from '../users/http-response.js'
import { sendError } from './authorization-response.js'
import { askForConsent, judgeConsent } from './consent-question.js'
import { isAgreed } from './consents.js'
import { issueCode, repeatDecision } from './issue-code.js'
import { isSilentTooOften, pendingWait } from './pending-limit.js'
import { changePending, type Pending, resumeUrl, storePending } from './pending-request.js'
import type { Visit } from './visit.js'

/** The client of a pending request, if it and its redirect URI are still registered. */
export async function clientOf(deployment: Deployment, { value: { request } }: Pending): Promise<Client | null> {
  const client = await deployment.clients.find(request.client_id)
  return client && matchRedirectUri(client.redirect_uris, request.redirectUri, isPublicClient(client)) ? client : null
}

/** The pending request goes on with another login. */
export async function switchLogin(
  deployment: Deployment,
  request: HttpRequest,
  visit: Visit & { readonly pending: Pending },
): Promise<Answer> {
  const { asked } = visit
  // OpenID Connect Core §3.1.2.1: with prompt=none nothing is shown.
  if (asked.prompt.includes('none')) return proceed(deployment, request, visit)
  const response = await challenge(deployment, request, visit, undefined, 'select_account')
  return withHeaders(response, visit.pending.browser.setCookie)
}

/** From "who is there?" to a code. */
export async function proceed(deployment: Deployment, request: HttpRequest, visit: Visit): Promise<Answer> {
  const response = await answer(deployment, request, visit)
  return withHeaders(response, visit.pending?.browser.setCookie ?? [])
}

async function answer(deployment: Deployment, request: HttpRequest, visit: Visit): Promise<Answer> {
  const { asked, pending } = visit
  const current = await currentLogin(deployment, request)
  if (current && isHttpResponse(current)) return current
  const judged = judgeVisit(deployment, visit, current)
  if (!judged.ok) return askForLogin(deployment, request, visit, current, judged.reason)
  if (!current) throw new Error('A login was judged to be good, but nobody is logged in')
  const repeated = pending?.value.decision ? await repeatDecision(deployment, pending, current) : null
  if (repeated) return repeated
  const verdict = await judgeConsent(deployment, visit, current)
  const ask = (unticked: Access) =>
    withPending(deployment, request, visit, current, async (pending) =>
      askForConsent(deployment, request, { ...visit, pending }, current, unticked),
    )
  // OpenID Connect Core §3.1.2.1: with prompt=none nothing is shown.
  const silent = asked.prompt.includes('none')
  if (verdict.ask) {
    if (!silent) return ask(verdict.unticked)
    return sendError(deployment, asked, 'consent_required', 'The user has to agree first.', facts(visit))
  }
  if (!pending && (await isSilentTooOften(deployment, request, asked.client_id, current.subject))) {
    if (!silent) return ask([])
    const why = { ...facts(visit), reason: 'silent_too_often' }
    return sendError(deployment, asked, 'interaction_required', 'This client asks too often. Ask the user.', why)
  }
  const { access, remembered } = verdict
  return issueCode(deployment, visit, current, access, async () =>
    remembered ? isAgreed(deployment, asked.client_id, current, access) : true,
  )
}

/** Whether the login is what the request asks for: `prompt`, `max_age`. */
export function judgeVisit(deployment: Deployment, { asked, pending }: Visit, login: Login | null) {
  const demand = {
    prompt: asked.prompt,
    maxAge: asked.maxAge,
    loginAtRequest: pending?.value.loginAtRequest,
    lastReason: pending?.value.lastReason ?? null,
  }
  return judgeLogin(demand, login && traceOf(login), deployment.now())
}

const MAX_CHALLENGES = 3

async function askForLogin(
  deployment: Deployment,
  request: HttpRequest,
  visit: Visit,
  current: Login | null,
  reason: LoginReason,
): Promise<Answer> {
  const { asked } = visit
  if (asked.prompt.includes('none')) {
    return sendError(deployment, asked, 'login_required', 'The user has to log in first.', facts(visit))
  }
  return withPending(deployment, request, visit, current, (pending) =>
    challenge(deployment, request, { ...visit, pending }, current, reason),
  )
}

/** Sends the browser to the login, at most three times in one request. */
async function challenge(
  deployment: Deployment,
  request: HttpRequest,
  visit: Visit & { readonly pending: Pending },
  current: Login | null | undefined,
  reason: LoginReason,
): Promise<Answer> {
  const { asked, client, pending } = visit
  // An app whose login never gets fresh enough must not send the browser in circles for ever.
  if (pending.value.challenges >= MAX_CHALLENGES) {
    const description = 'The login did not become what the request asks for.'
    return sendError(deployment, asked, 'login_required', description, { ...facts(visit), reason: `login_${reason}` })
  }
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
  })
}

/** Goes on with the visit's pending request, which is stored now if it was not before. */
async function withPending(
  deployment: Deployment,
  request: HttpRequest,
  { asked, browser, pending }: Visit,
  current: Login | null,
  go: (pending: Pending) => Promise<Answer>,
): Promise<Answer> {
  if (pending) return go(pending)
  if (isEmbedded(request)) return problemPage('embedded')
  const wait = await pendingWait(deployment, request.address, browser)
  if (wait > 0) return tooManyPage(wait)
  const stored = await storePending(deployment, asked, browser, { loginAtRequest: current && traceOf(current) })
  return withHeaders(await go({ ...stored, browser }), browser.setCookie)
}

/** Hashed: some apps have no id of a session but what its cookie holds, and a pending request is stored. */
const traceOf = ({ sessionId, authenticatedAt }: Login): LoginTrace => ({
  sessionId: sessionId === undefined ? undefined : digest(sessionId),
  authenticatedAt,
})

const facts = ({ client }: Visit) => ({ clientId: client.client_id })
