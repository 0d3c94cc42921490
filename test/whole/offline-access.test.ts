/** `offline_access` is told to clients that have refresh tokens, and is nothing else. */
import { expect, it } from 'vitest'
import {
  API,
  authorizeUrl,
  claimsOf,
  clients,
  formFields,
  grantIdOf,
  harness,
  introspected,
  obtainCode,
  obtainTokens,
  pkce,
  redeemForm,
  redirected,
  refreshForm,
  storedGrant,
} from '../support/harness.js'

const SCOPE = 'read offline_access'

it('is echoed with each refresh token, and in no access token, no event and no list of scope', async () => {
  const h = harness()
  const first = await obtainTokens(h, 'web', { scope: SCOPE })
  const { body: second } = await h.token(refreshForm(first.refresh_token))
  for (const { scope, access_token } of [first, second]) {
    expect(scope).toBe(SCOPE)
    expect(claimsOf(access_token).scope).toBe('read')
  }
  expect(await introspected(h, second.access_token)).toMatchObject({ scope: 'read' })
  expect(await introspected(h, second.refresh_token, 'web')).toMatchObject({ scope: SCOPE })
  expect(await storedGrant(h, first.refresh_token)).toMatchObject({ access: [{ resource: API, scope: ['read'] }] })
  expect(JSON.stringify(h.events)).not.toContain('offline_access')
})

it('is not echoed to who did not ask, although refresh tokens come all the same', async () => {
  const h = harness()
  const tokens = await obtainTokens(h, 'web', { scope: 'read' })
  expect(tokens.scope).toBe('read')
  const { body } = await h.token({ ...refreshForm(tokens.refresh_token), scope: SCOPE })
  expect(body.scope).toBe('read')
})

it('is left out in silence for a client without the grant type, at first and when it is lost later', async () => {
  const once = { ...clients.web, client_id: 'once', grant_types: ['authorization_code'] }
  const h = harness({ clients: [once] })
  const code = await obtainCode(h, { client_id: 'once', scope: SCOPE })
  const credentials = { client_id: 'once', client_secret: once.client_secret }
  const redeem = { ...redeemForm(code), ...credentials }
  expect(await (await h.post('/oauth/token', redeem)).json()).toMatchObject({ scope: 'read' })
  expect(h.events.map(({ type }) => type)).not.toContain('scope_left_out')

  const before = harness()
  const later = await obtainCode(before, { scope: SCOPE })
  const after = harness({ storage: before.storage, clients: [{ ...clients.web, grant_types: ['authorization_code'] }] })
  const { body } = await after.token(redeemForm(later))
  expect([body.scope, body.refresh_token]).toEqual(['read', undefined])
})

it('alone asks for the default scope, and stays away from a refresh that names less', async () => {
  const h = harness()
  const tokens = await obtainTokens(h, 'spa', { scope: 'offline_access' })
  expect(tokens.scope).toBe('read write offline_access')
  const less = (await h.token({ ...refreshForm(tokens.refresh_token), scope: 'read' }, 'spa')).body
  expect(less.scope).toBe('read')
  const named = (await h.token({ ...refreshForm(less.refresh_token), scope: SCOPE }, 'spa')).body
  expect(named.scope).toBe(SCOPE)
})

it('is part of a default scope that has it', async () => {
  const web = { ...clients.web, scope: undefined, default_scope: SCOPE }
  const tokens = await obtainTokens(harness({ clients: [web] }))
  expect(tokens.scope).toBe(SCOPE)
})

it('is on no page, and a remembered consent answers with it or without', async () => {
  const h = harness()
  const browser = h.browser()
  const ask = (scope: string) => browser.get(authorizeUrl(pkce().challenge, { scope }))
  const page = await (await ask(SCOPE)).text()
  expect(page).not.toContain('offline_access')
  expect(
    redirected(await browser.post('/oauth/consent', { ...formFields(page), decision: 'allow' })).get('code'),
  ).not.toBeNull()
  for (const scope of ['read', SCOPE]) expect(redirected(await ask(scope)).get('code')).not.toBeNull()
  expect(await (await browser.get('/oauth/apps')).text()).not.toContain('offline_access')
  const { code, verifier } = await obtainCode(h, { scope: SCOPE }, browser)
  expect((await h.token(redeemForm({ code, verifier }))).body.scope).toBe(SCOPE)
})

it('is what an API means by it where one has it: asked for on the page, and in its tokens', async () => {
  const resources = { [API]: { scopes: { read: 'Read your notes', offline_access: 'Read them while you are away' } } }
  const h = harness({ clients: [{ ...clients.web, scope: undefined }], resources })
  const browser = h.browser()
  const page = await (await browser.get(authorizeUrl(pkce().challenge, { scope: SCOPE }))).text()
  expect(page).toContain('Read them while you are away')
  const tokens = await obtainTokens(h, 'web', { scope: SCOPE }, browser)
  expect([tokens.scope, claimsOf(tokens.access_token).scope]).toEqual([SCOPE, SCOPE])
  expect(await storedGrant(h, tokens.refresh_token)).not.toHaveProperty('offlineAccess')
  expect((await h.token({ ...refreshForm(tokens.refresh_token), scope: 'read' })).body.scope).toBe('read')
})

it('a grant of an earlier version, which knows nothing of it, goes on', async () => {
  const h = harness()
  const tokens = await obtainTokens(h, 'web', { scope: 'read write' })
  expect(await storedGrant(h, tokens.refresh_token)).not.toHaveProperty('offlineAccess')
  const { body } = await h.token(refreshForm(tokens.refresh_token))
  expect([grantIdOf(body.refresh_token), body.scope]).toEqual([grantIdOf(tokens.refresh_token), 'read write'])
})
