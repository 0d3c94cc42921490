import { describe, expect, it } from 'vitest'
import { ar } from '../../src/pages/locales/ar.js'
import { de } from '../../src/pages/locales/de.js'
import { en } from '../../src/pages/locales/en.js'
import { es } from '../../src/pages/locales/es.js'
import { fr } from '../../src/pages/locales/fr.js'
import { ja } from '../../src/pages/locales/ja.js'
import { type Messages, placesIn } from '../../src/pages/messages.js'

const translations = [de, fr, es, ja, ar]

/** Words that a language shares with English. */
const sameInEnglish: { readonly [locale: string]: readonly string[] } = { es: ['error.code'] }

const rightToLeft = ['Arab', 'Hebr', 'Syrc', 'Thaa', 'Nkoo', 'Adlm']

describe.each(translations)('the language $locale', (language) => {
  const texts = textsOf(language)

  it('has the texts that English has', () => {
    expect(Object.keys(texts).sort()).toEqual(Object.keys(english).sort())
  })

  it('leaves no text empty', () => {
    expect(Object.keys(texts).filter((name) => texts[name]?.trim() === '')).toEqual([])
  })

  it('has every place of the English text once, and no other', () => {
    expect(mapValues(texts, sortedPlaces)).toEqual(mapValues(english, sortedPlaces))
  })

  it('has a brace only around a place', () => {
    expect(Object.values(texts).filter((text) => /[{}]/.test(text.replace(/\{[a-z]+\}/g, '')))).toEqual([])
  })

  it('says everything in its own words', () => {
    const untranslated = Object.keys(texts).filter((name) => texts[name] === english[name])
    expect(untranslated).toEqual(sameInEnglish[language.locale] ?? [])
  })
})

describe.each([en, ...translations])('the language $locale', (language) => {
  it('calls allow and deny differently', () => {
    expect(language.consent.allow).not.toBe(language.consent.deny)
  })

  it('runs in the direction of its script', () => {
    const { script = '' } = new Intl.Locale(language.locale).maximize()
    expect(language.direction).toBe(rightToLeft.includes(script) ? 'rtl' : 'ltr')
  })

  it('has no markup in its texts', () => {
    expect(Object.values(textsOf(language)).filter((text) => /[<>&]/.test(text))).toEqual([])
  })
})

it('keeps French marks with their word, by a narrow no-break space', () => {
  const loose = Object.values(textsOf(fr)).filter((text) => /(?<!\u202f)[?:;!]/.test(text))
  expect(loose).toEqual([])
})

type Texts = { readonly [name: string]: string }

/** Every text by its path, such as `login.title`. */
function textsOf({ locale: _, direction: __, ...groups }: Messages): Texts {
  return Object.fromEntries(Object.entries(groups).flatMap(([name, group]) => flatten(name, group)))
}

function flatten(path: string, value: unknown): readonly (readonly [path: string, text: string])[] {
  if (typeof value === 'string') return [[path, value]]
  return Object.entries(value as object).flatMap(([name, inner]) => flatten(`${path}.${name}`, inner))
}

const sortedPlaces = (text: string) => [...placesIn(text)].sort()

const mapValues = <T>(texts: Texts, change: (text: string) => T) =>
  Object.fromEntries(Object.entries(texts).map(([name, text]) => [name, change(text)]))

const english = textsOf(en)
