/**
 * The languages that are offered, and the app's own words in them.
 */
import { describe, expect, it } from 'vitest'
import type { Messages, PagesOptions } from '../../src/index.js'
import { languagesFrom } from '../../src/pages/languages.js'
import { de } from '../../src/pages/locales/de.js'
import { en } from '../../src/pages/locales/en.js'

const tags = (options: Pick<PagesOptions, 'locales' | 'messages'>) => [...languagesFrom(options).keys()]
const { locale: _, ...english } = en
const dutch: Omit<Messages, 'locale'> = { ...english, login: { ...english.login, title: 'Inloggen' } }
const withTexts = (messages: unknown) => languagesFrom({ messages: messages as PagesOptions['messages'] })

it('are those that ship when nothing is said, English first', () => {
  expect(tags({})).toEqual(['en', 'de', 'fr', 'es', 'ja', 'ar'])
})

describe('locales', () => {
  it('says which languages are offered, and the first is for everybody else', () => {
    expect(tags({ locales: ['de', 'en'] })).toEqual(['de', 'en'])
    expect(languagesFrom({ locales: ['de', 'en'] }).get('de')).toBe(de)
  })

  it('may be written in any case and twice', () => {
    expect(tags({ locales: ['DE', 'de', 'EN'] })).toEqual(['de', 'en'])
  })

  it('offers only what is in it, of what the app adds as well', () => {
    expect(tags({ locales: ['nl'], messages: { nl: dutch, de: { login: { title: 'Los' } } } })).toEqual(['nl'])
  })

  it.each([
    [[], /^pages\.locales must be a list of languages\. Write `locales: \['en', 'de'\]`\.$/],
    ['de', /^pages\.locales must be a list/],
    [
      ['nl'],
      /^pages\.locales: there are no texts in 'nl'\. There are en, de, fr, es, ja, ar; add others with pages\.messages\.$/,
    ],
    [['de-CH'], /^pages\.locales: there are no texts in 'de-CH'/],
    [
      ['german language'],
      /^pages\.locales: 'german language' is not a language tag\. Write for example 'en' or 'pt-BR'\.$/,
    ],
    [[7], /^pages\.locales: '7' is not a language tag/],
    [[['de']], /^pages\.locales: 'de' is not a language tag/],
  ])('cannot be %j', (locales, message) => {
    expect(() => languagesFrom({ locales: locales as string[] })).toThrow(message)
  })
})

describe('messages of a language that ships', () => {
  it('replace some texts and leave the others', () => {
    const changed = languagesFrom({ messages: { de: { login: { title: 'Los geht’s' } } } }).get('de')
    expect(changed).toEqual({ ...de, login: { ...de.login, title: 'Los geht’s' } })
  })

  it('leave the other languages as they are', () => {
    expect(languagesFrom({ messages: { de: { login: { title: 'Los' } } } }).get('en')).toBe(en)
  })

  it('do not change what other servers of the process show', () => {
    languagesFrom({ messages: { en: { problem: { busy: { title: 'Later' } } } } })
    expect(languagesFrom({}).get('en')?.problem.busy.title).toBe(en.problem.busy.title)
  })

  it('keep a text that is undefined', () => {
    const texts = { login: { title: undefined } }
    expect(withTexts({ de: texts }).get('de')?.login.title).toBe(de.login.title)
  })

  it('may be written under a tag in any case, and are found under the right one', () => {
    const languages = withTexts({ DE: { login: { title: 'Los' } } })
    expect([...languages.keys()]).not.toContain('DE')
    expect(languages.get('de')).toMatchObject({ locale: 'de', login: { title: 'Los' } })
  })
})

describe('messages of a language of its own', () => {
  it('are offered after those that ship', () => {
    const languages = languagesFrom({ messages: { 'pt-br': { ...dutch, direction: 'ltr' } } })
    expect([...languages.keys()].at(-1)).toBe('pt-br')
    expect(languages.get('pt-br')).toMatchObject({ locale: 'pt-BR', direction: 'ltr', login: { title: 'Inloggen' } })
  })

  it('must have every text', () => {
    const { submit: __, ...login } = dutch.login
    expect(() => withTexts({ nl: { ...dutch, login } })).toThrow(
      "pages.messages.nl.login.submit is missing. In English it is 'Log in'.",
    )
    expect(() => withTexts({ nl: {} })).toThrow(/^pages\.messages\.nl\.[a-z.]+ is missing/)
  })

  it('must say in which direction they run', () => {
    const { direction: __, ...rest } = dutch
    expect(() => withTexts({ nl: rest })).toThrow(/^pages\.messages\.nl\.direction is missing/)
    expect(() => withTexts({ nl: { ...dutch, direction: 'left' } })).toThrow(
      "pages.messages.nl.direction must be 'ltr' or 'rtl'.",
    )
  })
})

describe('a text', () => {
  const consent = (texts: object) => withTexts({ en: { consent: texts } })

  it('must keep its places', () => {
    expect(() => consent({ redirect: 'You will be sent away' })).toThrow(
      "pages.messages.en.consent.redirect must have the place {host}. In English it is 'You will be sent to {host}'.",
    )
    expect(() => withTexts({ en: { apps: { revokeOneOf: 'Revoke it of {client}' } } })).toThrow(
      /must have the place {position}/,
    )
  })

  it('must not have a place that nothing is put into', () => {
    expect(() => withTexts({ en: { login: { title: 'Log in to {client}' } } })).toThrow(
      "pages.messages.en.login.title: there is nothing to put in {client}. In English it is 'Log in'.",
    )
    expect(() => consent({ heading: 'Allow {client} of {user}?' })).toThrow(/nothing to put in {user}/)
  })

  it('may have its place elsewhere, and twice', () => {
    const texts = consent({ heading: '{client}: allow {client} in?' })
    expect(texts.get('en')?.consent.heading).toBe('{client}: allow {client} in?')
  })

  it.each(['', '  ', 7, null, { text: 'x' }])('cannot be %j', (title) => {
    const refused = () => withTexts({ nl: { ...dutch, login: { ...dutch.login, title } } })
    expect(refused).toThrow(/^pages\.messages\.nl\.login\.title is missing/)
  })

  it('must be one that there is', () => {
    expect(() => withTexts({ en: { login: { titel: 'Log in' } } })).toThrow(
      /^pages\.messages\.en\.login: there is no text `titel`\. The texts are title, continueTo, /,
    )
    expect(() => withTexts({ en: { problem: { nothing: {} } } })).toThrow(
      /^pages\.messages\.en\.problem: there is no text `nothing`/,
    )
    expect(() => withTexts({ en: { locale: 'en' } })).toThrow(/there is no text `locale`/)
    expect(() => withTexts({ en: JSON.parse('{ "__proto__": { "title": "x" } }') as object })).toThrow(
      /no text `__proto__`/,
    )
  })
})

it.each([
  [[], /^pages\.messages must be an object\. Write `messages: /],
  [{ en: 'x' }, /^pages\.messages\.en must be an object of texts/],
  [{ en: { login: 'x' } }, /^pages\.messages\.en\.login must be an object of texts/],
  [{ 'e n': {} }, /^pages\.messages: 'e n' is not a language tag/],
])('refuses %j', (messages, message) => {
  expect(() => withTexts(messages)).toThrow(message)
})
