/**
 * The languages of the pages: those that ship, with the app's own words in them, and those that the app adds.
 *
 * @module
 */
import { isRecord } from '../runtime/option-checks.js'
import { ar } from './locales/ar.js'
import { de } from './locales/de.js'
import { en } from './locales/en.js'
import { es } from './locales/es.js'
import { fr } from './locales/fr.js'
import { ja } from './locales/ja.js'
import { type Messages, placesIn } from './messages.js'
import type { PagesOptions } from './options.js'

const shipped: readonly Messages[] = [en, de, fr, es, ja, ar]

/** What is offered, by tag in lower case; the first is for whoever wants none of them. */
export type Languages = ReadonlyMap<string, Messages>

/** @throws {TypeError} when a text is missing, or has lost a place or one too many; when a language is not known. */
export function languagesFrom({ locales, messages = {} }: Pick<PagesOptions, 'locales' | 'messages'>): Languages {
  if (!isRecord(messages)) {
    throw new TypeError("pages.messages must be an object. Write `messages: { en: { login: { title: 'Sign in' } } }`.")
  }
  const known = new Map(shipped.map((language) => [language.locale, language]))
  for (const [tag, texts] of Object.entries(messages)) {
    const locale = canonicalLocale(tag, 'pages.messages')
    known.set(locale, completed(locale, known.get(locale), texts))
  }
  const offered = locales === undefined ? [...known.keys()] : checkLocales(locales, known)
  return new Map(
    [...known]
      .filter(([locale]) => offered.includes(locale))
      .sort(byOrderOf(offered))
      .map(lowerCase),
  )
}

const byOrderOf =
  (order: readonly string[]) =>
  ([one]: readonly [string, unknown], [other]: readonly [string, unknown]): number =>
    order.indexOf(one) - order.indexOf(other)

const lowerCase = <T>([locale, language]: readonly [string, T]) => [locale.toLowerCase(), language] as const

function checkLocales(locales: unknown, known: ReadonlyMap<string, Messages>): readonly string[] {
  if (!Array.isArray(locales) || locales.length === 0) {
    throw new TypeError("pages.locales must be a list of languages. Write `locales: ['en', 'de']`.")
  }
  return locales.map((tag) => {
    const locale = canonicalLocale(tag, 'pages.locales')
    if (known.has(locale)) return locale
    throw new TypeError(
      `pages.locales: there are no texts in '${locale}'. There are ${[...known.keys()].join(', ')}; add others with pages.messages.`,
    )
  })
}

/** @throws {TypeError} when `tag` is not a language tag. */
export function canonicalLocale(tag: unknown, where: string): string {
  try {
    const [locale] = Intl.getCanonicalLocales(tag as string)
    if (typeof tag === 'string' && locale !== undefined) return locale
  } catch {}
  throw new TypeError(`${where}: '${String(tag)}' is not a language tag. Write for example 'en' or 'pt-BR'.`)
}

function completed(locale: string, base: Messages | undefined, texts: unknown): Messages {
  const where = `pages.messages.${locale}`
  const { locale: _, ...rest } = en
  const { direction, ...merged } = merge(rest, base, texts, where)
  if (direction !== 'ltr' && direction !== 'rtl') throw new TypeError(`${where}.direction must be 'ltr' or 'rtl'.`)
  // The shape is that of the English texts, member by member.
  return { ...merged, locale, direction } as Messages
}

type Texts = { readonly [name: string]: string | Texts }

/** Every text of `shape`: from `texts`, else from `base`. */
function merge(shape: object, base: object | undefined, texts: unknown, where: string): { [name: string]: unknown } {
  if (!isRecord(texts)) throw new TypeError(`${where} must be an object of texts.`)
  const of = (holder: object | undefined, name: string): unknown => (holder as Texts | undefined)?.[name]
  for (const name of Object.keys(texts)) {
    if (!Object.hasOwn(shape, name)) {
      throw new TypeError(`${where}: there is no text \`${name}\`. The texts are ${Object.keys(shape).join(', ')}.`)
    }
  }
  return Object.fromEntries(
    Object.entries(shape).map(([name, english]) => {
      const at = `${where}.${name}`
      const text = of(texts, name) ?? of(base, name)
      if (isRecord(english)) {
        return [name, merge(english, of(base, name) as object | undefined, of(texts, name) ?? {}, at)]
      }
      if (typeof text !== 'string' || text.trim() === '')
        throw new TypeError(`${at} is missing. In English it is '${english}'.`)
      const places = placesIn(english)
      const lost = places.find((place) => !placesIn(text).includes(place))
      if (lost !== undefined) throw new TypeError(`${at} must have the place {${lost}}. In English it is '${english}'.`)
      const unknown = placesIn(text).find((place) => !places.includes(place))
      if (unknown !== undefined)
        throw new TypeError(`${at}: there is nothing to put in {${unknown}}. In English it is '${english}'.`)
      return [name, text]
    }),
  )
}
