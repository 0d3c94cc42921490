import * as oauth from 'oauth4webapi'
import { describe, expect, it } from 'vitest'
import { apps } from '../adapters/apps.js'
import { clientSecret, type Method, methods, openSite, redirectUri } from './site.js'

// The issuer is http on a loopback address.
const insecure = { [oauth.allowInsecureRequests]: true }

const authentication: { readonly [method in Method]: oauth.ClientAuth } = {
  client_secret_basic: oauth.ClientSecretBasic(clientSecret),
  client_secret_post: oauth.ClientSecretPost(clientSecret),
  none: oauth.None(),
}

async function discover(issuer: string): Promise<oauth.AuthorizationServer> {
  const url = new URL(issuer)
  const response = await oauth.discoveryRequest(url, { algorithm: 'oauth2', ...insecure })
  return oauth.processDiscoveryResponse(url, response)
}

/** The request of a browser, and what the client keeps for the answer. */
async function authorization(as: oauth.AuthorizationServer, client: oauth.Client) {
  const verifier = oauth.generateRandomCodeVerifier()
  const state = oauth.generateRandomState()
  const url = new URL(as.authorization_endpoint ?? '')
  url.search = new URLSearchParams({
    response_type: 'code',
    client_id: client.client_id,
    redirect_uri: redirectUri,
    scope: 'notes:read',
    state,
    code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
  }).toString()
  return { url, verifier, state }
}

describe.each(Object.entries(apps))('oauth4webapi with %s', (_, app) => {
  it.each(methods)('goes from discovery to revocation as a client that authenticates by %s', async (method) => {
    const { issuer, resource, visit, callApi } = await openSite(app)
    const as = await discover(issuer)
    const client: oauth.Client = { client_id: `client:${method}` }
    const proof = authentication[method]

    const { url, verifier, state } = await authorization(as, client)
    const callback = oauth.validateAuthResponse(as, client, await visit(url), state)
    let tokens = await oauth.processAuthorizationCodeResponse(
      as,
      client,
      await oauth.authorizationCodeGrantRequest(as, client, proof, callback, redirectUri, verifier, insecure),
    )
    expect(tokens).toMatchObject({ token_type: 'bearer', scope: 'notes:read', expires_in: 600 })

    for (const _turn of [1, 2]) {
      const before = tokens.refresh_token ?? ''
      tokens = await oauth.processRefreshTokenResponse(
        as,
        client,
        await oauth.refreshTokenGrantRequest(as, client, proof, before, insecure),
      )
      expect(tokens.refresh_token).not.toBe(before)
    }
    const apiRequest = new Request(`${issuer}/api/notes`, {
      headers: { authorization: `Bearer ${tokens.access_token}` },
    })
    const claims = await oauth.validateJwtAccessToken(as, apiRequest, resource, insecure)
    expect(claims).toMatchObject({ iss: issuer, sub: 'ada', aud: resource, client_id: client.client_id })
    expect((await callApi(tokens.access_token)).status).toBe(200)

    const api: oauth.Client = { client_id: 'api' }
    const introspect = async () =>
      oauth.processIntrospectionResponse(
        as,
        api,
        await oauth.introspectionRequest(as, api, oauth.ClientSecretBasic(clientSecret), tokens.access_token, insecure),
      )
    expect(await introspect()).toMatchObject({ active: true, sub: 'ada', aud: resource })
    await oauth.processRevocationResponse(
      await oauth.revocationRequest(as, client, proof, tokens.refresh_token ?? '', insecure),
    )
    expect(await introspect()).toEqual({ active: false })
    expect((await callApi(tokens.access_token)).status).toBe(401)
    const refused = await oauth.refreshTokenGrantRequest(as, client, proof, tokens.refresh_token ?? '', insecure)
    await expect(oauth.processRefreshTokenResponse(as, client, refused)).rejects.toMatchObject({
      error: 'invalid_grant',
    })
  })

  it.each(['client_secret_basic', 'client_secret_post'] as const)('gets client credentials by %s', async (method) => {
    const { issuer, callApi } = await openSite(app)
    const as = await discover(issuer)
    const client: oauth.Client = { client_id: `client:${method}` }
    const parameters = new URLSearchParams({ scope: 'notes:read' })
    const tokens = await oauth.processClientCredentialsResponse(
      as,
      client,
      await oauth.clientCredentialsGrantRequest(as, client, authentication[method], parameters, insecure),
    )
    expect(tokens.refresh_token).toBeUndefined()
    expect((await callApi(tokens.access_token)).status).toBe(200)
  })

  it('is told the issuer in the answer, and so notices another one', async () => {
    const { issuer, visit } = await openSite(app)
    const as = await discover(issuer)
    const client: oauth.Client = { client_id: 'client:none' }
    const { url, state } = await authorization(as, client)
    const callback = await visit(url)
    expect(callback.searchParams.get('iss')).toBe(issuer)
    callback.searchParams.set('iss', 'https://attacker.example')
    expect(() => oauth.validateAuthResponse(as, client, callback, state)).toThrow('iss')
    callback.searchParams.delete('iss')
    expect(() => oauth.validateAuthResponse(as, client, callback, state)).toThrow('iss')
  })
})
