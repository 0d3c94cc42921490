/**
 * Scope that stands beside the APIs, shown with a test feature: the server's own, asked for with that of any API or alone.
 */
import { beforeEach, describe, expect, it } from 'vitest'
import type { ServerOptions } from '../../src/construction/options.js'
import type { Feature } from '../../src/points/feature.js'
import {
  API,
  authorizeUrl,
  type Browser,
  claimsOf,
  clients,
  formFields,
  type Harness,
  harness,
  ISSUER,
  introspected,
  OTHER_API,
  obtainCode,
  obtainTokens,
  pkce,
  redeemForm,
  redirected,
  refreshForm,
} from '../support/harness.js'

const PROFILE = `${ISSUER}/profile`
const profile: Feature = {
  name: 'profile',
  resources: (issuer) => ({
    [`${issuer}/profile`]: {
      accessToken: 'opaque',
      scopes: { name: 'See your name', email: { text: 'See your address', optional: true }, phone: 'See your number' },
    },
  }),
}
const web = { ...clients.web, scope: 'read write admin name email phone' }
const narrow = { ...clients.web, client_id: 'narrow', resources: [API], scope: 'read name', default_scope: 'name' }

let h: Harness
let browser: Browser
beforeEach(() => {
  h = serverWith({ features: [profile] })
  browser = h.browser()
})
const serverWith = (options: Partial<ServerOptions>) => harness({ clients: [web, narrow, clients.api], ...options })

async function tokensFor(changes: Record<string, string | readonly string[]>, form: Record<string, string> = {}) {
  const code = await obtainCode(h, changes, browser)
  return (await h.token({ ...redeemForm(code), ...form })).body
}
const scopeOf = (token: { scope: string }) => token.scope.split(' ')

describe('scope beside the APIs', () => {
  it('is in the tokens of the API with which it was asked for', async () => {
    const tokens = await tokensFor({ scope: 'read name' })
    expect(claimsOf(tokens.access_token)).toMatchObject({ aud: API, scope: 'read name' })
    expect((await h.token(refreshForm(tokens.refresh_token))).body.scope).toBe('read name')
  })

  it('is in opaque tokens of an API as well, bit by bit', async () => {
    const tokens = await tokensFor({ resource: OTHER_API, scope: 'admin phone name' })
    expect(scopeOf(tokens)).toEqual(['admin', 'phone', 'name'])
    expect(await introspected(h, tokens.access_token, 'web')).toMatchObject({ aud: OTHER_API, scope: tokens.scope })
    const less = await h.token({ ...refreshForm(tokens.refresh_token), scope: 'admin name' })
    const told = await introspected(h, less.body.access_token, 'web')
    expect([told.aud, told.scope]).toEqual([OTHER_API, 'admin name'])
  })

  it('may be asked for without any API, and has tokens of its own then', async () => {
    const tokens = await tokensFor({ scope: 'name' })
    expect(scopeOf(tokens)).toEqual(['name'])
    expect(await introspected(h, tokens.access_token, 'web')).toMatchObject({ aud: PROFILE, scope: 'name' })
  })

  it('does not come into a token that is narrowed to the API', async () => {
    const tokens = await tokensFor({ scope: 'read name' })
    const less = await h.token({ ...refreshForm(tokens.refresh_token), scope: 'read' })
    expect(claimsOf(less.body.access_token)).toMatchObject({ aud: API, scope: 'read' })
  })

  it('can be had alone from a grant of both', async () => {
    const tokens = await tokensFor({ scope: 'read name' })
    const alone = await h.token({ ...refreshForm(tokens.refresh_token), resource: PROFILE })
    expect(await introspected(h, alone.body.access_token, 'web')).toMatchObject({ aud: PROFILE, scope: 'name' })
  })

  it('of several APIs comes with each', async () => {
    const tokens = await tokensFor({ resource: [API, OTHER_API], scope: 'read admin name' }, { resource: OTHER_API })
    expect(scopeOf(tokens)).toEqual(['admin', 'name'])
  })

  it('is the default of a client that says so, whatever its resources are', async () => {
    const { verifier, challenge } = pkce()
    const page = await browser.get(authorizeUrl(challenge, { client_id: 'narrow' }))
    const answer = await browser.post('/oauth/consent', { ...formFields(await page.text()), decision: 'allow' })
    const code = redirected(answer).get('code') ?? ''
    const form = { ...redeemForm({ code, verifier }), client_id: 'narrow' }
    const authorization = { authorization: `Basic ${btoa(`narrow:${clients.web.client_secret}`)}` }
    const tokens = (await (await h.post('/oauth/token', form, authorization)).json()) as { scope: string }
    expect(tokens.scope).toBe('name')
  })

  it('can be left out on the consent page where it is optional, and is remembered so', async () => {
    const { challenge } = pkce()
    const page = await (await browser.get(authorizeUrl(challenge, { scope: 'read name email' }))).text()
    expect(page).toContain('See your address')
    const answer = await browser.post('/oauth/consent', { ...formFields(page), decision: 'allow' })
    expect(redirected(answer).get('code')).not.toBeNull()
    expect(await (await browser.get('/oauth/apps')).text()).not.toContain('See your address')
  })

  it('is nothing that a client may not ask for', async () => {
    const { challenge } = pkce()
    const answer = await browser.get(authorizeUrl(challenge, { client_id: 'narrow', scope: 'read email' }))
    expect(redirected(answer).get('error')).toBe('invalid_scope')
  })

  it('is not there without its feature: not in the metadata, not in the tokens of grants that have it', async () => {
    const metadata = async ({ server }: Harness) =>
      (await (await server.fetch(new Request(`${ISSUER}/.well-known/oauth-authorization-server`))).json())
        .scopes_supported
    expect(await metadata(h)).toEqual(expect.arrayContaining(['name', 'email', 'read']))
    const tokens = await tokensFor({ resource: OTHER_API, scope: 'admin name' })
    const bare = harness({ storage: h.storage })
    expect(await metadata(bare)).not.toContain('name')
    expect(await introspected(bare, tokens.access_token, 'web')).toMatchObject({ active: true, scope: 'admin' })
    expect((await bare.token(refreshForm(tokens.refresh_token))).body.scope).toBe('admin')
  })

  it('takes nothing from a client without scope, at an API that knows none', async () => {
    const bare = { ...clients.web, scope: undefined, default_scope: undefined }
    for (const features of [[], [profile]]) {
      const h = harness({ features, resources: { [API]: { scopes: {} } }, clients: [bare] })
      const tokens = await obtainTokens(h)
      expect(claimsOf(tokens.access_token).aud).toBe(API)
      expect(tokens).not.toHaveProperty('scope')
    }
  })

  it('is in a token without a grant, too, when it is asked for', async () => {
    const machine = { ...clients.machine, scope: 'read name' }
    const h = harness({ features: [profile], clients: [machine] })
    const form = { grant_type: 'client_credentials', scope: 'read name' }
    const { body } = await h.token(form, 'machine')
    expect([body.scope, claimsOf(body.access_token)]).toMatchObject(['read name', { aud: API, scope: 'read name' }])
    expect((await h.token({ ...form, scope: 'read' }, 'machine')).body.scope).toBe('read')
  })

  it('leaves the default resource what it was, and an API that is alone the only one', async () => {
    const resources = { [API]: { scopes: { read: 'Read' } } }
    h = serverWith({ features: [profile], resources, clients: [{ ...clients.web, scope: 'read name' }] })
    browser = h.browser()
    expect(claimsOf((await tokensFor({ scope: 'read' })).access_token)).toMatchObject({ aud: API, scope: 'read' })
  })
})

describe('two that claim the same', () => {
  it.each<[string, ServerOptions['features'], string]>([
    [
      'a scope of an API',
      [{ name: 'f', resources: () => ({ 'urn:f': { scopes: { read: 'x' } } }) }],
      "the scope 'read'",
    ],
    ['a resource', [{ name: 'f', resources: () => ({ [API]: { scopes: { x: 'x' } } }) }], `the resource '${API}'`],
    ['a scope of another feature', [profile, { ...profile, name: 'again' }], 'the resource'],
  ])('%s: an error at construction with both names', (_, features, message) => {
    expect(() => serverWith({ features })).toThrow(message)
  })

  it('what a feature says is checked as the option is', () => {
    const wrong: Feature = { name: 'f', resources: () => ({ 'no uri': { scopes: { x: 'x' } } }) }
    expect(() => serverWith({ features: [wrong] })).toThrow("features: 'f': resources: 'no uri' is not an absolute URI")
  })
})
