/**
 * Every page in every state and language: axe-core finds nothing, nothing is cut off, nothing scrolls sideways. The looks take turns, so
 * that each state is seen in all of them and each language in all of them.
 */
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { accessibilityFindings, layoutFindings } from './audit.js'
import { startChromium } from './chromium.js'
import { type Gallery, openGallery, views } from './gallery.js'
import { isComplaint, serveLogo } from './visit.js'

const variants = [
  ['plain', 'light', 1280],
  ['brand', 'dark', 360],
  ['theme', 'light', 360],
  ['plain', 'dark', 360],
  ['brand', 'light', 1280],
  ['theme', 'dark', 1280],
] as const

let chromium: Browser
let gallery: Gallery

beforeAll(async () => {
  chromium = await startChromium()
  gallery = await openGallery()
})
afterAll(async () => {
  await chromium.close()
  await gallery.close()
})

it.each(['en', 'de', 'fr', 'es', 'ja', 'ar'].map((locale, turn) => ({ locale, turn })))(
  'in $locale, every page is accessible and fits',
  async ({ locale, turn }) => {
    const page = await chromium.newPage()
    await serveLogo(page.context())
    // What posts itself gets nowhere, so that it can be looked at.
    await page.route('https://notes.example/**', (route) => route.abort('aborted'))
    const problems: string[] = []
    page.on('console', (message) => {
      if (isComplaint(message)) problems.push(message.text())
    })
    for (const [i, name] of Object.keys(views).entries()) {
      const [look, colorScheme, width] = variants[(i + turn) % variants.length] ?? variants[0]
      await page.emulateMedia({ colorScheme })
      await page.setViewportSize({ width, height: 780 })
      await page.goto(gallery.url(look, locale, name), { waitUntil: name === 'form-post' ? 'commit' : 'load' })
      await page.locator('main').waitFor()
      for (const folded of await page.locator('summary').all()) await folded.click()
      // As high as the page: axe does not scroll what is under the buttons from under them.
      const height = await page.evaluate(() => document.documentElement.scrollHeight)
      await page.setViewportSize({ width, height: Math.max(height, 780) })
      const found = [...(await accessibilityFindings(page)), ...(await layoutFindings(page))]
      await page.setViewportSize({ width: 1640 - width, height: 780 })
      problems.push(...[...found, ...(await layoutFindings(page))].map((one) => `${name}, ${look}, ${width}: ${one}`))
    }
    await page.context().close()
    expect(problems).toEqual([])
  },
)
