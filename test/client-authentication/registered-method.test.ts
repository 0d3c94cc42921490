/**
 * How a client authenticates at every endpoint that clients call: in the registered way, or with its secret in either place where none was
 * written.
 */
import { beforeEach, describe, expect, it } from 'vitest'
import type { ClientMetadata } from '../../src/index.js'
import { headerWay } from '../points/fixtures.js'
import { basic, clients, type Harness, harness, snapshot } from '../support/harness.js'

const machine: ClientMetadata = { grant_types: ['client_credentials'], scope: 'read' }
const endpoints = {
  '/oauth/token': { grant_type: 'client_credentials' },
  '/oauth/revoke': { token: 'x' },
  '/oauth/introspect': { token: 'x' },
}

let h: Harness
beforeEach(() => {
  const features = [
    { name: 'ways', clientAuthentication: [headerWay('gateway'), headerWay('shared', { usesSecret: true })] },
  ]
  h = harness({ features, clientCacheLifetime: 0 })
})

/** The status with the secret in the header and in the form, which is the same at every endpoint. */
async function statuses(client_id: string, client_secret: string) {
  const found = new Set<string>()
  for (const [path, form] of Object.entries(endpoints)) {
    const inHeader = await h.post(path, form, basic(client_id, client_secret))
    const inForm = await h.post(path, { ...form, client_id, client_secret })
    found.add(JSON.stringify({ inHeader: inHeader.status, inForm: inForm.status }))
  }
  expect(found.size).toBe(1)
  return JSON.parse([...found][0] ?? '')
}

const either = { inHeader: 200, inForm: 200 }
const header = { inHeader: 200, inForm: 401 }
const form = { inHeader: 401, inForm: 200 }
const neither = { inHeader: 401, inForm: 401 }

describe('token_endpoint_auth_method', () => {
  it.each([
    ['left out: both ways', undefined, either],
    ['client_secret_basic: the header only', 'client_secret_basic', header],
    ['client_secret_post: the form only', 'client_secret_post', form],
    ['of a feature whose way uses a secret: neither', 'shared', neither],
  ])('%s', async (_, token_endpoint_auth_method, expected) => {
    const { client, clientSecret = '' } = await h.server.clients.create({ ...machine, token_endpoint_auth_method })
    expect(client.token_endpoint_auth_method).toBe(token_endpoint_auth_method)
    expect(await statuses(client.client_id, clientSecret)).toEqual(expected)
    expect(await statuses(client.client_id, `${clientSecret}x`)).toEqual(neither)
  })

  it('left out in an update opens both ways, with the secret that there was', async () => {
    const { client, clientSecret = '' } = await h.server.clients.create({
      ...machine,
      token_endpoint_auth_method: 'client_secret_post',
    })
    expect(await statuses(client.client_id, clientSecret)).toEqual(form)
    const updated = await h.server.clients.update(client.client_id, machine)
    expect(updated.token_endpoint_auth_method).toBeUndefined()
    expect(await statuses(client.client_id, clientSecret)).toEqual(either)
  })

  it('written out in an update closes the other way', async () => {
    const { client, clientSecret = '' } = await h.server.clients.create(machine)
    const token_endpoint_auth_method = 'client_secret_basic'
    await h.server.clients.update(client.client_id, { ...machine, token_endpoint_auth_method })
    expect(await statuses(client.client_id, clientSecret)).toEqual(header)
  })

  it('that was in the configuration is kept to, and left out there means both ways', async () => {
    const client_secret = 'c'.repeat(32)
    const client = (client_id: string, token_endpoint_auth_method?: string) => ({
      ...machine,
      client_id,
      client_secret,
      token_endpoint_auth_method,
    })
    h = harness({
      clients: [client('either'), client('header', 'client_secret_basic'), client('form', 'client_secret_post')],
    })
    expect(await statuses('either', client_secret)).toEqual(either)
    expect(await statuses('header', client_secret)).toEqual(header)
    expect(await statuses('form', client_secret)).toEqual(form)
  })

  it.each(['none', 'gateway'])('%s takes the secret away, and no secret opens it again', async (method) => {
    const metadata = { redirect_uris: ['https://app.example.com/cb'], scope: 'read' }
    const { client, clientSecret = '' } = await h.server.clients.create(metadata)
    const { client_id } = client
    await h.server.clients.update(client_id, { ...metadata, token_endpoint_auth_method: method })
    const before = await snapshot(h)
    expect(await statuses(client_id, clientSecret)).toEqual(neither)
    expect(await snapshot(h)).toBe(before)
    // Left out, it is a client with a secret, of which it has none yet.
    await h.server.clients.update(client_id, metadata)
    expect(await statuses(client_id, clientSecret)).toEqual(neither)
    expect((await h.post('/oauth/revoke', { token: 'x', client_id })).status).toBe(401)
    const rotated = await h.server.clients.rotateSecret(client_id)
    expect((await h.post('/oauth/revoke', { token: 'x' }, basic(client_id, rotated.clientSecret))).status).toBe(200)
  })
})

it('tells the operator how the client is registered and how it came, and the client nothing of it', async () => {
  const web = harness()
  const right = clients.posting.client_secret
  const tries: [Record<string, string>, Record<string, string>, string | undefined][] = [
    [{}, basic('posting', right), 'It is registered for client_secret_post, and came with client_secret_basic.'],
    [{ client_id: 'posting' }, {}, 'It is registered for client_secret_post, and came with its client_id alone.'],
    [{}, basic('spa', right), 'It is registered for none, and came with client_secret_basic.'],
    [
      { client_id: 'web' },
      {},
      'It is registered for client_secret_basic or client_secret_post, and came with its client_id alone.',
    ],
    [
      { client_id: 'posting', client_secret: 'wrong' },
      {},
      expect.stringMatching(/^It is none of the secrets of this client/),
    ],
    [{ client_id: 'nobody', client_secret: 'wrong' }, {}, expect.not.stringContaining('registered for')],
  ]
  const bodies = new Set<string>()
  for (const [form, headers, hint] of tries) {
    web.events.length = 0
    bodies.add(await (await web.post('/oauth/token', { grant_type: 'x', ...form }, headers)).text())
    expect(web.events).toEqual([expect.objectContaining({ type: 'refused', error: 'invalid_client', hint })])
    expect(JSON.stringify(web.events)).not.toContain(right)
  }
  expect(bodies.size).toBe(1)
})

it.each(Object.entries(endpoints))(
  'a 401 of %s has a challenge: Basic where that was used, else Client',
  async (path, form) => {
    const challengeOf = async (more: Record<string, string>, headers: Record<string, string> = {}) => {
      const response = await h.post(path, { ...form, ...more }, headers)
      expect(response.status).toBe(401)
      return response.headers.get('www-authenticate')
    }
    const onlyClient = 'Client realm="client"'
    const basicOnly = 'Basic realm="client", charset="UTF-8"'
    expect(await challengeOf({})).toBe(onlyClient)
    expect(await challengeOf({ client_id: 'nobody' })).toBe(onlyClient)
    expect(await challengeOf({ client_id: 'posting', client_secret: 'wrong' })).toBe(onlyClient)
    expect(await challengeOf({ client_assertion: 'x' })).toBe(onlyClient)
    expect(await challengeOf({}, { 'x-gateway': 'nobody genuine' })).toBe(onlyClient)
    expect(await challengeOf({}, basic('web', 'wrong'))).toBe(basicOnly)
    expect(await challengeOf({}, basic('nobody', ''))).toBe(basicOnly)
    expect(await challengeOf({}, { authorization: 'Basic' })).toBe(basicOnly)
  },
)
