/**
 * Secrets of which nobody knows how strong they are: guesses are counted per client and address.
 */
import { createHash } from 'node:crypto'
import { beforeEach, expect, it } from 'vitest'
import { basic, type Harness, harness } from '../support/harness.js'

const HOUR = 3_600_000
const grant = { grant_type: 'client_credentials', default_scope: 'read', grant_types: ['client_credentials'] }
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex')
let h: Harness
let verbs: string[]

beforeEach(async () => {
  verbs = []
  h = harness({ clientCacheLifetime: 3600 })
  for (const client_id of ['moved', 'other'])
    await h.server.clients.create({
      client_id,
      client_secret_sha256: sha256('pony'),
      grant_types: grant.grant_types,
      default_scope: 'read',
    })
  for (const verb of ['get', 'insert', 'replace'] as const) {
    const work = h.storage[verb].bind(h.storage) as (...of: unknown[]) => never
    Object.assign(h.storage, {
      [verb]: (...of: unknown[]) => {
        verbs.push(`${verb} ${of[0]}`)
        return work(...of)
      },
    })
  }
})

async function ask(secret: string, { client = 'moved', address = '192.0.2.1' as string | null } = {}) {
  const request = new Request('https://auth.example.com/oauth/token', {
    method: 'POST',
    body: new URLSearchParams({ grant_type: 'client_credentials' }),
    headers: basic(client, secret),
  })
  const response = await h.server.fetch(request, { address: address ?? undefined })
  const headers = [...response.headers].filter(([name]) => name !== 'date')
  return { status: response.status, headers, body: await response.text() }
}
const lastReason = () =>
  h.events
    .filter(({ type }) => type === 'refused')
    .map((event) => 'reason' in event && event.reason)
    .at(-1)
const guess = async (times: number, where = {}) => {
  for (let i = 0; i < times; i++) await ask(`wrong ${i}`, where)
}

it('the right one is accepted, by header, with a read of the counter and no write', async () => {
  expect((await ask('pony')).status).toBe(200)
  verbs.length = 0
  expect((await ask('pony')).status).toBe(200)
  expect(verbs).toEqual(['get counter'])
})

it('the digest is not the secret', async () => {
  for (const text of [sha256('pony'), Buffer.from(sha256('pony'), 'hex').toString('base64url'), '', 'Pony'])
    expect((await ask(text)).status).toBe(401)
})

it('after 20 wrong ones in an hour the right one is refused like a wrong one, and the operator is told', async () => {
  await guess(19)
  expect((await ask('pony')).status).toBe(200)
  const wrong = await ask('wrong')
  expect(lastReason()).toBe('client_secret_wrong')
  verbs.length = 0
  expect(await ask('pony')).toEqual(wrong)
  expect(lastReason()).toBe('client_secret_limited')
  expect(await ask('wrong')).toEqual(wrong)
  expect(lastReason()).toBe('client_secret_limited')
  expect(verbs).toEqual(['get counter', 'get counter'])
  expect(wrong.status).toBe(401)
  expect(JSON.parse(wrong.body).error).toBe('invalid_client')
})

it('an hour after the first wrong one it is accepted again', async () => {
  await guess(20)
  h.now += HOUR - 1
  expect((await ask('pony')).status).toBe(401)
  h.now += 1
  expect((await ask('pony')).status).toBe(200)
})

it('neither the client at another address nor another client at this one is locked out', async () => {
  await guess(25)
  expect((await ask('pony')).status).toBe(401)
  expect((await ask('pony', { address: '192.0.2.2' })).status).toBe(200)
  expect((await ask('pony', { client: 'other' })).status).toBe(200)
  expect((await ask('pony', { address: '2001:db8::1' })).status).toBe(200)
  await guess(20, { address: '2001:db8::2' })
  expect((await ask('pony', { address: '2001:db8::1' })).status).toBe(401)
})

it('addresses that nobody knows are one, so that not to know them is no way around', async () => {
  await guess(20, { address: null })
  expect((await ask('pony', { address: null })).status).toBe(401)
  expect((await ask('pony')).status).toBe(200)
})

it('a burst is no way around: of many at once only 20 are looked at', async () => {
  const secrets = Array.from({ length: 60 }, (_, i) => `wrong ${i}`)
  secrets[40] = 'pony'
  const answers = await Promise.all(secrets.map((secret) => ask(secret)))
  expect(answers.filter(({ status }) => status !== 401)).toEqual([])
})

it('a new secret is never made to wait, also while the old one is still valid', async () => {
  const { clientSecret } = await h.server.clients.rotateSecret('moved')
  await guess(25)
  expect((await ask('pony')).status).toBe(401)
  verbs.length = 0
  expect((await ask(clientSecret)).status).toBe(200)
  expect(verbs.filter((verb) => verb.includes('counter'))).toEqual([])
  h.now += 25 * HOUR
  await ask('wrong')
  expect(lastReason()).toBe('client_secret_wrong')
  expect(verbs.filter((verb) => verb.includes('counter'))).toEqual([])
})

it('clients with secrets of ours are neither counted nor limited', async () => {
  await guess(30, { client: 'web' })
  expect(verbs.filter((verb) => verb.includes('counter'))).toEqual([])
  await ask('wrong', { client: 'machine' })
  expect((await ask('machine-secret-machine-secret-machine', { client: 'machine' })).status).toBe(200)
  expect(verbs.filter((verb) => verb.includes('counter'))).toEqual([])
})
