/**
 * The terms of a request at the browser: what it says, what that comes to for this person, and what they have to choose.
 *
 * @module
 */

import type { Client } from '../clients/client.js'
import type { Deployed } from '../points/tables.js'
import type { Approving, Choosing, Term } from '../points/term.js'
import { termValue } from '../points/term.js'
import type { AuthorizationRequest } from '../protocol/authorization-request.js'
import type { Json } from '../protocol/json.js'
import type { Parameters } from '../protocol/parameters.js'
import { checkedValue, MAX_TERMS_BYTES, someTerms, TermRefused, type TermValues, termsSize } from '../protocol/terms.js'
import type { VisitFacts } from '../protocol/visit.js'

/** What a request's terms come to for one person. */
export interface TermChoice {
  readonly choice: NonNullable<VisitFacts['choice']>
  /** What was asked for, and what needs no question. */
  readonly terms: TermValues | undefined
  readonly questions: readonly OpenQuestion[]
  /** Why there is nothing to choose. */
  readonly refused: TermRefused | undefined
}

export interface OpenQuestion {
  readonly name: string
  readonly label: (locale: string) => string
  readonly choices: readonly { readonly value: Json; readonly text: string }[]
}

/** Whether anything ever has to be chosen on this server. */
export function hasQuestions({ tables }: Deployed): boolean {
  for (const { question } of tables.terms.values()) if (question) return true
  return false
}

/** The request with what its terms could not read without I/O; or why it is refused. */
export async function completeTerms(
  deployment: Deployed,
  client: Client,
  asked: AuthorizationRequest,
  get: (name: string) => string | undefined,
): Promise<AuthorizationRequest | TermRefused> {
  const completed: { [name: string]: Json } = {}
  for (const [name, value] of Object.entries(asked.terms ?? {})) {
    const term = deployment.tables.terms.get(name)
    if (!term?.complete) continue
    const whole = await term.complete(value, { client, access: asked.access, get }, deployment)
    if (whole instanceof TermRefused) return whole
    completed[name] = checkedValue(name, whole)
  }
  return Object.keys(completed).length > 0 ? { ...asked, terms: { ...asked.terms, ...completed } } : asked
}

/** Asks the terms that have a question. */
export async function findChoice(
  deployment: Deployed,
  { asked, client }: { readonly asked: AuthorizationRequest; readonly client: Client },
  subject: string,
): Promise<TermChoice> {
  const terms: { [name: string]: Json } = { ...asked.terms }
  const questions: OpenQuestion[] = []
  const about = { subject, client, deployment }
  for (const term of deployment.tables.terms.values()) {
    if (!term.question) continue
    const found = await offerOf(term, term.question, asked, about)
    if (found instanceof TermRefused) return { choice: 'refused', terms: undefined, questions: [], refused: found }
    if ('choices' in found) questions.push(found)
    // What is open is not what was asked for.
    if ('choices' in found || found.settled === undefined) delete terms[term.name]
    else terms[term.name] = found.settled
  }
  const choice = questions.length > 0 ? 'open' : 'settled'
  return { choice, terms: ofSize(terms), questions, refused: undefined }
}

async function offerOf(
  term: Term,
  question: NonNullable<Term['question']>,
  asked: AuthorizationRequest,
  about: Choosing,
): Promise<OpenQuestion | { readonly settled: Json | undefined } | TermRefused> {
  const offer = await question.offer(termValue(asked, term), about)
  if (offer instanceof TermRefused) return offer
  if ('settled' in offer) {
    return { settled: offer.settled === undefined ? undefined : checkedValue(term.name, offer.settled) }
  }
  for (const { value } of offer.choices) checkedValue(term.name, value)
  const [first, ...others] = offer.choices
  if (!first)
    throw new Error(
      `The term '${term.name}' offers nothing to choose. Return a TermRefused, or { settled: undefined }.`,
    )
  // Who has one choice has none.
  if (others.length === 0) return { settled: first.value }
  return { name: term.name, label: (locale) => question.label(locale), choices: offer.choices }
}

/** What is approved besides the access, without what is still to be chosen. */
export const termsOf = ({
  asked,
  choice,
}: {
  readonly asked: Pick<AuthorizationRequest, 'terms'>
  readonly choice: TermChoice | undefined
}): TermValues | undefined => (choice ? choice.terms : asked.terms)

/** What is kept of the terms, once it is certain who approves. */
export async function approvedTerms(
  { tables }: Deployed,
  terms: TermValues | undefined,
  about: Approving,
): Promise<TermValues | undefined> {
  const kept: { [name: string]: Json } = {}
  for (const [name, value] of Object.entries(terms ?? {})) {
    const term = tables.terms.get(name)
    if (term?.approve) kept[name] = checkedValue(name, await term.approve(value, about))
  }
  return Object.keys(kept).length > 0 ? { ...terms, ...kept } : terms
}

/** The field of the form in which a question is answered, by its place on the page. */
export const fieldOfQuestion = (index: number): string => `term_${index}`

/** All terms as the form has them; null when something has not been chosen, or is not offered. */
export function readTerms(
  { terms, questions }: TermChoice,
  form: Parameters,
): { readonly terms: TermValues | undefined } | null {
  const chosen: { [name: string]: Json } = { ...terms }
  for (const [i, { name, choices }] of questions.entries()) {
    const posted = form.get(fieldOfQuestion(i))
    const choice = choices.find((_, place) => String(place) === posted)
    if (!choice) return null
    chosen[name] = choice.value
  }
  return { terms: ofSize(chosen) }
}

/** What was asked for has been measured; what the app offers is its own to keep short. */
function ofSize(terms: TermValues): TermValues | undefined {
  if (termsSize(terms) > MAX_TERMS_BYTES) {
    throw new Error(
      `Terms are larger than ${MAX_TERMS_BYTES} bytes as JSON. Offer shorter values to choose from, such as ids.`,
    )
  }
  return someTerms(terms)
}
