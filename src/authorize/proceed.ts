/**
 * A valid authorization request on its way, from "who is there?" to a code. What is next is decided in `protocol/visit.ts`; here that is
 * carried out, and what it depends on is looked up.
 *
 * @module
 */

import type { HttpRequest } from '../edge/message.js'
import { isEmbedded } from '../edge/navigation.js'
import { withHeaders } from '../edge/responses.js'
import { problemPage } from '../pages/problem-pages.js'
import type { Answer } from '../pages/views.js'
import type { Deployed } from '../points/tables.js'
import { decideVisit, type VisitFacts } from '../protocol/visit.js'
import { carryOut } from './carry-out.js'
import { recordDecision } from './decision.js'
import { AnsweredFirst, answerOf, lookUp, personOf } from './look-up.js'
import { hasQuestions } from './terms.js'
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
  { isSwitching = false, ...known }: Known = {},
): Promise<Answer> {
  const way: Progress = { ...visit, login: undefined, choice: undefined, decision: undefined, ...known }
  const answer = await goOn(deployment, request, way, { ...firstFacts(deployment, request, way), isSwitching })
  return withHeaders(answer, way.pending?.browser.setCookie ?? [])
}

async function goOn(deployment: Deployed, request: HttpRequest, way: Progress, first: VisitFacts): Promise<Answer> {
  let facts = first
  for (;;) {
    const verdict = decideVisit(facts, deployment.now())
    if (verdict.next === 'learn') {
      const learnt = await lookUp[verdict.what](deployment, request, way)
      if (learnt instanceof AnsweredFirst) return learnt.answer
      facts = { ...facts, ...learnt }
    } else if (verdict.next === 'record') {
      const { pending, decision } = way
      const recorded = pending && decision ? await recordDecision(deployment, pending, decision) : null
      // They, or their second click, had decided otherwise before.
      if (!recorded) return problemPage('answered')
      way.pending = recorded
      facts = { ...facts, answer: answerOf(recorded), answerStands: true }
    } else return carryOut(verdict, deployment, request, way)
  }
}

function firstFacts(deployment: Deployed, request: HttpRequest, way: Progress): Omit<VisitFacts, 'isSwitching'> {
  const { asked, pending, login, decision, choice } = way
  return {
    demand: {
      prompt: asked.prompt,
      maxAge: asked.maxAge,
      loginAtRequest: pending?.value.loginAtRequest,
      lastReason: pending?.value.lastReason ?? null,
    },
    login: login && personOf(login),
    challenges: pending?.value.challenges ?? 0,
    isStored: pending !== null,
    isEmbedded: isEmbedded(request),
    answer: decision ? { ...decision, isNew: true } : answerOf(pending),
    choice: hasQuestions(deployment) ? choice?.choice : 'settled',
  }
}
