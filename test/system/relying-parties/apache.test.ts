/** mod_auth_openidc as Debian has it, in an Apache of the test's own. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { freePort } from '../../support/free-port.js'
import { adas } from './ada.js'
import { type Apache, startApache } from './apache.js'
import { type Provider, secret, startProvider } from './provider.js'

const ada = adas()
let provider: Provider
let forum: string
let vanity: string
let apache: Apache

beforeAll(async () => {
  const port = await freePort()
  forum = `http://localhost:${port}`
  vanity = `${forum}/secure/redirect_uri`
  const client = {
    client_id: 'forum',
    client_secret: secret,
    redirect_uris: [vanity],
    post_logout_redirect_uris: [`${forum}/bye.html`],
    backchannel_logout_uri: `${vanity}?logout=backchannel`,
  }
  provider = await startProvider(client, forum)
  apache = await startApache(port, provider.issuer)
})
afterAll(async () => {
  await apache?.stop()
  await provider?.stop()
})
afterEach(({ task }) => {
  if (task.result?.state === 'fail') console.error(apache.said())
})

async function logIn(): Promise<void> {
  await ada().goTo(`${forum}/secure/`)
  await ada().logInAndAllow()
  await ada().page.getByText('REMOTE_USER=').waitFor()
}

/** What programs behind Apache find. */
async function environment(): Promise<Record<string, string>> {
  const lines = ((await ada().page.locator('pre').textContent()) ?? '').split('\n')
  return Object.fromEntries(lines.map((line) => /^(\w+)=(.*)$/.exec(line)?.slice(1) ?? []))
}

/** The tokens that Apache keeps with the login. */
const kept = () =>
  ada().page.evaluate<Record<string, string>>(`fetch('${vanity}?info=json').then((answer) => answer.json())`)

/** Logs out at the provider, without a word to Apache. */
async function logOutThere(): Promise<void> {
  await ada().goTo(`${provider.issuer}/oauth/logout`)
  await ada().press('Log out')
  await ada().reads('You are logged out')
}

const isLoggedIn = async () => {
  await ada().goTo(`${forum}/secure/`)
  return new URL(ada().page.url()).origin === forum
}

describe('mod_auth_openidc', () => {
  it('protects a page, logs Ada in with PKCE, and tells programs who she is', async () => {
    await logIn()
    expect(provider.asked()).toMatchObject({ code_challenge_method: 'S256', nonce: expect.any(String) })
    expect(provider.tap.to('/oauth/token')[0]?.headers.authorization).toMatch(/^Basic /)
    const user = { name: 'Ada Lovelace', email: 'ada@example.com', sub: 'user-1', iss: provider.issuer }
    expect(await environment()).toMatchObject({
      REMOTE_USER: `user-1@${provider.issuer}`,
      ...Object.fromEntries(Object.entries(user).map(([name, value]) => [`OIDC_CLAIM_${name}`, value])),
    })
  })

  it('refreshes when a page asks for it, and goes on with the new tokens', async () => {
    await logIn()
    const before = await kept()
    const asked = new URLSearchParams({ refresh: `${forum}/bye.html`, access_token: before.access_token ?? '' })
    await ada().goTo(`${vanity}?${asked}`)
    await ada().reads('Goodbye')
    expect(ada().page.url()).toBe(`${forum}/bye.html`)
    const after = await kept()
    for (const name of ['access_token', 'refresh_token']) {
      expect(after[name], name).toEqual(expect.any(String))
      expect(after[name], name).not.toBe(before[name])
    }
  })

  it('logs Ada out at the provider when a page sends her to its logout', async () => {
    await logIn()
    await ada().goTo(`${vanity}?logout=${encodeURIComponent(`${forum}/bye.html`)}`)
    await ada().logOutAsAsked()
    await ada().reads('Goodbye')
    await ada().goTo(`${forum}/secure/`)
    await ada().mustLogIn()
  })

  it('is told by the provider when Ada logs out there', async () => {
    await logIn()
    expect(await isLoggedIn()).toBe(true)
    await logOutThere()
    await expect.poll(isLoggedIn, { timeout: 10_000 }).toBe(false)
    await ada().mustLogIn()
  })

  it('is told which browser it is: Ada stays logged in in her other one', async () => {
    const browser = ada().page.context()
    await logIn()
    const first = await browser.cookies()
    await browser.clearCookies()
    await logIn()
    await logOutThere()
    await expect.poll(isLoggedIn, { timeout: 10_000 }).toBe(false)
    await browser.clearCookies()
    await browser.addCookies(first)
    expect(await isLoggedIn()).toBe(true)
    await logOutThere()
    await expect.poll(isLoggedIn, { timeout: 10_000 }).toBe(false)
  })
})
