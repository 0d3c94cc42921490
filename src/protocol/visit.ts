/**
 * A valid authorization request at the browser: what is next? One decision from the facts that are known so far, which says what to look
 * up when it depends on something that nobody has looked at. So nothing is read that does not matter, and every rule about who is asked
 * what stands here. Pure.
 *
 * @see {@link https://openid.net/specs/openid-connect-core-1_0.html#AuthRequest OpenID Connect Core §3.1.2.1}
 * @module
 */
import { type JudgedLogin, judgeLogin, type LoginDemand, type LoginReason } from './prompt.js'
import type { RequestRefusal } from './refusal-reason.js'
import type { Access } from './resource.js'
import type { TermValues } from './terms.js'

/** What is known. A member that is undefined was not looked up. */
export interface VisitFacts {
  /** What the request asks of the login. */
  readonly demand: LoginDemand
  /** Who is at the browser; null for nobody. */
  readonly login?: (JudgedLogin & { readonly subject: string }) | null | undefined
  /** Whether the person has just said that they are somebody else. */
  readonly isSwitching: boolean
  /** How often somebody was sent to log in during this request. */
  readonly challenges: number
  /** Whether the request waits in the store. One that does not can only go on at once. */
  readonly isStored: boolean
  /** Whether it has waited in the store for too long. Then nothing comes of it but another one like it. */
  readonly isOver: boolean
  /** Of one that is over: whether anything was issued for it in its time. */
  readonly isIssued?: boolean | undefined
  /** Whether another page shows this one in a frame. */
  readonly isEmbedded: boolean
  /** What the person decided: just now, or before; null when nothing. To allow nothing is to deny. */
  readonly answer: VisitAnswer | null
  /** Of a yes that was given before: whether its grant or its consent is still there. */
  readonly answerStands?: boolean | undefined
  /** Whether there is something to choose that nobody has chosen; `refused` when there is nothing that this person may choose. */
  readonly choice?: 'settled' | 'open' | 'refused' | undefined
  /** What was agreed before, and whether that answers the request. */
  readonly agreement?: Agreement | undefined
  /** Whether this client has got so many codes for this person, without anybody being asked, that they should be. */
  readonly isTooOften?: boolean | undefined
  /** Milliseconds until one more request may be stored; 0 for now. */
  readonly room?: number | undefined
}

export interface VisitAnswer {
  readonly subject: string
  readonly access: Access
  readonly terms?: TermValues | undefined
  /** Whether it has just been given and is not written down. */
  readonly isNew: boolean
}

export type Agreement =
  /** `unticked` is what was refused before, when the rest was agreed to. */
  | { readonly covers: false; readonly unticked: Access }
  | {
      readonly covers: true
      readonly access: Access
      readonly terms?: TermValues | undefined
      readonly basis: 'first_party' | 'remembered'
    }

/** What can be looked up. */
export type Unknown = 'isIssued' | 'login' | 'answerStands' | 'choice' | 'agreement' | 'isTooOften' | 'room'

export type Verdict =
  | { readonly next: 'learn'; readonly what: Unknown }
  | { readonly next: 'log_in'; readonly reason: LoginReason }
  | { readonly next: 'ask'; readonly unticked: Access }
  /** Write down what was decided just now; it is final. */
  | { readonly next: 'record' }
  /** A code for `access` with `terms`, because of whose agreement. */
  | {
      readonly next: 'issue'
      readonly access: Access
      readonly terms?: TermValues | undefined
      readonly basis: 'first_party' | 'remembered' | 'answer'
    }
  | { readonly next: 'deny' }
  /** Somebody else has decided this request. */
  | { readonly next: 'not_yours' }
  /** It came to an end in its time. */
  | { readonly next: 'answered' }
  /** Store the same request anew, and go on with that. */
  | { readonly next: 'start_again'; readonly isSwitching: boolean }
  /** Nobody can be asked anything in another's page. */
  | { readonly next: 'not_here' }
  /** Too many requests wait already: in so many milliseconds. */
  | { readonly next: 'wait'; readonly milliseconds: number }
  | {
      readonly next: 'refuse'
      readonly error:
        | 'login_required'
        | 'consent_required'
        | 'interaction_required'
        | 'unmet_authentication_requirements'
        | 'access_denied'
      readonly because: RequestRefusal
    }

/** How often a request sends somebody to log in: an app whose login never gets fresh enough must not send them in circles. */
export const MAX_CHALLENGES = 3

/**
 * What is next.
 *
 * @param now epoch milliseconds.
 */
export function decideVisit(facts: VisitFacts, now: number): Verdict {
  const { demand, login, answer } = facts
  if (facts.isOver) return afterItsTime(facts)
  // OpenID Connect Core §3.1.2.1: with prompt=none nothing is shown.
  const silent = demand.prompt.includes('none')
  if (facts.isSwitching && !silent) return logIn(facts, 'select_account')
  if (login === undefined) return learn('login')
  const judged = judgeLogin(demand, login, now)
  if (!judged.ok || login === null) {
    const lacks = judged.ok ? undefined : judged.lacks
    if (silent) return refuse('login_required', lacks ? `login_lacks_${lacks}` : 'login_required')
    return logIn(facts, judged.ok ? 'no_login' : judged.reason, lacks)
  }
  if (answer) {
    // Nobody else learns what it was.
    if (answer.subject !== login.subject) return { next: 'not_yours' }
    if (answer.isNew) return { next: 'record' }
    if (answer.access.length === 0) return { next: 'deny' }
    if (facts.answerStands === undefined) return learn('answerStands')
    if (facts.answerStands) return { next: 'issue', access: answer.access, terms: answer.terms, basis: 'answer' }
    // It has led to nothing, or was revoked since: the person is asked again.
  }
  // A client to which nobody has agreed does not find out so who is there, or how they have logged in: the answer is that of another login.
  if (silent && (demand.subject !== undefined || demand.acr?.essential)) {
    if (facts.choice === undefined) return learn('choice')
    if (facts.choice === 'settled' && facts.agreement === undefined) return learn('agreement')
    if (facts.choice !== 'settled' || !facts.agreement?.covers)
      return refuse('login_required', demand.subject === undefined ? 'login_lacks_acr' : 'login_lacks_subject')
  }
  if (facts.choice === undefined) return learn('choice')
  if (facts.choice === 'refused') return refuse('access_denied', 'term_refused')
  if (facts.choice === 'open') return silent ? refuse('interaction_required', 'choice_open') : ask(facts, [])
  if (demand.prompt.includes('consent')) return ask(facts, [])
  if (facts.agreement === undefined) return learn('agreement')
  if (!facts.agreement.covers)
    return silent ? refuse('consent_required', 'consent_required') : ask(facts, facts.agreement.unticked)
  if (!facts.isStored) {
    if (facts.isTooOften === undefined) return learn('isTooOften')
    if (facts.isTooOften) return silent ? refuse('interaction_required', 'silent_too_often') : ask(facts, [])
  }
  const { access, terms, basis } = facts.agreement
  return { next: 'issue', access, terms, basis }
}

/** Only what has led to nothing begins anew: nobody gets a second code out of one request. */
function afterItsTime(facts: VisitFacts): Verdict {
  // What was said just now came too late, and is asked again.
  if (facts.answer && !facts.answer.isNew) return { next: 'answered' }
  if (facts.isIssued === undefined) return learn('isIssued')
  return facts.isIssued
    ? { next: 'answered' }
    : withPerson(facts, { next: 'start_again', isSwitching: facts.isSwitching })
}

function logIn(facts: VisitFacts, reason: LoginReason, lacks?: 'subject' | 'acr'): Verdict {
  if (facts.challenges >= MAX_CHALLENGES) {
    // OpenID Connect Core Error Code unmet_authentication_requirements §2.
    const error = lacks === 'acr' ? 'unmet_authentication_requirements' : 'login_required'
    return refuse(error, lacks ? `login_lacks_${lacks}` : `login_${reason}`)
  }
  return withPerson(facts, { next: 'log_in', reason })
}

const ask = (facts: VisitFacts, unticked: Access): Verdict => withPerson(facts, { next: 'ask', unticked })

/** What needs a person needs the request stored, until they come back. */
function withPerson({ isStored, isEmbedded, room }: VisitFacts, verdict: Verdict): Verdict {
  if (isStored) return verdict
  if (isEmbedded) return { next: 'not_here' }
  if (room === undefined) return learn('room')
  return room > 0 ? { next: 'wait', milliseconds: room } : verdict
}

const learn = (what: Unknown): Verdict => ({ next: 'learn', what })

const refuse = (error: Extract<Verdict, { next: 'refuse' }>['error'], because: RequestRefusal): Verdict => ({
  next: 'refuse',
  error,
  because,
})
