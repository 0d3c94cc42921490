import { beforeEach, describe, expect, it } from 'vitest'
import { type Limiter, limiterIn } from '../../src/users/throttle.js'
import { type Fixture, services } from './fixture.js'

let server: Fixture
let limiter: Required<Limiter>

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

  it('are one for each wait, also from an address that was told to wait', async () => {
    const attempt = from('203.0.113.9')
    await allowed(5, attempt)
    for (let i = 0; i < 7; i++) {
      const wait = await limiter.reserve(attempt)
      expect(wait).toBeGreaterThan(0)
      later(wait)
      expect(await allowed(3, attempt)).toBe(1)
    }
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

describe('a right password', () => {
  const lookAlike = { ...ada, username: 'Àda' }

  it('of a look-alike forgives no attempt at the user', async () => {
    for (let i = 0; i < 4; i++) {
      expect(await limiter.reserve(ada)).toBe(0)
      // The attacker's own account.
      if ((await limiter.reserve(lookAlike)) === 0) await limiter.succeed(lookAlike)
    }
    expect(await allowed(5, ada)).toBe(1)
    expect(await limiter.reserve(lookAlike)).toBe(60)
  })

  it('forgives the attempts with exactly this spelling, and leaves those of a look-alike', async () => {
    await allowed(2, lookAlike)
    await allowed(3, ada)
    await limiter.succeed(ada)
    expect(await allowed(9, ada)).toBe(3)
  })

  it('begins a new minute with the next attempt', async () => {
    await limiter.reserve(ada)
    await limiter.succeed(ada)
    later(59)
    expect(await allowed(4, ada)).toBe(4)
    later(1)
    expect(await allowed(9, ada)).toBe(1)
  })

  it('does not make the attempts with other spellings wait anew', async () => {
    await allowed(5, lookAlike)
    later(60)
    expect(await limiter.reserve(ada)).toBe(0)
    await limiter.succeed(ada)
    expect(await limiter.reserve(ada)).toBe(0)
    await limiter.succeed(ada)
    expect(await limiter.reserve(lookAlike)).toBe(0)
    expect(await limiter.reserve(lookAlike)).toBe(120)
  })

  it('forgives all of a user who was guessed at for long', async () => {
    for (let i = 0; i < 100; i++) later(await limiter.reserve(ada))
    await limiter.reserve(ada)
    later(900)
    expect(await limiter.reserve(ada)).toBe(0)
    await limiter.succeed(ada)
    expect(await allowed(9, ada)).toBe(5)
  })

  it('gives an attacker who logs in as a look-alike between any two guesses no more of them', async () => {
    const guessesOfADay = async (between: () => Promise<unknown>) => {
      let guesses = 0
      const end = server.time + 86_400_000
      while (server.time < end) {
        await between()
        const wait = await limiter.reserve(ada)
        if (wait === 0) guesses++
        later(Math.max(1, Math.min(wait, 15)))
      }
      return guesses
    }
    const alone = await guessesOfADay(async () => {})
    server = services()
    limiter = limiterIn(server)
    const helped = await guessesOfADay(async () => {
      if ((await limiter.reserve(lookAlike)) === 0) await limiter.succeed(lookAlike)
    })
    expect(helped).toBeLessThanOrEqual(alone)
  })
})

describe('attempts within 24 hours', () => {
  /** Attempts, each `seconds` after the one before or when its wait is over; the waits that they met. */
  const spread = async (times: number, seconds: number, attempt: (i: number) => Parameters<Limiter['reserve']>[0]) => {
    const waits: number[] = []
    for (let i = 0; i < times; i++) {
      later(seconds)
      const wait = await limiter.reserve(attempt(i))
      waits.push(wait)
      if (wait === 0) continue
      later(wait)
      expect(await limiter.reserve(attempt(i))).toBe(0)
    }
    return waits
  }

  it('wait from the twentieth on, 1, 2, 4, 8 and then always 15 minutes, though only four come in a minute', async () => {
    const waits = await spread(27, 16, () => ada)
    expect(waits.slice(0, 20)).toEqual(Array.from({ length: 20 }, () => 0))
    expect(waits.slice(20)).toEqual([60, 120, 240, 480, 900, 900, 900].map((wait) => wait - 16))
  })

  it('count for all addresses together, and for all spellings', async () => {
    const from20Places = (i: number) => ({ username: ['ada', 'ADA', 'ádá'][i % 3] ?? '', address: `192.0.2.${i}` })
    await spread(20, 20, from20Places)
    later(20)
    expect(await limiter.reserve(from('203.0.113.9', 'adA'))).toBe(40)
  })

  it('are forgotten one by one, after a day each', async () => {
    await spread(20, 3600, () => ada)
    later(60)
    // The first of twenty is 19 hours old.
    later(5 * 3600 - 61)
    expect(await allowed(9, ada)).toBe(1)
    later(1)
    expect(await allowed(9, ada)).toBe(0)
    later(3600)
    expect(await allowed(9, ada)).toBe(1)
  })

  it('are kept by the store for as long as they count', async () => {
    await spread(20, 16, () => ada)
    later(86_400 - 20 * 16)
    while ((await server.storage.purge(server.time, 100)) > 0);
    expect(await server.storage.list('counter', {}, { limit: 10 })).toHaveLength(1)
    later(20 * 16)
    await server.storage.purge(server.time, 100)
    expect(await server.storage.list('counter', {}, { limit: 10 })).toEqual([])
  })

  it('do not keep those out who were told to wait and have waited', async () => {
    await spread(30, 16, () => from('203.0.113.9'))
    const wait = await limiter.reserve(from('192.0.2.1'))
    expect(wait).toBeGreaterThan(0)
    later(wait)
    await limiter.reserve(from('203.0.113.9'))
    expect(await limiter.reserve(from('192.0.2.1'))).toBe(0)
  })

  it('take a bounded place in the store', async () => {
    await spread(200, 16, () => ada)
    const counters = await server.storage.list('counter', {}, { limit: 10 })
    const counter = counters.find(({ document }) => document.includes('"latest"'))
    expect(JSON.parse(counter?.document ?? '').d.latest).toHaveLength(24)
    expect(counter?.document.length).toBeLessThan(3000)
  })
})

describe('attempts from addresses that nobody knows', () => {
  it('are 600 a minute together, whatever the names, so they cannot fill the store', async () => {
    for (let i = 0; i < 600; i++) expect(await limiter.reserve({ username: `u${i}`, address: undefined })).toBe(0)
    for (let i = 600; i < 1000; i++) expect(await limiter.reserve({ username: `u${i}`, address: undefined })).toBe(60)
    expect(await server.storage.list('counter', {}, { limit: 10_000 })).toHaveLength(601)
    expect(server.events).toHaveLength(400)
    expect(server.events[0]).toEqual({ type: 'limited', limit: 'loginsWithoutAddress', wait: 60, address: undefined })
    expect(await limiter.reserve(from('203.0.113.9'))).toBe(0)
    later(60)
    expect(await limiter.reserve({ username: 'u1000', address: undefined })).toBe(0)
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

describe('an attempt that is given back', () => {
  const lastly = async (attempt: Parameters<Limiter['reserve']>[0]) => {
    const wait = await limiter.reserve(attempt)
    await limiter.giveBack(attempt)
    return wait
  }

  it('is as if it had not been, at the user and at the address', async () => {
    const before = await server.storage.list('counter', {}, { limit: 10 })
    expect(before).toEqual([])
    for (let i = 0; i < 100; i++) expect(await lastly(from('192.0.2.1'))).toBe(0)
    expect(await allowed(9, from('192.0.2.1'))).toBe(5)
  })

  it('does not begin a wait anew that is over', async () => {
    await allowed(5, ada)
    later(60)
    expect(await lastly({ ...ada })).toBe(0)
    expect(await limiter.reserve(ada)).toBe(0)
    expect(await limiter.reserve(ada)).toBe(120)
  })

  it('gives back a claimed place, once', async () => {
    await allowed(5, from('203.0.113.9'))
    await limiter.reserve(from('192.0.2.1'))
    later(60)
    await limiter.reserve(from('203.0.113.9'))
    expect(await lastly(from('192.0.2.1'))).toBe(0)
    const waits = await Promise.all(Array.from({ length: 9 }, () => limiter.reserve(from('192.0.2.1'))))
    expect(waits.filter((wait) => wait === 0)).toHaveLength(1)
  })

  it('takes nothing from attempts that others made meanwhile', async () => {
    const given = { ...ada }
    await limiter.reserve(given)
    later(1)
    expect(await allowed(2, { ...ada, username: 'ADA' })).toBe(2)
    await limiter.giveBack(given)
    expect(await allowed(9, ada)).toBe(3)
  })

  it('is not taken from those of a later minute, nor from a look-alike when it was forgiven before', async () => {
    const given = { ...ada }
    await limiter.reserve(given)
    later(60)
    expect(await allowed(4, ada)).toBe(4)
    await limiter.giveBack(given)
    expect(await allowed(9, ada)).toBe(1)

    later(3600)
    await allowed(2, { ...ada, username: 'ADA' })
    const forgiven = { ...ada }
    await limiter.reserve(forgiven)
    await limiter.succeed(ada)
    await limiter.giveBack(forgiven)
    expect(await allowed(9, ada)).toBe(3)
  })

  it('is given back once, not when it was refused, and not when it was forgiven before', async () => {
    const given = { ...ada }
    await allowed(3, ada)
    await limiter.reserve(given)
    await limiter.giveBack(given)
    await limiter.giveBack(given)
    expect(await allowed(9, ada)).toBe(2)
    const refused = { ...ada }
    expect(await limiter.reserve(refused)).toBe(60)
    await limiter.giveBack(refused)
    expect(await limiter.reserve(ada)).toBe(60)
    later(60)
    const forgiven = { ...ada }
    await limiter.reserve(forgiven)
    await limiter.succeed(ada)
    later(1)
    expect(await allowed(2, ada)).toBe(2)
    await limiter.giveBack(forgiven)
    expect(await allowed(9, ada)).toBe(3)
  })
})

describe('a clock that was ahead', () => {
  const ahead = async (hours: number, work: () => Promise<unknown>) => {
    later(hours * 3600)
    await work()
    later(-hours * 3600)
  }

  it.each([1, 24, 1000])('by %i hours locks nobody out', async (hours) => {
    await ahead(hours, () => allowed(9, ada))
    expect(await limiter.reserve(ada)).toBe(0)
  })

  it('holds nobody up at an address', async () => {
    await ahead(5, async () => {
      for (let i = 0; i < 40; i++) await limiter.reserve(from('192.0.2.1', `user${i}`))
    })
    expect(await limiter.reserve(from('192.0.2.1', 'other'))).toBe(0)
  })

  it('holds nobody up whose 24 hours are full, and forgets none of them', async () => {
    const right = server.time
    later(5 * 3600)
    for (let i = 0; i < 60; i++) later((await limiter.reserve(ada)) || 16)
    server.time = right
    expect(await limiter.reserve(ada)).toBe(0)
    expect(await limiter.reserve(ada)).toBe(900)
  })

  it('holds nobody up in the queue for longer than the longest wait', async () => {
    await allowed(5, from('203.0.113.9'))
    await ahead(5, async () => {
      await allowed(9, from('203.0.113.9'))
      await limiter.reserve(from('192.0.2.1'))
    })
    await allowed(2, from('203.0.113.9'))
    const wait = await limiter.reserve(from('192.0.2.1'))
    expect(wait).toBeLessThanOrEqual(900)
    later(wait)
    await limiter.reserve(from('203.0.113.9'))
    expect(await limiter.reserve(from('192.0.2.1'))).toBe(0)
  })

  it('by up to 5 seconds makes no wait shorter that an instance behind it has begun', async () => {
    const behind = services(server.storage)
    behind.time = server.time - 5000
    await allowed(4, ada)
    expect(await limiterIn(behind).reserve(ada)).toBe(0)
    later(59)
    expect(await limiter.reserve(ada)).toBe(1)
  })

  it('by up to 5 seconds gives no guess for free, whichever instance is asked', async () => {
    const other = services(server.storage)
    const instances = [limiter, limiterIn(other)]
    let guesses = 0
    for (let second = 0; second < 7200; second++) {
      other.time = server.time + 5000
      for (const instance of [...instances, ...instances]) if ((await instance.reserve(ada)) === 0) guesses++
      later(1)
    }
    // 5, then after 1, 2, 4, 8 and every 15 minutes.
    expect(guesses).toBeLessThanOrEqual(5 + 4 + (7200 - 900) / 895)
  })
})

describe('counters that the earlier version stored', () => {
  const store = async (counter: { tries: number; since: number; last: number }) => {
    const id = server.recordId('counter', 'user\0ada')
    const document = JSON.stringify({ v: 1, d: { id, issuer: server.issuer, ...counter } })
    const record = { id, version: 'old', subject: null, clientId: null, expiresAt: counter.last + 3_600_000, document }
    await server.storage.insert('counter', record, server.time)
  }

  it('go on: the wait is the one that it was', async () => {
    await store({ tries: 8, since: server.time - 900_000, last: server.time - 10_000 })
    expect(await limiter.reserve(ada)).toBe(470)
    later(470)
    expect(await limiter.reserve(ada)).toBe(0)
    expect(await limiter.reserve(ada)).toBe(900)
  })

  it('are not forgiven what nobody knows the spelling of', async () => {
    await store({ tries: 4, since: server.time, last: server.time })
    expect(await limiter.reserve(ada)).toBe(0)
    await limiter.succeed(ada)
    expect(await allowed(9, ada)).toBe(1)
  })

  it('keep the longest wait when there were many', async () => {
    await store({ tries: 500, since: server.time - 86_400_000, last: server.time - 900_000 })
    for (let i = 0; i < 5; i++) {
      expect(await limiter.reserve(ada)).toBe(0)
      expect(await limiter.reserve(ada)).toBe(900)
      later(900)
    }
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
  expect(documents.join()).not.toMatch(/ada|192\\.0/)
})
