/** private_key_jwt as clients written by others do it, with keys in the metadata and keys that the client publishes. */
import { randomUUID } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { exportJWK, type GenerateKeyPairResult, generateKeyPair, SignJWT } from 'jose'
import * as oauth from 'oauth4webapi'
import * as client from 'openid-client'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { StaticClient } from '../../src/clients/static.js'
import { privateKeyJwt } from '../../src/features/registration/index.js'
import { apps } from '../adapters/apps.js'
import { TYPE } from '../support/assertions.js'
import { openSite, redirectUri } from './site.js'

const app = apps['node:http'] ?? expect.unreachable('there is no such app')

/** Where a client publishes its keys, on this machine. */
async function publish(jwks: object) {
  let fetched = 0
  const server = createServer((_, response) => {
    fetched++
    response.setHeader('content-type', 'application/jwk-set+json').end(JSON.stringify(jwks))
  })
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  onTestFinished(() => void server.close())
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return { origin, url: `${origin}/jwks.json`, fetched: () => fetched }
}

async function siteFor(pair: GenerateKeyPairResult, kid: string | undefined, kept: 'jwks' | 'jwks_uri') {
  const jwks = { keys: [{ ...(await exportJWK(pair.publicKey)), ...(kid && { kid }), use: 'sig' }] }
  const published = await publish(jwks)
  const agent: StaticClient = {
    client_id: 'https://agent.example/client.json',
    token_endpoint_auth_method: 'private_key_jwt',
    ...(kept === 'jwks' ? { jwks } : { jwks_uri: published.url }),
    redirect_uris: [redirectUri],
    grant_types: ['authorization_code', 'refresh_token', 'client_credentials'],
  }
  const features = [privateKeyJwt({ documents: { allowOrigins: [published.origin] } })]
  return { ...(await openSite(app, { features, clients: [agent] })), published, client_id: agent.client_id }
}

const algorithms = ['RS256', 'PS256', 'ES256', 'ES384', 'EdDSA', 'Ed25519'] as const
const ways = algorithms.flatMap((alg) => (['jwks', 'jwks_uri'] as const).map((kept) => [alg, kept] as const))

describe('openid-client', () => {
  it.each(ways)('goes from discovery to revocation with a key for %s, known by its %s', async (alg, kept) => {
    const pair = await generateKeyPair(alg, { extractable: true })
    const kid = kept === 'jwks' ? 'k1' : undefined
    const { issuer, visit, callApi, published, client_id } = await siteFor(pair, kid, kept)
    const proof = client.PrivateKeyJwt({ key: pair.privateKey, ...(kid && { kid }) })
    const config = await client.discovery(new URL(issuer), client_id, undefined, proof, {
      algorithm: 'oauth2',
      execute: [client.allowInsecureRequests],
    })
    expect(config.serverMetadata().token_endpoint_auth_signing_alg_values_supported).toContain(alg)

    const pkceCodeVerifier = client.randomPKCECodeVerifier()
    const url = client.buildAuthorizationUrl(config, {
      redirect_uri: redirectUri,
      scope: 'notes:read',
      code_challenge: await client.calculatePKCECodeChallenge(pkceCodeVerifier),
      code_challenge_method: 'S256',
    })
    let tokens = await client.authorizationCodeGrant(config, await visit(url), { pkceCodeVerifier })
    tokens = await client.refreshTokenGrant(config, tokens.refresh_token ?? '')
    expect((await callApi(tokens.access_token)).status).toBe(200)
    expect((await client.clientCredentialsGrant(config, { scope: 'notes:read' })).expires_in).toBe(600)
    await client.tokenRevocation(config, tokens.refresh_token ?? '')
    await expect(client.refreshTokenGrant(config, tokens.refresh_token ?? '')).rejects.toMatchObject({
      error: 'invalid_grant',
    })
    expect(published.fetched()).toBe(kept === 'jwks' ? 0 : 1)
  })

  it('is refused with the key of somebody else', async () => {
    const [pair, other] = await Promise.all([generateKeyPair('ES256', { extractable: true }), generateKeyPair('ES256')])
    const { issuer, client_id } = await siteFor(pair, 'k1', 'jwks')
    const proof = client.PrivateKeyJwt({ key: other.privateKey, kid: 'k1' })
    const config = await client.discovery(new URL(issuer), client_id, undefined, proof, {
      algorithm: 'oauth2',
      execute: [client.allowInsecureRequests],
    })
    await expect(client.clientCredentialsGrant(config, { scope: 'notes:read' })).rejects.toMatchObject({ status: 401 })
  })
})

it('oauth4webapi gets a token with its own assertion', async () => {
  const pair = await generateKeyPair('ES256', { extractable: true })
  const { issuer, client_id } = await siteFor(pair, 'k1', 'jwks_uri')
  const http = { [oauth.allowInsecureRequests]: true }
  const found = await oauth.discoveryRequest(new URL(issuer), { ...http, algorithm: 'oauth2' })
  const as = await oauth.processDiscoveryResponse(new URL(issuer), found)
  const proof = oauth.PrivateKeyJwt({ key: pair.privateKey, kid: 'k1' })
  const form = { scope: 'notes:read' }
  const response = await oauth.clientCredentialsGrantRequest(as, { client_id }, proof, form, http)
  const tokens = await oauth.processClientCredentialsResponse(as, { client_id }, response)
  expect(tokens.scope).toBe('notes:read')
})

it('an assertion as the official MCP SDK makes it lets the client in: five minutes, no kid, no client_id', async () => {
  const pair = await generateKeyPair('RS256', { extractable: true })
  const { issuer, client_id } = await siteFor(pair, undefined, 'jwks')
  const client_assertion = await new SignJWT()
    .setProtectedHeader({ alg: 'RS256', typ: 'JWT' })
    .setIssuer(client_id)
    .setSubject(client_id)
    .setAudience(issuer)
    .setIssuedAt()
    .setExpirationTime('5m')
    .setJti(randomUUID())
    .sign(pair.privateKey)
  const body = new URLSearchParams({
    grant_type: 'client_credentials',
    scope: 'notes:read',
    client_assertion_type: TYPE,
    client_assertion,
  })
  expect((await fetch(`${issuer}/oauth/token`, { method: 'POST', body })).status).toBe(200)
  expect((await fetch(`${issuer}/oauth/token`, { method: 'POST', body })).status).toBe(401)
})
