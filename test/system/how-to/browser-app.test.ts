/** docs/how-to/browser-app.md as it stands there: in Chromium, with the server and the API on one origin and the app on another. */
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { filesOf, pageOf, piecesOf, Reader } from '../../docs/reader.js'
import { freePort } from '../../support/free-port.js'
import { startChromium } from '../browser/chromium.js'
import { packagesHere } from './packages.js'

const page = 'docs/how-to/browser-app.md'
const files = filesOf(page)

let reader: Reader
let app: string
let browser: Browser
let context: BrowserContext
let tab: Page

beforeAll(async () => {
  reader = await Reader.arrive(['libsql', 'esbuild'], packagesHere())
  const port = await freePort()
  app = `http://localhost:${port}`
  const here = (code = '') => code.replaceAll('5173', String(port))
  const [client = ''] = piecesOf(page, 'ts')
  const auth = filesOf('README.md').get('auth.mjs') ?? ''
  reader.write('auth.mjs', here(auth.replace('clients: [', `clients: [ ${client.replace(/ \/\/ and .*/, '')},`)))
  for (const name of ['express.mjs', 'index.html']) reader.write(name, here(files.get(name)))
  // The tests look into the app.
  reader.write('app.js', `${files.get('app.js')}\nglobalThis.users = users`)
  await reader.run('node express.mjs').says(/^The server is at/m)
  const [, build = ''] = piecesOf(page, 'sh')
  await reader.run(here(build.replace('npx esbuild', 'node node_modules/esbuild/bin/esbuild'))).says(/Local:/)
  browser = await startChromium()
})
afterAll(async () => {
  await browser?.close()
  reader?.leave()
})

beforeEach(async () => {
  context = await browser.newContext()
  tab = await context.newPage()
})
afterEach(() => context.close())

const said = (where = tab) => where.locator('output')
const notes = '{"notesOf":"user-1"}'

async function logIn(): Promise<void> {
  await tab.goto(app)
  await tab.click('#login')
  await tab.fill('input[name=username]', 'ada')
  await tab.fill('input[name=password]', 'analytical-engine')
  await tab.keyboard.press('Enter')
  await tab.click('button[value=allow]')
  await expect.poll(() => said().textContent()).toBe(notes)
}

/** What an expression gives in the page; `users` is the app's UserManager. */
const inPage = <Result>(expression: string, where = tab) => where.evaluate<Result>(expression)

describe('the browser app', () => {
  it('has the files and commands of the page', () => {
    expect([...files.keys()]).toEqual(['express.mjs', 'app.js', 'index.html'])
    expect(piecesOf(page, 'sh')).toHaveLength(2)
  })

  it('logs in, calls the API on the other origin, leaves no code in the address bar, and stays logged in at a reload', async () => {
    await tab.goto(app)
    expect(await said().textContent()).toBe('Nobody is logged in')
    await logIn()
    expect(tab.url()).toBe(`${app}/`)
    expect(await tab.evaluate('history.length > 0 && location.search')).toBe('')
    await tab.reload()
    await expect.poll(() => said().textContent()).toBe(notes)
  })

  it('renews a token that the API refuses before its time, once', async () => {
    await logIn()
    const before = await inPage<string>('users.getUser().then((user) => user.refresh_token)')
    await inPage('users.getUser().then((user) => { user.access_token = "over"; return users.storeUser(user) })')
    const refused: number[] = []
    tab.on('response', (response) => {
      if (response.url().endsWith('/api/notes') && response.request().method() === 'GET')
        refused.push(response.status())
    })
    await tab.reload()
    await expect.poll(() => said().textContent()).toBe(notes)
    expect(refused).toEqual([401, 200])
    expect(await inPage('users.getUser().then((user) => user.refresh_token)')).not.toBe(before)
  })

  it('shows what the server refuses, and logs in again', async () => {
    await tab.goto(app)
    await tab.click('#login')
    await tab.fill('input[name=username]', 'ada')
    await tab.fill('input[name=password]', 'analytical-engine')
    await tab.keyboard.press('Enter')
    await tab.click('button[value=deny]')
    await expect.poll(() => said().textContent()).toContain('Error')
    expect(tab.url()).toBe(`${app}/`)
    await tab.click('#login')
    await tab.click('button[value=allow]')
    await expect.poll(() => said().textContent()).toBe(notes)
  })

  it('ends the grant when it logs out', async () => {
    await logIn()
    const token = await inPage<string>('users.getUser().then((user) => user.refresh_token)')
    await tab.click('#logout')
    await expect.poll(() => said().textContent()).toBe('Logged out')
    const body = new URLSearchParams({ grant_type: 'refresh_token', refresh_token: token, client_id: 'notes-web' })
    const answer = await fetch(`${reader.origin}/oauth/token`, { method: 'POST', body })
    expect((await answer.json()).error).toBe('invalid_grant')
    await tab.reload()
    await expect.poll(() => said().textContent()).toBe('Nobody is logged in')
  })

  it('is read by scripts of its own origin alone', async () => {
    await logIn()
    const token = await inPage<string>('users.getUser().then((user) => user.access_token)')
    const other = await context.newPage()
    await other.goto(reader.origin.replace('localhost', '127.0.0.1'))
    const call = `fetch('${reader.origin}/api/notes', { headers: { authorization: 'Bearer ${token}' } }).then((r) => r.text(), String)`
    expect(await inPage(call, other)).toContain('Failed to fetch')
  })
})

describe('where the tokens are kept', () => {
  const stores = [
    ['new WebStorageStateStore({ store: new InMemoryWebStorage() })', ['Nobody is logged in', 'Nobody is logged in']],
    ['new WebStorageStateStore({ store: localStorage })', [notes, notes]],
  ] as const

  async function keepIn(store: string): Promise<void> {
    expect(pageOf(page)).toContain(`userStore: ${store}`)
    const code = (files.get('app.js') ?? '')
      .replace('{ UserManager }', '{ InMemoryWebStorage, UserManager, WebStorageStateStore }')
      .replace('  scope:', `  userStore: ${store},\n  scope:`)
    reader.write('app.js', `${code}\nglobalThis.users = users`)
  }

  it.each(stores)('%s', async (store, [reloaded, elsewhere]) => {
    await keepIn(store)
    await logIn()
    await tab.reload()
    await expect.poll(() => said().textContent()).toBe(reloaded)
    const second = await context.newPage()
    await second.goto(app)
    await expect.poll(() => said(second).textContent()).toBe(elsewhere)
  })

  it('two tabs that refresh with one token at the same moment both get the current one, and the login goes on', async () => {
    await keepIn(stores[1][0])
    await logIn()
    const second = await context.newPage()
    await second.goto(app)
    await expect.poll(() => said(second).textContent()).toBe(notes)
    // Both have read the store before either has written it.
    const spend = 'users.signinSilent().then((user) => user.refresh_token)'
    const before = await inPage<string>('users.getUser().then((user) => user.refresh_token)')
    const [one, two] = await Promise.all([inPage<string>(spend), inPage<string>(spend, second)])
    expect(one).not.toBe(before)
    expect(two).not.toBe(before)
    const late = new URLSearchParams({ grant_type: 'refresh_token', refresh_token: before, client_id: 'notes-web' })
    const retried = await fetch(`${reader.origin}/oauth/token`, { method: 'POST', body: late })
    expect(retried.status).toBe(200)
    for (const where of [tab, second]) {
      await where.reload()
      await expect.poll(() => said(where).textContent()).toBe(notes)
    }
  })
})
