/**
 * Whatever strangers send, to every endpoint: nothing is stored for them but what is counted and bounded.
 */
import Database from 'libsql'
import { expect, it } from 'vitest'
import { deploymentOf } from '../../src/points/deployments.js'
import type { Kind } from '../../src/storage/contract.js'
import { kinds } from '../../src/storage/contract.js'
import { memoryStorage } from '../../src/storage/memory.js'
import { sqliteStorage } from '../../src/storage/sqlite.js'
import { passwordLogin } from '../../src/users/password.js'
import {
  authorizeUrl,
  basic,
  encodeForm,
  type Form,
  formFields,
  type Harness,
  harness,
  ISSUER,
  pkce,
  snapshot,
} from '../support/harness.js'

const { challenge } = pkce()
const guess = 'A'.repeat(43)

/** Forms and queries of somebody who knows the protocol, and no secret. */
const sent: readonly Form[] = [
  {},
  'client_id=%',
  { client_id: 'web' },
  { client_id: 'spa', grant_type: 'authorization_code', code: `gwac_${'A'.repeat(22)}${guess}`, code_verifier: guess },
  { client_id: 'spa', grant_type: 'refresh_token', refresh_token: `gwrt_${'A'.repeat(22)}${guess}${guess}` },
  { client_id: 'spa', token: `gwrt_${'A'.repeat(22)}${guess}${guess}` },
  { client_id: 'spa', token: `${guess}.${guess}.${guess}` },
  { grant_type: 'client_credentials', client_id: 'nobody', client_secret: guess },
  { pending: `${'A'.repeat(22)}.${guess}`, page_token: guess, username: 'ada', password: 'x', decision: 'allow' },
  { page_token: guess, all: 'yes', client_id: 'web', everywhere: 'yes' },
]

const stored = async (h: Harness, kind: Kind) => (await h.storage.list(kind, {}, { limit: 100_000 })).length

it.each([
  ['in memory', () => memoryStorage()],
  ['in SQLite', () => sqliteStorage(new Database(':memory:'))],
])('is stored for nobody, at any endpoint, by any method, %s', async (_, open) => {
  const h = harness({ storage: open(), users: passwordLogin({ verify: () => null }) })
  const { urls, browserCookie } = deploymentOf(h.server)
  const { paths } = urls
  const [, setCookie] = browserCookie.write(guess)
  const cookie = setCookie.split(';')[0] ?? ''
  // The keys are made by the first who asks for them.
  await h.server.fetch(new Request(`${ISSUER}/oauth/jwks`))
  await h.server.close()
  const before = await snapshot(h, kinds)
  for (const path of [...Object.values(paths), '/.well-known/oauth-authorization-server']) {
    for (const form of sent) {
      const body = encodeForm(form)
      const headers = { 'content-type': 'application/x-www-form-urlencoded', cookie }
      for (const more of [{}, basic('web', guess), { authorization: `Bearer ${guess}` }]) {
        const post = new Request(ISSUER + path, { method: 'POST', headers: { ...headers, ...more }, body })
        const answers = [post, new Request(`${ISSUER}${path}?${body}`, { headers: { ...headers, ...more } })]
        for (const request of answers) {
          const { status } = await h.server.fetch(request, { address: '203.0.113.9' })
          expect([path, form, status < 500]).toEqual([path, form, true])
        }
      }
    }
  }
  expect(await snapshot(h, kinds)).toBe(before)
})

it('is bounded for a stranger whose requests and logins are right in all but the password, whatever cookies they send', async () => {
  const h = harness({ users: passwordLogin({ verify: () => null }) })
  const address = '203.0.113.9'
  const login = async (i: number) => {
    const cookie = (response: Response) =>
      response.headers
        .getSetCookie()
        .map((line) => line.split(';')[0])
        .join('; ')
    const started = await h.server.fetch(new Request(ISSUER + authorizeUrl(challenge)), { address })
    if (started.status === 429) return
    const headers = { cookie: cookie(started) }
    const way = started.headers.get('location') ?? ''
    const page = await h.server.fetch(new Request(new URL(way, ISSUER), { headers }), { address })
    const body = encodeForm({ ...formFields(await page.text()), username: `user-${i}`, password: 'x' })
    await h.server.fetch(
      new Request(`${ISSUER}/oauth/login`, {
        method: 'POST',
        headers: { ...headers, 'content-type': 'application/x-www-form-urlencoded', origin: ISSUER },
        body,
      }),
      { address },
    )
  }
  for (let i = 0; i < 1000; i++) await login(i)
  expect(await stored(h, 'request')).toBe(600)
  // One for the address at each of both limits, one for each name that was tried before there was a wait.
  expect(await stored(h, 'counter')).toBe(2 + 30)
  for (const kind of kinds.filter((kind) => kind !== 'request' && kind !== 'counter' && kind !== 'key')) {
    expect([kind, await stored(h, kind)]).toEqual([kind, 0])
  }
})
