/**
 * How large an authorization request may be, because it is stored while a person logs in and decides. Pure.
 *
 * @module
 */
import { isLongerThan, utf8 } from '../runtime/hash.js'
import type { Access } from './resource.js'
import { MAX_TERMS_BYTES, type TermValues, termsSize } from './terms.js'

/**
 * Whether a stored record would have no room for a valid request.
 *
 * @param terms what features have read of it; undefined where no feature reads any.
 */
export function isTooLarge(request: { readonly access: Access }, terms: TermValues | undefined): boolean {
  const text = JSON.stringify(request)
  // Twice this is within every limit, and nearly every request is smaller.
  if (!isLongerThan(text, MAX_TERMS_BYTES)) return false
  const bytes = utf8(text).length
  const decided = bytes + utf8(JSON.stringify(request.access)).length
  if (bytes > MAX_REQUEST_BYTES || decided > MAX_DECIDED_BYTES) return true
  return terms !== undefined && isTooLargeWith(terms, bytes, decided)
}

/**
 * Most bytes of a valid request as JSON, and of it together with the access once more, which the decision repeats. A stored record has
 * room for 32,768; what it has besides takes less than 4,096.
 */
const MAX_REQUEST_BYTES = 24_576
const MAX_DECIDED_BYTES = 28_672

/** Beside terms there is less room, because what is chosen may be larger than what was asked for. */
const isTooLargeWith = (terms: TermValues, bytes: number, decided: number): boolean =>
  termsSize(terms) > MAX_TERMS_BYTES ||
  bytes > MAX_REQUEST_BYTES - MAX_TERMS_BYTES ||
  decided > MAX_DECIDED_BYTES - MAX_TERMS_BYTES
