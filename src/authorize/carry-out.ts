/**
 * Carries out what was decided.
 *
 * @module
 */
import type { HttpRequest } from '../edge/message.js'
import { seeOther } from '../edge/responses.js'
import { answeredPage, asker, problemPage, tooManyPage } from '../pages/problem-pages.js'
import type { Answer } from '../pages/views.js'
import type { Deployed } from '../points/tables.js'
import type { RequestRefusal } from '../protocol/refusal-reason.js'
import type { Verdict } from '../protocol/visit.js'
import type { Login } from '../users/contract.js'
import { sendError } from './authorization-response.js'
import { challenge, traceOf } from './challenge.js'
import { askForConsent } from './consent-question.js'
import { issueCode } from './issue-code.js'
import { keepForRequest } from './keep-client.js'
import { type Pending, resumeUrl, storeAgain, storePending, switchUrl } from './pending-request.js'
import type { Progress } from './visit.js'

export function carryOut(
  verdict: Exclude<Verdict, { next: 'learn' | 'record' }>,
  deployment: Deployed,
  request: HttpRequest,
  way: Progress,
): Promise<Answer> | Answer {
  const { asked } = way
  const clientId = asked.client_id
  switch (verdict.next) {
    case 'log_in':
      return stored(deployment, way).then((pending) =>
        challenge(deployment, request, { ...way, pending }, way.login, verdict.reason),
      )
    case 'ask':
      return stored(deployment, way).then((pending) =>
        askForConsent(deployment, request, { ...way, pending }, loginOf(way), verdict.unticked),
      )
    case 'issue':
      return issueCode(deployment, request, way, loginOf(way), verdict)
    case 'deny':
      return sendError(deployment, asked, 'access_denied', 'The user did not agree.', { clientId, reason: 'denied' })
    case 'refuse':
      return sendError(deployment, asked, verdict.error, descriptionOf(verdict, way), {
        clientId,
        reason: verdict.because === 'term_refused' ? (way.choice?.refused?.reason ?? verdict.because) : verdict.because,
        hint: way.choice?.refused?.hint ?? loginHints[verdict.because],
      })
    case 'not_yours':
    case 'answered':
      return answeredPage(way.client)
    case 'start_again':
      return startAgain(deployment, way, verdict.isSwitching)
    case 'not_here':
      return problemPage('embedded', asker(way.client))
    case 'wait':
      return tooManyPage(verdict.milliseconds, asker(way.client))
  }
}

/** Why somebody was sent to log in three times. */
const loginHints: { readonly [reason in RequestRefusal]?: string } = {
  login_no_login:
    'Three times users.current found nobody after the login: mount the session middleware before the server, and see that its cookie arrives.',
  login_fresh:
    'Three times users.current gave a login that was there before: its authenticatedAt (or its sessionId) must be that of the new one.',
}

/** What follows is the same as after a request that was posted. */
async function startAgain(deployment: Deployed, { pending, client }: Progress, isSwitching: boolean): Promise<Answer> {
  if (!pending) throw new Error('A request is over that was never stored')
  await keepForRequest(deployment, client)
  const handle = await storeAgain(deployment, pending)
  return seeOther(isSwitching ? switchUrl(deployment, handle) : resumeUrl(deployment, handle))
}

/** A person is needed, so the request waits for them. */
async function stored(deployment: Deployed, way: Progress): Promise<Pending> {
  if (way.pending) return way.pending
  const { asked, browser, client, login } = way
  await keepForRequest(deployment, client)
  const stored = await storePending(deployment, asked, browser, { loginAtRequest: login && traceOf(login) })
  way.pending = { ...stored, browser }
  return way.pending
}

function loginOf({ login }: Progress): Login {
  if (login) return login
  throw new Error('A login was judged to be good, but nobody is logged in')
}

function descriptionOf({ error, because }: Extract<Verdict, { next: 'refuse' }>, { choice }: Progress): string {
  switch (because) {
    case 'login_required':
      return 'The user has to log in first.'
    case 'consent_required':
      return 'The user has to agree first.'
    case 'choice_open':
      return 'The user has to choose first.'
    case 'term_refused':
      return choice?.refused?.description ?? 'There is nothing that this user may choose.'
    case 'silent_too_often':
      return 'This client asks too often. Ask the user.'
    default:
      return error === 'login_required' ? 'The login did not become what the request asks for.' : error
  }
}
