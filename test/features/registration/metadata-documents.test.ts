/**
 * Clients that describe themselves in a document: what is read, for how long, and what is said when it cannot be.
 */
import { beforeEach, describe, expect, it } from 'vitest'
import { metadataDocuments, privateKeyJwt } from '../../../src/features/registration/index.js'
import { metadataOf, withFeatures } from '../../points/fixtures.js'
import { carried, claimsFor, jwksOf, newKey, signed } from '../../support/assertions.js'
import {
  CALLBACK,
  clients,
  ISSUER,
  obtainCode,
  redeemForm,
  redirected,
  snapshot,
  unescapeHtml,
} from '../../support/harness.js'
import {
  asked,
  authorize,
  client_id,
  connect,
  good,
  hosts,
  isActive,
  keyWay,
  MINUTE,
  refresh,
  type Said,
  type Served,
  served,
  tokensOf,
} from './document-hosts.js'

let h: Served
beforeEach(() => {
  h = served()
})

const kinds = ['grant', 'consent', 'request', 'once', 'client', 'pointer'] as const
const refusals = () => h.events.filter(({ type }) => type === 'refused')

describe('a client that describes itself', () => {
  it('gets tokens and new ones, is known by them, and is nowhere registered', async () => {
    const tokens = await connect(h)
    expect(tokens).toMatchObject({ scope: 'read', token_type: 'Bearer' })
    expect(await isActive(h, tokens)).toBe(true)
    expect(await refresh(h, tokens)).toMatchObject({ scope: 'read' })
    expect(h.hosts.asked).toEqual([client_id])
    expect(await h.storage.list('client', {}, { limit: 10 })).toEqual([])
    expect(h.events.find(({ type }) => type === 'document_read')).toEqual({
      type: 'document_read',
      at: h.now,
      clientId: client_id,
      source: 'host',
      asOf: h.now,
    })
  })

  it('is advertised', async () => {
    expect(await metadataOf(h)).toMatchObject({ client_id_metadata_document_supported: true })
  })

  it('gives way to one of the option clients with the same id', async () => {
    const own = { client_id, client_name: 'Ours', redirect_uris: [CALLBACK], token_endpoint_auth_method: 'none' }
    h = served({}, { clients: [own, clients.api] })
    expect(await (await authorize(h)).text()).toContain('Ours')
    expect(h.hosts.asked).toEqual([])
  })

  it('may come with its key or without where it lists both, and is protected as one without', async () => {
    const both = { ...good, token_endpoint_auth_methods_supported: ['none', 'private_key_jwt'] }
    h = served({}, { features: [keyWay], at: hosts({ document: both }) })
    const withKey = { 'x-private_key_jwt': `${client_id} genuine` }
    const first = await tokensOf(h, redeemForm(await obtainCode(h, asked)), withKey)
    expect(first.refresh_token).toEqual(expect.any(String))
    const second = await refresh(h, first)
    // It rotates, as the tokens of every client without proof do.
    expect(second.refresh_token).not.toBe(first.refresh_token)
    expect(await connect(h)).toMatchObject({ scope: 'read' })
    const wrong = await tokensOf(
      h,
      { grant_type: 'client_credentials' },
      { 'x-private_key_jwt': `${client_id} forged` },
    )
    expect(wrong.error).toBe('invalid_client')
  })

  it('that lists both proves itself with a key that it publishes, at its jwks_uri', async () => {
    const [key, stranger] = await Promise.all([newKey('RS256', 'k1'), newKey('RS256', 'k1')])
    const both = {
      ...good,
      ...{ token_endpoint_auth_method: 'private_key_jwt', token_endpoint_auth_signing_alg: 'RS256' },
      token_endpoint_auth_methods_supported: ['none', 'private_key_jwt'],
      jwks_uri: 'https://client.example.com/jwks.json',
    }
    const keys = hosts({ document: jwksOf(key) })
    h = served({}, { features: [privateKeyJwt({ documents: { fetch: keys.fetch } })], at: hosts({ document: both }) })
    // To the token endpoint, as the best-known of such clients has it.
    const proof = async (by = key) =>
      carried(await signed(by, claimsFor(client_id, h.now, { aud: `${ISSUER}/oauth/token` })))
    const form = redeemForm(await obtainCode(h, asked))
    const before = await snapshot(h, kinds)
    expect(await tokensOf(h, { ...form, ...(await proof(stranger)) })).toMatchObject({ error: 'invalid_client' })
    expect(await snapshot(h, kinds)).toBe(before)
    const tokens = await tokensOf(h, { ...form, ...(await proof()) })
    expect(tokens).toMatchObject({ scope: 'read' })
    expect(await refresh(h, tokens)).toMatchObject({ scope: 'read' })
    expect(keys.asked[0]).toBe('https://client.example.com/jwks.json')
  })

  it('that lists its key alone must bring it', async () => {
    const keyed = { ...good, token_endpoint_auth_method: 'private_key_jwt' }
    h = served({}, { features: [keyWay], at: hosts({ document: keyed }) })
    const form = redeemForm(await obtainCode(h, asked))
    const before = await snapshot(h, kinds)
    expect(await tokensOf(h, form)).toMatchObject({ error: 'invalid_client' })
    expect(await snapshot(h, kinds)).toBe(before)
    expect(refusals().at(-1)).toMatchObject({
      reason: 'client_auth_method',
      hint: 'It is registered for private_key_jwt, and came with its client_id alone.',
    })
    expect(await tokensOf(h, form, { 'x-private_key_jwt': `${client_id} genuine` })).toMatchObject({ scope: 'read' })
  })

  it('can never have tokens of its own, whatever it lists', async () => {
    const greedy = {
      ...good,
      grant_types: ['authorization_code', 'client_credentials'],
      token_endpoint_auth_method: 'private_key_jwt',
    }
    h = served({}, { features: [keyWay], at: hosts({ document: greedy }) })
    const headers = { 'x-private_key_jwt': `${client_id} genuine` }
    expect(await tokensOf(h, { grant_type: 'client_credentials', scope: 'read' }, headers)).toMatchObject({
      error: 'unauthorized_client',
    })
  })

  it('has its left-out redirect URIs told to the operator', async () => {
    h.hosts.said = { document: { ...good, redirect_uris: [CALLBACK, 'cursor://anysphere.cursor-mcp/oauth/callback'] } }
    await connect(h)
    expect(h.events.find(({ type }) => type === 'document_read')).toMatchObject({
      hint: expect.stringMatching(
        /^Left out: redirect_uris "cursor:\/\/anysphere.cursor-mcp\/oauth\/callback" has a scheme /,
      ),
    })
    const page = await authorize(h, { redirect_uri: 'cursor://anysphere.cursor-mcp/oauth/callback' })
    expect(page.status).toBe(400)
    expect(page.headers.get('location')).toBeNull()
  })

  it('is nobody where there is no such feature', async () => {
    const without = withFeatures()
    expect((await authorize(without)).status).toBe(400)
    expect((await metadataOf(without)).client_id_metadata_document_supported).toBeUndefined()
  })
})

describe('a document', () => {
  it.each([
    ['says nothing', {}, 10 * MINUTE],
    ['says five minutes', { 'cache-control': 'max-age=300' }, 5 * MINUTE],
    ['says not at all: a minute', { 'cache-control': 'no-store' }, MINUTE],
    ['says a second: a minute', { 'cache-control': 'max-age=1' }, MINUTE],
    ['says a year: a day', { 'cache-control': 'max-age=31536000' }, 24 * 60 * MINUTE],
    ['is old already', { 'cache-control': 'max-age=300', age: '120' }, 3 * MINUTE],
  ])('that %s is asked for again after that', async (_, headers, lifetime) => {
    h.hosts.said = { document: good, headers }
    await authorize(h)
    h.now += lifetime - 1
    await authorize(h)
    expect(h.hosts.asked).toHaveLength(1)
    h.now += 1
    await authorize(h)
    expect(h.hosts.asked).toHaveLength(2)
  })

  it('that has changed counts from then on', async () => {
    const tokens = await connect(h)
    h.hosts.said = { document: { ...good, client_name: 'Renamed', redirect_uris: ['https://new.example.com/cb'] } }
    h.now += 11 * MINUTE
    expect((await authorize(h)).status).toBe(400)
    const page = await authorize(h, { redirect_uri: 'https://new.example.com/cb' })
    expect(page.status).toBe(200)
    expect(await page.text()).toContain('Renamed')
    expect(await isActive(h, tokens)).toBe(true)
  })

  it('that many ask for at once is fetched once', async () => {
    const pages = await Promise.all(Array.from({ length: 10 }, () => authorize(h)))
    expect(pages.map(({ status }) => status)).toEqual(Array.from({ length: 10 }, () => 200))
    expect(h.hosts.asked).toHaveLength(1)
  })

  const defects: [string, Said, string, RegExp][] = [
    ['is not there', 404, 'status', /answered with the status 404/],
    ['is gone', 410, 'status', /answered with the status 410/],
    ['is kept back', 403, 'status', /answered with the status 403/],
    ['has a broken host', 500, 'status', /answered with the status 500/],
    ['has no host', new Error('getaddrinfo ENOTFOUND'), 'unreachable', /could not be reached/],
    ['is a redirect', 302, 'redirect', /a redirect, and none is followed/],
    [
      'is a page',
      { document: '<html>', headers: { 'content-type': 'text/html' } },
      'content_type',
      /application\/json/,
    ],
    ['is no JSON', { document: '{' }, 'not_json', /no JSON object/],
    ['is a list', { document: [good] }, 'not_json', /no JSON object/],
    ['is huge', { document: { ...good, x: 'x'.repeat(70_000) } }, 'too_large', /more than 64 KB/],
    [
      'has another id',
      { document: { ...good, client_id: `${client_id}?` } },
      'client_id_differs',
      /client_id is not the URL/,
    ],
    ['has a secret', { document: { ...good, client_secret: 's'.repeat(40) } }, 'secret', /it has client_secret/],
    ['has no redirect URIs', { document: { ...good, redirect_uris: [] } }, 'metadata', /redirect_uris is required/],
  ]
  it.each(defects)(
    'that %s is told on a page, to the client, and to the operator, and nothing is stored',
    async (_, said, check, words) => {
      h.hosts.said = said
      const before = await snapshot(h, kinds)
      const page = await authorize(h)
      expect(page.status).toBe(400)
      expect(page.headers.get('location')).toBeNull()
      const html = unescapeHtml(await page.text())
      expect(html).toMatch(words)
      const answer = await h.post('/oauth/token', { client_id, grant_type: 'authorization_code', code: 'gwac_x' })
      expect(answer.status).toBe(401)
      expect(await answer.json()).toEqual({ error: 'invalid_client', error_description: expect.stringMatching(words) })
      expect(refusals()).toMatchObject([
        {
          endpoint: 'authorize',
          error: 'invalid_client',
          reason: `documents:${check}`,
          clientId: client_id,
          hint: expect.any(String),
        },
        {
          endpoint: 'token',
          error: 'invalid_client',
          reason: `documents:${check}`,
          clientId: client_id,
          hint: expect.any(String),
        },
      ])
      expect(h.events.filter(({ type }) => type !== 'refused')).toEqual([])
      expect(await snapshot(h, kinds)).toBe(before)
    },
  )

  it.each([
    ['https://client.example.com', 'it has no path'],
    ['https://client.example.com/a/../b', 'it has a . or .. segment in its path'],
    ['https://a@client.example.com/b', 'it has a user name or a password'],
    ['https://client.example.com:8443/b', 'it has another port than 443'],
    ['https://client.example.com/b#c', 'it has a fragment'],
  ])('with the id %s is not fetched', async (id, problem) => {
    const page = await authorize(h, { client_id: id })
    expect(page.status).toBe(400)
    expect(unescapeHtml(await page.text())).toContain(problem)
    expect(refusals()).toMatchObject([{ reason: 'documents:client_id', clientId: id }])
    expect(h.hosts.asked).toEqual([])
  })

  it('that is not asked for because too much was asked for lately is no mistake of the client: it tries again', async () => {
    h.hosts.said = 404
    for (let i = 0; i < 100; i++) await authorize(h, { client_id: `https://client.example.com/${i}` })
    h.hosts.said = { document: good }
    const page = await authorize(h)
    expect(page.status).toBe(503)
    const answer = await h.post('/oauth/token', { client_id, grant_type: 'authorization_code', code: 'gwac_x' })
    expect(answer.status).toBe(503)
    expect(answer.headers.get('retry-after')).toBe('60')
    expect(await answer.json()).toMatchObject({ error: 'temporarily_unavailable' })
    expect(refusals().at(-1)).toMatchObject({ reason: 'documents:limited' })
  })
})

describe('whose documents are taken', () => {
  const other = 'https://client.example.com/oauth/other.json'
  it.each([
    ['a list of ids', [client_id]],
    ['a function', (id: string) => id === client_id],
  ])('may be %s', async (_, allow) => {
    h = served({ allow })
    expect((await authorize(h)).status).toBe(200)
    const page = await authorize(h, { client_id: other })
    expect(page.status).toBe(400)
    expect(unescapeHtml(await page.text())).toContain('This server does not take')
    expect(refusals()).toMatchObject([{ reason: 'documents:not_allowed', clientId: other }])
    expect(h.hosts.asked).toEqual([client_id])
  })

  it('may be a list of hosts, each of them and no other', async () => {
    h = served({ allow: ['client.example.com'] })
    expect((await authorize(h)).status).toBe(200)
    for (const id of [
      'https://a.client.example.com/x',
      'https://client.example.com.evil.example/x',
      'https://evil.example/client.example.com',
    ]) {
      expect((await authorize(h, { client_id: id })).status).toBe(400)
    }
    expect(h.hosts.asked).toEqual([client_id])
  })

  it('is nobody’s where a function promises something', async () => {
    h = served({ allow: (async () => true) as unknown as () => boolean })
    expect((await authorize(h)).status).toBe(400)
  })

  it('counts for tokens that are there already', async () => {
    let isTaken = true
    h = served({ allow: () => isTaken })
    const tokens = await connect(h)
    expect(await isActive(h, tokens)).toBe(true)
    isTaken = false
    expect(await isActive(h, tokens)).toBe(false)
    expect(await refresh(h, tokens)).toMatchObject({ error: 'invalid_client' })
  })
})

describe('metadataDocuments()', () => {
  it.each([
    [null, 'metadataDocuments takes options, or nothing. Write `metadataDocuments()`. It was null.'],
    [
      { allowed: [] },
      'metadataDocuments: there is no option `allowed`. The options are allow, documents, knownDocuments.',
    ],
    [{ allow: 'app.example.com' }, 'metadataDocuments: allow must be a list or a function.'],
    [{ allow: ['*.example.com'] }, 'neither a client_id nor a host'],
    [{ allow: ['http://app.example.com/client'] }, 'neither a client_id nor a host'],
    [{ allow: [''] }, 'neither a client_id nor a host'],
    [{ documents: true }, 'metadataDocuments: documents must be an object. It was true.'],
    [{ knownDocuments: {} }, 'metadataDocuments: knownDocuments must be a list.'],
    [
      { knownDocuments: [{ client_id: 'x', document: {}, asOf: '2026-01' }] },
      'knownDocuments[0]: client_id is no https URL.',
    ],
    [
      { knownDocuments: [{ client_id, document: {}, asOf: '2026-01' }] },
      'knownDocuments[0]: document must be an object with the same client_id.',
    ],
    [
      { knownDocuments: [{ client_id, document: good, asOf: 'lately' }] },
      "knownDocuments[0]: asOf must be a day or a month. Write for example '2026-11-27'.",
    ],
    [
      { knownDocuments: [1, 2].map(() => ({ client_id, document: good, asOf: '2026-01' })) },
      'knownDocuments[1]: client_id is there twice',
    ],
  ])('refuses %j', (options, message) => {
    expect(() => metadataDocuments(options as never)).toThrow(TypeError)
    expect(() => metadataDocuments(options as never)).toThrow(message)
  })

  it('refuses at construction what the fetcher refuses', () => {
    expect(() => withFeatures(metadataDocuments({ documents: { allowOrigins: ['localhost:3000'] } }))).toThrow(
      TypeError,
    )
  })
})

it('the answer goes to nobody but the redirect URI of the document', async () => {
  const { response } = await obtainCode(h, asked)
  expect(response.headers.get('location')).toMatch(/^https:\/\/app\.example\.com\/callback\?/)
  expect(redirected(response).get('iss')).toBe('https://auth.example.com')
})
