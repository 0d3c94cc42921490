/**
 * Auth.js in an Express app, as a confidential client that finds everything by its issuer. It logs people in with the secret in the header, and its guide
 * refreshes with the secret in the form.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { adas } from './ada.js'
import { type Provider, secret, startForum } from './provider.js'

const ada = adas()
let provider: Provider
let forum: string

beforeAll(async () => {
  ;({ provider, forum } = await startForum('authjs.mjs', { redirect: '/auth/callback/grantwright', loggedOut: '/bye' }))
})
afterAll(() => provider?.stop())

async function startLogin(): Promise<void> {
  await ada().goTo(forum)
  await ada().reads('Nobody')
  await ada().press('Log in')
}
async function logIn(): Promise<void> {
  await startLogin()
  await ada().logInAndAllow()
  await ada().reads('Ada Lovelace <ada@example.com>')
}

/** The access token has run out, and the page learns who Ada is with the new one. */
async function refresh(): Promise<void> {
  await ada().goTo(forum)
  await ada().reads('Ada Lovelace <ada@example.com>')
  await ada().press('Refresh')
  await ada().reads('Still user-1')
}

/** The last requests for tokens, oldest first. */
const lastAsked = (count: number) => provider.tap.to('/oauth/token').slice(-count)

describe('Auth.js', () => {
  it('logs Ada in with PKCE, and learns her name and address from UserInfo', async () => {
    await logIn()
    expect(provider.asked()).toMatchObject({ scope: 'openid profile email', code_challenge_method: 'S256' })
    // PKCE is its one check of three, unless told otherwise.
    expect(provider.asked()).not.toHaveProperty('state')
    expect(provider.asked()).not.toHaveProperty('nonce')
    const [redeemed] = provider.tap.to('/oauth/token')
    expect(redeemed).toMatchObject({
      status: 200,
      headers: { authorization: `Basic ${btoa('forum:a+secret+of+the+forum%2C+long+enough')}` },
      body: { grant_type: 'authorization_code', code_verifier: expect.stringMatching(/^[\w-]{43}$/) },
    })
    expect(redeemed?.body).not.toHaveProperty('client_secret')
    expect(provider.tap.to('/oauth/userinfo').map(({ status }) => status)).toEqual([200])
  })

  it('refreshes in its jwt callback when the access token has run out, and goes on with the new tokens', async () => {
    await logIn()
    await refresh()
    await refresh()
    const refreshes = lastAsked(2)
    for (const { status, body, headers } of refreshes) {
      expect(status).toBe(200)
      expect(body).toMatchObject({ grant_type: 'refresh_token', client_secret: secret })
      expect(headers.authorization).toBeUndefined()
    }
    expect(new Set(refreshes.map(({ body }) => body.refresh_token)).size).toBe(2)
    // At the login, and after each of the two.
    const used = provider.tap.to('/oauth/userinfo').slice(-3)
    expect(used.map(({ status }) => status)).toEqual([200, 200, 200])
    expect(new Set(used.map(({ headers }) => headers.authorization)).size).toBe(3)
  })

  it('keeps Ada logged in when a second tab refreshes with the token that the first has spent', async () => {
    await logIn()
    const context = ada().page.context()
    const ofSecondTab = await context.cookies(forum)
    await refresh()
    await context.addCookies(ofSecondTab)
    await refresh()
    await refresh()
    const refreshes = lastAsked(3)
    expect(refreshes.map(({ status }) => status)).toEqual([200, 200, 200])
    const [first, second, third] = refreshes.map(({ body }) => body.refresh_token)
    expect(second).toBe(first)
    expect(third).not.toBe(first)
  })

  it('is sent back when Ada says no', async () => {
    await startLogin()
    await ada().logIn('ada', 'analytical-engine')
    await ada().press('Deny')
    await ada().reads('Nobody')
    expect(ada().page.url()).toBe(`${forum}/?error=OAuthCallbackError`)
  })

  it('logs Ada out at the provider, and has its state back', async () => {
    await logIn()
    await refresh()
    await ada().press('Log out')
    await ada().logOutAsAsked()
    await ada().reads('Nobody')
    expect(ada().page.url()).toBe(`${forum}/bye?state=goodbye`)
    await ada().press('Log in')
    await ada().mustLogIn()
  })
})
