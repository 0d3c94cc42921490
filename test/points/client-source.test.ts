/**
 * Clients that a feature finds elsewhere.
 */
import { describe, expect, it } from 'vitest'
import type { Client } from '../../src/clients/client.js'
import type { Asker, ClientSource } from '../../src/clients/sources.js'
import { OAuthError } from '../../src/edge/errors.js'
import type { Feature } from '../../src/points/feature.js'
import { clientMetadataParser } from '../../src/protocol/parse-client-metadata.js'
import {
  authorizeUrl,
  basic,
  CALLBACK,
  clients,
  type Harness,
  harness,
  obtainCode,
  pkce,
  redeemForm,
  refreshForm,
  snapshot,
  type Tokens,
} from '../support/harness.js'
import { headerWay, withFeatures } from './fixtures.js'

const client_id = 'https://client.example.com/oauth'

/** A source that notes what it is asked. @param is what its client is besides. */
function directory(prefix = 'https://', more: Partial<ClientSource> = {}, is: Partial<Client> = {}) {
  const asked: (readonly [string, Asker | undefined])[] = []
  const approved: string[] = []
  const feature: Feature = {
    name: `directory of ${prefix}`,
    clientSources({ tables }) {
      const parse = clientMetadataParser(tables.clients)
      const found: Client = {
        ...parse({ client_name: prefix, redirect_uris: [CALLBACK], token_endpoint_auth_method: 'none' }),
        client_id,
        secrets: [],
        createdAt: null,
        ...is,
      }
      return [
        {
          prefix,
          async find(id, from) {
            asked.push([id, from])
            return id === client_id ? found : null
          },
          async approved(client) {
            approved.push(client.client_id)
          },
          ...more,
        },
      ]
    },
  }
  return { feature, asked, approved }
}

const redeem = async (h: Harness, code: { code: string; verifier: string }) =>
  (await (await h.post('/oauth/token', { ...redeemForm(code), client_id })).json()) as Tokens

describe('a source of clients', () => {
  it('has clients that get tokens as any other', async () => {
    const { feature, approved } = directory()
    const h = withFeatures(feature)
    const code = await obtainCode(h, { client_id, scope: 'read' })
    const { access_token } = await redeem(h, code)
    expect(access_token).toEqual(expect.any(String))
    expect(approved).toEqual([client_id])
    expect(await h.storage.list('client', {}, { limit: 10 })).toEqual([])
  })

  it('is told who asks, and that nobody does where an access token is looked at', async () => {
    const { feature, asked } = directory()
    const h = withFeatures(feature)
    const { access_token } = await redeem(h, await obtainCode(h, { client_id, scope: 'read' }))
    expect(asked.length).toBeGreaterThan(2)
    expect(asked.every(([, from]) => from !== undefined)).toBe(true)
    const before = asked.length
    const headers = basic('api', clients.api.client_secret)
    const response = await h.post('/oauth/introspect', { token: access_token }, headers)
    expect(await response.json()).toMatchObject({ active: true, client_id })
    expect(asked.slice(before)).toEqual([[client_id, undefined]])
  })

  it('comes after the option clients, and is not asked about ids of others', async () => {
    const { feature, asked } = directory()
    const own = { client_id, client_name: 'Ours', redirect_uris: [CALLBACK], token_endpoint_auth_method: 'none' }
    const h = harness({ clients: [own, ...Object.values(clients)], features: [feature] })
    const page = await h.browser().get(authorizeUrl(pkce().challenge, { client_id, scope: 'read' }))
    expect(await page.text()).toContain('Ours')
    await obtainCode(h)
    await h.browser().get(authorizeUrl(pkce().challenge, { client_id: 'nobody' }))
    expect(asked).toEqual([])
  })

  it('with the longer prefix counts', async () => {
    const short = directory('https://')
    const long = directory('https://client.example.com/')
    await obtainCode(withFeatures(short.feature, long.feature), { client_id, scope: 'read' })
    expect(short.asked).toEqual([])
    expect(long.asked.length).toBeGreaterThan(0)
  })

  it('says what is wrong with a client on a page, and to the client, and nothing is stored', async () => {
    const { feature } = directory('https://', {
      find() {
        throw new OAuthError('invalid_client', 'The document names another client.', {
          reason: 'directory:other_id',
          hint: 'It says client_id "x".',
          clientId: client_id,
        })
      },
    })
    const h = withFeatures(feature)
    const before = await snapshot(h)
    const page = await h.browser().get(authorizeUrl(pkce().challenge, { client_id, scope: 'read' }))
    expect(page.status).toBe(400)
    expect(page.headers.get('location')).toBeNull()
    const html = await page.text()
    expect(html).toContain('The document names another client.')
    expect(html).not.toContain('client_id &quot;x')
    const response = await h.post('/oauth/token', { grant_type: 'authorization_code', code: 'gwac_x', client_id })
    expect(response.status).toBe(401)
    expect(await response.json()).toEqual({
      error: 'invalid_client',
      error_description: 'The document names another client.',
    })
    const refused = {
      type: 'refused',
      reason: 'directory:other_id',
      hint: 'It says client_id "x".',
      clientId: client_id,
    }
    expect(h.events.filter(({ type }) => type === 'refused')).toMatchObject([
      { ...refused, endpoint: 'authorize' },
      { ...refused, endpoint: 'token' },
    ])
    expect(await snapshot(h)).toBe(before)
  })

  it('may have a client that proves itself in several ways, and in no other', async () => {
    const { feature } = directory('https://', {}, { further_auth_methods: ['card'] })
    const h = withFeatures(feature, {
      name: 'ways',
      clientAuthentication: [headerWay('card'), headerWay('badge')],
    })
    const first = await redeem(h, await obtainCode(h, { client_id, scope: 'read' }))
    const refresh = { ...refreshForm(first.refresh_token), client_id }
    const status = async (headers = {}) => (await h.post('/oauth/token', { ...refresh }, headers)).status
    expect(await status({ 'x-badge': `${client_id} genuine` })).toBe(401)
    expect(h.events.at(-1)).toMatchObject({
      reason: 'client_auth_method',
      hint: 'It is registered for none or card, and came with badge.',
    })
    expect(await status({ 'x-card': `${client_id} forged` })).toBe(401)
    expect(await status({ 'x-card': `${client_id} genuine` })).toBe(200)
    expect(await status()).toBe(200)
  })

  describe('whose client describes itself in a document', () => {
    const elsewhere = 'http://localhost/cb'
    const redirect_uris = [CALLBACK, elsewhere]
    const documented = (host: string, is: Partial<Client> = {}) =>
      withFeatures(directory('https://', {}, { redirect_uris, documentHost: host, ...is }).feature, {
        name: 'ways',
        clientAuthentication: [headerWay('card')],
      })
    const ask = (h: Harness, changes: Record<string, string> = {}) =>
      h.browser().get(authorizeUrl(pkce().challenge, { client_id, scope: 'read', ...changes }))

    it('has its host on the consent page, and no other client has', async () => {
      const html = await (await ask(documented('tools.example.net'))).text()
      expect(html).toContain(
        'This app describes itself at <strong><bdi>tools.example.net</bdi></strong>. Its name was not checked.',
      )
      expect(await (await ask(withFeatures(directory().feature))).text()).not.toContain('describes itself')
    })

    it('is remembered where the answer goes to the host of the document, and asked for each time elsewhere', async () => {
      for (const [host, status] of [
        ['app.example.com', 303],
        ['tools.example.net', 200],
        ['example.com', 200],
      ] as const) {
        const h = documented(host)
        await obtainCode(h, { client_id, scope: 'read' })
        expect((await ask(h)).status).toBe(status)
      }
    })

    it('is warned about at a loopback address, whatever it proves itself with, and never remembered there', async () => {
      for (const is of [{}, { token_endpoint_auth_method: 'card' }]) {
        const h = documented('localhost', is)
        const changes = { redirect_uri: elsewhere }
        await obtainCode(h, { client_id, scope: 'read', ...changes })
        const page = await ask(h, changes)
        expect(page.status).toBe(200)
        expect(await page.text()).toContain('Nobody has checked who is behind this name.')
      }
    })
  })

  it('cannot share a prefix with another', () => {
    expect(() => withFeatures(directory().feature, { ...directory().feature, name: 'second' })).toThrow(
      "features: 'directory of https://' and 'second' both bring the prefix of client ids 'https://'.",
    )
  })
})
