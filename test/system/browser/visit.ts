/**
 * A person at a browser: for each test a site, a page, and what one does there.
 *
 * @module
 */
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, expect } from 'vitest'
import { en } from '../../../src/pages/locales/en.js'
import { startChromium } from './chromium.js'
import { type Site, type SiteOptions, startSite } from './site.js'

export interface Visit {
  readonly site: Site
  readonly context: BrowserContext
  readonly page: Page
  /** What the browser complained of so far. */
  readonly complaints: string[]
  /** Another browser. */
  open(options: BrowserContextOptions): Promise<BrowserContext>
  button(name: string, tab?: Page): ReturnType<Page['getByRole']>
  heading(name: string, tab?: Page): Promise<void>
  atClient(tab?: Page): Promise<void>
  logIn(tab?: Page, password?: string): Promise<void>
  /** From the client and back, agreeing to everything. */
  connect(changes?: Record<string, string>): Promise<{ readonly scope: string; readonly refresh_token: string }>
}

/** Where no scripts are needed they are switched off. After each test the browser must have complained of nothing. */
export function visits(
  options: BrowserContextOptions = { javaScriptEnabled: false },
  about?: SiteOptions,
): () => Visit {
  let chromium: Browser
  let visit: Visit

  beforeAll(async () => {
    chromium = await startChromium()
  })
  afterAll(() => chromium.close())

  beforeEach(async () => {
    const complaints: string[] = []
    const open = async (options: BrowserContextOptions) => {
      const context = await chromium.newContext(options)
      await serveLogo(context)
      context.on('page', (tab) => {
        tab.setDefaultTimeout(15_000)
        tab.on('console', (message) => {
          if (isComplaint(message)) complaints.push(message.text())
        })
      })
      return context
    }
    const context = await open(options)
    const page = await context.newPage()
    visit = { ...whatOneDoes(page, await startSite(about)), context, open, complaints }
  })
  afterEach(async () => {
    await visit.context.close()
    await visit.site.close()
    expect(visit.complaints).toEqual([])
  })
  return () => visit
}

/** The logo of the client, for a browser without an internet. */
export const serveLogo = (context: BrowserContext) =>
  context.route('https://cdn.example/**', (route) => route.fulfill({ contentType: 'image/svg+xml', body: logo }))

const logo = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 8"><rect width="8" height="8"/></svg>'

/** Such as a policy that stands in the way. Pages that say that something is wrong are 4xx, which the browser tells, too. */
export const isComplaint = (message: { type(): string; text(): string }): boolean =>
  message.type() === 'error' && !/the server responded with a status of [45]\d\d/.test(message.text())

function whatOneDoes(page: Page, site: Site): Omit<Visit, 'context' | 'open' | 'complaints'> {
  const button = (name: string, tab = page) => tab.getByRole('button', { name, exact: true })
  const heading = (name: string, tab = page) => tab.getByRole('heading', { level: 1, name }).waitFor()
  const atClient = (tab = page) => heading('Back at the client', tab)
  const logIn = async (tab = page, password = 'analytical engine') => {
    await tab.getByLabel(en.login.username).fill('ada')
    await tab.getByLabel(en.login.password, { exact: true }).fill(password)
    await button(en.login.submit, tab).click()
  }
  return {
    ...{ site, page, button, heading, atClient, logIn },
    async connect(changes = {}) {
      await page.goto(site.authorizeUrl(changes))
      await logIn()
      await button('Allow').click()
      await atClient()
      return site.redeem()
    },
  }
}
