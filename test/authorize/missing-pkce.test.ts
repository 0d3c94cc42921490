/** Clients that cannot do PKCE, at a whole server: what is still asked of them, and what ends with the permission. */
import { beforeEach, describe, expect, it } from 'vitest'
import { clientRecordId } from '../../src/clients/record.js'
import type { ClientMetadata } from '../../src/index.js'
import {
  API,
  authenticated,
  CALLBACK,
  clients,
  type Harness,
  harness,
  ISSUER,
  pkce,
  snapshot,
} from '../support/harness.js'

const { verifier, challenge } = pkce()
const legacy: ClientMetadata = {
  redirect_uris: [CALLBACK],
  default_scope: 'read',
  first_party: true,
  allow_missing_pkce: true,
}

let h: Harness
let client_id: string
let client_secret: string
beforeEach(async () => {
  h = harness({ clientCacheLifetime: 0 })
  const made = await h.server.clients.create(legacy)
  client_id = made.client.client_id
  client_secret = made.clientSecret ?? ''
})

const ask = (more: Record<string, string> = {}, browser = h.browser()) => {
  const parameters = { response_type: 'code', client_id, redirect_uri: CALLBACK, state: 'xyz', ...more }
  return browser.get(`/oauth/authorize?${new URLSearchParams(parameters)}`)
}
const answerOf = (response: Response) => new URL(response.headers.get('location') ?? '', ISSUER).searchParams
const codeFor = async (more: Record<string, string> = {}) => answerOf(await ask(more)).get('code') ?? ''
const challenged = { code_challenge: challenge, code_challenge_method: 'S256' }

async function redeem(code: string, more: Record<string, string> = { redirect_uri: CALLBACK }) {
  const form = { grant_type: 'authorization_code', code, client_id, client_secret, ...more }
  const response = await h.post('/oauth/token', form)
  return { status: response.status, ...((await response.json()) as { error?: string; access_token?: string }) }
}
const reasons = () => h.events.flatMap((event) => (event.type === 'refused' ? [event.reason] : []))

describe('a client with allow_missing_pkce', () => {
  it('gets tokens for a code without a verifier, once, with its secret and redirect_uri', async () => {
    const code = await codeFor()
    expect(await redeem(code)).toMatchObject({ status: 200 })
    expect(await redeem(code)).toMatchObject({ status: 400, error: 'invalid_grant' })
    expect(reasons()).toEqual(['replayed'])
  })

  it.each<[string, Record<string, string>, string]>([
    ['without redirect_uri', {}, 'redirect_uri_missing'],
    ['with another redirect_uri', { redirect_uri: 'https://app.example.com/other' }, 'redirect_uri_mismatch'],
    ['with a verifier', { redirect_uri: CALLBACK, code_verifier: verifier }, 'verifier_unexpected'],
  ])('gets nothing %s, and keeps the code', async (_, form, reason) => {
    const code = await codeFor()
    const before = await snapshot(h)
    expect(await redeem(code, form)).toMatchObject({ status: 400, error: 'invalid_grant' })
    expect(reasons()).toEqual([reason])
    expect(await snapshot(h)).toBe(before)
    expect(await redeem(code)).toMatchObject({ status: 200 })
  })

  it('gets nothing without its secret', async () => {
    const code = await codeFor()
    expect(await redeem(code, { redirect_uri: CALLBACK, client_secret: '' })).toMatchObject({ error: 'invalid_client' })
    expect(await redeem(code)).toMatchObject({ status: 200 })
  })

  it('is held to a challenge that it sends', async () => {
    const code = await codeFor(challenged)
    expect(await redeem(code)).toMatchObject({ status: 400, error: 'invalid_grant' })
    expect(await redeem(code, { redirect_uri: CALLBACK, code_verifier: verifier })).toMatchObject({ status: 200 })
  })

  it.each<[string, Record<string, string>, string]>([
    ['a method without a challenge', { code_challenge_method: 'S256' }, 'challenge_missing'],
    ['a challenge without a method', { code_challenge: challenge }, 'challenge_method_wrong'],
    ['a plain challenge', { code_challenge: challenge, code_challenge_method: 'plain' }, 'challenge_method_wrong'],
    ['a malformed challenge', { ...challenged, code_challenge: 'short' }, 'challenge_malformed'],
  ])('is refused with half a PKCE: %s', async (_, more, reason) => {
    expect(answerOf(await ask(more)).get('error')).toBe('invalid_request')
    expect(reasons()).toEqual([reason])
  })

  it('cannot be made to redeem a code of its own that was asked for without the challenge it sent (RFC 9700 §4.8.2)', async () => {
    // The attacker strips the challenge from the request, and slips the code into the victim's session with the client.
    const code = await codeFor()
    expect(await redeem(code, { redirect_uri: CALLBACK, code_verifier: verifier })).toMatchObject({
      error: 'invalid_grant',
    })
  })

  it('is refused at registration when it is public, and at every update', async () => {
    const open = { ...legacy, token_endpoint_auth_method: 'none' }
    const message = /allow_missing_pkce is true, but nothing else protects the codes of a public client/
    await expect(h.server.clients.create(open)).rejects.toThrow(message)
    await expect(h.server.clients.update(client_id, open)).rejects.toThrow(message)
  })
})

it.each(['web', 'spa'] as const)('no other client gets by without PKCE: %s', async (name) => {
  const { client_id, redirect_uris } = clients[name]
  const before = await snapshot(h)
  const answer = answerOf(await ask({ client_id, redirect_uri: redirect_uris[0] }))
  expect([answer.get('error'), answer.get('code')]).toEqual(['invalid_request', null])
  expect(await snapshot(h)).toBe(before)
  const [event] = h.events
  const hint = event?.type === 'refused' ? event.hint : undefined
  expect(hint?.includes('allow_missing_pkce') ?? false).toBe(name === 'web')
})

describe('when the permission ends', () => {
  const changes: [string, ClientMetadata][] = [
    ['withdrawn', { ...legacy, allow_missing_pkce: undefined }],
    [
      'moot, because the client is public now',
      { ...legacy, allow_missing_pkce: false, token_endpoint_auth_method: 'none' },
    ],
  ]

  it.each(changes)(
    '%s, a code without PKCE gives nothing, and nobody who has it can end anything',
    async (_, metadata) => {
      const [unspent, spent] = [await codeFor(), await codeFor()]
      const { access_token: token = '' } = await redeem(spent)
      await h.server.clients.update(client_id, metadata)
      if (metadata.token_endpoint_auth_method === 'none') client_secret = ''
      const before = await snapshot(h)
      for (const code of [unspent, spent]) {
        for (const form of [{ redirect_uri: CALLBACK }, { redirect_uri: CALLBACK, code_verifier: verifier }]) {
          expect(await redeem(code, form)).toMatchObject({ status: 400, error: 'invalid_grant' })
        }
      }
      expect(new Set(reasons())).toEqual(new Set(['exemption_ended']))
      expect(await snapshot(h)).toBe(before)
      const introspected = await h.post('/oauth/introspect', ...authenticated({ token }, 'api'))
      expect(await introspected.json()).toMatchObject({ active: true, aud: API })
    },
  )

  it.each(changes)('%s, a request that waits does not go on', async (_, metadata) => {
    const login = h.login
    h.login = null
    const browser = h.browser()
    const toLogin = await ask({}, browser)
    const returnTo = new URL(toLogin.headers.get('location') ?? '').searchParams.get('return_to') ?? ''
    await h.server.clients.update(client_id, metadata)
    h.login = login
    const resumed = await browser.get(returnTo)
    expect([resumed.status, resumed.headers.get('location')]).toEqual([400, null])
    // Allowed again, the same request does.
    await h.server.clients.update(client_id, legacy)
    expect(answerOf(await browser.get(returnTo)).get('code')).toMatch(/^gwac_/)
  })
})

it('a record that says both, public and allowed, lets nobody off', async () => {
  const record = await h.storage.get('client', clientRecordId(ISSUER, client_id))
  if (!record) throw new Error('no record')
  const wrong = { ...JSON.parse(record.document), v: 1, token_endpoint_auth_method: 'none', secrets: [] }
  const changed = { ...record, version: 'B'.repeat(16), document: JSON.stringify(wrong) }
  expect(await h.storage.replace('client', changed, record.version)).toBe(true)
  expect(answerOf(await ask()).get('error')).toBe('invalid_request')
})

describe('a pending request', () => {
  async function waiting(more: Record<string, string> = {}) {
    const login = h.login
    h.login = null
    const browser = h.browser()
    const toLogin = await ask(more, browser)
    h.login = login
    const returnTo = new URL(toLogin.headers.get('location') ?? '').searchParams.get('return_to') ?? ''
    const [record] = await h.storage.list('request', {}, { limit: 10 })
    if (!record) throw new Error('nothing waits')
    const { v, d } = JSON.parse(record.document)
    const rewrite = async (request: object) =>
      h.storage.replace(
        'request',
        { ...record, version: 'B'.repeat(16), document: JSON.stringify({ v: 1, d: { ...d, request } }) },
        record.version,
      )
    return { v, request: d.request, rewrite, resume: () => browser.get(returnTo) }
  }

  it('says that there is no challenge, in a format that earlier versions refuse, and goes on', async () => {
    const { v, request, resume } = await waiting()
    expect([v, request.pkce, request.codeChallenge]).toEqual([2, { exempt: true }, undefined])
    expect(await redeem(answerOf(await resume()).get('code') ?? '')).toMatchObject({ status: 200 })
  })

  it('with a challenge has it also where earlier versions look, and goes on bound to it', async () => {
    const { v, request, resume } = await waiting(challenged)
    expect([v, request.pkce, request.codeChallenge]).toEqual([1, { challenge }, challenge])
    const code = answerOf(await resume()).get('code') ?? ''
    expect(await redeem(code)).toMatchObject({ error: 'invalid_grant' })
    expect(await redeem(code, { redirect_uri: CALLBACK, code_verifier: verifier })).toMatchObject({ status: 200 })
  })

  it('of an earlier version goes on bound to its challenge', async () => {
    const { request, rewrite, resume } = await waiting(challenged)
    const { pkce: _, ...earlier } = request
    expect(await rewrite(earlier)).toBe(true)
    const code = answerOf(await resume()).get('code') ?? ''
    expect(await redeem(code)).toMatchObject({ error: 'invalid_grant' })
    expect(await redeem(code, { redirect_uri: CALLBACK, code_verifier: verifier })).toMatchObject({ status: 200 })
  })

  it('that has lost what it said issues nothing', async () => {
    const { request, rewrite, resume } = await waiting(challenged)
    const { pkce: _, codeChallenge: __, ...lost } = request
    expect(await rewrite(lost)).toBe(true)
    const resumed = await resume()
    expect([resumed.status, resumed.headers.get('location')]).toEqual([500, null])
    expect(h.events).toContainEqual(expect.objectContaining({ type: 'failed' }))
  })
})
