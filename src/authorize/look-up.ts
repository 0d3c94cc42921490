/**
 * Looks up what the decision depends on, one fact at a time.
 *
 * @module
 */
import { currentLogin } from '../browser/login-context.js'
import type { HttpRequest, HttpResponse } from '../edge/message.js'
import type { Deployed } from '../points/tables.js'
import type { Unknown, VisitFacts } from '../protocol/visit.js'
import type { Login } from '../users/contract.js'
import { isHttpResponse } from '../users/http-response.js'
import { findAgreement } from './agreement.js'
import { traceOf } from './challenge.js'
import { isAgreed } from './consents.js'
import { isSilentTooOften, pendingWait } from './pending-limit.js'
import type { Pending } from './pending-request.js'
import { findChoice, termsOf } from './terms.js'
import type { Progress } from './visit.js'

/** The app's own authentication wants to answer before anybody is known. */
export class AnsweredFirst {
  readonly answer: HttpResponse
  constructor(answer: HttpResponse) {
    this.answer = answer
  }
}

type LookUp = (
  deployment: Deployed,
  request: HttpRequest,
  way: Progress,
) => Promise<Partial<VisitFacts> | AnsweredFirst>

export const lookUp: { readonly [what in Unknown]: LookUp } = {
  async login(deployment, request, way) {
    const found = await currentLogin(deployment, request)
    if (found && isHttpResponse(found)) return new AnsweredFirst(found)
    way.login = found
    return { login: found && personOf(found) }
  },
  async answerStands(deployment, _, { asked, pending }) {
    const { id, decision } = pending?.value ?? {}
    if (!decision || id === undefined) return { answerStands: false }
    if (await deployment.grants.get(id)) return { answerStands: true }
    return { answerStands: await isAgreed(deployment, asked.client_id, decision.subject, decision) }
  },
  async choice(deployment, _, way) {
    way.choice = await findChoice(deployment, way, subjectOf(way))
    return { choice: way.choice.choice }
  },
  agreement: async (deployment, _, way) => ({
    agreement: await findAgreement(deployment, way, subjectOf(way), termsOf(way)),
  }),
  isTooOften: async (deployment, request, way) => ({
    isTooOften: await isSilentTooOften(deployment, request, way.asked.client_id, subjectOf(way)),
  }),
  room: async (deployment, request, { browser }) => ({ room: await pendingWait(deployment, request.address, browser) }),
}

/** What was decided before. */
export function answerOf(pending: Pending | null): VisitFacts['answer'] {
  const decision = pending?.value.decision
  return decision ? { ...decision, isNew: false } : null
}

export const personOf = (login: Login) => ({ ...traceOf(login), subject: login.subject })

function subjectOf({ login }: Progress): string {
  if (login) return login.subject
  throw new Error('Something is looked up about a person whom nobody knows')
}
