/**
 * The starter with an identity provider and two apps, as somebody gets it who follows its README: one login for both in a real browser, and one
 * logout.
 */
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest'
import { createConsumer, removeConsumer } from '../../package/consumer.js'
import { freePort } from '../../support/free-port.js'
import { startChromium } from '../browser/chromium.js'
import { openTab, type Person } from './person.js'
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

const original = join(examples, 'sign-in')
const readme = readFileSync(join(original, 'README.md'), 'utf8')
const [, username = '', password = ''] = /`([^`]+)` with the password `([^`]+)`/.exec(readme) ?? []
const consumer = createConsumer([])
const place = mkdtempSync(join(tmpdir(), 'grantwright-starters-sign-in-'))
const folder = join(place, 'accounts')
let apps: Running | undefined
let browser: Browser

beforeAll(async () => {
  browser = await startChromium()
})
afterAll(async () => {
  await apps?.stop()
  await browser?.close()
  removeConsumer(consumer)
  rmSync(place, { recursive: true, force: true })
})

/** Ports for all three; PORT is where a start is waited for: the forum, which is there last. */
async function portsOfOwn() {
  const [provider, forum, reader] = [await freePort(), await freePort(), await freePort()].map(String)
  return { PROVIDER_PORT: provider ?? '', FORUM_PORT: forum ?? '', READER_PORT: reader ?? '', PORT: forum ?? '' }
}
const at = (port: string) => `http://localhost:${port}`

describe('the starter for signing in', () => {
  let ports: Awaited<ReturnType<typeof portsOfOwn>>
  let [provider, forum, reader] = ['', '', '']

  beforeAll(async () => {
    ports = await portsOfOwn()
    ;[provider, forum, reader] = [at(ports.PROVIDER_PORT), at(ports.FORUM_PORT), at(ports.READER_PORT)]
    init(consumer, 'sign-in', folder)
  })

  it('comes out of the package as it lies in the repository', () => {
    expect(filesIn(folder)).toEqual(inRepository(original))
  })

  it('has a README that tells how to install, start, test, and register one more app', () => {
    expect(commandsOf(readme).map((line) => line.replace(/ -- .*/, ''))).toEqual([
      'npm install',
      'npm start',
      'npm test',
      'npm run client',
    ])
    const mentioned = codeIn(readme).filter((code) => /^[\w./-]+(\.ts|\/)$/.test(code))
    expect(mentioned.length).toBeGreaterThan(5)
    for (const file of mentioned)
      expect(
        filesIn(folder).some((path) => path.startsWith(file)),
        file,
      ).toBe(true)
  })

  it('installs, type-checks, and passes its own tests', async () => {
    useTarball(consumer, folder)
    await run('npm install', folder, ports, 120)
    expect(await run('npm test', folder, ports, 120)).toMatch(/# pass 5\n# fail 0/)
  })

  it('starts all three with one command, for this machine alone', async () => {
    apps = await start('npm start', folder, ports, 120)
    for (const url of [provider, reader])
      await vi.waitFor(() => expect(apps?.printed()).toContain(`is at ${url}`), 20_000)
    expect(await logIn(provider, username, password)).toBe(200)
    for (const port of [ports.PROVIDER_PORT, ports.FORUM_PORT, ports.READER_PORT])
      for (const address of addresses) await expect(fetch(`http://${address}:${port}`), address).rejects.toThrow()
  })

  it('lets nobody put the pages of the apps into a frame', async () => {
    for (const url of [provider, forum, reader])
      expect((await fetch(url)).headers.get('content-security-policy'), url).toContain("frame-ancestors 'none'")
  })

  describe.each([1280, 360])('in a browser %i px wide', (width) => {
    let atForum: Person
    let atReader: Person
    const known = 'You are Ada Lovelace, ada@example.com.'
    const unknown = 'You are not logged in.'

    beforeAll(async () => {
      const context = await browser.newContext({ viewport: { width, height: 800 } })
      atForum = await openTab(context)
      atReader = await openTab(context)
    })
    afterAll(() => atForum?.page.context().close())

    async function logInAtForum() {
      await atForum.goTo(forum)
      await atForum.sees(unknown)
      await atForum.press('Log in')
      await atForum.logIn(username, password)
      await atForum.sees(known)
    }

    /** Without a password: the page after the press is the consent page. */
    async function followToReader() {
      await atReader.goTo(reader)
      await atReader.sees(unknown)
      await atReader.press('Log in')
      await atReader.reads('Allow Reader to use your account?')
      await atReader.press('Allow')
      await atReader.sees(known)
    }

    it('says whom to log in as', async () => {
      await atForum.goTo(provider)
      await atForum.sees(password)
    })

    it('logs in at the forum, where nobody is asked to agree', logInAtForum)

    it('logs in at the reader without a password', followToReader)

    it('gets new tokens at the reader, and stays logged in after a reload', async () => {
      const { access_token } = await atReader.tokensAfter('Refresh')
      expect(access_token).toMatch(/^ey/)
      await atReader.page.reload()
      await atReader.sees(known)
    })

    it('is logged out of the provider and of the forum after a logout at the reader', async () => {
      await atReader.press('Log out')
      await atReader.reads('Log out?')
      await atReader.sees('Reader has sent you here to log out.')
      await atReader.press('Log out')
      await atReader.sees(unknown)
      expect(atReader.page.url()).toBe(`${reader}/`)
      await expect
        .poll(
          async () => {
            await atForum.page.reload()
            return atForum.page.getByRole('status').textContent()
          },
          { timeout: 20_000 },
        )
        .toBe(unknown)
      await atForum.press('Log in')
      await atForum.reads('Log in')
    })

    it('is logged out of the reader after a logout at the forum, without a word there', async () => {
      await logInAtForum()
      await followToReader()
      await atForum.press('Log out')
      await atForum.sees(unknown)
      expect(atForum.page.url()).toBe(`${forum}/`)
      await atReader.sees(unknown)
      await atReader.press('Log in')
      await atReader.reads('Log in')
    })

    it('runs without a complaint of the browser', () => {
      expect([...atForum.problems, ...atReader.problems]).toEqual([])
    })
  })

  it('registers one more app while it runs', async () => {
    const register = commandsOf(readme).find((line) => line.startsWith('npm run client')) ?? ''
    expect(await run(register, folder, ports, 60)).toContain(`For ${provider}`)
  })

  it('goes live as its README says: behind https, and without the user whom everybody knows', async () => {
    await apps?.stop()
    const names = { PROVIDER_URL: 'https://accounts.example.com', FORUM_URL: 'https://forum.example.com' }
    const live = await start('npm start', folder, { ...ports, ...names, READER_URL: 'https://reader.example.com' }, 120)
    onTestFinished(live.stop)
    await vi.waitFor(() => expect(live.printed()).toContain('is at https://accounts.example.com'), 20_000)
    const metadata = await fetch(`${provider}/.well-known/openid-configuration`)
    expect(await metadata.json()).toMatchObject({ issuer: 'https://accounts.example.com' })
    expect(await (await fetch(provider)).text()).not.toContain(password)
    expect(await logIn(provider, username, password)).toBe(422)
    for (const address of addresses) expect((await fetch(`http://${address}:${ports.FORUM_PORT}`)).status).toBe(200)
  })

  it('says that a port is taken, and leaves nothing behind', async () => {
    const taken = await portsOfOwn()
    const other = createServer().listen(Number(taken.PROVIDER_PORT), 'localhost')
    await once(other, 'listening')
    onTestFinished(() => void other.close())
    await expect(run('npm start', folder, taken, 120)).rejects.toThrow('EADDRINUSE: address already in use')
    await expect(fetch(at(taken.FORUM_PORT))).rejects.toThrow()
    await expect(fetch(at(taken.READER_PORT))).rejects.toThrow()
  })
})
