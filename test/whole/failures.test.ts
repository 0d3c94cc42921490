/**
 * A store or a signer that fails: told without detail, seen by operators with all of it, and no credential is burned.
 */
import { beforeEach, describe, expect, it } from 'vitest'
import type { ServerOptions } from '../../src/construction/options.js'
import { Unavailable } from '../../src/edge/errors.js'
import { generatePrivateJwk, importSigner } from '../../src/keys/signer.js'
import type { Signer } from '../../src/keys/signer-contract.js'
import {
  authenticated,
  authorizeUrl,
  basic,
  formFields,
  type Harness,
  harness,
  introspected,
  OTHER_API,
  obtainCode,
  obtainTokens,
  pkce,
  redeemForm,
  refreshForm,
  snapshot,
  storedGrant,
} from '../support/harness.js'
import { type ObservedStorage, observedStorage, STORAGE_CANARY } from '../support/observed-storage.js'

const DAY = 86_400_000

let h: Harness
let storage: ObservedStorage

beforeEach(async () => {
  storage = observedStorage()
  h = harness({ storage })
  await h.token({ grant_type: 'client_credentials' }, 'machine')
  h.events.length = 0
})

/** 503 without detail, and an event with the store's own words. */
async function expectUnavailable(response: Response, endpoint: string) {
  const text = await response.text()
  expect(response.status).toBe(503)
  expect(response.headers.get('retry-after')).toBe('1')
  expect(response.headers.get('cache-control')).toBe('no-store')
  expect(text + JSON.stringify([...response.headers])).not.toContain('canary')
  const event = h.events.at(-1)
  expect(event).toMatchObject({ type: 'failed', endpoint })
  const cause = event?.type === 'failed' ? event.cause : null
  expect(cause).toBeInstanceOf(Unavailable)
  expect((cause as Unavailable).cause).toMatchObject({ message: STORAGE_CANARY })
  expect(storage.faults.every(({ times }) => times === 0)).toBe(true)
  return text
}

const post = (path: string, form: Record<string, string>, client: Parameters<typeof authenticated>[1] = 'web') =>
  h.post(path, ...authenticated(form, client))

describe('a store that fails', () => {
  it('at the read of a code: 503, and a retry gets in', async () => {
    const good = redeemForm(await obtainCode(h))
    const before = await snapshot(h)
    storage.faults.push({ verb: 'get', kind: 'grant', when: 'before' })
    const text = await expectUnavailable(await post('/oauth/token', good), 'token')
    expect(JSON.parse(text)).toMatchObject({ error: 'temporarily_unavailable' })
    // No answer to a program shows one, so nobody should look for it.
    expect(h.events.at(-1)).toMatchObject({ reference: '' })
    expect(await snapshot(h)).toBe(before)
    expect((await h.token(good)).status).toBe(200)
  })

  it('before the swap of a code: 503, nothing is written, and a retry gets in', async () => {
    const good = redeemForm(await obtainCode(h))
    const before = await snapshot(h)
    storage.faults.push({ verb: 'replace', kind: 'grant', when: 'before' })
    await expectUnavailable(await post('/oauth/token', good), 'token')
    expect(await snapshot(h)).toBe(before)
    expect(h.events.some(({ type }) => type === 'code_redeemed')).toBe(false)
    expect((await h.token(good)).status).toBe(200)
  })

  it('after the swap of a code: the answer arrives, because the read after it shows the own version', async () => {
    const good = redeemForm(await obtainCode(h))
    storage.faults.push({ verb: 'replace', kind: 'grant', when: 'after' })
    const { status, body } = await h.token(good)
    expect(status).toBe(200)
    expect(await introspected(h, body.access_token)).toMatchObject({ active: true })
    expect((await h.token(refreshForm(body.refresh_token))).status).toBe(200)
  })

  it('at the read of a refresh token: 503, and a retry gets in', async () => {
    const { refresh_token } = await obtainTokens(h)
    const before = await snapshot(h)
    storage.faults.push({ verb: 'get', kind: 'grant', when: 'before' })
    await expectUnavailable(await post('/oauth/token', refreshForm(refresh_token)), 'token')
    expect(await snapshot(h)).toBe(before)
    h.now += DAY
    expect((await h.token(refreshForm(refresh_token))).status).toBe(200)
  })

  it('before the swap of a refresh token: 503, and the token is as good as before, also days later', async () => {
    const { refresh_token } = await obtainTokens(h)
    const before = await snapshot(h)
    storage.faults.push({ verb: 'replace', kind: 'grant', when: 'before' })
    await expectUnavailable(await post('/oauth/token', refreshForm(refresh_token)), 'token')
    expect(await snapshot(h)).toBe(before)
    h.now += DAY
    expect((await h.token(refreshForm(refresh_token))).status).toBe(200)
  })

  it('after the swap of a refresh token: the answer arrives', async () => {
    const { refresh_token } = await obtainTokens(h)
    storage.faults.push({ verb: 'replace', kind: 'grant', when: 'after' })
    const { status, body } = await h.token(refreshForm(refresh_token))
    expect(status).toBe(200)
    h.now += DAY
    expect((await h.token(refreshForm(body.refresh_token))).status).toBe(200)
  })

  it('after the swap and at some reads that follow: the answer arrives, because it is read again', async () => {
    const good = redeemForm(await obtainCode(h))
    storage.faults.push({ verb: 'replace', kind: 'grant', when: 'after' })
    storage.faults.push({ verb: 'get', kind: 'grant', when: 'before', skip: 1, times: 3 })
    const { status, body } = await h.token(good)
    expect(status).toBe(200)
    h.now += DAY
    expect((await h.token(refreshForm(body.refresh_token))).status).toBe(200)
  })

  it('at every swap for a while: 503 each time, never invalid_grant', async () => {
    const { refresh_token } = await obtainTokens(h)
    storage.faults.push({ verb: 'replace', kind: 'grant', when: 'before', times: 3 })
    for (let i = 0; i < 3; i++) expect((await post('/oauth/token', refreshForm(refresh_token))).status).toBe(503)
    expect((await h.token(refreshForm(refresh_token))).status).toBe(200)
  })

  it('at the read of the client: 503, never invalid_client', async () => {
    const metadata = { grant_types: ['client_credentials'] as const, default_scope: 'read' }
    const { client, clientSecret = '' } = await h.server.clients.create(metadata)
    storage.faults.push({ verb: 'get', kind: 'client', when: 'before' })
    const ask = () => h.post('/oauth/token', 'grant_type=client_credentials', basic(client.client_id, clientSecret))
    await expectUnavailable(await ask(), 'token')
    expect((await ask()).status).toBe(200)
  })

  it('at a revocation: 503, because 200 would say that the token is dead', async () => {
    const { refresh_token: token } = await obtainTokens(h)
    const before = await snapshot(h)
    storage.faults.push({ verb: 'replace', kind: 'grant', when: 'before' })
    await expectUnavailable(await post('/oauth/revoke', { token }), 'revoke')
    expect(await snapshot(h)).toBe(before)
    expect((await post('/oauth/revoke', { token })).status).toBe(200)
    expect(await storedGrant(h, token)).toMatchObject({ status: 'revoked' })
  })

  it('at the revocation of a client’s own token: 503', async () => {
    const { access_token: token } = (await h.token({ grant_type: 'client_credentials' }, 'machine')).body
    storage.faults.push({ verb: 'insert', kind: 'once', when: 'before' })
    await expectUnavailable(await post('/oauth/revoke', { token }, 'machine'), 'revoke')
    expect(await introspected(h, token)).toMatchObject({ active: true })
    expect((await post('/oauth/revoke', { token }, 'machine')).status).toBe(200)
    expect(await introspected(h, token)).toEqual({ active: false })
  })

  it('at introspection: 503, neither active nor inactive', async () => {
    const { access_token: token } = await obtainTokens(h)
    storage.faults.push({ verb: 'get', kind: 'grant', when: 'before' })
    const text = await expectUnavailable(await post('/oauth/introspect', { token }, 'api'), 'introspect')
    expect(JSON.parse(text)).not.toHaveProperty('active')
  })

  it('at authorization: a page with a reference that the event has, too', async () => {
    storage.faults.push({ verb: 'get', kind: 'consent', when: 'before' })
    const { challenge } = pkce()
    const response = await h.browser().get(authorizeUrl(challenge))
    expect(response.headers.get('content-type')).toMatch(/^text\/html/)
    expect(response.headers.get('location')).toBeNull()
    const text = await expectUnavailable(response, 'authorize')
    const event = h.events.at(-1)
    expect(text).toContain(event?.type === 'failed' && event.reference)
  })

  it('before the grant of an allowed consent is written: a page, and allowing again gives the code', async () => {
    const browser = h.browser()
    const { challenge } = pkce()
    const page = await browser.get(authorizeUrl(challenge))
    const form = { ...formFields(await page.text()), decision: 'allow' }
    storage.faults.push({ verb: 'insert', kind: 'grant', when: 'before' })
    await expectUnavailable(await browser.post('/oauth/consent', form), 'consent')
    const again = await browser.post('/oauth/consent', form)
    expect(again.status).toBe(303)
    expect(again.headers.get('location')).toContain('code=')
  })

  it('after the grant of an allowed consent is written: the code arrives', async () => {
    storage.faults.push({ verb: 'insert', kind: 'grant', when: 'after' })
    expect((await h.token(redeemForm(await obtainCode(h)))).status).toBe(200)
  })

  it('before it has ever told the keys: 503, and it goes on when the store is back', async () => {
    const { storage: shared } = h
    const good = redeemForm(await obtainCode(h))
    h = harness({ storage: shared })
    storage.faults.push({ verb: 'get', kind: 'key', when: 'before' })
    const before = await snapshot(h)
    await expectUnavailable(await post('/oauth/token', good), 'token')
    expect(await snapshot(h)).toBe(before)
    expect((await h.token(good)).status).toBe(200)
  })
})

describe('a signer that fails', () => {
  let broken: boolean
  let options: Partial<ServerOptions>

  beforeEach(async () => {
    broken = false
    const real = await importSigner(await generatePrivateJwk('ES256'))
    const signer: Signer = {
      kid: real.kid,
      alg: real.alg,
      publicJwk: real.publicJwk,
      async sign(data) {
        if (broken) throw new Error('canary of the KMS')
        return real.sign(data)
      },
    }
    options = { signingKeys: [signer] }
    h = harness(options)
  })

  async function expectServerError(response: Response) {
    const text = await response.text()
    expect(response.status).toBeGreaterThanOrEqual(500)
    expect(JSON.parse(text)).toEqual({ error: 'server_error', error_description: expect.any(String) })
    expect(text).not.toContain('canary')
    expect(h.events.at(-1)).toMatchObject({
      type: 'failed',
      endpoint: 'token',
      cause: { message: 'canary of the KMS' },
    })
  }

  it('burns no code', async () => {
    const good = redeemForm(await obtainCode(h))
    const before = await snapshot(h)
    broken = true
    await expectServerError(await post('/oauth/token', good))
    expect(await snapshot(h)).toBe(before)
    broken = false
    expect((await h.token(good)).status).toBe(200)
  })

  it('burns no refresh token', async () => {
    const { refresh_token } = await obtainTokens(h)
    const before = await snapshot(h)
    broken = true
    await expectServerError(await post('/oauth/token', refreshForm(refresh_token)))
    expect(await snapshot(h)).toBe(before)
    broken = false
    h.now += DAY
    expect((await h.token(refreshForm(refresh_token))).status).toBe(200)
  })

  it('does not keep a replay from ending the grant', async () => {
    const good = redeemForm(await obtainCode(h))
    await h.token(good)
    broken = true
    expect((await h.token(good)).body.error).toBe('invalid_grant')
    expect(await storedGrant(h, good.code)).toMatchObject({ status: 'revoked' })
  })

  it('does not concern opaque tokens', async () => {
    broken = true
    expect((await obtainTokens(h, 'web', { resource: OTHER_API, scope: 'admin' })).access_token).toMatch(/^gwat_/)
  })

  it('and one that returns something else than a signature is the same', async () => {
    const real = await importSigner(await generatePrivateJwk('ES256'))
    const der: Signer = { kid: real.kid, alg: real.alg, publicJwk: real.publicJwk, sign: () => new Uint8Array(70) }
    h = harness({ signingKeys: [der] })
    const good = redeemForm(await obtainCode(h))
    const before = await snapshot(h)
    expect(await h.token(good)).toMatchObject({ status: 500, body: { error: 'server_error' } })
    expect(await snapshot(h)).toBe(before)
  })
})

describe('a listener that fails', () => {
  it('fails nothing else', async () => {
    h = harness({
      onEvent: () => {
        throw new Error('canary')
      },
    })
    const tokens = await obtainTokens(h)
    expect((await h.token(refreshForm(tokens.refresh_token))).status).toBe(200)
    expect((await h.token(refreshForm('x'))).status).toBe(400)
  })
})

it.each([
  ['a request of an app that made a mistake', (h: Harness) => h.browser().get('/oauth/authorize?client_id=nobody')],
  ['a form that could not be read', (h: Harness) => h.browser().post('/oauth/consent', { a: 'x'.repeat(70_000) })],
])('the page for %s has a reference that the event carries, too', async (_, send) => {
  const h = harness()
  const page = await (await send(h)).text()
  const event = h.events.findLast(({ type }) => type === 'refused')
  expect(event).toMatchObject({ type: 'refused', reference: expect.stringMatching(/^[\w-]{12}$/) })
  expect(page).toContain((event as { reference: string }).reference)
})
