import { describe, expect, it } from 'vitest'
import { fromRequest, toResponse } from '../../src/edge/fetch.js'
import { BodyTooLarge } from '../../src/edge/message.js'
import { clients, harness, ISSUER, obtainTokens, refreshForm } from '../support/harness.js'

describe('a Request becomes a message', () => {
  it('with path and query as they came, never scheme or host', () => {
    const { url, method } = fromRequest(new Request('https://h.example/a%20b/c?x=%2B&y#z', { method: 'PUT' }))
    expect([method, url]).toEqual(['PUT', '/a%20b/c?x=%2B&y'])
  })

  it('with header values, none for a header that is not there', () => {
    const request = fromRequest(new Request(ISSUER, { headers: { 'X-One': '1' } }))
    expect([request.headerValues('x-one'), request.headerValues('x-two')]).toEqual([['1'], []])
  })

  it.each(['authorization', 'dpop'])('with each line of %s, which Headers would join', (name) => {
    const headers = new Headers()
    headers.append(name, 'Basic YQ==')
    headers.append(name, 'Basic Yg==')
    expect(fromRequest(new Request(ISSUER, { headers })).headerValues(name)).toEqual(['Basic YQ==', 'Basic Yg=='])
  })

  it('with the address and the native thing that were handed over', () => {
    const native = {}
    const request = fromRequest(new Request(ISSUER), { address: '203.0.113.9', native })
    expect(request.address).toBe('203.0.113.9')
    expect(request.native).toBe(native)
  })

  it('with the bytes of its body up to the limit, and BodyTooLarge above', async () => {
    const of = (body: string) => fromRequest(new Request(ISSUER, { method: 'POST', body }))
    expect(await of('12345').body(5)).toEqual(new TextEncoder().encode('12345'))
    await expect(of('123456').body(5)).rejects.toBeInstanceOf(BodyTooLarge)
  })

  const declaring = (headers: Record<string, string>, body = '12345') => {
    const request = new Request(ISSUER, { method: 'POST', body, headers })
    let ways = ''
    const { arrayBuffer } = request
    request.arrayBuffer = () => {
      ways += 'whole'
      return arrayBuffer.call(request)
    }
    return { read: () => fromRequest(request).body(5), ways: () => ways }
  }

  it('whose body is read in one piece when its length is declared and allowed', async () => {
    const { read, ways } = declaring({ 'content-length': '5' })
    expect(await read()).toEqual(new TextEncoder().encode('12345'))
    expect(ways()).toBe('whole')
  })

  it.each([
    { 'content-length': '6' },
    { 'content-length': '5', 'transfer-encoding': 'chunked' },
    { 'content-length': '5, 5' },
    {},
  ])('whose body is counted while it comes when nothing else bounds it: %j', async (headers) => {
    const { read, ways } = declaring(headers, '123456')
    await expect(read()).rejects.toBeInstanceOf(BodyTooLarge)
    expect(ways()).toBe('')
  })

  it('whose body is too large, whatever was declared', async () => {
    await expect(declaring({ 'content-length': '5' }, '123456').read()).rejects.toBeInstanceOf(BodyTooLarge)
  })

  it('with an empty body where there is none', async () => {
    expect(await fromRequest(new Request(ISSUER)).body(5)).toEqual(new Uint8Array())
  })
})

describe('a message becomes a Response', () => {
  it('with every header line, also repeated ones', async () => {
    const response = toResponse({
      status: 201,
      headers: [
        ['set-cookie', 'a=1'],
        ['set-cookie', 'b=2'],
        ['x', 'y'],
      ],
      body: 'text',
    })
    expect([
      response.status,
      response.headers.getSetCookie(),
      response.headers.get('x'),
      await response.text(),
    ]).toEqual([201, ['a=1', 'b=2'], 'y', 'text'])
  })

  it('also with a status that has no body', () => {
    expect(toResponse({ status: 204, headers: [], body: '' }).status).toBe(204)
  })
})

describe('fetch', () => {
  it('hands the Request to the app’s hooks as native, unless told otherwise', async () => {
    const seen: unknown[] = []
    const h = harness({
      users: {
        current: async ({ native }) => {
          seen.push(native)
          return null
        },
        challenge: async () => ({ status: 200, headers: [], body: '' }),
      },
    })
    const url = `${ISSUER}/oauth/authorize?client_id=web&response_type=code&code_challenge_method=S256&code_challenge=${'A'.repeat(43)}`
    const request = new Request(url)
    const native = {}
    await h.server.fetch(request)
    await h.server.fetch(new Request(url), { native, address: '1.2.3.4' })
    expect(seen).toEqual([request, native])
  })

  it('answers 500, and an event says why, when somebody has read the body before', async () => {
    const h = harness()
    const request = new Request(`${ISSUER}/oauth/token`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: 'grant_type=x',
    })
    await request.text()
    expect((await h.server.fetch(request)).status).toBe(500)
    expect(h.events.at(-1)).toMatchObject({
      type: 'failed',
      cause: { message: expect.stringContaining('Mount the authorization server before it') },
    })
  })

  it('refuses two Authorization headers, and spends nothing', async () => {
    const h = harness()
    const { refresh_token } = await obtainTokens(h)
    const headers = new Headers({ 'content-type': 'application/x-www-form-urlencoded' })
    const basic = `Basic ${Buffer.from(`web:${clients.web.client_secret}`).toString('base64')}`
    headers.append('authorization', basic)
    headers.append('authorization', basic)
    const body = new URLSearchParams(refreshForm(refresh_token))
    const response = await h.server.fetch(
      new Request(`${ISSUER}/oauth/token`, { method: 'POST', headers, body: body.toString() }),
    )
    expect([response.status, await response.json()]).toMatchObject([400, { error: 'invalid_request' }])
    expect((await h.token(refreshForm(refresh_token))).body.refresh_token).toMatch(/^gwrt_/)
    expect(h.events.filter(({ type }) => type === 'refreshed')).toHaveLength(1)
  })
})
