/**
 * The consent page in a real browser: what Enter does in a box, and that the buttons are in reach without covering anything.
 */
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startChromium } from './chromium.js'
import { type Gallery, openGallery } from './gallery.js'

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

async function open(view: string, viewport = { width: 1280, height: 780 }): Promise<Page> {
  const page = await chromium.newPage({ viewport })
  await page.goto(gallery.url('plain', 'en', view))
  return page
}

describe('Enter', () => {
  it.each([
    ['a box', 'consent', 'input[type=checkbox]'],
    ['a radio button that is picked', 'consent-asking', 'input[type=radio]:checked'],
  ])('in %s decides nothing', async (_, view, control) => {
    const page = await open(view)
    const posted: string[] = []
    await page.route('**/consent', (route) => {
      posted.push(route.request().postData() ?? '')
      return route.fulfill({ contentType: 'text/html', body: '<h1>Posted</h1>' })
    })
    // Else the browser would complain of what is not picked, in place of sending it.
    for (const radio of await page.locator('fieldset input[type=radio][value$="1"]').all()) await radio.check()
    await page.locator(control).first().focus()
    await page.keyboard.press('Enter')
    await page.locator('button[value=deny]').focus()
    expect(posted).toEqual([])
    // It does, where it is meant.
    await page.keyboard.press('Enter')
    await page.getByText('Posted').waitFor()
    expect(posted).toEqual([expect.stringContaining('decision=deny')])
    await page.close()
  })
})

describe('with twelve scopes', () => {
  it.each([
    ['at 1280 pixels', 1280, 780],
    ['at 360 pixels', 360, 780],
    ['zoomed to 200 % at 1280 by 720 pixels', 640, 360],
  ])('the buttons are in reach %s', async (_, width, height) => {
    const page = await open('consent-many', { width, height })
    // Far from the end; only what stands above the form may keep them down.
    await page.evaluate(() => scrollTo(0, 60))
    expect(await page.evaluate(() => document.documentElement.scrollHeight > innerHeight + 200)).toBe(true)
    for (const button of ['deny', 'allow']) {
      const box = await page.locator(`button[value=${button}]`).boundingBox()
      expect((box?.y ?? height) + (box?.height ?? 0)).toBeLessThanOrEqual(height)
    }
    const line = await page.getByText('You will be sent to').boundingBox()
    expect((line?.y ?? height) + (line?.height ?? 0)).toBeLessThanOrEqual(height)
    await page.close()
  })

  // WCAG 2.2, 2.4.11; in both directions, because one scrolls up and one down.
  it.each([
    ['at 360 pixels', 360, 780],
    ['zoomed to 200 % at 1280 by 720 pixels', 640, 360],
    ['zoomed to 200 % at 360 pixels', 180, 390],
  ])('nothing that has the focus is covered %s', async (_, width, height) => {
    const page = await open('consent-many', { width, height })
    const seen = new Set<string>()
    for (const key of ['Tab', 'Shift+Tab']) {
      for (let i = 0; i < 12; i++) {
        await page.keyboard.press(key)
        const covered = await page.evaluate(() => {
          const { activeElement: focused } = document
          if (!focused || focused === document.body) return null
          const { left, right, top, bottom } = focused.getBoundingClientRect()
          const middle = (left + right) / 2
          const onTop = [top + 2, bottom - 2].map((y) => document.elementFromPoint(middle, y))
          const isSeen = onTop.every((found) => found && (focused.contains(found) || found.contains(focused)))
          return { what: focused.outerHTML.slice(0, 80), isSeen }
        })
        if (!covered) continue
        seen.add(covered.what)
        expect(covered, `${key} ${i}`).toMatchObject({ isSeen: true })
      }
    }
    expect(seen.size).toBeGreaterThanOrEqual(11)
    await page.close()
  })
})
