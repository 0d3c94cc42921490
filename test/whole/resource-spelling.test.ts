/** A resource is the configured string, however clients and operators spell it. */
import { expect, it } from 'vitest'
import { createResourceServer } from '../../src/resource/resource-server.js'
import {
  API,
  authenticated,
  authorizeUrl,
  claimsOf,
  clients,
  type Form,
  harness,
  introspected,
  OTHER_API,
  obtainCode,
  obtainTokens,
  pkce,
  redeemForm,
  redirected,
  refreshForm,
  snapshot,
} from '../support/harness.js'

const SLASH = new URL(API).href
const LOUD = 'HTTPS://API.Example.com/'

it('is a test of other spellings', () => expect(SLASH).toBe(`${API}/`))

it.each([SLASH, LOUD])(
  '%s is good from the authorization request to the last refresh, and is kept nowhere',
  async (sent) => {
    const h = harness()
    const browser = h.browser()
    const page = await (await browser.get(authorizeUrl(pkce().challenge, { resource: sent }))).text()
    expect(page).not.toMatch(/api\.example\.com\//i)
    const { code, verifier } = await obtainCode(h, { resource: sent }, browser)
    const { body: first } = await h.token({ ...redeemForm({ code, verifier }), resource: sent })
    const { body: second } = await h.token({ ...refreshForm(first.refresh_token), resource: sent })
    for (const { access_token } of [first, second]) expect(claimsOf(access_token).aud).toBe(API)
    expect(await introspected(h, second.access_token)).toMatchObject({ active: true, aud: API })
    const kept = (await snapshot(h)) + JSON.stringify(h.events)
    expect(kept).toContain(API)
    expect(kept).not.toContain(sent)
  },
)

it.each([SLASH, LOUD])('client credentials for %s are for the configured string', async (resource) => {
  const { body } = await harness().token({ grant_type: 'client_credentials', resource }, 'machine')
  expect(claimsOf(body.access_token).aud).toBe(API)
})

it('one resource in two spellings is one, and two are still refused', async () => {
  const h = harness()
  const form = { grant_type: 'client_credentials' }
  expect((await h.token({ ...form, resource: [API, SLASH, LOUD] }, 'machine')).status).toBe(200)
  expect((await h.token({ ...form, resource: [SLASH, OTHER_API] }, 'machine')).body.error).toBe('invalid_target')
})

it('a default port and a longer path are compared as they stand', async () => {
  const h = harness()
  const before = await snapshot(h)
  for (const resource of [`${API}:443`, `${API}//`, `${OTHER_API}/`, OTHER_API.toUpperCase()]) {
    const answer = await h.browser().get(authorizeUrl(pkce().challenge, { resource }))
    expect(redirected(answer).get('error')).toBe('invalid_target')
    const { body } = await h.token({ grant_type: 'client_credentials', resource }, 'machine')
    expect(body.error).toBe('invalid_target')
  }
  expect(await snapshot(h)).toBe(before)
})

it('no resource is the grant’s, also where another is the default', async () => {
  const h = harness()
  const tokens = await obtainTokens(h, 'web', { resource: OTHER_API, scope: 'admin' })
  const { body } = await h.token(refreshForm(tokens.refresh_token))
  expect(await introspected(h, body.access_token, 'web')).toMatchObject({ aud: OTHER_API })
})

it('a configured slash is the string, and the bare origin means it', async () => {
  const h = harness({ clients: [clients.posting], resources: { [SLASH]: { scopes: { read: 'Read' } } } })
  const tokens = await obtainTokens(h, 'posting', { resource: API })
  expect(claimsOf(tokens.access_token).aud).toBe(SLASH)
})

it('an operator may spell a client’s resources otherwise, in the configuration and in the store', async () => {
  const api = { ...clients.api, serves: [LOUD] }
  const web = { ...clients.web, scope: 'read', resources: [SLASH] }
  const h = harness({ clients: [api, web] })
  const tokens = await obtainTokens(h, 'web', { resource: API })
  expect(await introspected(h, tokens.access_token)).toMatchObject({ active: true, aud: API })
  const refused = await h.browser().get(authorizeUrl(pkce().challenge, { resource: OTHER_API }))
  expect(redirected(refused).get('error')).toBe('invalid_target')

  const { client } = await h.server.clients.create({
    ...{ grant_types: [], serves: [LOUD, SLASH], resources: [SLASH] },
  })
  expect([client.serves, client.resources]).toEqual([[API], [API]])
})

it('a stored client whose record was written under another spelling still serves its API', async () => {
  const elsewhere = harness({ clients: [], resources: { [SLASH]: { scopes: { read: 'Read' } } } })
  const { client, clientSecret = '' } = await elsewhere.server.clients.create({ grant_types: [], serves: [API] })
  expect(client.serves).toEqual([SLASH])
  const h = harness({ storage: elsewhere.storage })
  expect((await h.server.clients.get(client.client_id))?.serves).toEqual([API])
  const tokens = await obtainTokens(h)
  const form: Form = { token: tokens.access_token, client_id: client.client_id, client_secret: clientSecret }
  expect(await (await h.post('/oauth/introspect', ...authenticated(form, null))).json()).toMatchObject({ active: true })
})

it('a resource server in the process is for the configured string', async () => {
  const { server } = harness()
  expect(createResourceServer({ server, resource: LOUD }).resource).toBe(API)
})

it('two resources that clients could not tell apart are a mistake, of the app or of a feature', () => {
  const scopes = { read: 'Read' }
  expect(() => harness({ clients: [], resources: { [API]: { scopes }, [SLASH]: { scopes } } })).toThrow(
    "resources: 'https://api.example.com' and 'https://api.example.com/' mean the same to clients. Leave one of them out",
  )
  const feature = { name: 'other', resources: () => ({ [LOUD]: { scopes: { name: 'Your name' } } }) }
  expect(() => harness({ clients: [], features: [feature] })).toThrow(/'other' brings the resource/)
  expect(() => harness({ clients: [], resources: { [API]: { scopes }, [`${API}:443`]: { scopes } } })).not.toThrow()
})
