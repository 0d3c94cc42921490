/**
 * What pages say of the terms of an approval.
 *
 * @module
 */
import type { Deployed } from '../points/tables.js'
import type { TermValues } from '../protocol/terms.js'

/** What pages say of values, in the language `locale`. Those of features that are not given are not spoken of. */
export function termWords({ tables }: Deployed, terms: TermValues | undefined, locale: string): readonly string[] {
  return Object.entries(terms ?? {}).flatMap(([name, value]) => tables.terms.get(name)?.words?.(value, locale) ?? [])
}
