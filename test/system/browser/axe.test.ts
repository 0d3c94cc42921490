/**
 * axe-core finds nothing on any page, in light and dark, wide and narrow.
 */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { logo, type Site, startBrowser, startSite } from './site.js'

const source = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
let chromium: Browser
let site: Site

beforeAll(async () => {
  chromium = await startBrowser()
  site = await startSite()
})
afterAll(async () => {
  await chromium.close()
  await site.close()
})

interface Finding {
  readonly id: string
  readonly help: string
  readonly nodes: readonly { readonly html: string }[]
}

/** Every violation and, because colours and shadows are where it may lie, everything that it could not decide. */
async function findings(page: Page): Promise<string[]> {
  await page.evaluate(source)
  const found = await page.evaluate<{ violations: Finding[]; incomplete: Finding[] }>('axe.run()')
  return [...found.violations, ...found.incomplete].map(
    ({ id, help, nodes }) => `${id}: ${help}: ${nodes.map(({ html }) => html).join(' | ')}`,
  )
}

describe.each([
  [1280, 'light'],
  [1280, 'dark'],
  [360, 'light'],
  [360, 'dark'],
] as const)('at %i pixels, %s', (width, colorScheme) => {
  it('every page is accessible', async () => {
    const context = await chromium.newContext({ viewport: { width, height: 780 }, colorScheme })
    await context.route('https://cdn.example/**', (route) =>
      route.fulfill({ contentType: 'image/svg+xml', body: logo }),
    )
    const page = await context.newPage()
    page.setDefaultTimeout(15_000)
    const problems: string[] = []
    const check = async () =>
      problems.push(...(await findings(page)).map((one) => `${page.url().split('?')[0]} ${one}`))
    const logIn = async (password: string) => {
      await page.getByLabel('User name or e-mail').fill(`ada-${width}-${colorScheme}`)
      await page.getByLabel('Password', { exact: true }).fill(password)
      await page.getByRole('button', { name: 'Log in' }).click()
    }
    const atClient = () => page.getByRole('heading', { name: 'Back at the client' }).waitFor()
    await page.goto(site.authorizeUrl())
    await check()
    await logIn('wrong')
    await check()
    await logIn('analytical engine')
    await check()
    await page.getByRole('button', { name: 'Allow' }).click()
    await atClient()
    await site.redeem()
    await page.goto(site.authorizeUrl({ scope: 'read' }))
    await atClient()
    await site.redeem()
    await page.goto(site.authorizeUrl({ client_id: 'desktop', redirect_uri: 'com.example.notes:/cb' }))
    await check()
    await page.goto(site.authorizeUrl({ client_id: 'desktop' }))
    await page.getByRole('button', { name: 'Allow' }).click()
    await atClient()
    for (const path of ['apps', 'apps?revoked=1', 'logout', 'authorize', 'apps?pending=x']) {
      await page.goto(`${site.issuer}/oauth/${path}`)
      for (const summary of await page.locator('summary').all()) await summary.click()
      await check()
    }
    await page.goto(`${site.issuer}/oauth/logout`)
    await page.getByRole('button', { name: 'Log out', exact: true }).click()
    await check()
    await context.close()
    expect(problems).toEqual([])
  })
})
