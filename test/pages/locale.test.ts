/**
 * Which language a page is in.
 */
import { expect, it } from 'vitest'
import { chooseLocale } from '../../src/pages/locale.js'

const choose = (
  acceptLanguage: string | readonly string[],
  uiLocales: readonly string[] = [],
  available: readonly string[] = ['en', 'de', 'fr', 'pt-br', 'zh-hant'],
) => chooseLocale(uiLocales, [acceptLanguage].flat(), new Map(available.map((tag) => [tag, tag])))

it('takes what the client wishes for before what the browser says', () => {
  expect(choose('fr', ['de'])).toBe('de')
})

it('takes what the browser says when none of the client’s wishes can be met', () => {
  expect(choose('fr', ['nl', 'sv'])).toBe('fr')
})

it('takes the wishes of the client in their order', () => {
  expect(choose('', ['nl', 'fr', 'de'])).toBe('fr')
})

it('is undefined when there is nothing in any language of the list', () => {
  expect(choose('nl, sv;q=0.5')).toBeUndefined()
  expect(choose([])).toBeUndefined()
})

it('takes the language with the highest weight, and the first of those with the same', () => {
  expect(choose('en;q=0.7, de;q=0.9, fr;q=0.8')).toBe('de')
  expect(choose('fr;q=0.8, de;q=0.8')).toBe('fr')
})

it('gives a language without weight the weight 1', () => {
  expect(choose('en;q=0.999, de')).toBe('de')
})

it('never takes a language with the weight 0', () => {
  expect(choose('de;q=0, fr;q=0.1')).toBe('fr')
  expect(choose('de;q=0.000')).toBeUndefined()
})

it('reads weights in any spelling that HTTP allows', () => {
  expect(choose('en ; Q=0.2 , de ;q=0.30')).toBe('de')
  expect(choose('en;q=0., de;q=1.000, fr;q=0.9')).toBe('de')
})

it.each(['1.5', '1.001', '2', '-1', '0.1234', '.5', 'x', ''])('ignores a language with the weight %s', (weight) => {
  expect(choose(`de;q=${weight}, fr;q=0.1`)).toBe('fr')
})

it.each([
  ['de-AT', 'de'],
  ['de-Latn-CH-1996', 'de'],
  ['PT-br', 'pt-br'],
  ['zh-Hant-TW', 'zh-hant'],
])('looks %s up as a whole, then shorter and shorter', (wish, found) => {
  expect(choose(wish)).toBe(found)
})

it('takes away an extension with the letter that introduces it', () => {
  const asked: string[] = []
  const available = new Map<string, string>()
  available.get = (tag) => void asked.push(tag)
  chooseLocale([], ['de-u-co-phonebk'], available)
  expect(asked).toEqual(['de-u-co-phonebk', 'de-u-co', 'de'])
})

it('does not take a language that is more special than the wish', () => {
  expect(choose('pt, zh')).toBeUndefined()
})

it('meets the first wish in a shorter form before the second', () => {
  expect(choose('de-AT, en')).toBe('de')
})

it('reads several lines as one', () => {
  expect(choose(['nl, sv', 'fr'])).toBe('fr')
})

it.each(['*', ',,, ;q=1', '<script>, de_DE, d e', '-de', 'de-', '\u0000', 'constructor, __proto__'])(
  'makes nothing of %j',
  (header) => {
    expect(choose(header)).toBeUndefined()
    expect(choose(`${header}, de`)).toBe('de')
  },
)

it('looks at 32 languages of the browser, however many there are', () => {
  const languages = (count: number) => Array.from({ length: count }, (_, i) => `x${i}`).join(',')
  expect(choose(`${languages(31)},de`)).toBe('de')
  expect(choose(`${languages(32)},de`)).toBeUndefined()
})

it('looks each wish up at most eight times, however long it is', () => {
  let lookups = 0
  const available = new Map<string, string>()
  available.get = () => void lookups++
  chooseLocale([], [`${'a-'.repeat(5000)}a`], available)
  chooseLocale([], ['a'.repeat(10_000)], available)
  expect(lookups).toBe(0)
  chooseLocale([], [['x', 'y', 'z', ...'abcde'].map((part) => part.repeat(2)).join('-')], available)
  expect(lookups).toBe(8)
})
