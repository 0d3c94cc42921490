/**
 * Parts of what terms ask for that the person may leave out, one by one, such as single claims about them.
 *
 * @module
 */
import type { Deployed } from '../points/tables.js'
import type { OptionalParts, Term } from '../points/term.js'
import type { Access } from '../protocol/resource.js'
import { someTerms, type TermValues } from '../protocol/terms.js'

/** One box on the consent page. */
export interface Part {
  readonly term: string
  readonly name: string
  /** The scope beside which it stands. */
  readonly beside: string
  text(locale: string): string
}

/** In the order in which the page has them. */
export function partsOf({ tables }: Deployed, terms: TermValues | undefined): readonly Part[] {
  return withParts(tables.terms, terms).flatMap(([term, parts, value]) =>
    parts.of(value).map((name) => ({
      ...{ name, term: term.name, beside: parts.beside },
      text: (locale: string) => parts.text(name, locale),
    })),
  )
}

/**
 * What was left out of terms is kept as access is, so that a later answer wins over an earlier one part by part. The name is no URI, hence of no resource.
 */
export const refusalOf = (parts: readonly Part[]): Access =>
  [...new Set(parts.map(({ term }) => term))].map((term) => ({
    resource: PREFIX + term,
    scope: parts.filter((part) => part.term === term).map(({ name }) => name),
  }))

export const isOfTerm = ({ resource }: Access[number]): boolean => resource.startsWith(PREFIX)

const PREFIX = 'term '

/** The terms without the parts that were refused, as far as these may still be left out. Undefined for none. */
export function withoutParts(
  { tables }: Deployed,
  terms: TermValues | undefined,
  refused: Access,
): TermValues | undefined {
  if (!refused.some(isOfTerm)) return terms
  const left = { ...terms }
  for (const [term, parts, value] of withParts(tables.terms, terms)) {
    const names = refused.find(({ resource }) => resource === PREFIX + term.name)?.scope ?? []
    const taken = parts.of(value).filter((name) => names.includes(name))
    if (taken.length === 0) continue
    const rest = parts.without(value, taken)
    if (rest === undefined) delete left[term.name]
    else left[term.name] = rest
  }
  return someTerms(left)
}

const withParts = (known: Deployed['tables']['terms'], terms: TermValues = {}) =>
  Object.entries(terms).flatMap(([name, value]): [Term, OptionalParts, typeof value][] => {
    const term = known.get(name)
    return term?.parts ? [[term, term.parts, value]] : []
  })
