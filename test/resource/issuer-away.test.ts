import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { generatePrivateJwk, importSigner } from '../../src/keys/signer.js'
import type { Signer } from '../../src/keys/signer-contract.js'
import type { ResourceServer } from '../../src/resource/index.js'
import { API, foreignIssuer, ISSUER, type Issuer, JWKS, METADATA, outcome, START, show, statusOf } from './issuer.js'

let first: Signer
let second: Signer
let issuer: Issuer
let api: ResourceServer
let token: string

beforeAll(async () => {
  first = await importSigner(await generatePrivateJwk('ES256'))
  second = await importSigner(await generatePrivateJwk('ES256'))
})
beforeEach(async () => {
  issuer = foreignIssuer([first.publicJwk])
  api = issuer.api()
  token = await issuer.token(first, { exp: START / 1000 + 1_000_000 })
})
afterEach(() => vi.useRealTimers())

const good = () => statusOf(show(api, token))
const seconds = (n: number) => {
  issuer.now += n * 1000
}
const fails = () => {
  throw new TypeError('fetch failed')
}

describe('keys', () => {
  it('are fetched when the first token comes, once for all who wait', async () => {
    expect(issuer.asked).toEqual([])
    expect(await Promise.all([good(), good(), good()])).toEqual([200, 200, 200])
    expect(issuer.asked.map(({ url }) => url)).toEqual([METADATA, JWKS])
  })

  it.each([
    ['5 minutes when nothing is said', undefined, 300],
    ['as long as max-age says', 'public, max-age=900', 900],
    ['a minute at least', 'max-age=1', 60],
    ['a minute when they may not be kept', 'no-store, max-age=900', 60],
    ['an hour at most', 'max-age=99999999', 3600],
  ])('are kept %s', async (_, cacheControl, lifetime) => {
    const headers: HeadersInit = cacheControl ? { 'cache-control': cacheControl } : {}
    issuer.pages[JWKS] = () => new Response(JSON.stringify({ keys: [first.publicJwk] }), { headers })
    await good()
    seconds(lifetime - 1)
    await good()
    expect(issuer.count('/jwks')).toBe(1)
    seconds(1)
    await good()
    expect(issuer.count('/jwks')).toBe(2)
  })

  it('that the issuer has withdrawn are no good any more', async () => {
    await good()
    issuer.pages[JWKS] = { keys: [second.publicJwk] }
    seconds(300)
    expect(await good()).toBe(401)
  })

  it('that the issuer has just begun to use are fetched', async () => {
    await good()
    issuer.pages[JWKS] = { keys: [first.publicJwk, second.publicJwk] }
    seconds(30)
    expect(await statusOf(show(api, await issuer.token(second)))).toBe(200)
    expect(issuer.count('/jwks')).toBe(2)
    expect(await good()).toBe(200)
  })

  it('with unknown names are looked for every 30 seconds at most, however many there are', async () => {
    await good()
    const strangers = await Promise.all(
      Array.from({ length: 20 }, async (_, i) =>
        issuer.token(await importSigner(await generatePrivateJwk('ES256'), { kid: `k${i}` })),
      ),
    )
    const all = () => Promise.all(strangers.map((stranger) => statusOf(show(api, stranger))))
    expect(new Set(await all())).toEqual(new Set([401]))
    expect(issuer.count('/jwks')).toBe(1)
    seconds(30)
    expect(new Set(await all())).toEqual(new Set([401]))
    expect(issuer.count('/jwks')).toBe(2)
    seconds(29)
    await all()
    expect(issuer.count('/jwks')).toBe(2)
    expect(await good()).toBe(200)
  })

  it('are not looked for on behalf of an algorithm that is not allowed', async () => {
    api = issuer.api({ algorithms: ['ES256', 'EdDSA'] })
    await good()
    seconds(30)
    for (const alg of ['none', 'HS256', 'RS256']) {
      const header = Buffer.from(JSON.stringify({ alg, typ: 'at+jwt', kid: 'k' })).toString('base64url')
      expect(await statusOf(show(api, `${header}.e30.eA`))).toBe(401)
    }
    expect(issuer.count('/jwks')).toBe(1)
  })
})

describe('while the issuer cannot be reached', () => {
  it('is 503 with Retry-After, never an open door', async () => {
    issuer.pages[METADATA] = fails
    const { status, challenge, retryAfter, body } = outcome(await show(api, token))
    expect([status, challenge, retryAfter]).toEqual([503, undefined, '5'])
    expect(JSON.parse(body)).toEqual({
      error: 'temporarily_unavailable',
      error_description: 'Try again in a moment.',
    })
  })

  it('is asked again after 5 seconds, not before, and other places are not tried', async () => {
    issuer.pages[METADATA] = fails
    await Promise.all([good(), good()])
    seconds(4.999)
    expect(outcome(await show(api, token))).toMatchObject({ status: 503, retryAfter: '1' })
    expect(issuer.asked).toHaveLength(1)
    issuer.pages[METADATA] = { issuer: ISSUER, jwks_uri: JWKS }
    seconds(0.001)
    expect(await good()).toBe(200)
    expect(issuer.count('oauth-authorization-server')).toBe(2)
  })

  it('is told to the app, once for each attempt', async () => {
    issuer.pages[METADATA] = fails
    await good()
    await good()
    expect(issuer.failures).toEqual([new TypeError('fetch failed')])
  })

  it('is 503 also when whoever is told throws', async () => {
    issuer.pages[METADATA] = fails
    const throwing = issuer.api({
      onFailure: () => {
        throw new Error('listener')
      },
    })
    expect(await statusOf(show(throwing, token))).toBe(503)
  })

  it('the keys that are held serve on, for a day', async () => {
    await good()
    issuer.pages[METADATA] = fails
    issuer.pages[JWKS] = fails
    seconds(86_399)
    expect(await good()).toBe(200)
    seconds(1)
    expect(await good()).toBe(503)
  })

  it('nobody waits for it, as long as there are keys', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    await good()
    issuer.pages[JWKS] = fails
    seconds(300)
    expect(await good()).toBe(200)
    issuer.pages[JWKS] = () => new Promise(() => {})
    seconds(5)
    expect(await good()).toBe(200)
    expect(await good()).toBe(200)
    expect(issuer.count('/jwks')).toBe(3)
  })

  it('a token of an unknown key is 503: it may be good', async () => {
    await good()
    issuer.pages[JWKS] = fails
    seconds(30)
    const stranger = await issuer.token(second)
    expect(outcome(await show(api, stranger))).toMatchObject({ status: 503, retryAfter: '5' })
    expect(await good()).toBe(200)
    seconds(4)
    expect(await statusOf(show(api, stranger))).toBe(503)
    expect(issuer.count('/jwks')).toBe(2)
    issuer.pages[JWKS] = { keys: [first.publicJwk] }
    seconds(1)
    expect(await statusOf(show(api, stranger))).toBe(401)
  })
})

describe('is 503, and the reason is told to the app:', () => {
  const large = () => new Response(JSON.stringify({ keys: [first.publicJwk], filling: 'x'.repeat(70_000) }))
  it.each([
    ['keys that are not JSON', JWKS, '<html>', /JSON object/],
    ['keys that are a list', JWKS, [], /JSON object/],
    ['keys that are no list', JWKS, { keys: { 0: 'x' } }, /JWK Set/],
    ['keys that are null', JWKS, 'null', /JSON object/],
    ['keys that are too many', JWKS, large, /65536 bytes/],
    ['keys that moved elsewhere', JWKS, () => Response.redirect(`${ISSUER}/moved`, 302), /status 302/],
    ['keys with status 500', JWKS, () => new Response('{"keys":[]}', { status: 500 }), /status 500/],
    ['no metadata anywhere', METADATA, () => new Response('', { status: 404 }), /oauth-authorization-server.*404/],
    ['metadata that are HTML', METADATA, '<html>', /JSON object/],
    ['metadata of another issuer', METADATA, { issuer: `${ISSUER}/`, jwks_uri: JWKS }, /not 'https:\/\/auth/],
    ['metadata without jwks_uri', METADATA, { issuer: ISSUER }, /no jwks_uri/],
    ['keys over http', METADATA, { issuer: ISSUER, jwks_uri: 'http://auth.example.com/jwks' }, /not an https URL/],
    ['keys on loopback', METADATA, { issuer: ISSUER, jwks_uri: 'http://localhost/jwks' }, /not an https URL/],
    ['keys at no URL', METADATA, { issuer: ISSUER, jwks_uri: 42 }, /not an https URL/],
    ['keys in a file', METADATA, { issuer: ISSUER, jwks_uri: 'file:///etc/keys' }, /not an https URL/],
  ])('%s', async (_, url, page, message) => {
    issuer.pages[url] = page
    issuer.pages[`${ISSUER}/moved`] = { keys: [first.publicJwk] }
    for (const path of ['http://auth.example.com/jwks', 'http://localhost/jwks', 'file:///etc/keys']) {
      issuer.pages[path] = { keys: [first.publicJwk] }
    }
    expect(outcome(await show(api, token))).toMatchObject({ status: 503, retryAfter: '5' })
    expect(issuer.failures).toEqual([expect.objectContaining({ message: expect.stringMatching(message) })])
    expect(issuer.asked.every(({ init }) => init.redirect === 'manual')).toBe(true)
  })

  it('and garbage does not replace the keys that are held', async () => {
    await good()
    issuer.pages[JWKS] = 'garbage'
    seconds(300)
    expect(await good()).toBe(200)
    expect(issuer.failures).toHaveLength(1)
  })
})

it('whatever else goes wrong is 503, and told to the app', async () => {
  const broken = issuer.api({
    now: () => {
      throw new Error('no clock')
    },
  })
  expect(await statusOf(show(broken, token))).toBe(503)
  expect(issuer.failures).toMatchObject([{ message: 'no clock' }])
})

it('a key that cannot be read is skipped, and the others serve', async () => {
  issuer.pages[JWKS] = {
    keys: [null, 'x', { kty: 'EC', kid: 'x' }, { ...first.publicJwk, kid: 'y', x: 'AAAA' }, first.publicJwk],
  }
  expect(await good()).toBe(200)
})

describe('an issuer that does not answer in time', () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }))

  it.each([
    ['at all', () => new Promise<Response>(() => {})],
    ['to the end', () => new Response(new ReadableStream({ pull: () => new Promise(() => {}) }))],
  ])('(%s) is 503 after 5 seconds, and its request is given up', async (_, page) => {
    issuer.pages[JWKS] = page
    let status: number | undefined
    const waiting = good().then((result) => {
      status = result
    })
    await vi.advanceTimersByTimeAsync(4_999)
    expect(status).toBeUndefined()
    await vi.advanceTimersByTimeAsync(1)
    await waiting
    expect(status).toBe(503)
    expect(issuer.asked.at(-1)?.init.signal?.aborted).toBe(true)
    expect(vi.getTimerCount()).toBe(0)
  })

  it('leaves no timer behind when it does answer', async () => {
    expect(await good()).toBe(200)
    expect(vi.getTimerCount()).toBe(0)
  })
})

it('an issuer on loopback does not send anybody elsewhere over http', async () => {
  const local = 'http://localhost:3000'
  api = issuer.api({ issuer: local })
  token = await issuer.token(first, { iss: local })
  const place = `${local}/.well-known/oauth-authorization-server`
  issuer.pages[place] = { issuer: local, jwks_uri: 'http://example.com/jwks' }
  issuer.pages['http://example.com/jwks'] = { keys: [first.publicJwk] }
  expect(await good()).toBe(503)
  issuer.pages[place] = { issuer: local, jwks_uri: JWKS }
  seconds(5)
  expect(await good()).toBe(200)
})

describe('metadata are found', () => {
  const name = `${ISSUER}/tenant`
  const answer = { issuer: name, jwks_uri: JWKS }
  const places = [
    `${ISSUER}/.well-known/oauth-authorization-server/tenant`,
    `${ISSUER}/tenant/.well-known/openid-configuration`,
    `${ISSUER}/.well-known/openid-configuration/tenant`,
    `${ISSUER}/tenant/.well-known/oauth-authorization-server`,
  ]
  beforeEach(async () => {
    api = issuer.api({ issuer: name })
    token = await issuer.token(first, { iss: name })
  })

  it.each(places)('at %s', async (url) => {
    issuer.pages[url] = answer
    expect(await good()).toBe(200)
    expect(issuer.asked.map((asked) => asked.url)).toEqual([...places.slice(0, places.indexOf(url) + 1), JWKS])
    expect(issuer.failures).toEqual([])
  })

  it.each([
    ['another issuer’s', { issuer: ISSUER, jwks_uri: `${ISSUER}/evil` }],
    ['a page', '<html>'],
  ])('behind a place that has %s', async (_, page) => {
    issuer.pages[places[0] ?? ''] = page
    issuer.pages[places[1] ?? ''] = answer
    expect(await good()).toBe(200)
  })

  it('for the resource alone: a token of the other tenant is refused', async () => {
    issuer.pages[places[0] ?? ''] = answer
    expect(await statusOf(show(api, await issuer.token(first, { iss: ISSUER })))).toBe(401)
    expect(api.resource).toBe(API)
  })
})
