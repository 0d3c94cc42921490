/**
 * A person who uses the page of a starter in a real browser.
 *
 * @module
 */
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { expect } from 'vitest'

export interface Person {
  readonly page: Page
  /** Everything that the browser had to complain about, a violated content security policy among it. */
  readonly problems: readonly string[]
  goTo(url: string): Promise<void>
  press(button: string): Promise<void>
  follow(link: string): Promise<void>
  logIn(username: string, password: string): Promise<void>
  /** Waits for a page with this heading. */
  reads(heading: string | RegExp): Promise<void>
  /** Waits until the page says this. */
  sees(text: string | RegExp): Promise<void>
  /** The tokens that the page gets when a button is pressed. */
  tokensAfter(button: string): Promise<{ readonly access_token: string; readonly refresh_token: string }>
  resize(width: number): Promise<void>
}

export const openBrowserAt = async (browser: Browser, width: number): Promise<Person> =>
  openTab(await browser.newContext({ viewport: { width, height: 800 } }))

/** One of several in the same browser. */
export async function openTab(context: BrowserContext): Promise<Person> {
  const page = await context.newPage()
  page.setDefaultTimeout(20_000)
  const problems: string[] = []
  page.on('pageerror', (error) => problems.push(error.message))
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') problems.push(message.text())
  })

  async function mustFit() {
    const [content, window] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth] as const)
    expect(content, `width of ${page.url()}`).toBeLessThanOrEqual(window ?? 0)
  }

  const press: Person['press'] = (name) => page.getByRole('button', { name, exact: true }).click()
  return {
    page,
    problems,
    press,
    async goTo(url) {
      await page.goto(url)
    },
    follow: (name) => page.getByRole('link', { name, exact: true }).click(),
    async logIn(username, password) {
      await page.getByLabel('User name').fill(username)
      await page.getByLabel('Password').fill(password)
      await mustFit()
      await press('Log in')
    },
    async reads(heading) {
      await page.getByRole('heading', { name: heading, exact: true }).waitFor()
      await mustFit()
    },
    async sees(text) {
      await page.getByText(text).waitFor()
      await mustFit()
    },
    async tokensAfter(button) {
      const answer = page.waitForResponse((response) => new URL(response.url()).pathname === '/oauth/token')
      await press(button)
      return (await answer).json()
    },
    resize: (width) => page.setViewportSize({ width, height: 740 }),
  }
}
