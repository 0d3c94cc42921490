/**
 * MCP Inspector as npm brings it, at the MCP starter, with a person at a browser: its web interface by registration and by a metadata document, and its
 * command line. Its own server on the machine sends all requests, so no browser asks across origins.
 */
import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { authorizationParameters, knownClients, registrationRequest } from '../../../src/known-clients/index.js'
import { freePort } from '../../support/free-port.js'
import { startChromium } from '../browser/chromium.js'
import { openBrowserAt, type Person } from '../starters/person.js'
import { createDesk, type Desk } from './desk.js'
import { type Notes, startNotes } from './notes.js'

const modules = join(import.meta.dirname, 'node_modules')
const node = join(modules, 'node22/bin/node')
const program = join(modules, '@modelcontextprotocol/inspector/clients/launcher/build/index.js')

let notes: Notes
let browser: Browser
let desk: Desk
let ada: Person
let page: Page
let web: ChildProcess | undefined
let webUrl: URL

beforeAll(async () => {
  desk = createDesk(node)
  notes = await startNotes()
  browser = await startChromium()
  ada = await openBrowserAt(browser, 1280)
  page = ada.page
  await page.route('https://fonts.googleapis.com/**', (route) => route.abort())
  webUrl = await startWeb()
})
afterAll(async () => {
  if (web?.exitCode === null) {
    web.kill('SIGKILL')
    await once(web, 'close')
  }
  await browser?.close()
  await notes?.close()
  desk?.leave()
})

/** With a store for secrets of its own, and ports that are free. */
const env = () => ({ ...desk.env, MCP_INSPECTOR_SECRET_STORE: 'file', NODE_EXTRA_CA_CERTS: notes.certificate })

/** Gives the URL that it prints, with what lets a browser in. */
async function startWeb(): Promise<URL> {
  const [CLIENT_PORT, MCP_SANDBOX_PORT, MCP_APP_ORIGIN_PORT] = await Promise.all([freePort(), freePort(), freePort()])
  const ports = Object.entries({ CLIENT_PORT, MCP_SANDBOX_PORT, MCP_APP_ORIGIN_PORT }).map(([name, port]) => [
    name,
    `${port}`,
  ])
  const child = spawn(node, [program, '--web'], {
    env: { ...env(), ...Object.fromEntries(ports), MCP_AUTO_OPEN_ENABLED: 'false' },
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  web = child
  let printed = ''
  child.stdout.setEncoding('utf8').on('data', (text) => {
    printed += text
  })
  return vi.waitFor(
    () => {
      const [, url] = /up and running at:\s+(http\S+)\s/.exec(printed) ?? []
      if (!url) throw new Error(`The web interface has not started: ${printed}`)
      return new URL(url)
    },
    { timeout: 30_000 },
  )
}

const button = (name: string) => page.getByRole('button', { name, exact: true })
const asked = () => notes.tap.to('/oauth/authorize').filter(({ query }) => query.client_id)

/** Adds the MCP server in the web interface, and connects. */
async function connect(name: string): Promise<void> {
  await button('Add Servers').click()
  await page.getByRole('menuitem', { name: '+ Add manually' }).click()
  await page.getByLabel('Server ID').fill(name)
  await page.getByRole('textbox', { name: 'Transport' }).click()
  await page.getByRole('option', { name: 'streamable-http' }).click()
  await page.getByLabel('URL').fill(notes.url)
  await button('Add').click()
  await page.getByRole('dialog').waitFor({ state: 'hidden' })
  await toggle(name)
}

const toggle = (name: string) => page.getByRole('switch', { name: `Connect or disconnect "${name}"` }).press('Space')

async function execute(tool: string, text?: string): Promise<void> {
  await button(tool).click()
  if (text !== undefined) await page.getByRole('textbox', { name: 'text' }).fill(text)
  await button('Execute Tool').click()
}

describe('the web interface', () => {
  it('registers itself, sends the person to the login and the consent page, and calls a tool', async () => {
    await ada.goTo(webUrl.href)
    await connect('notes')
    await ada.logIn('ada', 'analytical-engine')
    await ada.reads('Allow MCP Inspector to use your account?')
    await ada.sees('Read your notes')
    expect(await page.getByText('Add notes').count()).toBe(0)
    await ada.press('Allow')
    await page.getByText('Tools', { exact: true }).click()
    await execute('list_notes')
    await page.getByText('There are no notes.').waitFor()
  })

  it('has sent just what is known of it, from its own server', async () => {
    const known = knownClients.find(({ id }) => id === 'inspector')
    const [request] = asked()
    if (!known || !request) throw new Error('nothing was asked')
    const { client_id = '', code_challenge = '', state = '' } = request.query
    const met = {
      server: { scopes_supported: ['offline_access'] },
      resource: notes.url,
      resourceScopes: ['notes:read', 'notes:write'],
      challengeScope: 'notes:read',
      port: Number(webUrl.port),
    }
    expect(notes.tap.to('/oauth/register').map(({ body }) => body)).toEqual([registrationRequest(known, met)])
    expect(request.query).toEqual(authorizationParameters(known, met, { client_id, code_challenge, state }))
    const first = [...new Set(notes.tap.seen.map(({ path }) => path))].slice(0, 4)
    expect(first).toEqual([
      '/mcp',
      '/.well-known/oauth-protected-resource/mcp',
      '/.well-known/oauth-authorization-server',
      '/oauth/register',
    ])
    const own = notes.tap.seen.filter(({ path }) => !/\/oauth\/(?:authorize|login|consent)$/.test(path))
    expect(own.filter(({ headers }) => headers.origin !== undefined)).toEqual([])
  })

  it('asks for more when a tool needs it', async () => {
    await execute('add_note', 'Buy milk')
    await page.getByText('Additional permissions required').waitFor()
    await button('Authorize').click()
    await ada.reads('Allow MCP Inspector to use your account?')
    await ada.sees('Add notes')
    await ada.press('Allow')
    await page.getByText('Step-up authorization succeeded. Retry your action.').waitFor()
    expect(asked().at(-1)?.query).toMatchObject({ scope: 'notes:read offline_access notes:write', prompt: 'consent' })
    await execute('add_note', 'Buy milk')
    await page.getByText('Added.').waitFor()
    expect(notes.tap.to('/oauth/register')).toHaveLength(1)
  })

  it('forgets what it has when its state is cleared, and revokes nothing, although its settings say so', async () => {
    await ada.goTo(webUrl.href)
    // Of the server that was added last.
    await button('Settings').last().click()
    const settings = page.getByRole('dialog')
    await settings.getByRole('button', { name: /OAuth/ }).click()
    expect(await settings.getByLabel('Revoke tokens on clear').isChecked()).toBe(true)
    await button('Clear stored OAuth state').click()
    await page.getByText('Stored OAuth state was removed for "notes".').waitFor()
    expect(notes.tap.to('/oauth/revoke')).toEqual([])
  })

  it('comes by a metadata document when its settings have one', async () => {
    notes.describe({
      client_name: 'Inspector of our team',
      redirect_uris: ['http://127.0.0.1/oauth/callback', 'http://localhost/oauth/callback'],
      token_endpoint_auth_method: 'none',
    })
    await ada.goTo(webUrl.href)
    await button('Client settings').click()
    await button('OAuth Client ID Metadata Document').click()
    await page.getByLabel('Use Client ID Metadata Document').press('Space')
    // Saved a moment after the last key.
    const saved = page.waitForResponse(
      (response) => response.ok() && (response.request().postData() ?? '').includes(notes.documentUrl),
    )
    await page.getByLabel('Client ID metadata document URL').fill(notes.documentUrl)
    await saved
    await page.keyboard.press('Escape')
    await page.getByRole('dialog').waitFor({ state: 'hidden' })
    await toggle('notes')
    await ada.reads('Allow Inspector of our team to use your account?')
    await ada.sees(/^This app describes itself at localhost/)
    await ada.press('Allow')
    await page.getByText('Tools', { exact: true }).click()
    await execute('list_notes')
    await page.getByText('Buy milk').waitFor()
    expect(asked().at(-1)?.query).toMatchObject({ client_id: notes.documentUrl })
    expect(notes.tap.to('/oauth/register')).toHaveLength(1)
  })
})

describe('the command line', () => {
  let port: number
  beforeAll(async () => {
    port = await freePort()
  })

  /** Of somebody whose home is `home`. It opens a browser by itself only at a terminal. */
  const run = async (home: string, ...words: readonly string[]) => {
    const call = [program, '--cli', notes.url, '--callback-url', `http://127.0.0.1:${port}/oauth/callback`, ...words]
    const options = { env: { ...env(), HOME: home, MCP_AUTO_OPEN_ENABLED: 'true' }, timeout: 60_000 }
    const { stdout } = await promisify(execFile)(node, [...call, '--format', 'json'], options)
    return stdout
  }
  const callTool = (name: string, ...args: readonly string[]) => [
    '--method',
    'tools/call',
    '--tool-name',
    name,
    ...args,
  ]

  it('logs in by a browser, and keeps what it got for the next command', async () => {
    const home = join(desk.home, 'elsewhere')
    const listed = run(home, '--method', 'tools/list')
    await ada.goTo(await desk.opens())
    await ada.reads('Allow MCP Inspector to use your account?')
    await ada.press('Allow')
    expect(await listed).toMatch(/list_notes.*find_notes.*add_note/)
    expect(await run(home, ...callTool('list_notes'))).toContain('Buy milk')
    expect(desk.unexpected()).toEqual([])
  })

  it('refreshes when a tool needs more, asks nobody, and ends with an error', async () => {
    const home = join(desk.home, 'elsewhere')
    const asking = asked().length
    const adding = run(home, ...callTool('add_note', '--tool-arg', 'text=Buy bread'))
    await expect(adding).rejects.toThrow('auth() returned AUTHORIZED without authorization code')
    expect(notes.tap.to('/oauth/token').at(-1)).toMatchObject({ status: 200, body: { grant_type: 'refresh_token' } })
    expect(asked()).toHaveLength(asking)
  })

  it('uses what the web interface of the same person has', async () => {
    expect(await run(desk.home, ...callTool('list_notes'))).toContain('Buy milk')
    expect(desk.unexpected()).toEqual([])
  })
})
