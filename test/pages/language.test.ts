/**
 * A language whose texts are loaded when a page is shown in it.
 */
import { describe, expect, it } from 'vitest'
import type { PagesOptions } from '../../src/index.js'
import { onDemand } from '../../src/pages/language.js'
import { languagesFrom } from '../../src/pages/languages.js'
import { de } from '../../src/pages/locales/de.js'
import { en } from '../../src/pages/locales/en.js'
import type { Messages } from '../../src/pages/messages.js'
import { pageRenderer } from '../../src/pages/render.js'
import { checkPages } from '../../src/pages/settings.js'
import { show } from '../../src/pages/views.js'
import { request } from '../users/fixture.js'

/** Loads that the test settles itself. */
function loads() {
  const begun: PromiseWithResolvers[] = []
  const load = () => new Promise<Messages>((resolve, reject) => begun.push({ resolve, reject }))
  return { begun, load }
}

interface PromiseWithResolvers {
  resolve(messages: Messages): void
  reject(error: Error): void
}

describe('a language on demand', () => {
  it('is loaded when its texts are wanted, once for all who want them meanwhile, and kept', async () => {
    const { begun, load } = loads()
    const german = onDemand('de', load)
    expect(begun).toHaveLength(0)
    const wanted = [german.messages(), german.messages()]
    expect(begun).toHaveLength(1)
    begun[0]?.resolve(de)
    expect(await Promise.all(wanted)).toEqual([de, de])
    expect(german.messages()).toBe(de)
    expect(begun).toHaveLength(1)
  })

  it('is loaded again when that failed', async () => {
    const { begun, load } = loads()
    const german = onDemand('de', load)
    const wanted = [german.messages(), german.messages()]
    const cause = new Error('no such file')
    begun[0]?.reject(cause)
    for (const texts of wanted) {
      await expect(texts).rejects.toMatchObject({ message: "The texts in 'de' could not be loaded.", cause })
    }
    const again = german.messages()
    begun[1]?.resolve(de)
    expect(await again).toBe(de)
    expect(begun).toHaveLength(2)
  })

  it('has failed when it takes too long', async () => {
    const german = onDemand('de', loads().load, 1)
    await expect(german.messages()).rejects.toMatchObject({ cause: { message: 'It took longer than 1 ms.' } })
  })
})

it.each(['en', 'de', 'fr', 'es', 'ja', 'ar'])('the texts under the tag %s are in that language', async (tag) => {
  const language = languagesFrom({}).get(tag)
  expect((await language?.messages())?.locale).toBe(tag)
  expect(language?.locale).toBe(tag)
})

describe('a page', () => {
  const loggedOut = show({ page: 'logged_out' })
  const germanVisit = request({ headers: { 'accept-language': 'de' } })

  /** A server whose German is as `load` has it. */
  function pagesWith(load: () => Promise<Messages>, options: PagesOptions<never> = {}) {
    const told: unknown[] = []
    const settings = {
      ...checkPages(options, 'https://auth.example.com'),
      languages: languagesFrom(options, { de: load }),
    }
    const pages = pageRenderer(
      settings,
      (length) => new Uint8Array(length),
      (cause) => told.push(cause),
    )
    return { pages, told }
  }

  const languageOf = ({ headers }: { readonly headers: readonly (readonly [string, string])[] }) =>
    headers.find(([name]) => name === 'content-language')?.[1]

  it('loads its own language and no other, and construction loads none', async () => {
    let loaded = 0
    const { pages } = pagesWith(async () => {
      loaded++
      return de
    })
    await pages.render(request(), loggedOut)
    pages.localeFor(germanVisit, [])
    expect(loaded).toBe(0)
    await pages.render(germanVisit, loggedOut)
    await pages.render(germanVisit, loggedOut)
    expect(loaded).toBe(1)
  })

  it.each(['render', 'renderShipped'] as const)(
    'is in English when its language cannot be loaded, and the operator is told; the next one tries again (%s)',
    async (way) => {
      let isThere = false
      const { pages, told } = pagesWith(async () => {
        if (!isThere) throw new Error('no such file')
        return de
      })
      const page = await pages[way](germanVisit, loggedOut)
      expect(languageOf(page)).toBe('en')
      expect(page.body).toContain('<html lang="en" dir="ltr">')
      expect(page.body).toContain(en.logout.doneTitle)
      expect(told).toEqual([expect.objectContaining({ message: "The texts in 'de' could not be loaded." })])
      isThere = true
      expect(languageOf(await pages[way](germanVisit, loggedOut))).toBe('de')
      expect(told).toHaveLength(1)
    },
  )

  it('is then in the English of the app', async () => {
    const messages = { en: { logout: { doneTitle: 'See you' } } }
    const { pages } = pagesWith(() => Promise.reject(new Error('no such file')), { messages })
    expect((await pages.render(germanVisit, loggedOut)).body).toContain('See you')
  })

  it('is then in the English that ships where the app offers none', async () => {
    const { pages } = pagesWith(() => Promise.reject(new Error('no such file')), { locales: ['de'] })
    expect(languageOf(await pages.render(germanVisit, loggedOut))).toBe('en')
  })

  it('of the app’s own hand gets the texts of the language that is shown', async () => {
    const seen: string[] = []
    const render = (_: unknown, { messages }: { readonly messages: Messages }) => void seen.push(messages.locale)
    await pagesWith(async () => de, { render }).pages.render(germanVisit, loggedOut)
    await pagesWith(() => Promise.reject(new Error('no such file')), { render }).pages.render(germanVisit, loggedOut)
    expect(seen).toEqual(['de', 'en'])
  })
})
