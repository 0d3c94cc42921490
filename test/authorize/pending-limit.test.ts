/**
 * How many authorization requests a stranger can have stored.
 */
import Database from 'libsql'
import { RateLimiterMemory } from 'rate-limiter-flexible'
import { describe, expect, it } from 'vitest'
import { memoryStorage } from '../../src/storage/memory.js'
import { sqliteStorage } from '../../src/storage/sqlite.js'
import {
  authorizeUrl,
  formFields,
  type Harness,
  harness,
  ISSUER,
  obtainCode,
  pkce,
  redirected,
  snapshot,
} from '../support/harness.js'
import { observedStorage } from '../support/observed-storage.js'

const { challenge } = pkce()
const URL = authorizeUrl(challenge)

const stored = async (h: Harness) => (await h.storage.list('request', {}, { limit: 10_000 })).length

/** A request from an address, by a browser that keeps no cookie. */
const from = (h: Harness, address: string | undefined, method = 'GET') => {
  const [path = '', body = ''] = URL.split('?')
  const headers = { 'content-type': 'application/x-www-form-urlencoded' }
  const request = method === 'GET' ? new Request(ISSUER + URL) : new Request(ISSUER + path, { method, headers, body })
  return h.server.fetch(request, { address })
}

async function expectTooMany(response: Response) {
  expect(response.status).toBe(429)
  expect(Number(response.headers.get('retry-after'))).toBeGreaterThan(0)
  expect(response.headers.get('location')).toBeNull()
  expect(response.headers.get('content-type')).toMatch(/^text\/html/)
}

describe('one address', () => {
  it.each(['GET', 'POST'])('may have 600 %s requests stored in ten minutes, and others go on', async (method) => {
    const h = harness()
    for (let i = 0; i < 600; i++) expect((await from(h, '203.0.113.9', method)).status).toBeLessThan(400)
    await expectTooMany(await from(h, '203.0.113.9', method))
    expect(await stored(h)).toBe(600)
    expect((await from(h, '203.0.113.10', method)).status).toBeLessThan(400)
    h.now += 600_000
    expect((await from(h, '203.0.113.9', method)).status).toBeLessThan(400)
  })
})

describe.each([
  ['in memory', () => memoryStorage()],
  ['in SQLite', () => sqliteStorage(new Database(':memory:'))],
])('where addresses are not known, %s', (_, open) => {
  it.each(['GET', 'POST'])(
    'all together may have 600 %s requests stored in a minute, and those with an address go on',
    async (method) => {
      const h = harness({ storage: open() })
      for (let i = 0; i < 600; i++) expect((await from(h, undefined, method)).status).toBeLessThan(400)
      for (let i = 0; i < 100; i++) await expectTooMany(await from(h, undefined, method))
      expect(await stored(h)).toBe(600)
      expect(h.events.at(-2)).toMatchObject({ type: 'limited', limit: 'pendingRequestsWithoutAddress', wait: 60 })
      expect((await from(h, '203.0.113.10', method)).status).toBeLessThan(400)
      h.now += 60_000
      expect((await from(h, undefined, method)).status).toBeLessThan(400)
    },
  )

  it('a flood that goes on for hours stores no more than comes in the time that a request is kept', async () => {
    const h = harness({ storage: open() })
    const counts: number[] = []
    for (let minute = 0; minute < 240; minute++) {
      // More would be refused, which the others show.
      for (let i = 0; i < 6; i++) await from(h, i % 2 === 0 ? undefined : '203.0.113.9', 'POST')
      h.now += 60_000
      while ((await h.storage.purge(h.now, 1000)) > 0);
      counts.push(await stored(h))
    }
    expect(Math.max(...counts)).toBeLessThanOrEqual(6 * 70)
    expect(counts.at(-1)).toBe(counts.at(-100))
  })
})

describe('a refusal', () => {
  it('says on the page how long to wait, as Retry-After does, and is told with limit and address', async () => {
    const h = harness()
    for (let i = 0; i < 600; i++) await from(h, '203.0.113.9')
    h.now += 290_500
    const response = await from(h, '203.0.113.9')
    expect([response.status, response.headers.get('retry-after')]).toEqual([429, '310'])
    const text = await response.text()
    expect(text).toContain('There is room again in 6 minutes.')
    expect(text).not.toContain('some minutes')
    expect(h.events).toMatchObject([
      { type: 'limited', limit: 'pendingRequestsPerAddress', address: '203.0.113.9', wait: 310 },
      { type: 'refused', reason: 'page_tooMany' },
    ])
  })

  it('comes from the limiter of the app where there is one, with the wait that it says, and its limits are not ours', async () => {
    const limiter = new RateLimiterMemory({ points: 2, duration: 3600 })
    const roomy = new RateLimiterMemory({ points: 1000, duration: 60 })
    const h = harness({ limiter: { pendingRequestsPerAddress: limiter, pendingRequestsPerBrowser: roomy } })
    expect((await from(h, '203.0.113.9')).status).toBe(200)
    expect((await from(h, '203.0.113.9')).status).toBe(200)
    const response = await from(h, '203.0.113.9')
    expect(response.status).toBe(429)
    expect(Number(response.headers.get('retry-after'))).toBeGreaterThan(3590)
    expect(await response.text()).toContain('There is room again in 60 minutes.')
    expect(await stored(h)).toBe(2)
    const browser = h.browser()
    for (let i = 0; i < 100; i++) expect((await browser.get(URL)).status).toBe(200)
  })

  it('is of the address that the trusted proxy says, and of nobody else behind it', async () => {
    const h = harness({ trustProxy: 1 })
    const behind = (address: string) =>
      h.server.fetch(new Request(ISSUER + URL, { headers: { 'x-forwarded-for': `10.9.8.7, ${address}` } }), {
        address: '10.0.0.1',
      })
    for (let i = 0; i < 600; i++) expect((await behind('203.0.113.9')).status).toBe(200)
    await expectTooMany(await behind('203.0.113.9'))
    expect((await behind('203.0.113.10')).status).toBe(200)
    expect(h.events.at(0)).toMatchObject({ type: 'limited', address: '203.0.113.9' })
  })
})

it('a flood from one address that comes all at once is bounded as well', async () => {
  const h = harness()
  await Promise.all(Array.from({ length: 1500 }, () => from(h, '203.0.113.9')))
  expect(await stored(h)).toBeLessThan(700)
})

describe('one browser', () => {
  it('may have 60 requests stored in ten minutes beside its first, and others go on', async () => {
    const h = harness()
    const browser = h.browser()
    for (let i = 0; i < 61; i++) expect((await browser.get(URL)).status).toBe(200)
    await expectTooMany(await browser.get(URL))
    expect(await stored(h)).toBe(61)
    expect((await h.browser().get(URL)).status).toBe(200)
    h.now += 600_000
    expect((await browser.get(URL)).status).toBe(200)
  })

  it('is not counted for requests that nobody has to be asked about', async () => {
    const h = harness()
    const browser = h.browser()
    await obtainCode(h, {}, browser)
    for (let i = 0; i < 100; i++) expect(redirected(await browser.get(URL)).has('code')).toBe(true)
    expect(await stored(h)).toBe(1)
  })

  it('is not counted for going on with a request that is stored', async () => {
    const h = harness()
    h.login = null
    const browser = h.browser()
    const location = (await browser.get(URL)).headers.get('location') ?? ''
    const returnTo = new globalThis.URL(location).searchParams.get('return_to') ?? ''
    h.login = { subject: 'bob' }
    for (let i = 0; i < 100; i++) expect((await browser.get(returnTo)).status).toBe(200)
  })
})

describe('codes that nobody was asked about', () => {
  const SILENT = 120
  /** Somebody who has agreed once, in a browser of which the server knows nothing. */
  async function agreed(options: Parameters<typeof harness>[0] = {}) {
    const h = harness(options)
    await obtainCode(h)
    return h
  }
  const ask = (h: Harness, headers = {}, changes = {}) => h.browser().get(authorizeUrl(challenge, changes), headers)
  const isCode = (response: Response) => response.status === 303 && redirected(response).has('code')
  const codes = async (h: Harness) => (await h.storage.list('grant', {}, { limit: 10_000 })).length

  it('are 120 per user and client in ten minutes; then the person is asked, and may go on', async () => {
    const h = await agreed()
    for (let i = 0; i < SILENT; i++) expect(isCode(await ask(h))).toBe(true)
    const browser = h.browser()
    const page = await browser.get(URL)
    expect(page.status).toBe(200)
    expect(await codes(h)).toBe(SILENT + 1)
    const form = { ...formFields(await page.text()), decision: 'allow' }
    expect(isCode(await browser.post('/oauth/consent', form))).toBe(true)
    h.now += 600_000
    expect(isCode(await ask(h))).toBe(true)
  })

  it('cannot be had in greater number all at once', async () => {
    const h = await agreed()
    const answers = await Promise.all(Array.from({ length: 200 }, () => ask(h)))
    expect(answers.filter(isCode).length).toBeLessThanOrEqual(SILENT)
    expect(answers.filter(isCode).length).toBeGreaterThan(20)
  })

  it('are not given to prompt=none either: the client is told to ask', async () => {
    const h = await agreed()
    for (let i = 0; i < SILENT; i++) expect(isCode(await ask(h, {}, { prompt: 'none' }))).toBe(true)
    const refused = await ask(h, {}, { prompt: 'none' })
    expect(redirected(refused).get('error')).toBe('interaction_required')
    expect(h.events.at(-1)).toMatchObject({ type: 'refused', reason: 'silent_too_often', clientId: 'web' })
    expect(await codes(h)).toBe(SILENT + 1)
  })

  it('lock nobody out: what frames of another site use up is theirs alone, and stores no request', async () => {
    const h = await agreed()
    await obtainCode(h, { client_id: 'spa', redirect_uri: 'https://spa.example.com/cb' })
    const framed = { 'sec-fetch-dest': 'iframe', 'sec-fetch-site': 'cross-site' }
    for (let i = 0; i < SILENT; i++) expect(isCode(await ask(h, framed))).toBe(true)
    const requests = await stored(h)
    expect((await ask(h, framed)).status).toBe(403)
    expect(await stored(h)).toBe(requests)
    expect(isCode(await ask(h, { ...framed, 'sec-fetch-site': 'same-site' }))).toBe(true)
    expect(isCode(await ask(h, { 'sec-fetch-dest': 'document' }))).toBe(true)
    expect(isCode(await ask(h, framed, { client_id: 'spa', redirect_uri: 'https://spa.example.com/cb' }))).toBe(true)
  })

  it('are not given to what nobody gets to see: images, scripts and their calls, which count nothing either', async () => {
    const h = await agreed()
    const before = await snapshot(h, ['grant', 'counter', 'request'])
    for (const dest of ['image', 'script', 'style', 'empty', 'object', 'embed', 'worker', '']) {
      expect((await ask(h, { 'sec-fetch-dest': dest }, { prompt: 'none' })).status).toBe(403)
    }
    expect(await snapshot(h, ['grant', 'counter', 'request'])).toBe(before)
  })

  it('are not counted when they come of a request that was stored', async () => {
    const h = await agreed()
    const browser = h.browser()
    h.login = null
    const returnTo = new globalThis.URL((await browser.get(URL)).headers.get('location') ?? '').searchParams
    h.login = { subject: 'alice' }
    const before = await snapshot(h, ['counter'])
    expect(isCode(await browser.get(returnTo.get('return_to') ?? ''))).toBe(true)
    expect(await snapshot(h, ['counter'])).toBe(before)
  })

  it('cost no more work when very many are asked for at once', async () => {
    const storage = observedStorage()
    const h = await agreed({ storage })
    storage.calls.length = 0
    const answers = await Promise.all(Array.from({ length: 300 }, () => ask(h)))
    expect(answers.filter(isCode).length).toBeLessThanOrEqual(SILENT)
    expect(storage.calls.filter((call) => call === 'get counter').length).toBeLessThanOrEqual(3000)
  })

  it('leave nothing behind two minutes later when nobody redeems them', async () => {
    const h = await agreed()
    for (let i = 0; i < 10; i++) await ask(h)
    await h.storage.purge(h.now + 119_999, 1000)
    expect(await codes(h)).toBe(11)
    await h.storage.purge(h.now + 120_000, 1000)
    // The one that came of a pending request stays as long as that is kept, whose id it has.
    expect(await codes(h)).toBe(1)
    await h.storage.purge(h.now + 4_260_000, 1000)
    expect(await codes(h)).toBe(0)
  })
})

describe('a window that a clock has opened which was ahead by an hour', () => {
  it('is over as soon as the clock is right again', async () => {
    const h = harness()
    h.now += 3_600_000
    for (let i = 0; i < 600; i++) await from(h, '203.0.113.9')
    h.now -= 3_600_000
    for (let i = 0; i < 600; i++) expect((await from(h, '203.0.113.9')).status).toBe(200)
    await expectTooMany(await from(h, '203.0.113.9'))
  })

  it('but not when clocks differ by no more than they may', async () => {
    const h = harness()
    h.now += 5_000
    for (let i = 0; i < 600; i++) await from(h, '203.0.113.9')
    h.now -= 5_000
    await expectTooMany(await from(h, '203.0.113.9'))
  })
})

describe('a request that no person makes', () => {
  const [path = '', body = ''] = URL.split('?')
  const posted = (h: Harness, headers: Record<string, string>) =>
    h.server.fetch(
      new Request(ISSUER + path, {
        method: 'POST',
        headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
        body,
      }),
      { address: '203.0.113.9' },
    )

  it.each(['empty', 'image', 'iframe', 'script', 'object', ''])(
    'is not stored and not counted when it is posted by another site as %j',
    async (dest) => {
      const h = harness()
      const headers = { 'sec-fetch-dest': dest, 'sec-fetch-site': 'cross-site' }
      for (let i = 0; i < 650; i++) expect((await posted(h, headers)).status).toBe(403)
      expect(await stored(h)).toBe(0)
      expect((await h.storage.list('counter', {}, { limit: 10 })).length).toBe(0)
      const visitor = await posted(h, { 'sec-fetch-dest': 'document', 'sec-fetch-site': 'cross-site' })
      expect(visitor.status).toBe(303)
      expect((await from(h, '203.0.113.9', 'POST')).status).toBe(303)
    },
  )

  it.each([
    { 'sec-purpose': 'prefetch', 'sec-fetch-dest': 'document' },
    { 'sec-purpose': 'prefetch;prerender', 'sec-fetch-dest': 'document' },
    { 'sec-purpose': ' Prefetch;anonymous-client-ip' },
    { purpose: 'prefetch' },
    { 'x-moz': 'prefetch' },
    { 'x-purpose': 'preview' },
  ])('is not stored and gives no code when it is only fetched ahead: %o', async (headers) => {
    const h = harness()
    const browser = h.browser()
    // A stranger, and somebody who would get a code at once.
    const before = await snapshot(h)
    expect((await browser.get(URL, headers)).status).toBe(403)
    expect((await posted(h, headers)).status).toBe(403)
    expect(await snapshot(h)).toBe(before)
    await obtainCode(h, {}, browser)
    const agreed = await snapshot(h)
    const response = await browser.get(URL, headers)
    expect([response.status, response.headers.get('location')]).toEqual([403, null])
    expect(response.headers.get('cache-control')).toBe('no-store')
    expect(await snapshot(h)).toBe(agreed)
    expect(redirected(await browser.get(URL)).has('code')).toBe(true)
  })

  it('does not bind a request to the browser that fetches its way on ahead', async () => {
    const h = harness()
    const way = (await from(h, '203.0.113.9', 'POST')).headers.get('location') ?? ''
    const before = await snapshot(h)
    expect((await h.browser().get(way, { 'sec-purpose': 'prefetch' })).status).toBe(403)
    expect(await snapshot(h)).toBe(before)
    expect((await h.browser().get(way)).status).toBe(200)
  })
})
