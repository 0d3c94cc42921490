/**
 * A whole visit in one language, on one screen: log in, fail, agree, look at the apps, revoke, log out. On every page axe-core finds
 * nothing, and nothing is cut off.
 */
import type { Page } from 'playwright-core'
import { expect, it } from 'vitest'
import { ar } from '../../../src/pages/locales/ar.js'
import { de } from '../../../src/pages/locales/de.js'
import { fr } from '../../../src/pages/locales/fr.js'
import { ja } from '../../../src/pages/locales/ja.js'
import { fillText } from '../../../src/pages/messages.js'
import { accessibilityFindings, layoutFindings } from './audit.js'
import { visits } from './visit.js'

const visit = visits()
const client = 'Field Notes'

it.each([
  ['ar-EG', 360, 'dark', ar],
  ['ja', 360, 'light', ja],
  ['de-AT', 1280, 'light', de],
  ['fr', 1280, 'dark', fr],
] as const)('in %s, at %i pixels, %s', async (locale, width, colorScheme, t) => {
  const { site, open, button, heading, atClient } = visit()
  const context = await open({ viewport: { width, height: 780 }, colorScheme, locale })
  const page = await context.newPage()
  const problems: string[] = []
  const look = async () => {
    expect(await page.locator('html').getAttribute('lang')).toBe(t.locale)
    expect(await page.locator('html').getAttribute('dir')).toBe(t.direction)
    for (const folded of await page.locator('summary').all()) await folded.click()
    // The buttons of the consent page stay in reach, over what can be scrolled from under them: axe takes them for its background.
    await page.evaluate('scrollTo(0, document.body.scrollHeight)')
    const found = [...(await accessibilityFindings(page)), ...(await layoutFindings(page))]
    problems.push(...found.map((one) => `${new URL(page.url()).pathname} ${one}`))
  }
  const logIn = async (password: string) => {
    await page.getByLabel(t.login.username).fill('ada')
    await page.getByLabel(t.login.password, { exact: true }).fill(password)
    await button(t.login.submit, page).click()
  }
  await page.goto(site.authorizeUrl())
  await look()
  await logIn('difference engine')
  await page.getByRole('alert').getByText(t.login.wrong).waitFor()
  await look()
  await logIn('analytical engine')
  await heading(fillText(t.consent.heading, { client }), page)
  await look()
  await page.getByLabel('Change your notes').uncheck()
  await button(t.consent.allow, page).click()
  await atClient(page)
  expect((await site.redeem()).scope).toBe('read')
  await page.goto(site.authorizeUrl({ scope: 'read' }))
  await atClient(page)
  await site.redeem()
  await page.goto(site.authorizeUrl({ client_id: 'desktop' }))
  await page.getByText(t.consent.unverified).waitFor()
  await look()
  await page.goto(`${site.issuer}/oauth/apps`)
  await look()
  await button(fillText(t.apps.revokeOf, { client }), page).click()
  await page.getByRole('status').getByText(t.apps.revoked).waitFor()
  await page.getByText(t.apps.none).waitFor()
  await look()
  await page.goto(`${site.issuer}/oauth/authorize`)
  await heading(t.problem.clientMistake.title, page)
  await look()
  await page.goto(`${site.issuer}/oauth/logout`)
  await look()
  await button(t.logout.here, page).click()
  await heading(t.logout.doneTitle, page)
  await look()
  await context.close()
  expect(problems).toEqual([])
})

it('the app’s wish for a language counts before the browser’s', async () => {
  const { site, page } = visit()
  const isRightToLeft = () => page.locator('html').evaluate((html) => getComputedStyle(html).direction === 'rtl')
  await page.goto(site.authorizeUrl())
  expect(await isRightToLeft()).toBe(false)
  await page.goto(site.authorizeUrl({ ui_locales: 'xx ar' }))
  await page.getByRole('heading', { name: ar.login.title }).waitFor()
  expect(await isRightToLeft()).toBe(true)
})

it('allow and deny have the same size, in every language and on every screen, and only allow is filled', async () => {
  const { site, page, logIn } = visit()
  await page.goto(site.authorizeUrl())
  await logIn()
  // The login goes on by itself: what is opened before it has arrived is overtaken.
  await page.locator('button[value=allow]').waitFor()
  for (const ui_locales of ['en', 'de', 'fr', 'es', 'ja', 'ar']) {
    await page.goto(site.authorizeUrl({ ui_locales }))
    for (const width of [1280, 360]) {
      await page.setViewportSize({ width, height: 780 })
      const { fill: denied, ...no } = await weightOf(page, 'deny')
      const { fill: allowed, ...yes } = await weightOf(page, 'allow')
      expect(no).toEqual(yes)
      expect([denied, allowed]).toEqual(['rgba(0, 0, 0, 0)', yes.borderColor])
    }
  }
})

const weightOf = (page: Page, value: string) =>
  page.locator(`button[value=${value}]`).evaluate((button) => {
    const { width, height, top } = button.getBoundingClientRect()
    const { backgroundColor: fill, borderColor, fontSize, fontWeight } = getComputedStyle(button)
    return { size: [width, height, top], fill, borderColor, fontSize, fontWeight }
  })
