/**
 * Each starter as somebody gets it who follows its README: out of the packed package, into a folder, with its own commands,
 * in a real browser.
 */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'libsql'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest'
import { createConsumer, removeConsumer } from '../../package/consumer.js'
import { freePort } from '../../support/free-port.js'
import { startChromium } from '../browser/chromium.js'
import { openBrowserAt, type Person } from './person.js'
import {
  addresses,
  codeIn,
  commandsOf,
  examples,
  filesIn,
  init,
  inRepository,
  logIn,
  type Running,
  run,
  start,
  useTarball,
} from './starter.js'

const consumer = createConsumer([])
const place = mkdtempSync(join(tmpdir(), 'grantwright-starters-'))
let browser: Browser

beforeAll(async () => {
  browser = await startChromium()
})
afterAll(async () => {
  await browser?.close()
  removeConsumer(consumer)
  rmSync(place, { recursive: true, force: true })
})

describe.each(['express', 'hono', 'next'])('the starter for %s', (starter) => {
  const original = join(examples, starter)
  const readme = readFileSync(join(original, 'README.md'), 'utf8')
  const commands = commandsOf(readme)
  const [, username = '', password = ''] = /`([^`]+)` with the password `([^`]+)`/.exec(readme) ?? []
  /** Starts it once more, without a build under the feet of what runs already. */
  const again = starter === 'next' ? 'npx next start -H localhost' : 'npm start'
  const register = commands.find((line) => line.startsWith('npm run client')) ?? ''
  const goLive = starter === 'next' ? 'npm run live' : 'npm start'
  const folder = join(place, `notes-${starter}`)
  const env: { PORT?: string } = {}
  const printed = new Map<string, string>()
  let server: Running | undefined

  beforeAll(async () => {
    env.PORT = String(await freePort())
    init(consumer, starter, folder)
  })
  afterAll(() => server?.stop())

  it('comes out of the package as it lies in the repository, but for its name', () => {
    const files = inRepository(original)
    expect(filesIn(folder)).toEqual(files)
    for (const file of files.filter((path) => path !== 'package.json')) {
      expect(readFileSync(join(folder, file), 'utf8'), file).toBe(readFileSync(join(original, file), 'utf8'))
    }
    const [copy, own] = [folder, original].map((path) => JSON.parse(readFileSync(join(path, 'package.json'), 'utf8')))
    expect(copy).toEqual({ ...own, name: `notes-${starter}` })
  })

  it('has a README that tells how to install, start, test, and register a client', () => {
    expect(commands.map((line) => line.replace(/ -- .*/, ''))).toEqual([
      'npm install',
      'npm start',
      'npm test',
      'npm run client',
    ])
  })

  it.each(commands)('does what its README says: %s', async (line) => {
    if (line === 'npm install') useTarball(consumer, folder)
    if (line === 'npm start') {
      server = await start(line, folder, env, 90)
      await vi.waitFor(() => expect(server?.printed()).toContain(`http://localhost:${env.PORT}`))
    } else printed.set(line, await run(line, folder, env, 90))
  })

  it('has the files and the commands that its README mentions', async () => {
    const mentioned = codeIn(readme)
    const files = mentioned.filter((code) => /^[\w./[\]-]+(\.(ts|tsx|js|db)|\/)$/.test(code))
    expect(files.length).toBeGreaterThan(3)
    for (const file of files) expect(existsSync(join(folder, file)), file).toBe(true)
    for (const line of mentioned.filter((code) => code.startsWith('npx '))) await run(line, folder, env, 30)
    for (const line of mentioned.filter((code) => code.startsWith('npm run ') && code !== goLive)) {
      const running = await start(line, folder, { PORT: String(await freePort()) }, 60)
      await running.stop()
    }
  })

  it('knows the client that was registered while it ran', async () => {
    const client = clientIn(printed.get(register))
    expect([await authorize(server?.url, client), await authorize(server?.url, `${client}x`)]).toEqual([303, 400])
  })

  describe('with a `.env`', () => {
    let other: Running | undefined

    beforeAll(async () => {
      const PORT = String(await freePort())
      const lines = ['PORT=1', `ISSUER=http://localhost:${PORT}/`, 'DATABASE=other.db']
      writeFileSync(join(folder, '.env'), lines.join('\n'))
      other = await start(again, folder, { PORT }, 60)
    })
    afterAll(async () => {
      await other?.stop()
      const made = filesIn(folder).filter((path) => /^(\.env|other\.db.*)$/.test(path))
      for (const file of made) rmSync(join(folder, file))
    })

    it('starts with what stands there, but for what the environment says', () => {
      expect(existsSync(join(folder, 'other.db'))).toBe(true)
    })

    it('is an issuer without a slash at its end, whatever stands there', async () => {
      const metadata = await fetch(`${other?.url}/.well-known/oauth-authorization-server`)
      const [issuer, token_endpoint] = [other?.url, `${other?.url}/oauth/token`]
      expect(await metadata.json()).toMatchObject({ issuer, token_endpoint })
    })

    it('registers clients for the server that started with it', async () => {
      const client = clientIn(await run(register, folder, {}, 90))
      expect([await authorize(other?.url, client), await authorize(server?.url, client)]).toEqual([303, 400])
    })
  })

  it('lets in the user whom everybody knows, and only from this machine', async () => {
    expect(await logIn(`${server?.url}`, username, password)).toBe(200)
    for (const address of addresses) await expect(fetch(`http://${address}:${env.PORT}`), address).rejects.toThrow()
  })

  it('lets nobody put its pages into a frame', async () => {
    const policyOf = async (path: string) => (await fetch(server?.url + path)).headers.get('content-security-policy')
    expect(await policyOf('/')).toContain("frame-ancestors 'none'")
    expect(await policyOf('/oauth/login')).toMatch(/default-src 'none'.*frame-ancestors 'none'/)
  })

  it('says that its port is taken', async () => {
    const printed = await run(again, folder, env, 60).catch(String)
    expect(printed).toContain(`EADDRINUSE: address already in use`)
    // Next says it in its own way.
    if (starter !== 'next') expect(printed).not.toMatch(/^ +at /m)
  })

  describe('in a browser', () => {
    let person: Person

    beforeAll(async () => {
      person = await openBrowserAt(browser, 1280)
    })
    afterAll(() => person?.page.close())

    it('connects by login and consent, to less than was asked for', async () => {
      await person.goTo(`${server?.url}/`)
      // While this is a trial, the page says so itself.
      for (const word of [username, password, 'grace', 'first-compiler']) await person.sees(word)
      await person.press('Connect')
      await person.logIn(username, password)
      await person.reads(/^Allow .+ to use your account/)
      await person.page.getByRole('checkbox').uncheck()
      await person.press('Allow')
      await person.sees(/^Connected: notes:read$/)
      await person.sees('GET /api/notes 200')
      expect(await person.page.getByRole('button', { name: 'Add' }).isVisible()).toBe(false)
    })

    it('refreshes, and disconnects so that its tokens are worth nothing', async () => {
      const { access_token, refresh_token } = await person.tokensAfter('Refresh')
      expect(await callApi(access_token)).toBe(200)
      await person.press('Disconnect')
      await person.page.getByRole('button', { name: 'Connect', exact: true }).waitFor()
      expect(await callApi(access_token)).toBe(401)
      const form = { grant_type: 'refresh_token', client_id: 'notes-page', refresh_token }
      const refused = await fetch(`${server?.url}/oauth/token`, { method: 'POST', body: new URLSearchParams(form) })
      expect(await refused.json()).toMatchObject({ error: 'invalid_grant' })
    })

    it('asks anew on a small screen, without another login, and writes when all was allowed', async () => {
      await person.resize(360)
      await person.press('Connect')
      await person.reads(/^Allow .+ to use your account/)
      await person.page.getByRole('checkbox').check()
      await person.press('Allow')
      await person.sees('Connected: notes:read notes:write')
      await person.page.getByLabel('New note').fill('Buy milk')
      await person.press('Add')
      await person.sees('POST /api/notes 201')
      await person.page.reload()
      await person.sees('Buy milk')
    })

    it('takes no note that is too long', async () => {
      const { access_token } = await person.tokensAfter('Refresh')
      expect(await callApi(access_token, 'long '.repeat(30_000))).toBe(413)
      await person.sees('Buy milk')
    })

    it('is among the connected apps', async () => {
      await person.follow('Connected apps')
      await person.reads('Connected apps')
      await person.reads('Notes page')
      await person.page.goBack()
    })

    it('asks for a login again after a logout', async () => {
      await person.follow('Log out')
      await person.reads('Log out?')
      await person.press('Log out')
      await person.reads('You are logged out')
      await person.goTo(`${server?.url}/oauth/apps`)
      await person.reads('Log in')
    })

    it('runs without a complaint of the browser', () => expect(person.problems).toEqual([]))
  })

  it('goes live as its README says: behind https, with a secret, and without the user whom everybody knows', async () => {
    await server?.stop()
    const AUTH_SECRET = (await run('npx grantwright keys generate', folder, env, 30)).trim()
    const live = await start(goLive, folder, { ...env, AUTH_SECRET, ISSUER: 'https://notes.example.com' }, 90)
    onTestFinished(live.stop)
    const metadata = await fetch(`${live.url}/.well-known/oauth-authorization-server`)
    expect(await metadata.json()).toMatchObject({ issuer: 'https://notes.example.com' })
    expect((await fetch(`${live.url}/oauth/jwks`)).status).toBe(200)
    for (const address of addresses) expect((await fetch(`http://${address}:${env.PORT}`)).status, address).toBe(200)
    const page = await (await fetch(`${live.url}/`)).text()
    const said = await fetch(`${live.url}/demo-users.json`)
    expect(page).not.toContain(password)
    if (said.ok) expect(await said.json()).toEqual([])
    // Not even while somebody tries it out over the same database.
    const trial = await start(again, folder, { PORT: String(await freePort()) }, 60)
    onTestFinished(trial.stop)
    expect(await logIn(trial.url, username, password)).toBe(200)
    expect(await logIn(live.url, username, password)).toBe(422)
    expect(new Database(join(folder, 'auth.db')).prepare('SELECT * FROM users').all()).toEqual([])
  })

  it('does not let that user in from other machines when somebody forgets ISSUER', async () => {
    const forgetful = await start(goLive, folder, env, 90)
    onTestFinished(forgetful.stop)
    const answers = await Promise.allSettled(addresses.map((address) => fetch(`http://${address}:${env.PORT}`)))
    const isReachable = answers.some(({ status }) => status === 'fulfilled')
    expect(isReachable && (await logIn(forgetful.url, username, password)) === 200).toBe(false)
  })

  const clientIn = (printed = '') => /gwcl_[\w-]+/.exec(printed)?.[0] ?? ''

  /** The status of an authorization request of the client that was registered as the README says: 303 when it is known. */
  async function authorize(url: string | undefined, client_id: string): Promise<number> {
    const [, redirect_uri = ''] = /--redirect-uri (\S+)/.exec(register) ?? []
    const pkce = { code_challenge: 'c'.repeat(43), code_challenge_method: 'S256' }
    const question = new URLSearchParams({ response_type: 'code', client_id, redirect_uri, ...pkce })
    return (await fetch(`${url}/oauth/authorize?${question}`, { redirect: 'manual' })).status
  }

  async function callApi(token: string, text?: string): Promise<number> {
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
    const post = text && { method: 'POST', body: JSON.stringify({ text }) }
    return (await fetch(`${server?.url}/api/notes`, { headers, ...post })).status
  }
})
