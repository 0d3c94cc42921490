/**
 * OpenID Connect clients that others wrote, as they come: discovery, login, ID token, UserInfo, refresh.
 */
import * as oauth from 'oauth4webapi'
import * as client from 'openid-client'
import { describe, expect, it } from 'vitest'
import { openid } from '../../src/features/openid/index.js'
import { apps } from '../adapters/apps.js'
import { clientSecret, openSite, redirectUri } from './site.js'

const person = { name: 'Ada Lovelace', email: 'ada@example.com', email_verified: true }
const algorithms = ['RS256', 'ES256'] as const

const open = (app: (typeof apps)[keyof typeof apps], alg: string) =>
  openSite(app, {
    features: [openid()],
    claims: async (_, { for: what }) => (what === 'access_token' ? {} : person),
    clients: [
      {
        client_id: 'forum',
        client_secret: clientSecret,
        redirect_uris: [redirectUri],
        id_token_signed_response_alg: alg,
        userinfo_signed_response_alg: alg === 'ES256' ? 'ES256' : undefined,
        // Nobody is asked: what people may leave out is tried elsewhere.
        first_party: true,
      },
    ],
  })

describe.each(Object.entries(apps))('with %s', (_, app) => {
  it.each(algorithms)('openid-client logs in with an ID token of %s', async (alg) => {
    const { issuer, visit } = await open(app, alg)
    const execute = [client.allowInsecureRequests]
    const about = { id_token_signed_response_alg: alg, ...(alg === 'ES256' && { userinfo_signed_response_alg: alg }) }
    const config = await client.discovery(new URL(issuer), 'forum', about, client.ClientSecretBasic(clientSecret), {
      execute,
    })
    const [pkceCodeVerifier, expectedNonce, expectedState] = [
      client.randomPKCECodeVerifier(),
      client.randomNonce(),
      client.randomState(),
    ]
    const url = client.buildAuthorizationUrl(config, {
      redirect_uri: redirectUri,
      scope: 'openid profile email offline_access',
      state: expectedState,
      nonce: expectedNonce,
      code_challenge: await client.calculatePKCECodeChallenge(pkceCodeVerifier),
      code_challenge_method: 'S256',
    })
    const checks = { pkceCodeVerifier, expectedNonce, expectedState, idTokenExpected: true }
    const tokens = await client.authorizationCodeGrant(config, await visit(url), checks)
    expect(tokens.claims()).toMatchObject({ iss: issuer, sub: 'ada', aud: 'forum', nonce: expectedNonce })
    expect(await client.fetchUserInfo(config, tokens.access_token, 'ada')).toMatchObject({ sub: 'ada', ...person })
    const after = await client.refreshTokenGrant(config, tokens.refresh_token ?? '')
    expect(after.claims()).toMatchObject({ sub: 'ada', aud: 'forum' })
    await client.tokenRevocation(config, after.refresh_token ?? '')
    await expect(client.fetchUserInfo(config, after.access_token, 'ada')).rejects.toThrow()
  })

  it.each(algorithms)('oauth4webapi logs in with an ID token of %s', async (alg) => {
    const { issuer, visit } = await open(app, alg)
    const http = { [oauth.allowInsecureRequests]: true }
    const discovered = await oauth.discoveryRequest(new URL(issuer), http)
    const as = await oauth.processDiscoveryResponse(new URL(issuer), discovered)
    const signed = alg === 'ES256' && { userinfo_signed_response_alg: alg }
    const forum: oauth.Client = { client_id: 'forum', id_token_signed_response_alg: alg, ...signed }
    const [verifier, nonce, state] = [
      oauth.generateRandomCodeVerifier(),
      oauth.generateRandomNonce(),
      oauth.generateRandomState(),
    ]
    const url = new URL(as.authorization_endpoint ?? '')
    url.search = new URLSearchParams({
      client_id: 'forum',
      response_type: 'code',
      redirect_uri: redirectUri,
      scope: 'openid email',
      state,
      nonce,
      code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
    }).toString()
    const callback = oauth.validateAuthResponse(as, forum, await visit(url), state)
    const proof = oauth.ClientSecretBasic(clientSecret)
    const answer = await oauth.authorizationCodeGrantRequest(as, forum, proof, callback, redirectUri, verifier, http)
    const tokens = await oauth.processAuthorizationCodeResponse(as, forum, answer, {
      expectedNonce: nonce,
      requireIdToken: true,
    })
    // The signature as well, which a client may leave to TLS.
    await oauth.validateApplicationLevelSignature(as, answer, http)
    const asked = await oauth.userInfoRequest(as, forum, tokens.access_token, http)
    const told = await oauth.processUserInfoResponse(
      as,
      forum,
      oauth.getValidatedIdTokenClaims(tokens)?.sub ?? '',
      asked,
    )
    expect(told).toMatchObject({ sub: 'ada', email: person.email, email_verified: true })
    expect(told).not.toHaveProperty('name')
  })
})
