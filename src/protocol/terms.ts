/**
 * Terms: what features add to what is approved, as values that go from the request into the grant. Pure.
 *
 * @module
 */
import { utf8 } from '../runtime/hash.js'
import { isJson, type Json } from './json.js'
import type { OwnRefusal } from './refusal-reason.js'

/** Values by the names of their terms. Plain JSON, because it is stored. */
export interface TermValues {
  readonly [name: string]: Json
}

/**
 * Why a term says no to a request.
 *
 * @example
 * return new TermRefused('invalid_request', 'workspace must be an id.')
 */
export class TermRefused {
  /** The error code that the client gets (RFC 6749 §4.1.2.1). */
  readonly error: 'invalid_request' | 'invalid_scope' | 'access_denied'
  /** Helps an honest client; repeats nothing of the request. */
  readonly description: string
  /** What the event says beyond the wire: `name:what`. Never sent. @default 'term_refused' */
  readonly reason: OwnRefusal | 'term_refused'
  /** For the operator, in the event: what was received and what would have been right, without secrets. Never sent. */
  readonly hint: string | undefined

  constructor(
    error: TermRefused['error'],
    description: string,
    {
      reason = 'term_refused',
      hint,
    }: { readonly reason?: TermRefused['reason'] | undefined; readonly hint?: string | undefined } = {},
  ) {
    this.error = error
    this.description = description
    this.reason = reason
    this.hint = hint
  }
}

/** Whether a value of the term takes away from what is approved: without the feature that knows it, nothing is issued. */
const restricts = (name: string): boolean => name.startsWith('!')

/** Whether any value restricts. */
export const hasRestriction = (values: TermValues | undefined): boolean =>
  values !== undefined && Object.keys(values).some(restricts)

/**
 * A value that restricts and whose term is not known: what was approved with it must not be issued without it.
 *
 * @returns the name of the term; undefined when there is none.
 */
export function unknownRestriction(
  values: TermValues | undefined,
  known: { has(name: string): boolean },
): string | undefined {
  return values && Object.keys(values).find((name) => restricts(name) && !known.has(name))
}

/**
 * Whether what was agreed to with some values answers a request with others: each of them covered, and none that restricts left out. Where a value is
 * not asked for again that restricts nothing, less is asked for.
 *
 * @param covers whether one value covers another of the same term.
 */
export function coversTerms(
  agreed: TermValues,
  asked: TermValues,
  covers: (name: string, agreed: Json, asked: Json) => boolean,
): boolean {
  const names = Object.keys(asked)
  return (
    Object.keys(agreed).every((name) => !restricts(name) || Object.hasOwn(asked, name)) &&
    names.every((name) => {
      const [before, now] = [agreed[name], asked[name]]
      return Object.hasOwn(agreed, name) && before !== undefined && now !== undefined && covers(name, before, now)
    })
  )
}

/**
 * What a term says is a value of it.
 *
 * @throws {Error} when it cannot be kept as it is: a restriction would be lost with it.
 */
export function checkedValue(name: string, value: unknown): Json {
  if (isJson(value)) return value
  throw new Error(`A value of the term '${name}' is no plain JSON, such as a string or an object of strings.`)
}

/** As JSON would write it; the order of members counts. */
export const isSameJson = (one: unknown, other: unknown): boolean => JSON.stringify(one) === JSON.stringify(other)

/** Undefined for none, so that records of approvals without terms are what they always were. */
export const someTerms = (values: TermValues): TermValues | undefined =>
  Object.keys(values).length > 0 ? values : undefined

/** Most bytes of all values of a request or a grant as JSON: they stand in its record twice, beside much else. */
export const MAX_TERMS_BYTES = 4096

export const termsSize = (values: TermValues): number => utf8(JSON.stringify(values)).length
