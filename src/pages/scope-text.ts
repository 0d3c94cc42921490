/**
 * The app's own words for a scope, in one language or in several.
 *
 * @module
 */
import { isRecord } from '../runtime/option-checks.js'
import { canonicalLocale } from './languages.js'
import { lookUp } from './locale.js'

/** By language in lower case, the first being for all others; or the same for everybody. */
export type ScopeText = string | ReadonlyMap<string, string>

/** The words on a page in the language `locale`. */
export function scopeTextIn(text: ScopeText, locale: string): string {
  if (typeof text === 'string') return text
  const [first = ''] = text.values()
  return lookUp(locale.toLowerCase(), text) ?? first
}

/** @throws {TypeError} when something is no text, or no language. */
export const checkScopeText = (said: unknown, where: string): ScopeText =>
  checkWords(
    said,
    where,
    'Read your notes',
    "{ en: 'Read your notes', de: 'Ihre Notizen lesen' }`, or with a choice `{ text: 'Read your notes', optional: true }",
  )

/**
 * @param example what could stand there.
 * @param more the same in other ways.
 * @throws {TypeError} when something is no text, or no language.
 */
export function checkWords(
  said: unknown,
  where: string,
  example: string,
  more = `{ en: '${example}', ja: '…' }`,
): ScopeText {
  if (isText(said)) return said
  const byLocale = isRecord(said) ? Object.entries(said) : []
  if (byLocale.length === 0 || !byLocale.every(([, text]) => isText(text))) {
    throw new TypeError(`${where} must be the words that the consent page shows: \`'${example}'\`, or \`${more}\`.`)
  }
  return new Map(byLocale.map(([tag, text]) => [canonicalLocale(tag, where).toLowerCase(), text]))
}

const isText = (said: unknown): said is string => typeof said === 'string' && said.trim() !== ''
