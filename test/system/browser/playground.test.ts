import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { build } from 'esbuild'
import { type Browser, chromium, type Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { freePort } from '../../support/free-port.js'
import { accessibilityFindings, layoutFindings } from './audit.js'

const root = resolve(import.meta.dirname, '../../..')
const dataDir = mkdtempSync(join(tmpdir(), 'grantwright-playground-'))
let browser: Browser
let now = Date.now()

beforeAll(async () => {
  browser = await chromium.launch({
    executablePath: '/usr/bin/chromium',
    args: [
      ...['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking'],
      ...['--disable-component-update', '--disable-sync'],
    ],
  })
})
afterAll(async () => {
  await browser.close()
  rmSync(dataDir, { recursive: true })
})

/** The playground over the built package, with a clock that the test moves. Bundled, as `npm start` does it. */
async function startPlayground() {
  const outfile = join(root, 'examples/playground/browser-test.build.js')
  await build({
    entryPoints: [join(root, 'examples/playground/playground.ts')],
    outfile,
    bundle: true,
    packages: 'external',
    tsconfigRaw: {},
    platform: 'node',
    format: 'esm',
    target: 'node20',
  })
  const module: typeof import('../../../examples/playground/playground.js') = await import(pathToFileURL(outfile).href)
  rmSync(outfile)
  return module.startPlayground({ port: 0, dataDir: join(dataDir, 'walk'), now: () => now })
}

describe('the page of the playground', () => {
  let playground: Awaited<ReturnType<typeof startPlayground>>
  let page: Page
  const problems: string[] = []

  beforeAll(async () => {
    playground = await startPlayground()
    page = await browser.newPage({ viewport: { width: 1280, height: 900 } })
    page.on('pageerror', (error) => problems.push(error.message))
    // The page of a failed login is a 422, which the browser reports.
    page.on(
      'console',
      (message) => message.type() === 'error' && !/ 422 /.test(message.text()) && problems.push(message.text()),
    )
    await page.goto(playground.url)
  })
  afterAll(async () => {
    await page.close()
    await playground.close()
  })

  const button = (name: string) => page.getByRole('button', { name, exact: true })
  const grant = () => page.locator('#grant').textContent()
  const chapter = () => page.locator('.chapter').first()
  const boxes = () =>
    page
      .locator('#scopes input')
      .evaluateAll((all) =>
        Object.fromEntries(all.map((box) => [box.getAttribute('value'), (box as HTMLInputElement).checked])),
      )

  /** Presses a button and waits until the page tells what came of it. */
  async function take(name: string, step: string): Promise<string> {
    const before = await page.locator('.chapter').count()
    await button(name).click()
    await page.waitForFunction((count) => document.querySelectorAll('.chapter').length > count, before)
    const outcome = page.locator(`.card[data-steps~="${step}"] .outcome p`)
    await outcome.waitFor()
    return (await outcome.textContent()) ?? ''
  }

  it('lists the endpoints of the live metadata and the users of /playground.json', async () => {
    await page.getByText(`${playground.url}/oauth/token`, { exact: true }).waitFor()
    await page.getByText('analytical-engine').waitFor()
    expect(await grant()).toBe('No grant yet')
    expect(await button('Refresh').isDisabled()).toBe(true)
  })

  it('takes a person through a wrong password, the right one, and consent, and draws it', async () => {
    await button('Log in').click()
    await page.getByLabel('User name').fill('ada')
    await page.getByLabel('Password').fill('difference-engine')
    await button('Log in').click()
    await page.getByText('Wrong user name or password.').waitFor()
    await page.getByLabel('Password').fill('analytical-engine')
    await button('Log in').click()
    await page.getByText('Read your notes').waitFor()
    await button('Allow').click()
    await page.locator('#login .outcome').waitFor()
    expect(await grant()).toBe('Grant is alive')
    // In sight at once, without scrolling.
    for (const place of ['#grant', '#login .outcome']) {
      const box = await page.locator(place).boundingBox()
      expect(box?.y, place).toBeGreaterThan(0)
      expect((box?.y ?? 0) + (box?.height ?? 0), place).toBeLessThan(900)
    }
    expect(await boxes()).toEqual({ 'notes:read': true, 'notes:write': false })
    const arrows = await chapter().locator('.arrow .label').allTextContents()
    expect(arrows).toContain('Browser to Authorization server: GET /oauth/authorize?…')
    expect(arrows).toContain('Authorization server to Browser: 303 to /demo/callback?code, state, iss')
    expect(arrows.filter((arrow) => /to Browser: 200 goes on to \/oauth\/authorize/.test(arrow))).toHaveLength(1)
    expect(arrows).toContain('Client to Authorization server: POST /oauth/token')
  })

  it('tells what came of the newest step once, and of an older one once', async () => {
    const timesTold = (text: string) => page.evaluate((told) => document.body.innerText.split(told).length - 1, text)
    const first = (await page.locator('#login .outcome p').textContent()) ?? ''
    const everywhere = () => page.locator(`text="${first}"`).count()
    expect(await timesTold(first)).toBe(1)
    expect(await page.locator('.visually-hidden', { hasText: first }).count()).toBe(0)
    await take('Read notes', 'read')
    expect(await everywhere()).toBe(1)
    expect(await page.locator('.chapter-outcome', { hasText: first }).getAttribute('hidden')).toBe(null)
  })

  it('shows what stood in a request and in its response', async () => {
    const login = page.locator('.chapter').last()
    await login.locator('summary').first().click()
    const request = login.getByRole('button', { name: 'POST /oauth/token' })
    expect(await request.getAttribute('aria-expanded')).toBe('true')
    const details = await login.locator('.exchange').textContent()
    for (const word of ['code_verifier', 'gwac_', 'authorization_code', '200 OK', 'access_token', 'gwrt_']) {
      expect(details).toContain(word)
    }
    await request.click()
    expect(await login.locator('.exchange').count()).toBe(0)
    await page.locator('#token-cards').getByText('"typ": "at+jwt"').waitFor()
  })

  it('calls the API, and shows that it refuses what was not granted', async () => {
    expect(await take('Read notes', 'read')).toContain('answered')
    expect(await chapter().locator('.exchange').textContent()).toContain('Finish note G')
    expect(await take('Write a note', 'write')).toContain('refused')
    expect(await take('Introspect', 'introspect')).toContain('active')
  })

  it('shows that a retry gets the same successor', async () => {
    expect(await take('Refresh', 'refresh')).toContain('spent')
    expect(await take('Retry', 'retry')).toContain('the very same successor')
    const [first, again] = await chapter().locator('.same dd').allTextContents()
    expect(first).toMatch(/^gwrt_/)
    expect(again).toBe(first)
    expect(await button('Replay').isDisabled()).toBe(true)
  })

  it('counts down to the replay, which ends the grant', async () => {
    now += 9_000
    await page.reload()
    await page.getByText('Still a retry. A replay in 1 s.').waitFor()
    expect(await button('Replay').isDisabled()).toBe(true)
    now += 1_000
    await page.reload()
    await page.getByText('From now on it is a replay.').waitFor()
    expect(await take('Replay', 'replay')).toContain('it ended the grant')
    expect(await grant()).toBe('Grant has ended')
    expect(await chapter().locator('.arrow .label').allTextContents()).toContain('API to Client: 401 invalid_token')
  })

  it('asks nothing at a second login, and revokes', async () => {
    await button('Log in').click()
    await page.locator('#login .outcome').getByText('did not ask again').waitFor()
    expect(await take('Revoke', 'revoke')).toContain('401')
    expect(await grant()).toBe('Grant has ended')
    expect(await take('Refresh', 'refresh')).toContain('invalid_grant')
  })

  it('gets a token for a client without a user', async () => {
    expect(await take('Get a token', 'service')).toContain('200')
  })

  it('says no honestly: nothing is there, nothing is said to be', async () => {
    const context = await browser.newContext()
    const other = await context.newPage()
    await other.goto(playground.url)
    await other.getByRole('button', { name: 'Log in', exact: true }).click()
    await other.getByLabel('User name').fill('grace')
    await other.getByLabel('Password').fill('first-compiler')
    await other.getByRole('button', { name: 'Log in', exact: true }).click()
    await other.getByRole('button', { name: 'Deny', exact: true }).click()
    await other.getByText('No grant: you said no').waitFor()
    await other.getByText('None: you said no.').waitFor()
    expect(await other.locator('.granted:visible').count()).toBe(0)
    await context.close()
  })

  it('shows the boxes as they were granted, and leaves them alone afterwards', async () => {
    await page.locator('#scopes input').last().check()
    await page.getByText('Ask me even if the server knows me').click()
    await page.getByLabel('for consent').check()
    await button('Log in').click()
    await button('Allow').click()
    await page.locator('#login .outcome').waitFor()
    expect(await boxes()).toEqual({ 'notes:read': true, 'notes:write': true })
    expect(await page.locator('.granted:visible').count()).toBe(2)
    await page.locator('#scopes input').first().uncheck()
    await take('Write a note', 'write')
    expect(await boxes()).toEqual({ 'notes:read': false, 'notes:write': true })
  })

  it('goes to the connected apps and to the logout in a tab of their own, and tells here what came of it', async () => {
    const visit = async (name: string, press: string) => {
      const [own] = await Promise.all([page.waitForEvent('popup'), button(name).click()])
      for (const closed of await own.locator('details:not([open]) > summary').all()) await closed.click()
      await own.locator(press).first().click()
      await own.waitForLoadState()
      await own.close()
      const told = page.locator('.card[data-steps~="apps"] .outcome p')
      await told.waitFor()
      return told.textContent()
    }
    expect(await visit('Log out', 'button[value=here]')).toContain('the API answered 200')
    expect(await grant()).toBe('Grant is alive')
    const [own] = await Promise.all([page.waitForEvent('popup'), button('Connected apps').click()])
    await own.getByLabel('User name').fill('ada')
    await own.getByLabel('Password').fill('analytical-engine')
    await own.getByRole('button', { name: 'Log in', exact: true }).click()
    await own.waitForURL(/\/oauth\/apps$/)
    await own.close()
    expect(await visit('Connected apps', 'main form button')).toContain('answered with 401')
    expect(await grant()).toBe('Grant has ended')
    expect(await page.locator('.granted:visible').count()).toBe(0)
  })

  it('opens while the playground starts: what is not there yet is asked for again', async () => {
    const early = await browser.newPage()
    const refused = new Set<string>()
    await early.route(/playground\.json|demo\/events|well-known/, (route) => {
      const { pathname } = new URL(route.request().url())
      if (refused.has(pathname)) return route.continue()
      refused.add(pathname)
      return route.fulfill({ status: 503, body: 'not yet' })
    })
    await early.goto(playground.url)
    await early.getByText('analytical-engine').waitFor()
    await early.getByText(`${playground.url}/oauth/token`, { exact: true }).waitFor()
    await early.locator('#grant', { hasText: 'No grant yet' }).waitFor()
    await early.locator('#offline').waitFor({ state: 'hidden' })
    expect(refused.size).toBe(3)
    await early.close()
  })

  it('is one part at a time on a small screen, chosen by tabs', async () => {
    expect(await page.getByRole('tab').count()).toBe(0)
    await page.setViewportSize({ width: 360, height: 740 })
    const tab = (name: string) => page.getByRole('tab', { name })
    expect(await page.getByRole('tab').allTextContents()).toEqual(['Steps', 'Sequence', 'Tokens', 'Endpoints'])
    const shown = () => page.locator('#steps, #sequence, #tokens, #endpoints').filter({ visible: true })
    for (const name of ['Tokens', 'Endpoints', 'Steps']) {
      await tab(name).click()
      expect(await shown().evaluateAll((all) => all.map(({ id }) => id))).toEqual([name.toLowerCase()])
      expect(await tab(name).getAttribute('aria-selected')).toBe('true')
      expect(await page.evaluate(() => document.documentElement.scrollHeight), name).toBeLessThan(2600)
    }
    await page.keyboard.press('ArrowRight')
    expect(await shown().getAttribute('id')).toBe('sequence')
    await tab('Steps').click()
    await page.getByRole('link', { name: 'See it in the sequence' }).click()
    expect(await shown().getAttribute('id')).toBe('sequence')
    await page.setViewportSize({ width: 1280, height: 900 })
    await page.getByRole('tablist').waitFor({ state: 'hidden' })
    expect(await shown().count()).toBe(4)
  })

  for (const colorScheme of ['light', 'dark'] as const) {
    it(`has nothing that axe finds, and nothing cut off or too small, in any of its tabs and beside each other: ${colorScheme}`, async () => {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
      const findings = async () => {
        await page.evaluate(() => {
          for (const box of [document.documentElement, ...document.querySelectorAll('#steps')]) box.scrollTop = 0
        })
        // Of level AA, and what is folded away is folded away.
        return (await accessibilityFindings(page)).filter(
          (found) => !/^(color-contrast-enhanced|hidden-content):/.test(found),
        )
      }
      expect(await findings()).toEqual([])
      await page.setViewportSize({ width: 360, height: 740 })
      for (const name of ['Steps', 'Sequence', 'Tokens', 'Endpoints']) {
        await page.getByRole('tab', { name }).click()
        expect(await findings(), name).toEqual([])
      }
      await page.getByRole('tab', { name: 'Steps' }).click()
      // What is in another tab has no size.
      const wrong = (await layoutFindings(page)).filter(
        (found) => !/chapter-|more headers|class="title"|Everything else/.test(found),
      )
      expect(wrong).toEqual([])
      await page.setViewportSize({ width: 1280, height: 900 })
    })
  }

  it('never scrolls sideways on a small screen', async () => {
    await page.setViewportSize({ width: 360, height: 740 })
    await page.evaluate(() => {
      for (const details of document.querySelectorAll('details')) details.open = true
      for (const arrow of document.querySelectorAll<HTMLElement>('.arrow[aria-expanded=false]')) arrow.click()
    })
    for (const name of ['Steps', 'Sequence', 'Tokens', 'Endpoints']) {
      await page.getByRole('tab', { name }).click()
      expect(await page.evaluate(() => document.documentElement.scrollWidth), name).toBe(360)
    }
  })

  it('ran without an error in the browser', () => expect(problems).toEqual([]))
})

describe('npm start', () => {
  it('answers under every name of this machine, and tells who comes second to choose another port', async () => {
    const port = await freePort()
    const first = npmStart(port)
    await first.said('The playground is at')
    for (const host of ['localhost', '127.0.0.1', '[::1]']) {
      const { issuer } = (await (await fetch(`http://${host}:${port}/playground.json`)).json()) as { issuer: string }
      expect(issuer).toBe(`http://localhost:${port}`)
    }
    const second = npmStart(port)
    await second.said(`Port ${port} is already in use.`)
    expect(await second.code).toBe(1)
    first.process.kill()
    await first.code
  })
})

function npmStart(port: number) {
  const env = { ...process.env, PORT: String(port), DATA_DIR: join(dataDir, 'start') }
  const child = spawn(process.execPath, [join(root, 'scripts/start.mjs')], { env, stdio: ['ignore', 'pipe', 'pipe'] })
  const code = once(child, 'exit').then(([status]: unknown[]) => status)
  let output = ''
  return {
    process: child,
    code,
    said: (text: string) =>
      new Promise<void>((resolve, reject) => {
        const read = (chunk: Buffer) => {
          output += chunk.toString()
          if (output.includes(text)) resolve()
        }
        child.stdout.on('data', read)
        child.stderr.on('data', read)
        child.on('close', () => reject(new Error(`It ended without saying "${text}":\n${output}`)))
      }),
  }
}
