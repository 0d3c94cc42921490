/**
 * The answer to the consent page.
 *
 * @module
 */

import { currentLogin } from '../browser/login-context.js'
import { hiddenField, readForm, refuseProblems } from '../edge/form.js'
import type { HttpRequest } from '../edge/message.js'
import { withHeaders } from '../edge/responses.js'
import { isOwnForm } from '../pages/own-form.js'
import { nothingPendingPage, problemPage, unreadableFormPage } from '../pages/problem-pages.js'
import type { Answer } from '../pages/views.js'
import type { Deployed } from '../points/tables.js'
import { isHttpResponse } from '../users/http-response.js'
import { isConsentToken, readChoice } from './consent-question.js'
import { withoutParts } from './parts.js'
import { findPending } from './pending-request.js'
import { proceed } from './proceed.js'
import { findChoice, hasQuestions, readTerms } from './terms.js'
import { visitOf } from './visit.js'

/** POST: what the person decided. */
export async function consent(deployment: Deployed, request: HttpRequest): Promise<Answer> {
  if (!isOwnForm(request, deployment.settings.pages.origins)) return problemPage('foreign')
  const form = refuseProblems(await readForm(request, { most: MAX_FIELDS }))
  const pageToken = hiddenField(form, 'page_token')
  const pressed = form.get('decision')
  if (pressed !== 'allow' && pressed !== 'deny') return unreadableFormPage()
  const pending = await findPending(deployment, request, hiddenField(form, 'pending'))
  const visit = pending && (await visitOf(deployment, pending, request))
  if (!visit) return nothingPendingPage(request)
  const login = await currentLogin(deployment, request)
  if (login && isHttpResponse(login)) return withHeaders(login, visit.browser.setCookie)
  const choice = login && hasQuestions(deployment) ? await findChoice(deployment, visit, login.subject) : undefined
  // Logged out meanwhile, somebody else now, or another choice: the request starts again with the login and its own consent page.
  if (!login || !isConsentToken(deployment, pageToken, visit.pending, login, choice)) {
    return proceed(deployment, request, visit, { login, choice })
  }
  const { agreed, refused } = readChoice(deployment, { asked: visit.asked, choice }, form)
  const { subject } = login
  // The token says for whom the page was shown, not that their login was good enough.
  // To allow nothing is to deny.
  if (pressed === 'deny' || agreed.length === 0) {
    return proceed(deployment, request, visit, { login, choice, decision: { access: [], refused, subject } })
  }
  const chosen = choice ? readTerms(choice, form) : { terms: visit.asked.terms }
  if (!chosen) return proceed(deployment, request, visit, { login, choice })
  const terms = withoutParts(deployment, chosen.terms, refused)
  const decision = { access: agreed, refused, subject, ...(terms && { terms }) }
  return proceed(deployment, request, visit, { login, choice, decision })
}

/** A field for each box that stays ticked, and of those there are as many as a request has room to ask for. */
const MAX_FIELDS = 4096
