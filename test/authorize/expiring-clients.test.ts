/**
 * A client that registered itself expires, but not under what was begun with it.
 */
import { describe, expect, it } from 'vitest'
import { deploymentOf } from '../../src/points/deployments.js'
import { clientMetadataParser } from '../../src/protocol/parse-client-metadata.js'
import { memoryStorage } from '../../src/storage/memory.js'
import {
  authorizeUrl,
  CALLBACK,
  formFields,
  type Harness,
  harness,
  obtainCode,
  pkce,
  redeemForm,
  redirected,
  refreshForm,
  START,
  snapshot,
  type Tokens,
} from '../support/harness.js'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR
const GRANT_LIFETIME = 180 * DAY

/** A server, and a public client that has registered itself there for a day. */
async function setup(h = harness()) {
  const { clients, tables } = deploymentOf(h.server)
  const settings = clientMetadataParser(tables.clients)({
    client_name: 'Itself',
    redirect_uris: [CALLBACK],
    token_endpoint_auth_method: 'none',
  })
  const registration = { tokenHash: null }
  const { client } = await clients.register(settings, { expiresAt: START + DAY, registration })
  const { client_id } = client
  return { h, client_id, asked: { client_id, scope: 'read' } }
}

const expiryOf = async (h: Harness, client_id: string) => (await h.server.clients.get(client_id))?.expiresAt

async function redeem(h: Harness, client_id: string, code: { code: string; verifier: string }) {
  const response = await h.post('/oauth/token', { ...redeemForm(code), client_id })
  return { status: response.status, body: (await response.json()) as Tokens }
}

describe('a client that expires', () => {
  it('is there until then, and then it is not: no page, no token, and not in the list', async () => {
    const { h, client_id, asked } = await setup()
    const url = authorizeUrl(pkce().challenge, asked)
    const ids = async () => (await h.server.clients.list()).clients.map((client) => client.client_id)
    h.now = START + DAY - 20 * MINUTE
    expect(await ids()).toEqual([client_id])
    h.now = START + DAY
    expect(await ids()).toEqual([])
    expect(await h.server.clients.get(client_id)).toBeNull()
    expect((await h.browser().get(url)).status).toBe(400)
    const { status, body } = await redeem(h, client_id, { code: 'gwac_x', verifier: 'x' })
    expect([status, body.error]).toEqual([401, 'invalid_client'])
  })

  it('is no longer remembered by an instance that has read it', async () => {
    const { h, client_id } = await setup()
    const { clients } = deploymentOf(h.server)
    h.now = START + DAY - 1
    expect(await clients.find(client_id)).toMatchObject({ client_id })
    h.now = START + DAY
    expect(await clients.find(client_id)).toBeNull()
  })

  it('stays as long as a request that waits, and the code that comes of it, need it', async () => {
    const { h, client_id, asked } = await setup()
    h.now = START + DAY - 1
    const browser = h.browser()
    const { verifier, challenge } = pkce()
    const page = await browser.get(authorizeUrl(challenge, asked))
    // The last moment of the request, and the last one of its code.
    h.now += 10 * MINUTE - 1
    const allowed = await browser.post('/oauth/consent', { ...formFields(await page.text()), decision: 'allow' })
    const code = redirected(allowed).get('code') ?? ''
    h.now += MINUTE - 1
    await h.storage.purge(h.now, 1000)
    expect(await redeem(h, client_id, { code, verifier })).toMatchObject({ status: 200 })
  })

  it('moves its end no further than a request needs it that nobody has approved', async () => {
    const { h, client_id, asked } = await setup()
    h.now = START + DAY - 1
    await h.browser().get(authorizeUrl(pkce().challenge, asked))
    expect(await expiryOf(h, client_id)).toBe(h.now + 11 * MINUTE)
  })

  it('stays until the end of the last grant, and is purged then', async () => {
    const { h, client_id, asked } = await setup()
    const code = await obtainCode(h, asked)
    let { body } = await redeem(h, client_id, code)
    const end = START + GRANT_LIFETIME
    expect(await expiryOf(h, client_id)).toBe(end + DAY)
    for (h.now = START; h.now < end - 20 * DAY; h.now += 20 * DAY) {
      await h.storage.purge(h.now, 1000)
      const response = await h.post('/oauth/token', { ...refreshForm(body.refresh_token), client_id })
      expect(response.status).toBe(200)
      body = (await response.json()) as Tokens
    }
    h.now = end + DAY
    await h.storage.purge(h.now, 1000)
    expect(await h.storage.list('client', {}, { limit: 10 })).toEqual([])
  })

  it('is written again only when its end moves by more than a day', async () => {
    const inner = memoryStorage()
    let writes = 0
    const h = harness({
      storage: {
        ...inner,
        replace: (kind, ...more) => {
          if (kind === 'client') writes++
          return inner.replace(kind, ...more)
        },
      },
    })
    const { asked } = await setup(h)
    await obtainCode(h, asked)
    // One for the request that waits would have been none: a day is enough for that.
    expect(writes).toBe(1)
    h.now = START + DAY
    await obtainCode(h, asked)
    expect(writes).toBe(1)
    h.now = START + DAY + 1
    await obtainCode(h, asked)
    expect(writes).toBe(2)
  })

  it('that is purged in the moment of the approval leaves no grant behind, and the person reads why', async () => {
    const inner = memoryStorage()
    const h = harness({ storage: inner })
    const { client_id, asked } = await setup(h)
    const browser = h.browser()
    const page = await browser.get(authorizeUrl(pkce().challenge, asked))
    const fields = formFields(await page.text())
    const before = await snapshot(h, ['grant', 'consent'])
    // What another instance's clock may do: the record goes although this instance still knows the client.
    for (const { id } of await inner.list('client', {}, { limit: 10 })) await inner.remove('client', id)
    const answer = await browser.post('/oauth/consent', { ...fields, decision: 'allow' })
    expect(answer.status).toBe(400)
    expect(await answer.text()).toContain('There is no such client any more.')
    expect(await snapshot(h, ['grant', 'consent'])).toBe(before)
    expect(h.events.at(-1)).toMatchObject({
      type: 'refused',
      error: 'invalid_client',
      reason: 'client_unknown',
      clientId: client_id,
    })
  })

  it('of two approvals and a purge that cross, nothing is lost', async () => {
    const { h, client_id, asked } = await setup()
    h.now = START + DAY - 1
    const [one, other] = await Promise.all([obtainCode(h, asked), obtainCode(h, asked), h.storage.purge(h.now, 1000)])
    h.now += 2
    await h.storage.purge(h.now, 1000)
    for (const code of [one, other]) expect(await redeem(h, client_id, code)).toMatchObject({ status: 200 })
  })

  it('goes on to expire when its operator changes it, and its registration is nobody else’s to read', async () => {
    const { h, client_id } = await setup()
    const changed = await h.server.clients.update(client_id, {
      redirect_uris: [CALLBACK],
      token_endpoint_auth_method: 'none',
    })
    expect(changed).toMatchObject({ expiresAt: START + DAY })
    expect(changed).not.toHaveProperty('registration')
  })
})
