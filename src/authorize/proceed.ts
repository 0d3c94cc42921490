/**
 * A valid authorization request on its way, from "who is there?" to a code. What is next is decided in `protocol/visit.ts`; here that is
 * carried out, and what it depends on is looked up.
 *
 * @module
 */

import { currentLogin } from '../browser/login-context.js'
import type { HttpRequest } from '../edge/message.js'
import { withHeaders } from '../edge/responses.js'
import { answeredPage } from '../pages/problem-pages.js'
import type { Answer } from '../pages/views.js'
import type { Deployed } from '../points/tables.js'
import { decideVisit } from '../protocol/visit.js'
import { isHttpResponse } from '../users/http-response.js'
import { findAgreement } from './agreement.js'
import { carryOut } from './carry-out.js'
import { recordDecision } from './decision.js'
import { answerOf, answerStands, type Facts, firstFacts, isIssued, personOf, subjectOf } from './facts.js'
import { isSilentTooOften, pendingWait } from './pending-limit.js'
import { findChoice, termsOf } from './terms.js'
import type { Progress, Visit } from './visit.js'

/** What an endpoint knows before anybody looks. */
interface Known extends Partial<Pick<Progress, 'login' | 'choice' | 'decision'>> {
  /** Whether the person says that they are somebody else. */
  readonly isSwitching?: boolean
}

/** Goes on until there is an answer for the browser. */
export async function proceed(
  deployment: Deployed,
  request: HttpRequest,
  visit: Visit,
  { login, choice, decision, isSwitching = false }: Known = {},
): Promise<Answer> {
  const { client, asked, pending, browser } = visit
  const way: Progress = { client, asked, pending, browser, login, choice, decision }
  const facts: Facts = firstFacts(deployment, request, way, isSwitching)
  if (isNamed(facts)) await nameIt(deployment, way, facts)
  let answer: Answer | null = null
  while (!answer) {
    const verdict = decideVisit(facts, deployment.now())
    if (verdict.next === 'learn') {
      // In place, without a function for each: every visit goes through here three or four times.
      switch (verdict.what) {
        case 'login': {
          const found = await currentLogin(deployment, request)
          if (found && isHttpResponse(found)) {
            // The app's own authentication wants to answer before anybody is known.
            answer = found
          } else {
            way.login = found
            facts.login = found && personOf(found)
            if (isNamed(facts)) await nameIt(deployment, way, facts)
          }
          break
        }
        case 'isIssued':
          facts.isIssued = await isIssued(deployment, way)
          break
        case 'answerStands':
          facts.answerStands = await answerStands(deployment, way)
          break
        case 'choice':
          way.choice = await findChoice(deployment, way, subjectOf(way))
          facts.choice = way.choice.choice
          break
        case 'agreement':
          facts.agreement = await findAgreement(deployment, way, subjectOf(way), termsOf(way))
          break
        case 'isTooOften':
          facts.isTooOften = await isSilentTooOften(deployment, request, way.asked.client_id, subjectOf(way))
          break
        case 'room':
          facts.room = await pendingWait(deployment, request.address, way.browser)
          break
      }
    } else if (verdict.next === 'record') answer = await record(facts, deployment, way)
    else answer = await carryOut(verdict, deployment, request, way)
  }
  return withHeaders(answer, way.pending?.browser.setCookie ?? [])
}

/** Whether somebody certain is demanded, and somebody is there. */
const isNamed = ({ login, demand }: Facts): boolean => !!login && demand.subject !== undefined

/** What the client calls who is there. */
async function nameIt(deployment: Deployed, { client }: Progress, facts: Facts): Promise<void> {
  const { login } = facts
  if (login) facts.login = { ...login, knownAs: await deployment.knownAs(client, login.subject) }
}

/** An answer when it cannot be written down: they, or their second click, had decided otherwise before. */
async function record(facts: Facts, deployment: Deployed, way: Progress): Promise<Answer | null> {
  const { pending, decision } = way
  const recorded = pending && decision ? await recordDecision(deployment, pending, decision) : null
  if (!recorded) return answeredPage(way.client)
  way.pending = recorded
  facts.answer = answerOf(recorded)
  facts.answerStands = true
  return null
}
