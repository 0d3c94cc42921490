/**
 * Suite: what a client does from discovery to the end of a grant.
 *
 * @module
 */
import type { AdapterTest } from './part.js'
import { api, redirectUri, resourceOf, spa, web } from './server.js'
import { authorizationRequest, browse, callApi, discover, equal, json, obtainTokens, post, verifier } from './site.js'

export function flowTests(test: AdapterTest): void {
  test('the metadata is where the issuer says, in both places when it has a path', async (site) => {
    const { issuer } = site
    const path = new URL(issuer).pathname.replace(/\/$/, '')
    const names = ['/.well-known/oauth-authorization-server', '/.well-known/openid-configuration']
    for (const place of new Set(names.flatMap((name) => [name + path, path + name, name]))) {
      const metadata = await json(await site.send(place), 200)
      equal('issuer', metadata.issuer, issuer)
      equal('token endpoint', metadata.token_endpoint, `${issuer}/oauth/token`)
    }
    const keys = await json(await site.send(`${issuer}/oauth/jwks`), 200)
    equal('keys', Array.isArray(keys.keys) && keys.keys.length > 0, true)
  })

  test('an authorization request by GET leads back to the client with code, state and issuer', async (site) => {
    const { authorization_endpoint } = await discover(site)
    const callback = await browse(site, `${authorization_endpoint}?${new URLSearchParams(authorizationRequest())}`)
    equal('redirect URI', callback.origin + callback.pathname, redirectUri)
    equal('error', callback.searchParams.get('error'), null)
    equal('state', callback.searchParams.get('state'), authorizationRequest().state)
    equal('iss', callback.searchParams.get('iss'), site.issuer)
    equal('code', callback.searchParams.has('code'), true)
  })

  test('an authorization request by POST is answered with 303 and goes on by GET', async (site) => {
    const { authorization_endpoint = '' } = await discover(site)
    const form = new URLSearchParams(authorizationRequest())
    const response = await site.send(authorization_endpoint, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded', origin: 'https://client.example' },
      body: form.toString(),
    })
    equal('status', response.status, 303)
    equal('location', response.headers.get('location')?.startsWith(authorization_endpoint), true)
    const callback = await browse(site, authorization_endpoint, form)
    equal('state', callback.searchParams.get('state'), authorizationRequest().state)
    equal('code', callback.searchParams.has('code'), true)
  })

  test('a code becomes tokens, and the API knows whose they are', async (site) => {
    const tokens = await obtainTokens(site)
    equal('type', tokens.token_type, 'Bearer')
    const access = await json(await callApi(site, tokens.access_token), 200)
    equal('subject', access.subject, 'ada')
    equal('client', access.clientId, web.client_id)
    equal('scope', access.scope, ['notes:read'])
  })

  test('a public client gets tokens without a secret', async (site) => {
    const { access_token } = await obtainTokens(site, spa)
    equal('client', (await json(await callApi(site, access_token), 200)).clientId, spa.client_id)
  })

  test('a refresh token is followed by another one, twice, and the API takes the new access tokens', async (site) => {
    const { token_endpoint = '' } = await discover(site)
    let tokens = await obtainTokens(site)
    for (const turn of ['first', 'second']) {
      const before = tokens.refresh_token ?? ''
      tokens = await json(await post(site, token_endpoint, { grant_type: 'refresh_token', refresh_token: before }), 200)
      equal(`${turn}: another one`, tokens.refresh_token !== before, true)
      equal(`${turn}: API`, (await callApi(site, tokens.access_token)).status, 200)
    }
  })

  test('the API refuses a request without a token, with a wrong one, and with too little scope', async (site) => {
    const { access_token } = await obtainTokens(site)
    const without = await callApi(site, undefined)
    equal('without: status', without.status, 401)
    // RFC 6750 §3.1: no error code for a request without a token. Other parameters, such as `resource_metadata`, may be there.
    equal('without: challenge', without.headers.get('www-authenticate')?.replace(/ .*/, ''), 'Bearer')
    equal('without: error', without.headers.get('www-authenticate')?.includes('error='), false)
    const wrong = await callApi(site, 'wrong')
    equal('wrong: status', wrong.status, 401)
    equal('wrong: challenge', /error="invalid_token"/.test(wrong.headers.get('www-authenticate') ?? ''), true)
    const narrow = await callApi(site, access_token, 'POST')
    equal('narrow: status', narrow.status, 403)
    const challenge = narrow.headers.get('www-authenticate') ?? ''
    equal('narrow: challenge', /error="insufficient_scope".*scope="notes:read notes:write"/.test(challenge), true)
    const { access_token: wide } = await obtainTokens(site, web, 'notes:read notes:write')
    equal('wide: status', (await callApi(site, wide, 'POST')).status, 200)
  })

  test('the API introspects a token, and after a revocation it is refused at once', async (site) => {
    const { introspection_endpoint = '', revocation_endpoint = '' } = await discover(site)
    const { access_token = '', refresh_token = '' } = await obtainTokens(site)
    const introspect = async () => json(await post(site, introspection_endpoint, { token: access_token }, api), 200)
    const facts = await introspect()
    equal('active', facts.active, true)
    equal('audience', facts.aud, resourceOf(site.issuer))
    equal('API', (await callApi(site, access_token)).status, 200)
    equal('revocation', (await post(site, revocation_endpoint, { token: refresh_token })).status, 200)
    equal('afterwards', await introspect(), { active: false })
    equal('API afterwards', (await callApi(site, access_token)).status, 401)
  })

  test('a code without its verifier is refused', async (site) => {
    const { authorization_endpoint, token_endpoint = '' } = await discover(site)
    const callback = await browse(site, `${authorization_endpoint}?${new URLSearchParams(authorizationRequest())}`)
    const form = {
      grant_type: 'authorization_code',
      code: callback.searchParams.get('code') ?? '',
      redirect_uri: redirectUri,
    }
    const refused = await json(await post(site, token_endpoint, { ...form, code_verifier: `${verifier}-` }), 400)
    equal('error', refused.error, 'invalid_grant')
    equal('right one', (await post(site, token_endpoint, { ...form, code_verifier: verifier })).status, 200)
  })
}
