/** oidc-client-ts in a page on another origin, as a public client: it finds everything by the issuer. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { freePort } from '../../support/free-port.js'
import { adas } from './ada.js'
import { startBrowserApp } from './browser-app.js'
import { type Provider, startProvider } from './provider.js'

const ada = adas()
let provider: Provider
let forum: string
let stopForum: () => Promise<void>

beforeAll(async () => {
  const port = await freePort()
  forum = `http://localhost:${port}`
  const client = {
    client_id: 'forum',
    token_endpoint_auth_method: 'none',
    redirect_uris: [`${forum}/callback`, `${forum}/silent`],
    post_logout_redirect_uris: [`${forum}/bye`],
  }
  provider = await startProvider(client, forum)
  stopForum = await startBrowserApp(port, provider.issuer)
})
afterAll(async () => {
  await stopForum?.()
  await provider?.stop()
})

/** What an expression gives in the page. */
const inPage = <Result>(expression: string) => ada().page.evaluate<Result>(expression)
const says = (text: string | RegExp) => ada().page.locator('output').filter({ hasText: text }).waitFor()

async function logIn(): Promise<void> {
  await ada().goTo(forum)
  await says('Nobody')
  await ada().press('Log in')
  await ada().logInAndAllow()
  await says('Ada Lovelace <ada@example.com>')
}

describe('oidc-client-ts', () => {
  it('logs Ada in with PKCE, and learns her name from UserInfo', async () => {
    await logIn()
    expect(provider.asked()).toMatchObject({ code_challenge_method: 'S256', response_type: 'code' })
    expect(provider.asked()).not.toHaveProperty('nonce')
    expect(provider.tap.to('/oauth/userinfo').map(({ method, status }) => [method, status])).toContainEqual([
      'GET',
      200,
    ])
    await ada().goTo(forum)
    await says('user-1')
  })

  it('refreshes without a word to Ada, and takes the new ID token for one of the same login', async () => {
    await logIn()
    const before = await inPage<Record<string, string>>('users.getUser()')
    const after = await inPage<Record<string, string>>('users.signinSilent()')
    for (const name of ['access_token', 'refresh_token', 'id_token']) {
      expect(after[name], name).toEqual(expect.any(String))
      expect(after[name], name).not.toBe(before[name])
    }
    expect(after.profile).toMatchObject({ sub: 'user-1', name: 'Ada Lovelace', email: 'ada@example.com' })
    expect(provider.tap.to('/oauth/token').at(-1)?.body).toMatchObject({ grant_type: 'refresh_token' })
  })

  // A public client at a loopback address is nobody for sure: its consent is not remembered.
  it('asks in a hidden frame where it has no refresh token, and is told that somebody must agree', async () => {
    await logIn()
    await inPage('users.getUser().then((user) => { delete user.refresh_token; return users.storeUser(user) })')
    expect(await inPage('users.signinSilent().catch(({ error }) => error)')).toBe('consent_required')
    expect(provider.asked().prompt).toBe('none')
  })

  it('logs Ada out at the provider too, and has its state back', async () => {
    await logIn()
    await ada().press('Log out')
    await ada().logOutAsAsked()
    await says('goodbye')
    expect(new URL(ada().page.url()).pathname).toBe('/bye')
    await ada().goTo(forum)
    await says('Nobody')
    await ada().press('Log in')
    await ada().mustLogIn()
  })
})
