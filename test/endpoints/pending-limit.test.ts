/**
 * How many authorization requests a stranger can have stored.
 */
import { describe, expect, it } from 'vitest'
import { authorizeUrl, type Harness, harness, ISSUER, obtainCode, pkce, redirected } from '../support/harness.js'

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
