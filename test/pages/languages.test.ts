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
const textsOf = async (tag: string, options: Pick<PagesOptions, 'locales' | 'messages'>) =>
  languagesFrom(options).get(tag)?.messages()
const withTexts = (messages: unknown) => languagesFrom({ messages: messages as PagesOptions['messages'] })

it('are those that ship when nothing is said, English first', () => {
  expect(tags({})).toEqual(['en', 'de', 'fr', 'es', 'ja', 'ar'])
})

describe('locales', () => {
  it('says which languages are offered, and the first is for everybody else', async () => {
    expect(tags({ locales: ['de', 'en'] })).toEqual(['de', 'en'])
    expect(await textsOf('de', { locales: ['de', 'en'] })).toBe(de)
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
  it('replace some texts and leave the others', async () => {
    const changed = await textsOf('de', { messages: { de: { login: { title: 'Los geht’s' } } } })
    expect(changed).toEqual({ ...de, login: { ...de.login, title: 'Los geht’s' } })
  })

  it('may turn its direction', async () => {
    expect(await textsOf('de', { messages: { de: { direction: 'rtl' } } })).toEqual({ ...de, direction: 'rtl' })
  })

  it('leave the other languages as they are', async () => {
    expect(await textsOf('en', { messages: { de: { login: { title: 'Los' } } } })).toBe(en)
  })

  it.each(['en', 'de'])('do not change what other servers of the process show in %s', async (tag) => {
    const before = structuredClone(await textsOf(tag, {}))
    await textsOf(tag, { messages: { [tag]: { problem: { busy: { title: 'Later' } } } } })
    expect(await textsOf(tag, {})).toEqual(before)
  })

  it.each([undefined, null])('keep a text that is %s', async (title) => {
    const languages = withTexts({ de: { login: { title } } })
    expect((await languages.get('de')?.messages())?.login.title).toBe(de.login.title)
  })

  it('are what they were at construction', async () => {
    const texts = { login: { title: 'Los' } }
    const languages = withTexts({ de: texts })
    texts.login.title = '{lost}'
    expect((await languages.get('de')?.messages())?.login.title).toBe('Los')
  })

  it('may be written under a tag in any case and twice, and are found under the right one', async () => {
    const languages = withTexts({ DE: { login: { title: 'Los' } }, de: { login: { submit: 'Los!' } } })
    expect([...languages.keys()]).not.toContain('DE')
    expect(await languages.get('de')?.messages()).toMatchObject({
      locale: 'de',
      login: { title: 'Los', submit: 'Los!', password: de.login.password },
    })
  })

  it.each(['en', 'de', 'fr', 'es', 'ja', 'ar'])('are refused in %s as in any other', (tag) => {
    const refusal = (texts: object) => () => withTexts({ [tag]: texts })
    expect(refusal({ consent: { redirect: 'You will be sent away' } })).toThrow(
      `pages.messages.${tag}.consent.redirect must have the place {host}. In English it is 'You will be sent to {host}'.`,
    )
    expect(refusal({ login: { title: '{client}' } })).toThrow(
      /^[a-z.]+\.login\.title: there is nothing to put in {client}/,
    )
    expect(refusal({ login: { titel: 'x' } })).toThrow(/^[a-z.]+\.login: there is no text `titel`/)
    expect(refusal({ login: { title: '' } })).toThrow(`pages.messages.${tag}.login.title is missing.`)
    expect(refusal({ login: 7 })).toThrow(`pages.messages.${tag}.login must be an object of texts.`)
    expect(refusal({ direction: 'left' })).toThrow(`pages.messages.${tag}.direction must be 'ltr' or 'rtl'.`)
  })
})

describe('messages of a language of its own', () => {
  it('are offered after those that ship', async () => {
    const languages = languagesFrom({ messages: { 'pt-br': { ...dutch, direction: 'ltr' } } })
    expect([...languages.keys()].at(-1)).toBe('pt-br')
    expect(languages.get('pt-br')?.locale).toBe('pt-BR')
    expect(await languages.get('pt-br')?.messages()).toEqual({
      ...dutch,
      locale: 'pt-BR',
      direction: 'ltr',
    })
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
    expect(() => withTexts({ en: { apps: { revokeOneOf: 'End one of {client}' } } })).toThrow(
      /must have the place {position}/,
    )
  })

  it('must not have a place that nothing is put into', () => {
    expect(() => withTexts({ en: { login: { title: 'Log in to {client}' } } })).toThrow(
      "pages.messages.en.login.title: there is nothing to put in {client}. In English it is 'Log in'.",
    )
    expect(() => consent({ heading: 'Allow {client} of {user}?' })).toThrow(/nothing to put in {user}/)
  })

  it('may have its place elsewhere, and twice', async () => {
    const texts = await consent({ heading: '{client}: allow {client} in?' }).get('en')?.messages()
    expect(texts?.consent.heading).toBe('{client}: allow {client} in?')
  })

  it.each(['', '  ', 7, null, { text: 'x' }])('cannot be %j', (title) => {
    const refused = () => withTexts({ nl: { ...dutch, login: { ...dutch.login, title } } })
    expect(refused).toThrow(/^pages\.messages\.nl\.login\.title is missing/)
  })

  it('must be one that there is', () => {
    expect(() => withTexts({ en: { login: { titel: 'Log in' } } })).toThrow(
      /^pages\.messages\.en\.login: there is no text `titel`\. The texts are title, confirm, continueTo, /,
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
