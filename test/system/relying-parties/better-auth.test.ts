/** better-auth's plugin for any OpenID provider, as a confidential client: it finds everything by the URL of the metadata. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { adas } from './ada.js'
import { type Provider, secret, startForum } from './provider.js'

const ada = adas()
let provider: Provider
let forum: string

beforeAll(async () => {
  ;({ provider, forum } = await startForum('better-auth.mjs', {
    redirect: '/api/auth/callback/grantwright',
    loggedOut: '/bye',
  }))
})
afterAll(() => provider?.stop())

async function logIn(): Promise<void> {
  await ada().goTo(forum)
  await ada().reads('Nobody')
  await ada().press('Log in')
  await ada().logInAndAllow()
  await ada().reads('Ada Lovelace <ada@example.com>')
}

interface Tokens {
  readonly accessToken: string
  readonly refreshToken: string
  readonly idToken: string
}
/** What it answers about the tokens of Ada's one account. */
const tokensAfter = (path: string) =>
  ada().page.evaluate<Tokens>(`call('list-accounts').then(([{ id }]) => call('${path}', { accountId: id }))`)

describe('better-auth', () => {
  it('logs Ada in with PKCE and a nonce that it verifies, and has her for a user of its own', async () => {
    await logIn()
    expect(provider.asked()).toMatchObject({
      scope: 'openid profile email',
      code_challenge_method: 'S256',
      nonce: expect.any(String),
    })
    expect(provider.tap.to('/oauth/token')[0]?.body).toMatchObject({ client_secret: secret })
    expect(provider.tap.to('/oauth/userinfo').map(({ status }) => status)).toEqual([200])
  })

  it('knows Ada again when it has her sent by the provider a second time', async () => {
    await logIn()
    await ada()
      .page.context()
      .clearCookies({ domain: 'localhost', name: /better-auth/ })
    await ada().goTo(forum)
    await ada().reads('Nobody')
    await ada().press('Log in')
    await ada().allow()
    await ada().reads('Ada Lovelace <ada@example.com>')
  })

  it('lets nobody in who keeps the address to themselves, until they tell it', async () => {
    const address = ada().page.getByLabel('See your email address')
    await ada().goTo(forum)
    await ada().press('Log in')
    await ada().logIn('ada', 'analytical-engine')
    await address.uncheck()
    await ada().allow()
    await ada().reads('Nobody')
    expect(new URL(ada().page.url()).searchParams.get('error')).toBe('email_not_found')
    await ada().press('Log in')
    await address.check()
    await ada().allow()
    await ada().reads('Ada Lovelace <ada@example.com>')
  })

  it('refreshes the tokens that it keeps', async () => {
    await logIn()
    const before = await tokensAfter('get-access-token')
    const after = await tokensAfter('refresh-token')
    expect(after.accessToken).not.toBe(before.accessToken)
    expect(after.idToken).not.toBe(before.idToken)
    expect(await tokensAfter('get-access-token')).toMatchObject({ accessToken: after.accessToken })
    expect((await tokensAfter('refresh-token')).refreshToken).not.toBe(after.refreshToken)
  })

  it('logs Ada out at the provider too, and has its state back', async () => {
    await logIn()
    await ada().press('Log out')
    await ada().logOutAsAsked()
    await ada().reads('Nobody')
    expect(ada().page.url()).toBe(`${forum}/bye?state=goodbye`)
    await ada().press('Log in')
    await ada().mustLogIn()
  })
})
