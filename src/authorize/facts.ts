/**
 * The facts by which is decided what is next at the browser.
 *
 * @module
 */
import type { HttpRequest } from '../edge/message.js'
import { isEmbedded } from '../edge/navigation.js'
import type { Deployed } from '../points/tables.js'
import type { VisitFacts } from '../protocol/visit.js'
import type { Login } from '../users/contract.js'
import { traceOf } from './challenge.js'
import { isAgreed } from './consents.js'
import { demandOf } from './demand.js'
import { isOver, type Pending } from './pending-request.js'
import { hasQuestions } from './terms.js'
import type { Progress } from './visit.js'

/** What is known, while it grows. */
export type Facts = { -readonly [fact in keyof VisitFacts]: VisitFacts[fact] }

/** What is known before anybody looks. */
export function firstFacts(deployment: Deployed, request: HttpRequest, way: Progress, isSwitching: boolean): Facts {
  const { asked, pending, login, decision, choice } = way
  const over = pending !== null && isOver(deployment, pending.value)
  return {
    demand: {
      prompt: asked.prompt,
      ...demandOf(deployment, asked),
      loginAtRequest: pending?.value.loginAtRequest,
      lastReason: pending?.value.lastReason ?? null,
    },
    login: login && personOf(login),
    isSwitching,
    challenges: pending?.value.challenges ?? 0,
    isStored: pending !== null && !over,
    isOver: over,
    isIssued: undefined,
    isEmbedded: isEmbedded(request),
    // What has ended is not decided any more.
    answer: decision && !over ? { ...decision, isNew: true } : answerOf(pending),
    answerStands: undefined,
    choice: hasQuestions(deployment) ? choice?.choice : 'settled',
    agreement: undefined,
    isTooOften: undefined,
    room: undefined,
  }
}

/** Of a yes that was given before: whether its grant or its consent is there. */
export async function answerStands(deployment: Deployed, { asked, pending }: Progress): Promise<boolean> {
  const { id, decision } = pending?.value ?? {}
  if (!decision || id === undefined) return false
  if (await deployment.grants.get(id)) return true
  return isAgreed(deployment, asked.client_id, decision.subject, decision)
}

/** Whether a code was given for a request that was stored. Its grant is there as long as it is. */
export const isIssued = async ({ grants }: Deployed, { pending }: Pick<Progress, 'pending'>): Promise<boolean> =>
  pending !== null && (await grants.get(pending.value.id)) !== null

/** What was decided before. */
export function answerOf(pending: Pending | null): VisitFacts['answer'] {
  const decision = pending?.value.decision
  return decision ? { ...decision, isNew: false } : null
}

export function personOf(login: Login): NonNullable<VisitFacts['login']> {
  const { sessionId, authenticatedAt } = traceOf(login)
  return { sessionId, authenticatedAt, subject: login.subject, acr: login.acr }
}

export function subjectOf({ login }: Progress): string {
  if (login) return login.subject
  throw new Error('Something is looked up about a person whom nobody knows')
}
