import * as client from 'openid-client'
import { describe, expect, it } from 'vitest'
import { apps } from '../adapters/apps.js'
import { clientSecret, type Method, methods, openSite, redirectUri } from './site.js'

const authentication: { readonly [method in Method]: client.ClientAuth } = {
  client_secret_basic: client.ClientSecretBasic(clientSecret),
  client_secret_post: client.ClientSecretPost(clientSecret),
  none: client.None(),
}

// The issuer is http on a loopback address.
const discover = (issuer: string, client_id: string, proof: client.ClientAuth) =>
  client.discovery(new URL(issuer), client_id, undefined, proof, {
    algorithm: 'oauth2',
    execute: [client.allowInsecureRequests],
  })

/** The request of a browser, and what the client keeps for the answer. */
async function authorization(config: client.Configuration) {
  const pkceCodeVerifier = client.randomPKCECodeVerifier()
  const expectedState = client.randomState()
  const url = client.buildAuthorizationUrl(config, {
    redirect_uri: redirectUri,
    scope: 'notes:read',
    state: expectedState,
    code_challenge: await client.calculatePKCECodeChallenge(pkceCodeVerifier),
    code_challenge_method: 'S256',
  })
  return { url, checks: { pkceCodeVerifier, expectedState } }
}

describe.each(Object.entries(apps))('openid-client with %s', (_, app) => {
  it.each(methods)('goes from discovery to revocation as a client that authenticates by %s', async (method) => {
    const { issuer, resource, visit, callApi } = await openSite(app)
    const config = await discover(issuer, `client:${method}`, authentication[method])

    const { url, checks } = await authorization(config)
    let tokens = await client.authorizationCodeGrant(config, await visit(url), checks)
    expect(tokens).toMatchObject({ token_type: 'bearer', scope: 'notes:read', expires_in: 600 })

    for (const _turn of [1, 2]) {
      const before = tokens.refresh_token ?? ''
      tokens = await client.refreshTokenGrant(config, before)
      expect(tokens.refresh_token).not.toBe(before)
    }
    expect((await callApi(tokens.access_token)).status).toBe(200)

    const api = await discover(issuer, 'api', client.ClientSecretBasic(clientSecret))
    const introspect = () => client.tokenIntrospection(api, tokens.access_token)
    expect(await introspect()).toMatchObject({ active: true, sub: 'ada', aud: resource })
    await client.tokenRevocation(config, tokens.refresh_token ?? '')
    expect(await introspect()).toEqual({ active: false })
    expect((await callApi(tokens.access_token)).status).toBe(401)
    const refused = client.refreshTokenGrant(config, tokens.refresh_token ?? '')
    await expect(refused).rejects.toMatchObject({ error: 'invalid_grant' })
  })

  it.each(['client_secret_basic', 'client_secret_post'] as const)('gets client credentials by %s', async (method) => {
    const { issuer, callApi } = await openSite(app)
    const config = await discover(issuer, `client:${method}`, authentication[method])
    const tokens = await client.clientCredentialsGrant(config, { scope: 'notes:read' })
    expect(tokens.refresh_token).toBeUndefined()
    expect((await callApi(tokens.access_token)).status).toBe(200)
  })

  it('is told the issuer in the answer, and so notices another one', async () => {
    const { issuer, visit } = await openSite(app)
    const config = await discover(issuer, 'client:none', client.None())
    const { url, checks } = await authorization(config)
    const callback = await visit(url)
    callback.searchParams.set('iss', 'https://attacker.example')
    await expect(client.authorizationCodeGrant(config, callback, checks)).rejects.toThrow()
    // Nothing was sent: the code is still good.
    callback.searchParams.set('iss', issuer)
    expect(await client.authorizationCodeGrant(config, callback, checks)).toHaveProperty('access_token')
  })
})
