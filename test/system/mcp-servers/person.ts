/**
 * Somebody at a real browser, before whom MCP clients open their authorization requests.
 *
 * @module
 */
import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import type { Browser, Page } from 'playwright-core'
import { expect } from 'vitest'
import { freePort } from '../../support/free-port.js'
import { startChromium } from '../browser/chromium.js'
import { isComplaint } from '../browser/visit.js'

const page = '<!doctype html><link rel="icon" href="data:,"><h1>You can close this window</h1>'

export class Person {
  /** What the browser complained of. */
  readonly complaints: string[] = []
  private constructor(
    private readonly browser: Browser,
    private readonly tab: Page,
    /** Where the clients of this person listen, as programs on a machine do. */
    readonly redirectUrl: string,
  ) {
    tab.setDefaultTimeout(20_000)
    tab.on('console', (message) => {
      if (isComplaint(message)) this.complaints.push(message.text())
    })
  }

  static async arrive(): Promise<Person> {
    const browser = await startChromium()
    return new Person(browser, await browser.newPage(), `http://localhost:${await freePort()}/callback`)
  }

  /** Logs in when that is asked, reads what is asked for, and allows it. Gives where the browser was sent. */
  agree = async (url: string): Promise<URL> => {
    const listener = createServer((_, response) => {
      response.writeHead(200, { 'content-type': 'text/html', connection: 'close' }).end(page)
    }).listen(Number(new URL(this.redirectUrl).port), 'localhost')
    await once(listener, 'listening')
    try {
      const arrival = once(listener, 'request') as Promise<[IncomingMessage]>
      await this.tab.goto(url)
      if (await this.tab.getByLabel('User name').isVisible()) {
        await this.tab.getByLabel('User name').fill('ada')
        await this.tab.getByLabel('Password', { exact: true }).fill('analytical-engine')
        await this.tab.getByRole('button', { name: 'Log in', exact: true }).click()
      }
      await this.tab.getByRole('heading', { name: /^Allow .+ to use your account/ }).waitFor()
      const scope = new URL(url).searchParams.get('scope') ?? ''
      expect(await this.tab.getByText('Read your notes').isVisible()).toBe(true)
      expect(await this.tab.getByText('Add notes').isVisible()).toBe(scope.includes('notes:write'))
      await this.keepPicture(scope)
      await this.tab.getByRole('button', { name: 'Allow', exact: true }).click()
      const [request] = await arrival
      await this.tab.getByRole('heading', { name: 'You can close this window' }).waitFor()
      return new URL(request.url ?? '', this.redirectUrl)
    } finally {
      listener.close()
    }
  }

  /** The page in two widths, for whoever wants to look: where `PICTURES` is a folder. */
  private async keepPicture(scope: string): Promise<void> {
    const folder = process.env.PICTURES
    if (folder === undefined) return
    for (const width of [360, 1280]) {
      await this.tab.setViewportSize({ width, height: 800 })
      const { port } = new URL(this.tab.url())
      await this.tab.screenshot({
        path: `${folder}/${port}-${scope.replace(/\W+/g, '-')}-${width}.png`,
        fullPage: true,
      })
    }
  }

  leave = (): Promise<void> => this.browser.close()
}
