import { beforeEach, describe, expect, it } from 'vitest'
import { type Limiter, limiterIn } from '../../src/users/throttle.js'
import { type Fixture, services } from './fixture.js'

let server: Fixture
let limiter: Limiter

beforeEach(() => {
  server = services()
  limiter = limiterIn(server)
})

const ada = { username: 'ada', address: undefined }
const from = (address: string, username = 'ada') => ({ username, address })
const later = (seconds: number) => {
  server.time += seconds * 1000
}
/** Attempts at once; how many may go ahead. */
const allowed = async (times: number, attempt: Parameters<Limiter['reserve']>[0]) => {
  let count = 0
  for (let i = 0; i < times; i++) if ((await limiter.reserve(attempt)) === 0) count++
  return count
}

describe('attempts at one user', () => {
  it('are 5 in a minute, then there is a wait, told in seconds', async () => {
    expect(await allowed(5, ada)).toBe(5)
    later(10.5)
    expect(await limiter.reserve(ada)).toBe(50)
  })

  it('are 5 again when a minute has passed without filling it', async () => {
    expect(await allowed(4, ada)).toBe(4)
    later(60)
    expect(await allowed(6, ada)).toBe(5)
  })

  it('wait 1, 2, 4, 8 and then always 15 minutes between single attempts', async () => {
    await allowed(5, ada)
    const waits: number[] = []
    for (let i = 0; i < 7; i++) {
      const wait = await limiter.reserve(ada)
      waits.push(wait)
      later(wait - 1)
      expect(await limiter.reserve(ada)).toBe(1)
      later(1)
      expect(await limiter.reserve(ada)).toBe(0)
    }
    expect(waits).toEqual([60, 120, 240, 480, 900, 900, 900])
  })

  it('do not lengthen the wait while it lasts', async () => {
    await allowed(5, ada)
    expect(await allowed(500, ada)).toBe(0)
    expect(await limiter.reserve(ada)).toBe(60)
  })

  it('are forgiven by the right password', async () => {
    await allowed(4, ada)
    await limiter.succeed(ada)
    expect(await allowed(6, ada)).toBe(5)
  })

  it('are forgotten after an hour without one', async () => {
    await allowed(5, ada)
    later(3600)
    expect(await allowed(6, ada)).toBe(5)
  })

  it('share their number among spellings of one name', async () => {
    await allowed(5, { ...ada, username: 'Ada@Example.com' })
    expect(await limiter.reserve({ ...ada, username: ' ada@example.com ' })).toBe(60)
    expect(await limiter.reserve({ ...ada, username: 'ａda@example.com' })).toBe(60)
    expect(await limiter.reserve({ ...ada, username: 'æda@example.com' })).toBe(0)
  })

  it('leave other users alone', async () => {
    await allowed(9, ada)
    expect(await limiter.reserve({ ...ada, username: 'bob' })).toBe(0)
  })
})

describe('attempts from one address', () => {
  it('are 30 in a minute over all users, then there is a wait', async () => {
    let count = 0
    for (let i = 0; i < 40; i++) if ((await limiter.reserve(from('192.0.2.1', `user${i}`))) === 0) count++
    expect(count).toBe(30)
    expect(await limiter.reserve(from('192.0.2.2', 'user1'))).toBe(0)
  })

  it('are 6 between two waits', async () => {
    for (let i = 0; i < 30; i++) await limiter.reserve(from('192.0.2.1', `user${i}`))
    later(60)
    let count = 0
    for (let i = 30; i < 50; i++) if ((await limiter.reserve(from('192.0.2.1', `user${i}`))) === 0) count++
    expect(count).toBe(6)
    expect(await limiter.reserve(from('192.0.2.1', 'last'))).toBe(120)
  })

  it('count for a whole IPv6 network of 64 bits', async () => {
    for (let i = 0; i < 30; i++) await limiter.reserve(from(`2001:db8::${i.toString(16)}:1`, `user${i}`))
    expect(await limiter.reserve(from('2001:db8:0:0:ffff::1', 'other'))).toBe(60)
    expect(await limiter.reserve(from('2001:db8:0:1::1', 'other'))).toBe(0)
  })

  it('do not use up the attempts of a user when they are refused', async () => {
    for (let i = 0; i < 30; i++) await limiter.reserve(from('192.0.2.1', `user${i}`))
    expect(await allowed(20, from('192.0.2.1', 'victim'))).toBe(0)
    expect(await allowed(5, from('192.0.2.2', 'victim'))).toBe(5)
  })

  it('are not counted when the password was right, so that an office can log in', async () => {
    for (let i = 0; i < 100; i++) {
      const attempt = from('192.0.2.1', `user${i}`)
      expect(await limiter.reserve(attempt)).toBe(0)
      await limiter.succeed(attempt)
    }
  })

  it('are not put back into a wait by a right password', async () => {
    for (let i = 0; i < 30; i++) await limiter.reserve(from('192.0.2.1', `user${i}`))
    later(60)
    await limiter.reserve(from('192.0.2.1', 'right'))
    await limiter.succeed(from('192.0.2.1', 'right'))
    expect(await limiter.reserve(from('192.0.2.1', 'next'))).toBe(0)
  })
})

describe('a stranger', () => {
  it('who never stops guessing cannot lock the user out for longer than 15 minutes', async () => {
    const guess = () => limiter.reserve(from('203.0.113.9'))
    for (let second = 0; second < 3600; second++) {
      await guess()
      later(1)
    }
    let waited = 0
    for (
      let wait = await limiter.reserve(from('192.0.2.1'));
      wait > 0;
      wait = await limiter.reserve(from('192.0.2.1'))
    ) {
      for (let second = 0; second < wait; second++) {
        later(1)
        await guess()
      }
      waited += wait
    }
    expect(waited).toBeGreaterThan(0)
    expect(waited).toBeLessThanOrEqual(900)
  })

  it('gets few guesses in a day from one address', async () => {
    let guesses = 0
    for (let seconds = 0; seconds < 86_400; ) {
      const wait = await limiter.reserve(from('203.0.113.9'))
      if (wait === 0) guesses++
      later(wait)
      seconds += wait
    }
    expect(guesses).toBeLessThanOrEqual(2 * (24 * 4) + 20)
  })
})

describe('parallel attempts', () => {
  it('are all counted, also across instances that share the store', async () => {
    const instances = [limiter, limiterIn(services(server.storage))]
    const waits = await Promise.all(Array.from({ length: 200 }, (_, i) => instances[i % 2]?.reserve(ada)))
    expect(waits.filter((wait) => wait === 0)).toHaveLength(5)
  })

  it('from one address are all counted', async () => {
    const waits = await Promise.all(
      Array.from({ length: 200 }, (_, i) => limiter.reserve(from('192.0.2.1', `user${i}`))),
    )
    expect(waits.filter((wait) => wait === 0)).toHaveLength(30)
  })

  it('get one place in the queue', async () => {
    await allowed(5, from('203.0.113.9'))
    expect(await limiter.reserve(from('192.0.2.1'))).toBe(60)
    later(60)
    await limiter.reserve(from('203.0.113.9'))
    const waits = await Promise.all(Array.from({ length: 20 }, () => limiter.reserve(from('192.0.2.1'))))
    expect(waits.filter((wait) => wait === 0)).toHaveLength(1)
  })
})

it('keeps no names and addresses in the store, and says when a counter may be deleted', async () => {
  const ids: string[] = []
  const documents: string[] = []
  const { insert } = server.storage
  server.storage.insert = async (kind, record, now) => {
    expect(kind).toBe('counter')
    expect(record.expiresAt).toBeGreaterThan(now)
    ids.push(record.id)
    documents.push(record.document)
    return insert.call(server.storage, kind, record, now)
  }
  await limiter.reserve(from('192.0.2.1'))
  expect(ids).toHaveLength(2)
  expect(documents.join()).not.toMatch(/ada|192\.0/)
})
