/**
 * Redirect URIs of apps, through a whole server: what is free at loopback, and what the operator lists.
 */
import { expect, it } from 'vitest'
import {
  authorizeUrl,
  formFields,
  harness,
  obtainCode,
  pkce,
  redeemForm,
  redirected,
  snapshot,
} from '../support/harness.js'

const cursor = 'cursor://anysphere.cursor-mcp/oauth/callback'
const listing = { privateUseRedirectUris: [cursor] }
const app = {
  client_name: 'Cursor',
  token_endpoint_auth_method: 'none',
  redirect_uris: [cursor],
  default_scope: 'read',
}

it('a confidential client at a free loopback port redeems its code for that port alone', async () => {
  const secret = 'cli-secret-cli-secret-cli-secret-cli'
  const redirect_uris = ['http://127.0.0.1/callback']
  const h = harness({ clients: [{ client_id: 'cli', client_secret: secret, redirect_uris, default_scope: 'read' }] })
  const redirect_uri = 'http://127.0.0.1:51763/callback'
  const made = await obtainCode(h, { client_id: 'cli', redirect_uri })
  const headers = { authorization: `Basic ${btoa(`cli:${secret}`)}` }
  const redeem = async (uri: string) => {
    const response = await h.post('/oauth/token', { ...redeemForm(made), redirect_uri: uri }, headers)
    return [response.status, ((await response.json()) as { error?: string }).error]
  }
  expect(await redeem('http://127.0.0.1:51764/callback')).toEqual([400, 'invalid_grant'])
  expect(await redeem('http://127.0.0.1/callback')).toEqual([400, 'invalid_grant'])
  expect(await redeem(redirect_uri)).toEqual([200, undefined])
})

it('an app whose scheme has no dot gets its code at the listed URI, and its users are asked each time', async () => {
  const h = harness(listing)
  const { client } = await h.server.clients.create(app)
  const asked = { client_id: client.client_id, redirect_uri: cursor }
  const { response } = await obtainCode(h, asked)
  expect(response.headers.get('location')).toMatch(/^cursor:\/\/anysphere\.cursor-mcp\/oauth\/callback\?code=/)
  const again = await h.browser().get(authorizeUrl(pkce().challenge, asked))
  expect(again.status).toBe(200)
})

it('such an app gets codes and errors in the URL also where it asks for a form, which could not reach it', async () => {
  const h = harness(listing)
  const { client } = await h.server.clients.create(app)
  const asked = { client_id: client.client_id, redirect_uri: cursor, response_mode: 'form_post' }
  const { code, verifier } = await obtainCode(h, asked)
  const form = { ...redeemForm({ code, verifier }), redirect_uri: cursor, client_id: client.client_id }
  expect((await h.token(form, null)).status).toBe(200)
  const refused = await h.browser().get(authorizeUrl('short', asked))
  expect(redirected(refused).get('error')).toBe('invalid_request')
})

it('cannot be registered when it is not listed, or for a confidential client', async () => {
  const before = await snapshot(harness())
  const h = harness()
  await expect(h.server.clients.create(app)).rejects.toThrow(/redirect_uris\[0\] .*the option privateUseRedirectUris/)
  const listed = harness(listing)
  const confidential = { ...app, token_endpoint_auth_method: 'client_secret_basic' }
  await expect(listed.server.clients.create(confidential)).rejects.toThrow(/public clients/)
  const clients = [{ ...app, client_id: 'cursor' }]
  expect(() => harness({ clients })).toThrow(/the option privateUseRedirectUris/)
  expect(harness({ ...listing, clients }).server.issuer).toBe(h.server.issuer)
  expect([await snapshot(h), await snapshot(listed)]).toEqual([before, before])
})

it('what the list loses matches no more: the operator is told, waiting requests end, and updates name it', async () => {
  const listed = harness(listing)
  const { client } = await listed.server.clients.create(app)
  const asked = { client_id: client.client_id, redirect_uri: cursor }
  const browser = listed.browser()
  const { challenge } = pkce()
  const fields = formFields(await (await browser.get(authorizeUrl(challenge, asked))).text())

  const later = harness({ storage: listed.storage })
  const before = await snapshot(later, ['grant', 'consent', 'client'])
  for (const changes of [asked, { ...asked, redirect_uri: null }]) {
    const refused = await later.browser().get(authorizeUrl(challenge, changes))
    expect([refused.status, refused.headers.get('location')]).toEqual([400, null])
    expect(later.events.at(-1)).toMatchObject({
      type: 'refused',
      reason: 'redirect_uri_not_listed',
      hint: expect.stringContaining('privateUseRedirectUris'),
    })
  }
  const waiting = later.browser()
  for (const [name, value] of browser.cookies) waiting.cookies.set(name, value)
  const allowed = await waiting.post('/oauth/consent', { ...fields, decision: 'allow' })
  expect([allowed.status, allowed.headers.get('location')]).toEqual([400, null])
  expect(await snapshot(later, ['grant', 'consent', 'client'])).toBe(before)
  await expect(later.server.clients.update(client.client_id, app)).rejects.toThrow(/privateUseRedirectUris/)

  const back = await browser.post('/oauth/consent', { ...fields, decision: 'allow' })
  expect(redirected(back).get('code')).not.toBeNull()
})
