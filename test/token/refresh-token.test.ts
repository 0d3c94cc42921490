import { beforeEach, describe, expect, it } from 'vitest'
import type { ServerOptions } from '../../src/construction/options.js'
import {
  API,
  claimsOf,
  clients,
  garbled,
  type Harness,
  harness,
  introspected,
  OTHER_API,
  obtainCode,
  obtainTokens,
  redeemForm,
  refreshForm,
  START,
  snapshot,
  storedGrant,
  type Tokens,
} from '../support/harness.js'

const DAY = 86_400_000

let h: Harness
let first: Tokens

beforeEach(async () => {
  h = harness()
  first = await obtainTokens(h, 'web', { resource: [API, OTHER_API], scope: 'read write admin' })
})

const refresh = (
  refresh_token: string,
  more: Record<string, string | string[]> = {},
  client: keyof typeof clients = 'web',
) => h.token({ ...refreshForm(refresh_token), ...more }, client)

/** Refused as said, byte for byte nothing changed, and the honest client still gets in. */
async function expectRefusal(attempt: () => ReturnType<typeof refresh>, error: string) {
  const before = await snapshot(h)
  const { status, body, headers } = await attempt()
  expect({ status, error: body.error }).toEqual({ status: 400, error })
  expect(body).not.toHaveProperty('access_token')
  expect(headers.get('cache-control')).toBe('no-store')
  expect(await snapshot(h)).toBe(before)
  expect((await refresh(first.refresh_token)).status).toBe(200)
}

describe('the answer', () => {
  it('has exactly the members of RFC 6749 §5.1, and a new refresh token', async () => {
    h.now += 60_000
    const { status, body, headers } = await refresh(first.refresh_token)
    expect(status).toBe(200)
    expect(body).toEqual({
      access_token: expect.stringMatching(/^[\w-]+\.[\w-]+\.[\w-]+$/),
      token_type: 'Bearer',
      expires_in: 600,
      refresh_token: expect.stringMatching(/^gwrt_[\w-]{93}$/),
      scope: 'read write',
    })
    expect(body.refresh_token).not.toBe(first.refresh_token)
    expect(headers.get('cache-control')).toBe('no-store')
    expect(headers.get('pragma')).toBe('no-cache')
  })

  it('keeps the time of the login, whatever the time of the refresh', async () => {
    h.now += DAY
    const { body } = await refresh(first.refresh_token)
    expect(claimsOf(body.access_token)).toMatchObject({ auth_time: START / 1000 - 60, iat: h.now / 1000 })
  })

  it('leaves access tokens alive that were issued before', async () => {
    await refresh(first.refresh_token)
    expect(await introspected(h, first.access_token)).toMatchObject({ active: true })
  })

  it('never lets an access token outlive its grant', async () => {
    h = harness({ storage: h.storage, refreshIdleLifetime: 180 * 86_400 })
    const tokens = await obtainTokens(h)
    h.now = START + 180 * DAY - 60_000
    const { body } = await refresh(tokens.refresh_token)
    expect(body.expires_in).toBe(60)
    expect(claimsOf(body.access_token).exp).toBe((START + 180 * DAY) / 1000)
  })

  it('has the same refresh token for a confidential client that wants no rotation', async () => {
    h = harness({ clients: [{ ...clients.web, rotate_refresh_tokens: false }] })
    first = await obtainTokens(h)
    h.now += 3_600_000
    const { body } = await refresh(first.refresh_token)
    expect(body.refresh_token).toBe(first.refresh_token)
    expect(body.access_token).not.toBe(first.access_token)
    expect((await refresh(first.refresh_token)).status).toBe(200)
  })
})

describe('scope and resource', () => {
  it('narrowing scope narrows the access token, and nothing else', async () => {
    const narrowed = (await refresh(first.refresh_token, { scope: 'read' })).body
    expect(narrowed.scope).toBe('read')
    expect(claimsOf(narrowed.access_token).scope).toBe('read')
    expect((await refresh(narrowed.refresh_token)).body.scope).toBe('read write')
  })

  it('choosing a resource concerns the access token, and nothing else', async () => {
    const other = (await refresh(first.refresh_token, { resource: OTHER_API })).body
    expect(other.scope).toBe('admin')
    expect(other.access_token).toMatch(/^gwat_/)
    expect(claimsOf((await refresh(other.refresh_token)).body.access_token).aud).toBe(API)
  })

  it.each([
    ['a scope beyond the resource', { scope: 'admin' }],
    ['a scope beyond the resource beside one that nobody knows', { scope: 'admin fly' }],
    ['a quote', { scope: 'read "write"' }],
    ['a space that is none', { scope: 'read\u00a0write' }],
  ])('%s is invalid_scope and spends nothing', async (_, more) => {
    await expectRefusal(() => refresh(first.refresh_token, more), 'invalid_scope')
  })

  it.each([
    ['read fly', 'read'],
    ['  read   write ', 'read write'],
    ['openid email profile', 'read write'],
    ['read,write', 'read write'],
    ['offline_access', 'read write'],
    [' ', 'read write'],
  ])('of the scope %j it gives what is known, else all: %s', async (scope, given) => {
    const { body } = await refresh(first.refresh_token, { scope })
    expect([body.scope, claimsOf(body.access_token).scope]).toEqual([given, given])
  })

  it('names that nobody knows do not bring what was not granted', async () => {
    first = await obtainTokens(h, 'web', { scope: 'read' })
    expect((await refresh(first.refresh_token, { scope: 'fly' })).body.scope).toBe('read')
    const { refresh_token } = (await refresh(first.refresh_token, { scope: 'read fly' })).body
    await expectRefusal(() => refresh(refresh_token, { scope: 'read write fly' }), 'invalid_scope')
  })

  it('scope beyond what was granted is invalid_scope and spends nothing', async () => {
    first = await obtainTokens(h, 'web', { scope: 'read' })
    await expectRefusal(() => refresh(first.refresh_token, { scope: 'read write' }), 'invalid_scope')
  })

  it('a resource beyond what was granted is invalid_target and spends nothing', async () => {
    first = await obtainTokens(h, 'web', { scope: 'read' })
    await expectRefusal(() => refresh(first.refresh_token, { resource: OTHER_API }), 'invalid_target')
  })

  describe('that the app has taken out of its configuration since', () => {
    const plain = { ...clients.web, scope: undefined, default_scope: undefined }
    const configured = (resources: ServerOptions['resources']) =>
      harness({ storage: h.storage, resources, clients: [plain] })
    const both = {
      [API]: { scopes: { read: 'Read', write: 'Write' }, default: true },
      [OTHER_API]: { scopes: { admin: 'Do' } },
    }

    it('is not issued any more, for a code or a refresh token, and what is left is', async () => {
      const before = configured(both)
      const { refresh_token } = await obtainTokens(before, 'web', { scope: 'read write' })
      const pending = await obtainCode(before, { scope: 'read write' })
      const after = configured({ ...both, [API]: { scopes: { read: 'Read' }, default: true } })
      const refreshed = (await after.token(refreshForm(refresh_token))).body
      expect(refreshed.scope).toBe('read')
      expect(claimsOf(refreshed.access_token).scope).toBe('read')
      expect((await after.token(redeemForm(pending))).body.scope).toBe('read')
      const asked = { ...refreshForm(refreshed.refresh_token), scope: 'write' }
      const stored = await snapshot(after)
      expect((await after.token(asked)).body.error).toBe('invalid_scope')
      expect(await snapshot(after)).toBe(stored)
      // It was granted, and means something again when the app takes it back.
      expect((await configured(both).token(refreshForm(refreshed.refresh_token))).body.scope).toBe('read write')
    })

    it('leaves nothing to issue when it was all that was granted: the request is refused, and nothing is spent', async () => {
      const { refresh_token } = await obtainTokens(configured(both), 'web', { scope: 'write' })
      for (const resources of [
        { ...both, [API]: { scopes: { read: 'Read' } } },
        { [OTHER_API]: both[OTHER_API] ?? { scopes: {} } },
      ]) {
        const after = configured(resources)
        const stored = await snapshot(after)
        expect((await after.token(refreshForm(refresh_token))).body.error).toBe('invalid_target')
        expect(await snapshot(after)).toBe(stored)
      }
      expect((await configured(both).token(refreshForm(refresh_token))).status).toBe(200)
    })
  })

  it.each([
    ['an unknown resource', 'https://nowhere.example.com'],
    ['a resource that is no URI', 'api'],
  ])('%s is invalid_target and spends nothing', async (_, resource) => {
    await expectRefusal(() => refresh(first.refresh_token, { resource }), 'invalid_target')
  })

  it('two resources are invalid_target and spend nothing', async () => {
    await expectRefusal(() => refresh(first.refresh_token, { resource: [API, OTHER_API] }), 'invalid_target')
  })

  it('a retry may ask for something else, and gets the same refresh token', async () => {
    const one = (await refresh(first.refresh_token)).body
    const retried = (await refresh(first.refresh_token, { resource: OTHER_API })).body
    expect(retried).toMatchObject({ scope: 'admin', refresh_token: one.refresh_token })
  })

  it('a retry cannot ask for more', async () => {
    first = await obtainTokens(h, 'web', { scope: 'read' })
    await refresh(first.refresh_token)
    await expectRefusal(() => refresh(first.refresh_token, { scope: 'read write' }), 'invalid_scope')
  })
})

describe('a refresh token', () => {
  it.each([
    ['a secret of somebody’s invention', (token: string) => garbled(token)],
    ['another grant id', (token: string) => garbled(token, 10)],
    ['another family proof', (token: string) => garbled(token, 30)],
    ['a later generation', (token: string) => garbled(token, 51)],
    ['a letter too many', (token: string) => `${token}A`],
    ['a letter too few', (token: string) => token.slice(0, -1)],
    ['padding', (token: string) => `${token}=`],
    ['the prefix of a code', (token: string) => token.replace('gwrt_', 'gwac_')],
    ['no prefix', (token: string) => token.slice(5)],
    ['a blank before it', (token: string) => ` ${token}`],
    ['__proto__', () => '__proto__'],
  ])('with %s is invalid_grant and changes nothing', async (_, forge) => {
    await expectRefusal(() => refresh(forge(first.refresh_token)), 'invalid_grant')
  })

  it('that is spent, with a false secret, is invalid_grant and changes nothing', async () => {
    await refresh(first.refresh_token)
    await expectRefusal(() => refresh(garbled(first.refresh_token)), 'invalid_grant')
  })

  it('of another client is invalid_grant, and its own client still gets in', async () => {
    await expectRefusal(() => refresh(first.refresh_token, {}, 'posting'), 'invalid_grant')
  })

  it('of a public client is invalid_grant in the hands of another one', async () => {
    const token = (await obtainTokens(h, 'spa')).refresh_token
    const before = await snapshot(h)
    expect((await refresh(token, {}, 'native')).body.error).toBe('invalid_grant')
    expect(await snapshot(h)).toBe(before)
    expect((await refresh(token, {}, 'spa')).status).toBe(200)
  })

  it('that is spent changes nothing in the hands of another client', async () => {
    await refresh(first.refresh_token)
    h.now += DAY
    const before = await snapshot(h)
    expect((await refresh(first.refresh_token, {}, 'posting')).body.error).toBe('invalid_grant')
    expect(await snapshot(h)).toBe(before)
  })

  it('of another issuer on the same store is invalid_grant and changes nothing', async () => {
    const other = harness({ storage: h.storage, issuer: 'https://other.example.com' })
    await expectRefusal(() => other.token(refreshForm(first.refresh_token)), 'invalid_grant')
  })

  it('is not an access token', async () => {
    await expectRefusal(() => refresh(first.access_token), 'invalid_grant')
  })

  it('expires after 30 days without use, and not before', async () => {
    h.now += 30 * DAY - 1
    expect((await refresh(first.refresh_token)).status).toBe(200)
    const second = await obtainTokens(h)
    h.now += 30 * DAY
    const before = await snapshot(h)
    expect((await refresh(second.refresh_token)).body.error).toBe('invalid_grant')
    expect(await snapshot(h)).toBe(before)
  })

  it('lives on with each use, but ends with the grant after 180 days', async () => {
    let token = first.refresh_token
    for (let month = 1; month < 9; month++) {
      h.now = START + month * 20 * DAY
      token = (await refresh(token)).body.refresh_token
    }
    h.now = START + 180 * DAY - 1
    token = (await refresh(token)).body.refresh_token
    h.now = START + 180 * DAY
    expect((await refresh(token)).body.error).toBe('invalid_grant')
  })
})

describe('inside the retry window', () => {
  it('a spent token gets the same successor and a new access token, and nothing is written', async () => {
    const one = (await refresh(first.refresh_token)).body
    h.now += 29_999
    const before = await snapshot(h)
    const again = (await refresh(first.refresh_token)).body
    expect(again.refresh_token).toBe(one.refresh_token)
    expect(again.access_token).not.toBe(one.access_token)
    expect(await snapshot(h)).toBe(before)
    expect(h.events.at(-1)).toMatchObject({ type: 'refresh_retried', generation: 0 })
  })

  it('an older spent token gets the newest one, too', async () => {
    const one = (await refresh(first.refresh_token)).body
    const two = (await refresh(one.refresh_token)).body
    expect((await refresh(first.refresh_token)).body.refresh_token).toBe(two.refresh_token)
  })

  it('clocks may differ by 5 seconds', async () => {
    const one = (await refresh(first.refresh_token)).body
    h.now += 34_999
    expect((await refresh(first.refresh_token)).body.refresh_token).toBe(one.refresh_token)
  })

  it('it holds across instances with another first secret in their list', async () => {
    const one = (await refresh(first.refresh_token)).body
    const old = 'a secret of at least thirty-two bytes, for tests only'
    const other = harness({ storage: h.storage, secret: ['another secret of at least thirty-two bytes', old] })
    expect((await other.token(refreshForm(first.refresh_token))).body.refresh_token).toBe(one.refresh_token)
  })
})

describe('a spent refresh token', () => {
  /** A replay: refused, and nothing of the grant lives on. */
  async function expectEnd(spent: string, newest: Tokens) {
    expect(await refresh(spent)).toMatchObject({ status: 400, body: { error: 'invalid_grant' } })
    expect(await storedGrant(h, spent)).toMatchObject({ status: 'revoked', because: 'replay' })
    expect((await refresh(newest.refresh_token)).body.error).toBe('invalid_grant')
    expect(await introspected(h, newest.access_token)).toEqual({ active: false })
    expect(h.events.filter(({ type }) => type === 'grant_revoked')).toMatchObject([{ reason: 'replay' }])
  }

  it('after the retry window ends the grant and everything that came of it', async () => {
    const newest = (await refresh(first.refresh_token)).body
    h.now += 35_000
    await expectEnd(first.refresh_token, newest)
  })

  it('ends the grant however old it is', async () => {
    let newest = first
    for (let i = 0; i < 20; i++) {
      h.now += DAY
      newest = (await refresh(newest.refresh_token)).body
    }
    await expectEnd(first.refresh_token, newest)
  })

  it('with a retry window of 0 ends the grant at once', async () => {
    h = harness({ retryWindow: 0 })
    first = await obtainTokens(h)
    const newest = (await refresh(first.refresh_token)).body
    await expectEnd(first.refresh_token, newest)
  })
})

describe('claims about the user', () => {
  it('are asked for again at each refresh', async () => {
    h.claims = async () => ({ role: 'admin' })
    expect(claimsOf((await refresh(first.refresh_token)).body.access_token).role).toBe('admin')
  })

  it('of a user who is gone end the grant', async () => {
    h.claims = async () => null
    expect(await refresh(first.refresh_token)).toMatchObject({ status: 400, body: { error: 'invalid_grant' } })
    expect(await storedGrant(h, first.refresh_token)).toMatchObject({ status: 'revoked', because: 'subject_gone' })
    expect(await introspected(h, first.access_token)).toEqual({ active: false })
    expect(h.events.filter(({ type }) => type === 'grant_revoked')).toMatchObject([{ reason: 'subject_gone' }])
  })

  it('that fail are a server_error, and the refresh token is as good as before', async () => {
    const before = await snapshot(h)
    h.claims = async () => {
      throw new Error('canary')
    }
    const { status, body } = await refresh(first.refresh_token)
    expect({ status, body }).toEqual({
      status: 500,
      body: { error: 'server_error', error_description: expect.any(String) },
    })
    expect(JSON.stringify(body)).not.toContain('canary')
    expect(await snapshot(h)).toBe(before)
    h.claims = async () => ({})
    h.now += DAY
    expect((await refresh(first.refresh_token)).status).toBe(200)
  })

  it('are asked for once, also when the swap is lost', async () => {
    let asked = 0
    h.claims = async () => {
      asked++
      return {}
    }
    const answers = await Promise.all(Array.from({ length: 10 }, () => refresh(first.refresh_token)))
    expect(answers.every(({ status }) => status === 200)).toBe(true)
    expect(asked).toBe(10)
  })
})

describe('at the same time', () => {
  it('200 refreshes with one token: one successor, one family, and everybody gets it', async () => {
    const answers = await Promise.all(Array.from({ length: 200 }, () => refresh(first.refresh_token)))
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]))
    const successors = new Set(answers.map(({ body }) => body.refresh_token))
    expect(successors.size).toBe(1)
    expect(new Set(answers.map(({ body }) => body.access_token)).size).toBe(200)
    expect(await storedGrant(h, first.refresh_token)).toMatchObject({ status: 'active', refresh: { generation: 1 } })
    expect(h.events.filter(({ type }) => type === 'refreshed')).toHaveLength(1)
    expect(h.events.filter(({ type }) => type === 'refresh_retried')).toHaveLength(199)
    const [successor = ''] = successors
    expect((await refresh(successor)).status).toBe(200)
  })

  it('two tabs that interleave refreshes for two resources both stay logged in', async () => {
    let left = first.refresh_token
    let right = first.refresh_token
    for (let round = 0; round < 30; round++) {
      h.now += 600_000
      const one = await refresh(left, { resource: API })
      h.now += 9_000
      const two = await refresh(right, { resource: OTHER_API })
      expect([one.status, two.status]).toEqual([200, 200])
      expect(two.body.refresh_token).toBe(one.body.refresh_token)
      left = one.body.refresh_token
      right = two.body.refresh_token
    }
    expect(await storedGrant(h, left)).toMatchObject({ status: 'active' })
  })

  it('two tabs that refresh in the very same moment, again and again, both stay logged in', async () => {
    let tokens = [first.refresh_token, first.refresh_token] as const
    for (let round = 0; round < 20; round++) {
      h.now += 600_000
      const [one, two] = await Promise.all([
        refresh(tokens[0], { resource: API }),
        refresh(tokens[1], { resource: OTHER_API }),
      ])
      expect([one.status, two.status]).toEqual([200, 200])
      tokens = [one.body.refresh_token, two.body.refresh_token]
    }
  })

  it('a refresh and a revocation leave a dead grant', async () => {
    const form = { token: first.refresh_token }
    const headers = { authorization: `Basic ${Buffer.from(`web:${clients.web.client_secret}`).toString('base64')}` }
    const [, revoked] = await Promise.all([refresh(first.refresh_token), h.post('/oauth/revoke', form, headers)])
    expect(revoked.status).toBe(200)
    expect(await storedGrant(h, first.refresh_token)).toMatchObject({ status: 'revoked' })
  })
})

it('a refresh token works for a client whose code was redeemed before a restart', async () => {
  const good = redeemForm(await obtainCode(h))
  const tokens = (await h.token(good)).body
  const restarted = harness({ storage: h.storage })
  expect((await restarted.token(refreshForm(tokens.refresh_token))).status).toBe(200)
})
