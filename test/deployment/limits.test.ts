/**
 * Limits: what counts by default, in memory and in a database, and the app's own limiters in its place.
 */
import Database from 'libsql'
import { RateLimiterMemory } from 'rate-limiter-flexible'
import { describe, expect, it } from 'vitest'
import type { Limits, RateLimiter } from '../../src/deployment/limits.js'
import type { Feature } from '../../src/index.js'
import { deploymentOf } from '../../src/points/deployments.js'
import { memoryStorage } from '../../src/storage/memory.js'
import { sqliteStorage } from '../../src/storage/sqlite.js'
import { type Harness, harness, ISSUER } from '../support/harness.js'

const MINUTE = 60_000
const three = { limit: 3, length: MINUTE }
const limited: Feature = { name: 'limited', limits: ['callsPerAddress', 'calls'] }

const limitsOf = (h: Harness): Limits => deploymentOf(h.server).limits
const call = (h: Harness, address = '203.0.113.9') => limitsOf(h).take('callsPerAddress', address, three, address)
const withLimiter = (callsPerAddress: RateLimiter, options = {}) =>
  harness({ features: [limited], limiter: { callsPerAddress }, ...options })
const counters = (h: Harness) => h.storage.list('counter', {}, { limit: 10_000 })
const failures = (h: Harness) => h.events.filter(({ type }) => type === 'failed')

describe.each([
  ['in memory', () => memoryStorage()],
  ['in SQLite', () => sqliteStorage(new Database(':memory:'))],
])('the default, %s', (_, open) => {
  const served = () => harness({ storage: open(), features: [limited] })

  it('lets so many through in a window, then says how long to wait, until it is over', async () => {
    const h = served()
    for (let i = 0; i < 3; i++) expect(await call(h)).toBe(0)
    h.now += 20_000
    expect(await call(h)).toBe(40_000)
    expect(await call(h)).toBe(40_000)
    h.now += 40_000
    expect(await call(h)).toBe(0)
  })

  it('counts each key and each limit for itself', async () => {
    const h = served()
    for (let i = 0; i < 4; i++) await call(h)
    expect(await call(h, '203.0.113.10')).toBe(0)
    expect(await limitsOf(h).take('calls', '203.0.113.9', three)).toBe(0)
    expect(await call(h)).toBeGreaterThan(0)
  })

  it('of none lets nobody through, and stores nothing', async () => {
    const h = served()
    expect(await limitsOf(h).take('calls', 'x', { limit: 0, length: MINUTE })).toBe(MINUTE)
    expect(await counters(h)).toEqual([])
  })

  it('is met by a flood that comes all at once', async () => {
    const h = served()
    const waits = await Promise.all(Array.from({ length: 200 }, () => call(h)))
    expect(waits.filter((wait) => wait === 0)).toHaveLength(3)
    expect(await counters(h)).toHaveLength(1)
  })

  it('stores no address that can be read, and what it stores can be purged when the window is over', async () => {
    const h = served()
    await call(h)
    const stored = await counters(h)
    expect(stored).toHaveLength(1)
    expect(JSON.stringify(stored)).not.toContain('203.0.113')
    await h.storage.purge(h.now + MINUTE - 1, 100)
    expect(await counters(h)).toHaveLength(1)
    await h.storage.purge(h.now + MINUTE, 100)
    expect(await counters(h)).toEqual([])
  })
})

describe('a refusal', () => {
  it('is told by an event, with the name of the limit, the address and the seconds to wait, and an allowance is not', async () => {
    const h = harness()
    for (let i = 0; i < 3; i++) await call(h)
    expect(h.events).toEqual([])
    h.now += 500
    await call(h)
    await limitsOf(h).take('calls', 'x', { limit: 0, length: 1 })
    expect(h.events).toEqual([
      { type: 'limited', limit: 'callsPerAddress', address: '203.0.113.9', wait: 60, at: h.now },
      { type: 'limited', limit: 'calls', address: undefined, wait: 1, at: h.now },
    ])
  })

  it('is a 429 of a JSON endpoint, with Retry-After that scripts may read, and an error on which nobody drops anything', async () => {
    const feature: Feature = {
      ...limited,
      endpoints: ({ limits }) => [
        {
          name: 'limited',
          paths: ['/oauth/limited'],
          methods: {
            GET: async ({ address = '' }) => {
              await limits.enforce('callsPerAddress', address, three, address)
              return { status: 204, headers: [], body: '' }
            },
          },
          answers: 'json',
          cors: true,
        },
      ],
    }
    const h = harness({ features: [feature] })
    const ask = () => h.server.fetch(new Request(`${ISSUER}/oauth/limited`), { address: '203.0.113.9' })
    for (let i = 0; i < 3; i++) expect((await ask()).status).toBe(204)
    h.now += 1_500
    const response = await ask()
    expect(response.status).toBe(429)
    expect(response.headers.get('retry-after')).toBe('59')
    expect(response.headers.get('access-control-expose-headers')).toContain('retry-after')
    expect(response.headers.get('cache-control')).toBe('no-store')
    expect(await response.json()).toEqual({
      error: 'temporarily_unavailable',
      error_description: 'Too many requests. Try again in 59 s.',
    })
    expect(h.events.map((event) => [event.type, 'reason' in event && event.reason])).toEqual([
      ['limited', false],
      ['refused', 'too_many_requests'],
    ])
  })
})

describe('a limiter of the app', () => {
  it('of rate-limiter-flexible counts in place of the default, which then stores nothing', async () => {
    const h = withLimiter(new RateLimiterMemory({ points: 5, duration: 60 }))
    for (let i = 0; i < 5; i++) expect(await call(h)).toBe(0)
    const wait = await call(h)
    expect(wait).toBeGreaterThan(55_000)
    expect(wait).toBeLessThanOrEqual(60_000)
    expect(await call(h, '203.0.113.10')).toBe(0)
    expect(await counters(h)).toEqual([])
    expect(h.events).toMatchObject([{ type: 'limited', limit: 'callsPerAddress', address: '203.0.113.9' }])
  })

  it('sees keys of one form, in which no address can be read, another for each limit and issuer', async () => {
    const keys: string[] = []
    const limiter = { consume: async (key: string) => keys.push(key) }
    const both = { features: [limited], limiter: { callsPerAddress: limiter, calls: limiter } }
    for (const h of [harness(both), harness({ ...both, issuer: 'https://other.example.com' })]) {
      await call(h)
      await call(h)
      await limitsOf(h).take('calls', '203.0.113.9', three)
    }
    expect(keys).toHaveLength(6)
    expect(new Set(keys).size).toBe(4)
    for (const key of keys) expect(key).toMatch(/^[A-Za-z0-9_-]{43}$/)
  })

  it.each([
    ['a part of a millisecond', 0.2, 0.2],
    ['nothing', 0, 1],
    ['a minute', 60_000, 60_000],
    ['never, which is a day', -1, 86_400_000],
    ['for ever, which is a day', Number.POSITIVE_INFINITY, 86_400_000],
  ])('may say to wait for %s', async (_, msBeforeNext, wait) => {
    const h = withLimiter({ consume: () => Promise.reject({ msBeforeNext }) })
    expect(await call(h)).toBe(Math.max(wait, 1))
    expect(h.events).toMatchObject([{ type: 'limited', wait: Math.ceil(wait / 1000) }])
  })

  const broken: [string, () => Promise<unknown>][] = [
    ['rejects with an error', () => Promise.reject(new Error('Redis is away'))],
    ['throws at once', () => raise(new Error('Redis is away'))],
    ['rejects with nothing', () => Promise.reject()],
    ['rejects with an object that says no wait', () => Promise.reject({ remainingPoints: 0 })],
    ['rejects with a wait that is no number', () => Promise.reject({ msBeforeNext: Number.NaN })],
    ['never answers', () => new Promise(() => {})],
  ]

  it.each(broken)('that %s locks nobody out and opens nothing: the default counts', async (_, consume) => {
    const h = withLimiter({ consume }, { storageTimeout: 0.02 })
    for (let i = 0; i < 3; i++) expect(await call(h)).toBe(0)
    expect(await call(h)).toBeGreaterThan(0)
    expect(await counters(h)).toHaveLength(1)
  })

  it('that is broken is told of once in ten seconds, and asked again after that', async () => {
    let asked = 0
    let isAway = true
    const h = withLimiter({
      consume: async () => {
        asked++
        if (isAway) throw new Error('Redis is away')
      },
    })
    await Promise.all([call(h, 'a'), call(h, 'b'), call(h, 'c')])
    h.now += 9_999
    await call(h, 'd')
    expect(asked).toBe(3)
    expect(failures(h)).toMatchObject([
      {
        endpoint: 'limiter',
        cause: { message: expect.stringContaining('limiter.callsPerAddress'), cause: { message: 'Redis is away' } },
      },
    ])
    h.now += 1
    await call(h, 'e')
    expect([asked, failures(h).length]).toEqual([4, 2])
    isAway = false
    h.now += 10_000
    for (let i = 0; i < 10; i++) expect(await call(h, 'f')).toBe(0)
    expect([asked, failures(h).length]).toEqual([14, 2])
  })

  it('is asked again at once when the clock has gone back, which says nothing of ten seconds', async () => {
    let asked = 0
    const h = withLimiter({
      consume: async () => {
        asked++
        throw new Error('Redis is away')
      },
    })
    h.now += 3_600_000
    await call(h)
    h.now -= 3_600_000
    await call(h)
    expect(asked).toBe(2)
  })
})

function raise(error: Error): never {
  throw error
}
