/**
 * What OpenID Connect costs the store: nothing at the token endpoint, and a read at the login where a client wants to know of logouts.
 */
import { expect, it } from 'vitest'
import { obtainCode, obtainTokens, redeemForm, refreshForm } from '../../support/harness.js'
import { observedStorage } from '../../support/observed-storage.js'
import { leaving } from './logging-out.js'
import { forum, provider, signIn } from './sign-in.js'

/** @param client who logs people in, here with everything: pairwise, and told of logouts. */
async function warm(client: object = { ...leaving, subject_type: 'pairwise' }) {
  const storage = observedStorage()
  const h = provider({ storage, clients: [client as typeof forum] }, { documents: { fetch: fetch } })
  const browser = h.browser()
  // Keys and salt are read once and held.
  await signIn(h, {}, browser)
  await h.server.close()
  const callsOf = async (act: () => Promise<unknown>): Promise<string[]> => {
    storage.calls.length = 0
    await act()
    return [...storage.calls]
  }
  return { h, browser, callsOf }
}

it('a token request with an ID token is one get and one swap on the grant', async () => {
  const { h, browser, callsOf } = await warm()
  const good = redeemForm(await obtainCode(h, { scope: 'openid' }, browser))
  let refresh_token = ''
  expect(
    await callsOf(async () => {
      refresh_token = (await h.token(good)).body.refresh_token
    }),
  ).toEqual(['get grant', 'replace grant'])
  expect(await callsOf(() => h.token(refreshForm(refresh_token)))).toEqual(['get grant', 'replace grant'])
})

it('a token request that has nothing to do with it costs no more than without the feature', async () => {
  const { h, callsOf } = await warm(forum)
  const { refresh_token } = await obtainTokens(h, 'web', { scope: 'read' })
  expect(await callsOf(() => h.token(refreshForm(refresh_token)))).toEqual(['get grant', 'replace grant'])
})

it('a further login in a session is one read more, where the client wants to know of logouts', async () => {
  const told = await warm()
  const untold = await warm(forum)
  const login = ({ h, browser, callsOf }: typeof told) => callsOf(() => obtainCode(h, { scope: 'openid' }, browser))
  const without = (calls: string[]) => calls.filter((call) => call !== 'get pointer')
  const calls = await login(told)
  expect(calls.filter((call) => call === 'get pointer')).toHaveLength(1)
  expect(without(calls)).toEqual(await login(untold))
})
