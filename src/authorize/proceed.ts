/**
 * A valid authorization request on its way, from "who is there?" to a code. What is next is decided in `protocol/visit.ts`; here that is
 * carried out, and what it depends on is looked up.
 *
 * @module
 */

import { currentLogin } from '../browser/login-context.js'
import type { Decision } from '../deployment/records.js'
import type { HttpRequest } from '../edge/message.js'
import { isEmbedded } from '../edge/navigation.js'
import { withHeaders } from '../edge/responses.js'
import { problemPage, tooManyPage } from '../pages/problem-pages.js'
import type { Answer } from '../pages/views.js'
import type { Deployed } from '../points/tables.js'
import { decideVisit, type Unknown, type Verdict, type VisitFacts } from '../protocol/visit.js'
import type { Login } from '../users/contract.js'
import { isHttpResponse } from '../users/http-response.js'
import { findAgreement } from './agreement.js'
import { sendError } from './authorization-response.js'
import { challenge, traceOf } from './challenge.js'
import { askForConsent } from './consent-question.js'
import { isAgreed } from './consents.js'
import { recordDecision } from './decision.js'
import { issueCode } from './issue-code.js'
import { isSilentTooOften, pendingWait } from './pending-limit.js'
import { type Pending, storePending } from './pending-request.js'
import type { Visit } from './visit.js'

/** What an endpoint knows before anybody looks. */
interface Known {
  /** Who is at the browser. Left out when the endpoint has not asked. */
  readonly login?: Login | null
  /** What a form of ours has just said. */
  readonly decision?: Decision
  /** Whether the person says that they are somebody else. */
  readonly isSwitching?: boolean
}

/** Goes on until there is an answer for the browser. */
export async function proceed(
  deployment: Deployed,
  request: HttpRequest,
  visit: Visit,
  known: Known = {},
): Promise<Answer> {
  let { pending } = visit
  let { login } = known
  let facts = firstFacts(request, visit, known)
  const answer = (said: Answer): Answer => withHeaders(said, pending?.browser.setCookie ?? [])
  for (;;) {
    const verdict = decideVisit(facts, deployment.now())
    if (verdict.next === 'learn') {
      if (verdict.what === 'login') {
        const found = await currentLogin(deployment, request)
        // The app's own authentication answers first.
        if (found && isHttpResponse(found)) return answer(found)
        login = found
      }
      facts = { ...facts, ...(await lookUp(verdict.what, deployment, request, { ...visit, pending }, login ?? null)) }
      continue
    }
    if (verdict.next === 'record') {
      pending = pending && known.decision ? await recordDecision(deployment, pending, known.decision) : null
      // They, or their second click, had decided otherwise before.
      if (!pending) return problemPage('answered')
      facts = { ...facts, answer: answerOf(pending), answerStands: true }
      continue
    }
    if (verdict.next === 'log_in' || verdict.next === 'ask') pending ??= await store(deployment, visit, login)
    return answer(await carryOut(verdict, deployment, request, { ...visit, pending }, login))
  }
}

function firstFacts(request: HttpRequest, { asked, pending }: Visit, known: Known): VisitFacts {
  const { login, decision, isSwitching = false } = known
  return {
    demand: {
      prompt: asked.prompt,
      maxAge: asked.maxAge,
      loginAtRequest: pending?.value.loginAtRequest,
      lastReason: pending?.value.lastReason ?? null,
    },
    login: login && personOf(login),
    isSwitching,
    challenges: pending?.value.challenges ?? 0,
    isStored: pending !== null,
    isEmbedded: isEmbedded(request),
    answer: decision ? { ...decision, isNew: true } : answerOf(pending),
  }
}

/** What was decided before. */
const answerOf = (pending: Pending | null): VisitFacts['answer'] => {
  const decision = pending?.value.decision
  return decision ? { ...decision, isNew: false } : null
}

const personOf = (login: Login) => ({ ...traceOf(login), subject: login.subject })

async function lookUp(
  what: Unknown,
  deployment: Deployed,
  request: HttpRequest,
  visit: Visit,
  login: Login | null,
): Promise<Partial<VisitFacts>> {
  const { asked, pending, browser } = visit
  const subject = login?.subject ?? ''
  switch (what) {
    case 'login':
      return { login: login && personOf(login) }
    case 'answerStands': {
      const { id, decision } = pending?.value ?? {}
      if (id !== undefined && (await deployment.grants.get(id))) return { answerStands: true }
      return { answerStands: await isAgreed(deployment, asked.client_id, subject, decision?.access ?? []) }
    }
    case 'agreement':
      return { agreement: await findAgreement(deployment, visit, subject) }
    case 'isTooOften':
      return { isTooOften: await isSilentTooOften(deployment, request, asked.client_id, subject) }
    case 'room':
      return { room: await pendingWait(deployment, request.address, browser) }
  }
}

/** A person is needed, so the request waits for them. */
async function store(
  deployment: Deployed,
  { asked, browser }: Visit,
  login: Login | null | undefined,
): Promise<Pending> {
  const stored = await storePending(deployment, asked, browser, { loginAtRequest: login && traceOf(login) })
  return { ...stored, browser }
}

type Final = Exclude<Verdict, { next: 'learn' | 'record' }>

async function carryOut(
  verdict: Final,
  deployment: Deployed,
  request: HttpRequest,
  visit: Visit,
  login: Login | null | undefined,
): Promise<Answer> {
  const { asked, pending } = visit
  const clientId = asked.client_id
  switch (verdict.next) {
    case 'log_in':
      return challenge(deployment, request, { ...visit, pending: there(pending) }, login, verdict.reason)
    case 'ask':
      return askForConsent(deployment, request, { ...visit, pending: there(pending) }, there(login), verdict.unticked)
    case 'issue':
      return issueCode(deployment, visit, there(login), verdict)
    case 'deny':
      return sendError(deployment, asked, 'access_denied', 'The user did not agree.', { clientId, reason: 'denied' })
    case 'refuse':
      return sendError(deployment, asked, verdict.error, descriptionOf(verdict), { clientId, reason: verdict.because })
    case 'not_yours':
      return problemPage('answered')
    case 'not_here':
      return problemPage('embedded')
    case 'wait':
      return tooManyPage(verdict.milliseconds)
  }
}

/** What the verdict has made sure of. */
function there<T>(value: T | null | undefined): T {
  if (value === null || value === undefined) throw new Error('A verdict needs what nobody has')
  return value
}

function descriptionOf({ error, because }: Extract<Verdict, { next: 'refuse' }>): string {
  switch (error) {
    case 'login_required':
      return because === error ? 'The user has to log in first.' : 'The login did not become what the request asks for.'
    case 'consent_required':
      return 'The user has to agree first.'
    case 'interaction_required':
      return 'This client asks too often. Ask the user.'
  }
}
