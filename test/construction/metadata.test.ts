import { describe, expect, it } from 'vitest'
import type { ServerOptions } from '../../src/construction/options.js'
import type { Endpoint } from '../../src/points/endpoint.js'
import { API, authenticated, harness, ISSUER, OTHER_API } from '../support/harness.js'

const WELL_KNOWN = '/.well-known/oauth-authorization-server'
const OPENID = '/.well-known/openid-configuration'

async function metadata(path: string, options: Partial<ServerOptions> = {}, init: RequestInit = {}, origin = ISSUER) {
  const response = await harness(options).server.fetch(new Request(origin + path, init))
  return { response, document: response.ok ? ((await response.json()) as Record<string, unknown>) : null }
}

it('says exactly what there is', async () => {
  const { response, document } = await metadata(WELL_KNOWN)
  expect(document).toEqual({
    issuer: ISSUER,
    authorization_endpoint: `${ISSUER}/oauth/authorize`,
    response_types_supported: ['code'],
    response_modes_supported: ['query', 'form_post'],
    code_challenge_methods_supported: ['S256'],
    authorization_response_iss_parameter_supported: true,
    token_endpoint: `${ISSUER}/oauth/token`,
    grant_types_supported: ['authorization_code', 'refresh_token', 'client_credentials'],
    token_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post', 'none'],
    revocation_endpoint: `${ISSUER}/oauth/revoke`,
    revocation_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post', 'none'],
    introspection_endpoint: `${ISSUER}/oauth/introspect`,
    introspection_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post'],
    jwks_uri: `${ISSUER}/oauth/jwks`,
    scopes_supported: ['read', 'write', 'admin'],
  })
  expect(response.headers.get('content-type')).toMatch(/^application\/json/)
  expect(response.headers.get('cache-control')).toBe('public, max-age=300')
  expect(response.headers.get('access-control-allow-origin')).toBe('*')
})

describe('every endpoint that it lists answers, under any issuer', () => {
  it.each([
    ['the bare origin', ISSUER, '/oauth'],
    ['a trailing slash', `${ISSUER}/`, '/oauth'],
    ['a path', `${ISSUER}/tenants/a`, '/oauth'],
    ['a path with a trailing slash', `${ISSUER}/tenants/a/`, '/oauth'],
    ['another base path', ISSUER, '/auth/v1'],
    ['loopback', 'http://localhost:3000', '/oauth'],
  ])('%s', async (_, issuer, basePath) => {
    const h = harness({ issuer, basePath })
    const inserted = `${new URL(issuer).origin}${WELL_KNOWN}${new URL(issuer).pathname.replace(/\/$/, '')}`
    const found = await h.server.fetch(new Request(inserted))
    const document = (await found.json()) as Record<string, string>
    expect(document.issuer).toBe(issuer)
    const listed = Object.entries(document).filter(([name]) => /_endpoint$|_uri$/.test(name))
    expect(listed).toHaveLength(5)
    for (const [name, url] of listed) {
      expect(url).not.toMatch(/[^:]\/\//)
      const isRead = name === 'jwks_uri' || name === 'authorization_endpoint'
      const answer = await h.server.fetch(new Request(url, { method: isRead ? 'GET' : 'POST' }))
      expect({ name, status: answer.status }).toEqual({ name, status: name === 'jwks_uri' ? 200 : 400 })
    }
  })
})

describe('with a path in the issuer', () => {
  const issuer = `${ISSUER}/tenants/a`

  it.each([WELL_KNOWN, OPENID].flatMap((name) => [`${name}/tenants/a`, `/tenants/a${name}`, name]))(
    'it is at %s, and says the same',
    async (path) => {
      const { document } = await metadata(path, { issuer })
      expect(document?.issuer).toBe(issuer)
      expect(document).toEqual((await metadata(`${WELL_KNOWN}/tenants/a`, { issuer })).document)
    },
  )

  it.each([`${WELL_KNOWN}/tenants`, `${OPENID}/tenants/a/b`, `/tenants${OPENID}`, '/.well-known', `${OPENID}//`])(
    'it is not at %s',
    async (path) => expect((await metadata(path, { issuer })).response.status).toBe(404),
  )
})

it('is at openid-configuration as well, which is a feature’s that brings it', async () => {
  expect((await metadata(OPENID)).document).toEqual((await metadata(WELL_KNOWN)).document)
  const answer = { status: 200, headers: [['content-type', 'application/json']], body: '{"by":"feature"}' } as const
  const endpoint: Endpoint = { name: 'x', paths: [OPENID], methods: { GET: () => answer }, answers: 'json', cors: true }
  const features = [{ name: 'openid', endpoints: () => [endpoint] }]
  expect((await metadata(OPENID, { features })).document).toEqual({ by: 'feature' })
  expect((await metadata(WELL_KNOWN, { features })).document?.issuer).toBe(ISSUER)
})

it('says nothing that comes from the request', async () => {
  const plain = (await metadata(WELL_KNOWN)).document
  const headers = {
    host: 'evil.example.com',
    'x-forwarded-host': 'evil.example.com',
    'x-forwarded-proto': 'http',
    forwarded: 'host=evil.example.com',
  }
  for (const trustProxy of [0, 1]) {
    const { document } = await metadata(
      `${WELL_KNOWN}?issuer=https://evil.example.com`,
      { trustProxy },
      { headers },
      'http://evil.example.com',
    )
    expect(document).toEqual(plain)
  }
})

it('lists each scope once', async () => {
  const resources = { [API]: { scopes: { read: 'a' } }, [OTHER_API]: { scopes: { read: 'b', more: 'c' } } }
  expect((await metadata(WELL_KNOWN, { resources, clients: [] })).document?.scopes_supported).toEqual(['read', 'more'])
})

it.each(['POST', 'PUT', 'DELETE'])('%s is 405', async (method) => {
  const { response } = await metadata(WELL_KNOWN, {}, { method })
  expect([response.status, response.headers.get('allow')]).toEqual([405, 'GET'])
})

it('every grant type that it lists is known, and every other is not', async () => {
  const h = harness()
  const { document } = await metadata(WELL_KNOWN)
  const listed = document?.grant_types_supported as string[]
  const candidates = [
    ...listed,
    'password',
    'implicit',
    'urn:ietf:params:oauth:grant-type:device_code',
    'urn:ietf:params:oauth:grant-type:token-exchange',
  ]
  for (const grant_type of candidates) {
    const { body } = await h.token({ grant_type }, 'web')
    expect({ grant_type, known: body.error !== 'unsupported_grant_type' }).toEqual({
      grant_type,
      known: listed.includes(grant_type),
    })
  }
})

it('every authentication method that it lists works at its endpoint', async () => {
  const h = harness()
  const { document } = await metadata(WELL_KNOWN)
  const clientOf = { client_secret_basic: 'web', client_secret_post: 'posting', none: 'spa' } as const
  for (const endpoint of ['revocation', 'introspection'] as const) {
    const listed = document?.[`${endpoint}_endpoint_auth_methods_supported`] as (keyof typeof clientOf)[]
    for (const method of ['client_secret_basic', 'client_secret_post', 'none'] as const) {
      const path = endpoint === 'revocation' ? '/oauth/revoke' : '/oauth/introspect'
      const answer = await h.post(path, ...authenticated({ token: 'x' }, clientOf[method]))
      expect({ endpoint, method, works: answer.status === 200 }).toEqual({
        endpoint,
        method,
        works: listed.includes(method),
      })
    }
  }
})
