/**
 * Thousands of mutated requests at every endpoint, from a fixed seed: never a 5xx, never a redirect to where nobody is
 * registered, never an exception, and nothing of what was sent stands unescaped on a page.
 */
import fc from 'fast-check'
import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { fromRequest } from '../../src/edge/fetch.js'
import { createResourceServer } from '../../src/resource/index.js'
import {
  API,
  authorizeUrl,
  basic,
  CALLBACK,
  clients,
  type Harness,
  harness,
  ISSUER,
  OTHER_API,
  obtainCode,
  obtainTokens,
  pkce,
  redeemForm,
  snapshot,
} from '../support/harness.js'

const FORM = 'application/x-www-form-urlencoded'
const { challenge } = pkce()
let h: Harness
let credentials: string[]

beforeAll(async () => {
  h = harness()
  const web = await obtainTokens(h)
  const opaque = await obtainTokens(h, 'web', { resource: OTHER_API, scope: 'admin' })
  const { code, verifier } = await obtainCode(h)
  credentials = [web.access_token, web.refresh_token, opaque.access_token, opaque.refresh_token, code, verifier]
})

const oneOf = (...values: string[]) => fc.constantFrom(...values)

const name = fc.oneof(
  {
    weight: 12,
    arbitrary: oneOf(
      ...'client_id client_secret grant_type code code_verifier redirect_uri refresh_token scope resource token token_type_hint response_type response_mode state code_challenge code_challenge_method prompt max_age login_hint ui_locales request request_uri client_assertion client_assertion_type pending page_token decision nonce'.split(
        ' ',
      ),
    ),
  },
  {
    weight: 1,
    arbitrary: oneOf('__proto__', 'constructor', 'toString', '', 'scope[]', 'scope[0]', 'a.b', 'client_id '),
  },
  { weight: 1, arbitrary: fc.string({ maxLength: 20 }) },
)

const value = fc.oneof(
  { weight: 6, arbitrary: fc.nat({ max: 5 }).map((i) => credentials[i] ?? '') },
  {
    weight: 2,
    arbitrary: fc.tuple(fc.nat({ max: 5 }), fc.nat({ max: 600 }), fc.string({ maxLength: 3 })).map(([i, at, by]) => {
      const text = credentials[i] ?? ''
      return text.slice(0, at % text.length) + by + text.slice((at % text.length) + 1)
    }),
  },
  {
    weight: 12,
    arbitrary: oneOf(
      ...Object.values(clients).map(({ client_id }) => client_id),
      CALLBACK,
      'http://127.0.0.1:1/cb',
      'com.example.app:/cb',
      'https://evil.example.com/',
      `${CALLBACK}@evil.example.com`,
      'javascript:alert(1)',
      '//evil.example.com',
      API,
      OTHER_API,
      'read',
      'read write',
      'admin',
      'code',
      'token',
      'S256',
      'plain',
      'query',
      'form_post',
      'fragment',
      'none',
      'login',
      'consent',
      'select_account',
      'create',
      'none login',
      '0',
      '-1',
      '99999999999',
      challenge,
      'authorization_code',
      'refresh_token',
      'client_credentials',
      'password',
      'allow',
      'deny',
    ),
  },
  { weight: 3, arbitrary: fc.string({ maxLength: 60 }) },
  { weight: 2, arbitrary: fc.string({ unit: 'binary', maxLength: 30 }) },
  {
    weight: 1,
    arbitrary: oneOf(
      '',
      ' ',
      '\u0000',
      '\r\nset-cookie: a=b',
      '<script>alert(1)</script>',
      '"><img src=x>',
      '\u202e',
      '%',
      '%00',
      '😀'.repeat(50),
      'x'.repeat(9000),
    ),
  },
)

/** Parameters, mostly well encoded, sometimes raw text. */
const encode = (text: string) => encodeURIComponent(text)
const pair = fc.oneof(
  { weight: 9, arbitrary: fc.tuple(name, value).map(([n, v]) => `${encode(n)}=${encode(v)}`) },
  {
    weight: 1,
    arbitrary: fc.tuple(name, value).map(([n, v]) => `${n}=${v}`.replaceAll(/[^!-~]|#/g, '')),
  },
)
const parameters = fc.array(pair, { maxLength: 12 }).map((pairs) => pairs.join('&'))

/** A good query with some of its parameters dropped, replaced or added to. */
const mutated = (good: string) =>
  fc.tuple(fc.array(fc.nat({ max: 20 }), { maxLength: 3 }), parameters, fc.boolean()).map(([drop, more, front]) => {
    const kept = good.split('&').filter((_, i) => !drop.includes(i))
    return (front ? [more, ...kept] : [...kept, more]).filter(Boolean).join('&')
  })

const authorizeQuery = authorizeUrl(challenge).split('?')[1] ?? ''
const authorization = fc.oneof(
  { weight: 3, arbitrary: fc.constant(basic('web', clients.web.client_secret).authorization ?? '') },
  {
    weight: 1,
    arbitrary: fc.tuple(value, value).map(([a, b]) => `Basic ${Buffer.from(`${a}:${b}`).toString('base64')}`),
  },
  { weight: 1, arbitrary: fc.string({ maxLength: 40 }).map((text) => text.replaceAll(/[^\x20-\x7e]/g, '')) },
  { weight: 1, arbitrary: fc.nat({ max: 5 }).map((i) => `Bearer ${credentials[i] ?? ''}`) },
  { weight: 1, arbitrary: fc.constant(null) },
)

const registered = [CALLBACK, 'https://spa.example.com/cb']
function mayBeRedirectedTo(location: string): boolean {
  if (location.startsWith(`${ISSUER}/`)) return true
  if (registered.some((uri) => location.startsWith(`${uri}?`))) return true
  return /^(http:\/\/127\.0\.0\.1(:[0-9]+)?\/cb|com\.example\.app:\/cb)\?/.test(location)
}

/** Which statuses the answers had, so that a test can see that it got further than the door. */
let statuses = new Set<number>()
beforeEach(() => {
  statuses = new Set()
})

async function check(response: Response) {
  statuses.add(response.status)
  const text = await response.text()
  expect(response.status, text.slice(0, 300)).toBeLessThan(500)
  const location = response.headers.get('location')
  if (location !== null) expect(location).toSatisfy(mayBeRedirectedTo)
  if (response.headers.get('content-type')?.startsWith('text/html')) {
    expect(text.match(/<script(?! nonce="[\w-]{22}">document\.forms\[0\]\.submit\(\)<\/script>)/)).toBeNull()
    expect(text).not.toContain('<img')
    for (const [, action = ''] of text.matchAll(/<form method="post" action="([^"]*)"/g)) {
      expect(action === '/oauth/consent' || mayBeRedirectedTo(`${action}?`)).toBe(true)
    }
  } else if (text !== '' && response.status >= 400) {
    expect(Object.keys(JSON.parse(text) as object)).toEqual(['error', 'error_description'])
  }
  return text
}

const run = <T>(arbitrary: fc.Arbitrary<T>, numRuns: number, predicate: (value: T) => Promise<void>) =>
  fc.assert(fc.asyncProperty(arbitrary, predicate), { seed: 20_260_115, numRuns })

describe('mutated requests', () => {
  it('GET authorize', async () => {
    await run(fc.oneof(parameters, mutated(authorizeQuery), mutated(authorizeQuery)), 2500, async (query) => {
      // Too many codes in a short time, and the person would be asked.
      h.now += 6_000
      await check(await h.browser().get(`/oauth/authorize?${query}`))
    })
    expect(statuses).toEqual(new Set([303, 400]))
    expect(h.events.filter(({ type }) => type === 'code_issued').length).toBeGreaterThan(100)
  })

  it('GET authorize, with nobody logged in', async () => {
    const alone = harness()
    alone.login = null
    await run(mutated(authorizeQuery), 700, async (query) => {
      await check(await alone.browser().get(`/oauth/authorize?${query}`))
    })
    expect(await alone.storage.list('request', {}, { limit: 1000 })).not.toHaveLength(0)
    expect(await snapshot(alone, ['grant', 'consent'])).toBe('[[],[]]')
  })

  it('POST authorize and consent', async () => {
    const endpoint = oneOf('/oauth/authorize', '/oauth/consent')
    await run(fc.tuple(endpoint, fc.oneof(parameters, mutated(authorizeQuery))), 1500, async ([path, body]) => {
      await check(await h.browser().post(path, body))
    })
  })

  it.each(['token', 'revoke', 'introspect'])('POST %s', async (endpoint) => {
    const good = fc
      .nat({ max: 3 })
      .chain((i) =>
        mutated(
          `grant_type=refresh_token&refresh_token=${credentials[i % 2 ? 3 : 1] ?? ''}&token=${credentials[i] ?? ''}`,
        ),
      )
    await run(fc.tuple(fc.oneof(parameters, good), authorization), 1200, async ([body, header]) => {
      await check(await h.post(`/oauth/${endpoint}`, body, header === null ? {} : { authorization: header }))
    })
    expect([...statuses]).toEqual(expect.arrayContaining([200, 400, 401]))
  })

  it('POST of any bytes with any content type', async () => {
    const endpoint = oneOf('token', 'revoke', 'introspect', 'authorize', 'consent')
    const type = oneOf(
      FORM,
      `${FORM}; charset=utf-16`,
      'application/json',
      'multipart/form-data; boundary=x',
      'text/plain',
      ';',
      '',
    )
    await run(
      fc.tuple(endpoint, type, fc.uint8Array({ maxLength: 200 }), authorization),
      800,
      async ([path, contentType, body, header]) => {
        const headers = { 'content-type': contentType, ...(header !== null && { authorization: header }) }
        const request = new Request(`${ISSUER}/oauth/${path}`, { method: 'POST', headers, body: new Uint8Array(body) })
        await check(await h.server.fetch(request))
      },
    )
  })

  it('any cookie and any pending handle', async () => {
    const cookie = fc.string({ maxLength: 80 }).map((text) => text.replaceAll(/[^\x20-\x7e]/g, ''))
    await run(fc.tuple(cookie, value), 600, async ([text, handle]) => {
      const headers = { cookie: `__Host-gw-${text}; ${text}` }
      await check(await h.browser().get(`/oauth/authorize?pending=${encode(handle)}`, headers))
    })
  })

  it('bearer tokens', async () => {
    const guard = createResourceServer({ server: h.server })
    await run(
      fc.oneof(
        value.map((text) => `Bearer ${text}`),
        authorization,
      ),
      1200,
      async (text) => {
        const header = text?.replaceAll(/[^\x20-\x7e]/g, '')
        const request = new Request(API, header ? { headers: { authorization: header } } : {})
        const decision = await guard.check(fromRequest(request))
        if (decision.ok) expect(credentials.map((known) => `Bearer ${known}`)).toContain(header?.trim())
        else expect(decision.response.status).toBeLessThan(500)
      },
    )
  })
})

it('whatever is presented without a genuine secret changes no grant', async () => {
  const quiet = harness()
  const good = redeemForm(await obtainCode(quiet))
  const before = await snapshot(quiet, ['grant'])
  const garbage = fc.tuple(
    oneOf('code', 'refresh_token', 'token'),
    fc.nat({ max: 69 }),
    fc.string({ minLength: 1, maxLength: 2 }),
  )
  await run(garbage, 500, async ([field, at, by]) => {
    const forged = good.code.slice(0, at) + by + good.code.slice(at + 1)
    if (forged === good.code) return
    for (const path of ['token', 'revoke']) {
      const form = {
        ...good,
        code: 'gwac_',
        [field]: forged,
        grant_type: field === 'code' ? 'authorization_code' : 'refresh_token',
      }
      await quiet.post(`/oauth/${path}`, form, basic('web', clients.web.client_secret))
    }
  })
  expect(await snapshot(quiet, ['grant'])).toBe(before)
  expect((await quiet.token(good)).status).toBe(200)
})
