/**
 * The answer to the consent page.
 *
 * @module
 */

import { currentLogin } from '../browser/login-context.js'
import type { Deployment } from '../deployment/deployment.js'
import type { PendingRequest } from '../deployment/records.js'
import { hiddenField, readForm, refuseProblems } from '../edge/form.js'
import type { HttpRequest } from '../edge/message.js'
import { isOwnForm } from '../pages/own-form.js'
import { nothingPendingPage, problemPage, unreadableFormPage } from '../pages/problem-pages.js'
import type { Answer } from '../pages/views.js'
import { isHttpResponse } from '../users/http-response.js'
import { isConsentToken, readChoice } from './consent-question.js'
import { carryOut } from './issue-code.js'
import { changePending, findPending } from './pending-request.js'
import { clientOf, judgeVisit, proceed } from './proceed.js'

/** POST: what the person decided. */
export async function consent(deployment: Deployment, request: HttpRequest): Promise<Answer> {
  if (!isOwnForm(request, deployment.settings.pages.origins)) return problemPage('foreign')
  const form = refuseProblems(await readForm(request))
  const pageToken = hiddenField(form, 'page_token')
  const pressed = form.get('decision')
  if (pressed !== 'allow' && pressed !== 'deny') return unreadableFormPage()
  const pending = await findPending(deployment, request, hiddenField(form, 'pending'))
  const client = pending && (await clientOf(deployment, pending))
  if (!pending || !client) return nothingPendingPage(request)
  const visit = { client, asked: pending.value.request, pending, browser: pending.browser }
  const login = await currentLogin(deployment, request)
  // Logged out meanwhile, or somebody else now: the request starts again with the login and its own consent page.
  if (!login || isHttpResponse(login) || !isConsentToken(deployment, pageToken, pending, login)) {
    return proceed(deployment, request, visit)
  }
  // The token says for whom the page was shown, not that their login was good enough.
  if (!judgeVisit(deployment, visit, login).ok) return proceed(deployment, request, visit)
  const { agreed, refused } = readChoice(deployment, visit.asked, form)
  // To allow nothing is to deny.
  const access = pressed === 'allow' ? agreed : []
  const decision = { access, refused, subject: login.subject }
  const decided = await changePending(deployment, pending, (value) =>
    value.decision ? (isSame(value.decision, decision) ? value : null) : { ...value, decision },
  )
  if (!decided) return problemPage('answered')
  if (!pending.value.decision) {
    const about = { clientId: client.client_id, subject: login.subject }
    if (access.length === 0) deployment.emit({ type: 'consent_denied', ...about })
    else deployment.emit({ type: 'consent_given', ...about, scope: access.flatMap(({ scope }) => scope) })
  }
  return carryOut(deployment, decided, login)
}

type Decision = NonNullable<PendingRequest['decision']>

const isSame = (one: Decision, other: Decision): boolean =>
  one.subject === other.subject && JSON.stringify(one.access) === JSON.stringify(other.access)
