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
    const arrows = await chapter().locator('.arrow .label').allTextContents()
    expect(arrows).toContain('Browser to Authorization server: GET /oauth/authorize?…')
    expect(arrows).toContain('Authorization server to Browser: 303 to /demo/callback?code, state, iss')
    expect(arrows).toContain('Client to Authorization server: POST /oauth/token')
  })

  it('shows what stood in a request and in its response', async () => {
    const request = chapter().getByRole('button', { name: 'POST /oauth/token' })
    expect(await request.getAttribute('aria-expanded')).toBe('true')
    const details = await chapter().locator('.exchange').textContent()
    for (const word of ['code_verifier', 'gwac_', 'authorization_code', '200 OK', 'access_token', 'gwrt_']) {
      expect(details).toContain(word)
    }
    await request.click()
    expect(await chapter().locator('.exchange').count()).toBe(0)
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

  it('never scrolls sideways on a small screen', async () => {
    await page.setViewportSize({ width: 360, height: 740 })
    await page.evaluate(() => {
      for (const details of document.querySelectorAll('details')) details.open = true
      for (const arrow of document.querySelectorAll<HTMLElement>('.arrow[aria-expanded=false]')) arrow.click()
    })
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(360)
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
