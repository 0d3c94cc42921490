/**
 * Request objects: signed authorization requests, by value and by a registered reference.
 *
 * @see {@link https://openid.net/specs/openid-connect-core-1_0.html#JWTRequests OpenID Connect Core §6}
 */
import { exportJWK, generateKeyPair, type JWTPayload, SignJWT, UnsecuredJWT } from 'jose'
import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { openid } from '../../../src/features/openid/index.js'
import { privateKeyJwt } from '../../../src/features/registration/index.js'
import {
  authorizeUrl,
  CALLBACK,
  claimsOf,
  type Harness,
  harness,
  ISSUER,
  pkce,
  redeemForm,
  redirected,
  START,
  snapshot,
} from '../../support/harness.js'
import { agree, forum, metadata, provider } from './sign-in.js'

const WHERE = 'https://app.example.com/request.jwt'
let keys: Awaited<ReturnType<typeof generateKeyPair>>
let others: Awaited<ReturnType<typeof generateKeyPair>>
let signing: typeof forum & Record<string, unknown>
let h: Harness
/** What is at the URL of the client. */
let there: () => Response

beforeAll(async () => {
  keys = await generateKeyPair('ES256', { extractable: true })
  others = await generateKeyPair('ES256')
  const jwk = { ...(await exportJWK(keys.publicKey)), kid: 'k1', alg: 'ES256' }
  signing = { ...forum, jwks: { keys: [jwk] }, request_uris: [WHERE, `${WHERE}#hash`] }
})
const start = (more: Record<string, unknown> = {}) => {
  const fetch = async (url: string) => (url === WHERE ? there() : new Response(null, { status: 404 }))
  h = provider({ clients: [{ ...signing, ...more }] }, { documents: { fetch } })
}
beforeEach(() => start())

const object = (claims: JWTPayload, { alg = 'ES256', key = keys.privateKey, typ = 'JWT' as unknown } = {}) =>
  new SignJWT({ iss: 'web', aud: ISSUER, client_id: 'web', response_type: 'code', ...claims })
    .setProtectedHeader({ alg, kid: 'k1', typ: typ as string })
    .sign(key)

/** The answer of the authorization endpoint: what goes back to the client, or that it was a page. */
async function ask(parameters: Record<string, string | null>) {
  const answer = await h.browser().get(authorizeUrl(pkce().challenge, { scope: 'openid', ...parameters }))
  const location = answer.headers.get('location')
  return { status: answer.status, location, error: location && redirected(answer).get('error') }
}
const reasons = () => h.events.flatMap((event) => (event.type === 'refused' ? [event.reason] : []))

describe('a request object', () => {
  it('says what counts, over what stands beside it', async () => {
    const { verifier, challenge } = pkce()
    const request = await object({
      redirect_uri: CALLBACK,
      scope: 'openid email',
      nonce: 'inside',
      state: 'inside & safe',
      max_age: 3600,
      claims: { id_token: { auth_time: { essential: true } } },
      code_challenge: challenge,
      code_challenge_method: 'S256',
    })
    const browser = h.browser()
    const beside = {
      response_type: 'code',
      client_id: 'web',
      scope: 'openid',
      state: 'outside',
      nonce: 'outside',
      request,
    }
    const page = await browser.get(`/oauth/authorize?${new URLSearchParams(beside)}`)
    const back = redirected(await agree(browser, await page.text()))
    expect(back.get('state')).toBe('inside & safe')
    const { body } = await h.token(redeemForm({ code: back.get('code') ?? '', verifier }))
    expect(body.scope).toBe('openid email')
    expect(claimsOf((body as never as { id_token: string }).id_token)).toMatchObject({ nonce: 'inside', sub: 'alice' })
  })

  it('may leave to the request what it does not say, and come without type, iss and aud', async () => {
    const request = await new SignJWT({ nonce: 'n' }).setProtectedHeader({ alg: 'ES256' }).sign(keys.privateKey)
    expect(await ask({ request })).toMatchObject({ status: 200 })
  })

  it('of the type of RFC 9101 is the whole request: what stands beside counts for nothing', async () => {
    const { verifier, challenge } = pkce()
    const claims = { redirect_uri: CALLBACK, scope: 'openid', code_challenge: challenge, code_challenge_method: 'S256' }
    const request = await object(claims, { typ: 'application/OAuth-Authz-Req+JWT' })
    const beside = {
      client_id: 'web',
      state: 'outside',
      nonce: 'outside',
      resource: 'https://api.example.com',
      request,
    }
    const browser = h.browser()
    const page = await browser.get(`/oauth/authorize?${new URLSearchParams(beside)}`)
    const back = redirected(await agree(browser, await page.text()))
    expect(back.get('state')).toBeNull()
    const { body } = await h.token(redeemForm({ code: back.get('code') ?? '', verifier }))
    expect(claimsOf((body as never as { id_token: string }).id_token)).not.toHaveProperty('nonce')
    expect(body.scope).toBe('openid')
    // So what is not inside is missing, and nobody can add it.
    const without = await object({ redirect_uri: CALLBACK, scope: 'openid' }, { typ: 'oauth-authz-req+jwt' })
    expect(await ask({ request: without })).toMatchObject({ error: 'invalid_request' })
  })

  it('is read where the client keeps it, at a URL that is registered, with its fragment or without', async () => {
    const text = await object({ nonce: 'there' })
    there = () => new Response(text, { headers: { 'content-type': 'application/oauth-authz-req+jwt' } })
    expect(await ask({ request_uri: WHERE })).toMatchObject({ status: 200 })
    expect(await ask({ request_uri: `${WHERE}#hash` })).toMatchObject({ status: 200 })
  })

  it('may come by POST', async () => {
    const answer = await h.browser().post('/oauth/authorize', {
      ...Object.fromEntries(new URLSearchParams(authorizeUrl(pkce().challenge, { scope: 'openid' }).split('?')[1])),
      request: await object({ nonce: 'n' }),
    })
    expect(answer.headers.get('location')).toContain('/oauth/authorize?pending=')
  })

  it('can carry several resources', async () => {
    h = harness({ clients: [signing], features: [openid()] })
    const resource = ['https://api.example.com', 'https://other.example.com/v1']
    expect(await ask({ request: await object({ resource, scope: 'read admin' }) })).toMatchObject({ status: 200 })
    expect(await ask({ request: await object({ resource: 'https://nobody.example' }) })).toMatchObject({
      error: 'invalid_target',
    })
  })
})

describe('refused, told to the client, and nothing is stored or issued', () => {
  const sign =
    (claims: JWTPayload, how = {}) =>
    async () => ({ request: await object(claims, how) })
  it.each<[string, () => Promise<Record<string, string>>, string, string]>([
    ['what is no JWT', async () => ({ request: 'text' }), 'invalid_request_object', 'openid:request_form'],
    [
      'one that nobody has signed',
      async () => ({ request: new UnsecuredJWT({ nonce: 'n' }).encode() }),
      'invalid_request_object',
      'openid:request_form',
    ],
    [
      'an algorithm of none with a signature',
      async () => ({ request: `${new UnsecuredJWT({ nonce: 'n' }).encode()}AAAA` }),
      'invalid_request_object',
      'openid:request_algorithm',
    ],
    [
      'the secret of the client as a key',
      async () => ({
        request: await new SignJWT({ nonce: 'n' })
          .setProtectedHeader({ alg: 'HS256' })
          .sign(new TextEncoder().encode(forum.client_secret)),
      }),
      'invalid_request_object',
      'openid:request_algorithm',
    ],
    [
      'the public key of the client as a secret',
      async () => ({
        request: await new SignJWT({ nonce: 'n' })
          .setProtectedHeader({ alg: 'HS256', kid: 'k1' })
          .sign(new TextEncoder().encode(JSON.stringify((signing.jwks as { keys: object[] }).keys[0]))),
      }),
      'invalid_request_object',
      'openid:request_algorithm',
    ],
    [
      'the key of somebody else',
      async () => ({ request: await object({}, { key: others.privateKey }) }),
      'invalid_request_object',
      'openid:request_signature_wrong',
    ],
    ['another kind of token', sign({}, { typ: 'at+jwt' }), 'invalid_request_object', 'openid:request_header'],
    ['a type that is no text', sign({}, { typ: ['JWT'] }), 'invalid_request_object', 'openid:request_header'],
    ['one of another client', sign({ client_id: 'spa' }), 'invalid_request_object', 'request:foreign'],
    ['another issuer of it', sign({ iss: 'spa' }), 'invalid_request_object', 'openid:request_claims'],
    ['another audience', sign({ aud: 'https://elsewhere.example' }), 'invalid_request_object', 'openid:request_claims'],
    ['an expired one', sign({ exp: START / 1000 - 60 }), 'invalid_request_object', 'openid:request_claims'],
    ['one of tomorrow', sign({ nbf: START / 1000 + 60 }), 'invalid_request_object', 'openid:request_claims'],
    [
      'an assertion of the client',
      sign({ sub: 'web', jti: 'j', exp: START / 1000 + 60 }),
      'invalid_request_object',
      'openid:request_claims',
    ],
    ['one in another', sign({ request: 'more' }), 'invalid_request_object', 'request:foreign'],
    ['one that leads on', sign({ request_uri: WHERE }), 'invalid_request_object', 'request:foreign'],
    ['a member that is no parameter', sign({ nonce: [1] }), 'invalid_request_object', 'openid:request_claims'],
    [
      'both at once',
      async () => ({ request: await object({}), request_uri: WHERE }),
      'invalid_request',
      'request:several',
    ],
    [
      'a URL that is not registered',
      async () => ({ request_uri: 'https://app.example.com/other.jwt' }),
      'invalid_request_uri',
      'openid:request_uri',
    ],
    ['a URL where nothing is', async () => ({ request_uri: WHERE }), 'invalid_request_uri', 'openid:request_uri'],
  ])('%s', async (_, parameters, error, reason) => {
    there = () => new Response(null, { status: 404 })
    const before = await snapshot(h)
    const answer = await ask(await parameters())
    expect(answer.error).toBe(error)
    expect(answer.location?.startsWith(`${CALLBACK}?`)).toBe(true)
    expect(reasons()).toEqual([reason])
    expect(await snapshot(h)).toBe(before)
  })

  it('another algorithm than the one that the client is registered with', async () => {
    start({ request_object_signing_alg: 'RS256' })
    expect((await ask({ request: await object({}) })).error).toBe('invalid_request_object')
    start({ request_object_signing_alg: 'ES256' })
    expect((await ask({ request: await object({}) })).status).toBe(200)
  })
})

describe('on a page, because nobody is known to whom it could be told', () => {
  it('a redirect URI in the object that is not registered, whatever stands beside', async () => {
    const answer = await ask({ request: await object({ redirect_uri: 'https://evil.example/cb' }) })
    expect(answer).toMatchObject({ status: 400, location: null })
  })

  it('a wrong object beside a redirect URI that is not registered', async () => {
    const answer = await ask({ request: 'text', redirect_uri: 'https://evil.example/cb' })
    expect(answer).toMatchObject({ status: 400, location: null })
  })
})

it('is never taken for an assertion of the client, nor the other way round', async () => {
  const client = { ...signing, client_secret: undefined, token_endpoint_auth_method: 'private_key_jwt' }
  h = harness({ clients: [client as never], features: [openid(), privateKeyJwt()] })
  const form = {
    grant_type: 'authorization_code',
    code: 'none',
    client_assertion: await object({ exp: START / 1000 + 60, jti: 'j' }),
  }
  const type = { client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer' }
  const answer = await h.post('/oauth/token', { ...form, ...type, client_id: 'web' })
  expect(answer.status).toBe(401)
})

it('is promised by the metadata, but for what is switched off', async () => {
  expect(await metadata(provider())).toMatchObject({
    request_parameter_supported: true,
    request_uri_parameter_supported: true,
    require_request_uri_registration: true,
    request_object_signing_alg_values_supported: ['RS256', 'PS256', 'ES256', 'ES384', 'EdDSA', 'Ed25519'],
  })
  const off = await metadata(provider({}, { documents: false }))
  expect(off).toMatchObject({ request_parameter_supported: true, request_uri_parameter_supported: false })
})

it.each([
  [['http://app.example.com/r'], 'may not be fetched'],
  [['https://10.0.0.1/r'], 'may not be fetched'],
  [[], 'must be a list'],
])('a client cannot have the request_uris %j', (request_uris, problem) => {
  expect(() => provider({ clients: [{ ...forum, request_uris }] })).toThrow(problem)
})
