/**
 * passport-openidconnect in an Express app, as a confidential client. It can do no PKCE, in no setting, and so is registered with
 * `allow_missing_pkce`; its nonce is off by default, and on here. The secret goes into the form: the package `oauth` below it knows no other way.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { adas } from './ada.js'
import { type Provider, secret, startForum } from './provider.js'

const ada = adas()
let provider: Provider
let forum: string

beforeAll(async () => {
  ;({ provider, forum } = await startForum('passport.mjs', {
    redirect: '/callback',
    loggedOut: '/',
    allow_missing_pkce: true,
  }))
})
afterAll(() => provider?.stop())

async function logIn(): Promise<void> {
  await ada().goTo(`${forum}/login`)
  await ada().logInAndAllow()
  await ada().reads('Ada Lovelace <ada@example.com>')
}

describe('passport-openidconnect', () => {
  it('logs Ada in with a nonce and without PKCE, and learns her name and address from UserInfo', async () => {
    await logIn()
    expect(provider.asked()).toMatchObject({ scope: 'openid profile email', nonce: expect.stringMatching(/^.{20}$/) })
    expect(provider.asked()).not.toHaveProperty('code_challenge')
    const [redeemed] = provider.tap.to('/oauth/token')
    expect(redeemed?.body).toMatchObject({ grant_type: 'authorization_code', client_secret: secret })
    expect(redeemed?.headers.authorization).toBeUndefined()
    await ada().goTo(forum)
    await ada().reads('Ada Lovelace is user-1')
  })

  it('refreshes by passport-oauth2-refresh', async () => {
    await logIn()
    await ada().press('Refresh')
    await ada().reads('Still user-1, with a new ID token')
  })

  it('is sent back when Ada says no', async () => {
    await ada().goTo(`${forum}/login`)
    await ada().logIn('ada', 'analytical-engine')
    await ada().press('Deny')
    await ada().reads('You did not let us know who you are')
  })

  it('logs Ada out at the provider when its app sends her there', async () => {
    await logIn()
    await ada().press('Log out')
    await ada().logOutAsAsked()
    await ada().reads('Nobody')
    expect(ada().page.url()).toBe(`${forum}/?state=goodbye`)
    await ada().goTo(`${forum}/login`)
    await ada().mustLogIn()
  })
})
