/**
 * The answer to the consent page.
 *
 * @module
 */
import type { Deployment } from '../deployment.js'
import { readForm, refuseProblems } from '../form.js'
import { type Consent, joinAccess } from '../grant/consent.js'
import type { HttpRequest, HttpResponse } from '../message.js'
import { isOwnForm } from '../pages/own-form.js'
import type { Login } from '../users/contract.js'
import { consentId, isPageToken } from './consent-question.js'
import { issueCode, repeatDecision } from './issue-code.js'
import { currentLogin } from './login-context.js'
import { changePending, findPending } from './pending-request.js'
import { alreadyAnsweredPage, expiredPage, foreignFormPage, unreadableFormPage } from './problem-pages.js'
import { clientOf, proceed, type Visit } from './proceed.js'

/** POST: what the person decided. */
export async function consent(deployment: Deployment, request: HttpRequest): Promise<HttpResponse> {
  if (!isOwnForm(request, deployment.settings.issuer)) return foreignFormPage()
  const form = refuseProblems(await readForm(request))
  const decision = form.get('decision')
  if (decision !== 'allow' && decision !== 'deny') return unreadableFormPage()
  const pending = await findPending(deployment, request, form.get('pending') ?? '')
  const client = pending && (await clientOf(deployment, pending))
  if (!pending || !client) return expiredPage()
  const visit = { client, asked: pending.value.request, pending, browser: pending.browser }
  const login = await currentLogin(deployment, request)
  // Logged out meanwhile, or somebody else now: the request starts again with the login and its own consent page.
  if (!login || 'status' in login || !isPageToken(form.get('page_token'), pending, login)) {
    return proceed(deployment, request, visit)
  }
  const allowed = decision === 'allow'
  const decided = await changePending(deployment, pending, (value) => {
    if (value.decision)
      return value.decision.allowed === allowed && value.decision.subject === login.subject ? value : null
    return { ...value, decision: { allowed, subject: login.subject } }
  })
  if (!decided) return alreadyAnsweredPage()
  const facts = { clientId: client.client_id, subject: login.subject }
  if (!allowed) {
    deployment.emit({ type: 'consent_denied', ...facts })
    return repeatDecision(deployment, decided, login)
  }
  await remember(deployment, visit, login)
  deployment.emit({ type: 'consent_given', ...facts, scope: visit.asked.scope })
  return issueCode(deployment, { ...visit, pending: decided }, login)
}

/** Joins what was agreed to now to what was agreed to before. A lost race with another answer forgets this one: it is asked again. */
async function remember(deployment: Deployment, { client, asked }: Visit, { subject }: Login): Promise<void> {
  const id = consentId(deployment, client.client_id, subject)
  const now = deployment.now()
  const before = await deployment.consents.get(id)
  const stillValid = before && now < before.value.expiresAt ? before.value.access : []
  const value: Consent = {
    id,
    issuer: deployment.settings.issuer,
    subject,
    clientId: client.client_id,
    access: joinAccess(stillValid, asked.access),
    givenAt: now,
    expiresAt: now + deployment.settings.consentLifetime,
  }
  if (before) await deployment.consents.replace(value, before.version)
  else await deployment.consents.insert(value)
}
