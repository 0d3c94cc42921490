/**
 * The languages of the pages: those that ship, with the app's own words in them, and those that the app adds.
 *
 * @module
 */
import { isRecord } from '../runtime/option-checks.js'
import { atHand, type Language, onDemand } from './language.js'
import { en } from './locales/en.js'
import { type Messages, placesIn } from './messages.js'
import type { PagesOptions } from './options.js'

/**
 * What ships beside English, by tag. English is always here, because every page can fall back to it; each of these is loaded when it is
 * wanted. The paths are spelled out, so that bundlers find the files.
 */
const translations: { readonly [locale: string]: Load } = {
  de: async () => (await import('./locales/de.js')).de,
  fr: async () => (await import('./locales/fr.js')).fr,
  es: async () => (await import('./locales/es.js')).es,
  ja: async () => (await import('./locales/ja.js')).ja,
  ar: async () => (await import('./locales/ar.js')).ar,
}

type Load = () => Promise<Messages>

/** What is offered, by tag in lower case; the first is for whoever wants none of them. */
export type Languages = ReadonlyMap<string, Language>

/**
 * Loads nothing: what the app says is held against the English texts, which have the same names and places as all that ship.
 *
 * @param loads what there is beside English. @default what ships
 * @throws {TypeError} when a text is missing, or has lost a place or one too many; when a language is not known.
 */
export function languagesFrom(
  { locales, messages = {} }: Pick<PagesOptions, 'locales' | 'messages'>,
  loads = translations,
): Languages {
  if (!isRecord(messages)) {
    throw new TypeError("pages.messages must be an object. Write `messages: { en: { login: { title: 'Sign in' } } }`.")
  }
  const known = new Map<string, Messages | Load>([['en', en], ...Object.entries(loads)])
  for (const [tag, texts] of Object.entries(messages)) {
    const locale = canonicalLocale(tag, 'pages.messages')
    const base = known.get(locale)
    const own = ownTexts(locale, texts, base === undefined)
    known.set(locale, typeof base === 'function' ? async () => changed(await base(), own) : changed(base ?? en, own))
  }
  const offered = locales === undefined ? [...known.keys()] : checkLocales(locales, known)
  return new Map(
    [...known]
      .filter(([locale]) => offered.includes(locale))
      .sort(byOrderOf(offered))
      .map(([locale, texts]) => [
        locale.toLowerCase(),
        typeof texts === 'function' ? onDemand(locale, texts) : atHand(texts),
      ]),
  )
}

const byOrderOf =
  (order: readonly string[]) =>
  ([one]: readonly [string, unknown], [other]: readonly [string, unknown]): number =>
    order.indexOf(one) - order.indexOf(other)

function checkLocales(locales: unknown, known: ReadonlyMap<string, unknown>): readonly string[] {
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

type Texts = { readonly [name: string]: string | Texts }

/** What the app says in one language, as it is now: it is laid over the texts that ship when those are loaded. */
function ownTexts(locale: string, texts: unknown, isWhole: boolean): Texts {
  const where = `pages.messages.${locale}`
  const { locale: _, ...shape } = en
  const own = checkTexts(shape, texts, where, isWhole)
  if (own.direction !== undefined && own.direction !== 'ltr' && own.direction !== 'rtl') {
    throw new TypeError(`${where}.direction must be 'ltr' or 'rtl'.`)
  }
  return { ...own, locale }
}

/** The texts of `shape` that somebody says, which must be every one if they are to be whole. */
function checkTexts(shape: object, texts: unknown, where: string, isWhole: boolean): Texts {
  if (!isRecord(texts)) throw new TypeError(`${where} must be an object of texts.`)
  for (const name of Object.keys(texts)) {
    if (!Object.hasOwn(shape, name)) {
      throw new TypeError(`${where}: there is no text \`${name}\`. The texts are ${Object.keys(shape).join(', ')}.`)
    }
  }
  return Object.fromEntries(
    Object.entries(shape).flatMap(([name, english]): [string, string | Texts][] => {
      const at = `${where}.${name}`
      const text = (texts as { readonly [name: string]: unknown })[name] ?? undefined
      if (isRecord(english)) return [[name, checkTexts(english, text ?? {}, at, isWhole)]]
      if (text === undefined && !isWhole) return []
      if (typeof text !== 'string' || text.trim() === '')
        throw new TypeError(`${at} is missing. In English it is '${english}'.`)
      const places = placesIn(english)
      const lost = places.find((place) => !placesIn(text).includes(place))
      if (lost !== undefined) throw new TypeError(`${at} must have the place {${lost}}. In English it is '${english}'.`)
      const unknown = placesIn(text).find((place) => !places.includes(place))
      if (unknown !== undefined)
        throw new TypeError(`${at}: there is nothing to put in {${unknown}}. In English it is '${english}'.`)
      return [[name, text]]
    }),
  )
}

/** The shape stays that of `base`, member by member. */
const changed = (base: Messages, own: Texts): Messages => laidOver(base, own) as Messages

const laidOver = (base: object, own: Texts): object =>
  Object.fromEntries(
    Object.entries(base).map(([name, text]) => {
      const mine = own[name] ?? text
      return [name, typeof mine === 'object' && isRecord(text) ? laidOver(text, mine) : mine]
    }),
  )
