import { Cluster, Redis } from 'ioredis'
import { createClient, createCluster } from 'redis'
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Storage, StoredRecord } from '../../../src/storage/contract.js'
import { redisStorage } from '../../../src/storage/redis.js'
import { storageSuite } from '../../../src/storage/testing.js'
import { documentedNodeRedis } from './documented-clients.js'
import {
  type CuttingProxy,
  type RedisCluster,
  type RedisServer,
  startCuttingProxy,
  startRedis,
  startRedisCluster,
} from './redis-server.js'

// Clients that would not survive a Redis that hangs do their work, too, but are told of.
vi.spyOn(console, 'warn').mockImplementation(() => {})

const suiteOptions = { expiresByItself: true }

describe('one Redis', () => {
  let server: RedisServer
  let redis: Redis
  afterAll(() => server?.stop())
  const closing = closeAfterwards()
  const ioredis = (options = {}) => {
    const client = new Redis(server.port, '127.0.0.1', options)
    closing(() => client.disconnect())
    return client
  }
  const nodeRedis = async (options = {}) => {
    const client = createClient({ socket: { host: '127.0.0.1', port: server.port }, ...options })
    closing(() => client.destroy())
    await client.connect()
    return client
  }
  beforeAll(async () => {
    server = await startRedis()
    redis = ioredis()
  })

  describe('over ioredis', () => storageSuite({ describe, it }, () => redisStorage(ioredis()), suiteOptions))
  describe('over ioredis with a key prefix and automatic pipelines', () => {
    const options = { keyPrefix: 'app:', enableAutoPipelining: true }
    storageSuite({ describe, it }, () => redisStorage(ioredis(options)), suiteOptions)
  })
  describe('over node-redis', () => {
    storageSuite({ describe, it }, async () => redisStorage(await nodeRedis()), suiteOptions)
  })
  describe('over the pool of node-redis that docs/storage.md shows', () => {
    storageSuite(
      { describe, it },
      async () => {
        const { storage, end } = await documentedNodeRedis(`redis://127.0.0.1:${server.port}`)
        closing(end)
        return storage
      },
      suiteOptions,
    )
  })
  describe('over node-redis with RESP2', () => {
    storageSuite({ describe, it }, async () => redisStorage(await nodeRedis({ RESP: 2 })), suiteOptions)
  })

  it('gives each of 100 ids to one of two clients of different makes', async () => {
    const [one, two] = [redisStorage(redis), redisStorage(await nodeRedis())]
    const ids = Array.from({ length: 100 }, fresh)
    const races = ids.map(async (id) => {
      const [ours, theirs] = [record({ id, document: 'one' }), record({ id, document: 'two' })]
      const outcomes = await Promise.all([one.insert('once', ours, now), two.insert('once', theirs, now)])
      expect(outcomes.toSorted()).toEqual([false, true])
      expect(await two.get('once', id)).toEqual(outcomes[0] ? ours : theirs)
    })
    await Promise.all(races)
  })

  describe('lets Redis delete', () => {
    let storage: Storage
    beforeEach(() => {
      storage = redisStorage(redis)
    })

    it('a record 5 minutes after its expiry, and no earlier after a swap', async () => {
      const first = record({ expiresAt: now + hour })
      const key = `grantwright:{grant:${first.id}}`
      await storage.insert('grant', first, now)
      expect(await expiryOf(redis, key)).toBe(now + hour + 5 * minute)
      const longer = { ...first, version: fresh(), expiresAt: now + 2 * hour }
      await storage.replace('grant', longer, first.version)
      expect(await expiryOf(redis, key)).toBe(now + 2 * hour + 5 * minute)
      await storage.replace('grant', { ...longer, version: fresh(), expiresAt: null }, longer.version)
      expect(await expiryOf(redis, key)).toBe(-1)
    })

    it('a record whose time is long over', async () => {
      const old = record({ expiresAt: now - hour })
      expect(await storage.insert('grant', old, now - 2 * hour)).toBe(true)
      expect(await storage.get('grant', old.id)).toBeNull()
    })

    it('the list of a user, once nothing in it can be alive', async () => {
      const subject = fresh()
      const list = `grantwright:{session:by-subject:${subject}}`
      const insert = (expiresAt: number | null) => storage.insert('session', record({ subject, expiresAt }), now)
      await insert(now + hour)
      expect(await expiryOf(redis, list)).toBe(now + hour + day)
      await insert(now + 3 * hour)
      expect(await expiryOf(redis, list)).toBe(now + 3 * hour + day)
      await insert(now + 2 * hour)
      expect(await expiryOf(redis, list)).toBe(now + 3 * hour + day)
      await insert(null)
      expect(await expiryOf(redis, list)).toBe(-1)
      await insert(now + hour)
      expect(await expiryOf(redis, list)).toBe(-1)
    })

    it('and leaves nothing for purge to do', async () => {
      const old = record({ expiresAt: now })
      await storage.insert('grant', old, now - 1)
      expect(await storage.purge(now + hour, 100)).toBe(0)
      expect(await storage.get('grant', old.id)).toEqual(old)
    })
  })

  describe('keeps lists that', () => {
    let storage: Storage
    let subject: string
    let key: string
    beforeEach(() => {
      storage = redisStorage(redis)
      subject = fresh()
      key = `grantwright:{grant:by-subject:${subject}}`
    })
    const listed = async (user = subject) => {
      const found = await storage.list('grant', { subject: user }, { limit: 100 })
      return found.map(({ id }) => id)
    }

    it('pass over members without a record, as a crash before the record leaves behind', async () => {
      const ids = Array.from({ length: 9 }, (_, index) => `${subject}-${index}`)
      for (const id of ids) await storage.insert('grant', record({ id, subject }), now)
      await redis.zadd(key, '0', `${subject}-3x ${fresh()} -`, '0', `${subject}-4x ${fresh()} ${now + hour}`)
      for (const gone of [2, 5, 6]) await redis.del(`grantwright:{grant:${ids[gone]}}`)
      const pages: string[][] = []
      for (let after: string | undefined; pages.at(-1)?.length !== 0; after = pages.at(-1)?.at(-1)) {
        const page = await storage.list('grant', { subject }, { after, limit: 2 })
        pages.push(page.map(({ id }) => id))
      }
      expect(pages.map((page) => page.length)).toEqual([2, 2, 2, 0])
      expect(pages.flat()).toEqual([0, 1, 3, 4, 7, 8].map((index) => ids[index]))
    })

    it('name a record once that was entered twice', async () => {
      const one = record({ subject })
      await storage.insert('grant', one, now)
      await redis.zadd(key, '0', `${one.id} ${fresh()} -`, '0', `${one.id}a ${fresh()} -`)
      expect(await listed()).toEqual([one.id])
      expect(await storage.list('grant', { subject }, { after: one.id, limit: 5 })).toEqual([])
    })

    it('lose members whose time is over when they are read', async () => {
      await storage.insert('grant', record({ subject }), now)
      await redis.zadd(key, '0', `a ${fresh()} ${now - hour}`, '0', `b ${fresh()} ${now + hour}`)
      expect(await redis.zcard(key)).toBe(3)
      await listed()
      const left = await redis.zrange(key, '0', '-1')
      expect(left.filter((member) => !member.startsWith('b ')).length).toBe(1)
      expect(left.length).toBe(2)
    })

    it('lose members whose time is over as others come', async () => {
      const stale = Array.from({ length: 50 }, (_, index) => `stale-${index} ${fresh()} ${now - hour}`)
      await redis.zadd(key, ...stale.flatMap((member) => ['0', member]))
      for (let index = 0; index < 60; index++) await storage.insert('grant', record({ subject }), now)
      const left = await redis.zrange(key, '0', '-1')
      expect(left.filter((member) => !member.startsWith('stale')).length).toBe(60)
      expect(left.length).toBeLessThan(80)
    })

    it('hold exactly one member for each record, after swaps, a change of user, lost races and removal', async () => {
      const bob = fresh()
      const bobsKey = `grantwright:{grant:by-subject:${bob}}`
      const rivals = Array.from({ length: 20 }, () => record({ id: subject, subject, expiresAt: now + hour }))
      const wins = await Promise.all(rivals.map((rival) => storage.insert('grant', rival, now)))
      const first = rivals[wins.indexOf(true)] ?? record({})
      expect(await redis.zrange(key, '0', '-1')).toEqual([`${subject} ${first.version} ${now + hour + day}`])

      const extended = { ...first, version: fresh(), expiresAt: now + 30 * day }
      await storage.replace('grant', extended, first.version)
      expect(await redis.zrange(key, '0', '-1')).toEqual([`${subject} ${extended.version} ${now + 31 * day}`])
      expect(await expiryOf(redis, key)).toBe(now + 31 * day)

      const slid = { ...extended, version: fresh(), expiresAt: now + 30 * day + hour }
      await storage.replace('grant', slid, extended.version)
      expect(await redis.zrange(key, '0', '-1')).toEqual([`${subject} ${extended.version} ${now + 31 * day}`])

      const lost = { ...slid, version: fresh(), subject: bob }
      expect(await storage.replace('grant', lost, first.version)).toBe(false)
      expect(await redis.exists(bobsKey)).toBe(0)

      const bobs = { ...slid, version: fresh(), subject: bob, expiresAt: null }
      await storage.replace('grant', bobs, slid.version)
      expect(await redis.exists(key)).toBe(0)
      expect(await redis.zrange(bobsKey, '0', '-1')).toEqual([`${subject} ${bobs.version} -`])
      expect([await listed(), await listed(bob)]).toEqual([[], [subject]])

      await storage.remove('grant', subject)
      expect(await redis.exists(bobsKey)).toBe(0)
    })

    it('forget the user of an expired record whose id is used again', async () => {
      const first = record({ subject, expiresAt: now + minute })
      await storage.insert('grant', first, now)
      await storage.insert('grant', record({ id: first.id }), now + minute)
      expect(await redis.exists(key)).toBe(0)
      expect(await listed()).toEqual([])
    })

    it('keep the record of an insert that comes again when the record has moved on', async () => {
      const first = record({ subject })
      await storage.insert('grant', first, now)
      await storage.replace('grant', { ...first, version: fresh() }, first.version)
      expect(await storage.insert('grant', first, now)).toBe(false)
      expect(await listed()).toEqual([first.id])
    })
  })

  it('goes on when the server has forgotten the scripts', async () => {
    const storage = redisStorage(redis)
    const one = record({ subject: fresh() })
    await redis.script('FLUSH')
    expect(await storage.insert('grant', one, now)).toBe(true)
    await redis.script('FLUSH')
    expect(await storage.replace('grant', { ...one, version: fresh() }, one.version)).toBe(true)
    await redis.script('FLUSH')
    expect(await storage.list('grant', { subject: one.subject ?? '' }, { limit: 5 })).toHaveLength(1)
  })
})

describe('a Redis that cannot carry the storage', () => {
  let server: RedisServer
  let redis: Redis
  afterAll(() => server?.stop())
  const closing = closeAfterwards()
  beforeAll(async () => {
    server = await startRedis()
    redis = new Redis(server.port)
    closing(() => redis.disconnect())
  })

  const asUser = async (...rules: string[]) => {
    const username = fresh()
    await redis.acl('SETUSER', username, 'on', '>secret', ...rules)
    const client = new Redis(server.port, { username, password: 'secret' })
    closing(() => client.disconnect())
    return client
  }

  it('is refused while it may evict records, and used as soon as it may not', async () => {
    const storage = redisStorage(redis)
    await redis.config('SET', 'maxmemory', '100mb')
    for (const policy of ['allkeys-lru', 'volatile-ttl']) {
      await redis.config('SET', 'maxmemory-policy', policy)
      const refusal = `its maxmemory-policy is ${policy}.*Set maxmemory-policy to noeviction`
      await expect(storage.insert('grant', record({}), now)).rejects.toThrow(new RegExp(refusal))
    }
    await redis.config('SET', 'maxmemory-policy', 'noeviction')
    expect(await storage.insert('grant', record({}), now)).toBe(true)
    // Without a bound nothing is ever evicted.
    await redis.config('SET', 'maxmemory-policy', 'allkeys-lru', 'maxmemory', '0')
    expect(await redisStorage(redis).insert('grant', record({}), now)).toBe(true)
    await redis.config('SET', 'maxmemory-policy', 'noeviction')
  })

  it('is used when it does not tell its settings', async () => {
    const storage = redisStorage(await asUser('~grantwright:*', '+@all', '-config'))
    const one = record({ subject: fresh() })
    expect(await storage.insert('grant', one, now)).toBe(true)
    expect(await storage.list('grant', { subject: one.subject ?? '' }, { limit: 5 })).toEqual([one])
  })

  it('is refused when it runs no scripts, by right or at all', async () => {
    const storage = redisStorage(await asUser('~*', '+@all', '-eval', '-evalsha'))
    const refusal = 'redisStorage needs Redis 6.2 or newer where EVALSHA and EVAL are allowed'
    await expect(storage.get('grant', 'a')).rejects.toThrow(refusal)
    await expect(storage.insert('grant', record({}), now)).rejects.toThrow(refusal)
    const without = await startRedis(['--rename-command', 'EVAL', '', '--rename-command', 'EVALSHA', ''])
    const client = new Redis(without.port)
    await expect(redisStorage(client).get('grant', 'a')).rejects.toThrow(refusal)
    client.disconnect()
    await without.stop()
  })

  it('is refused when the keys are not ours', async () => {
    await expect(redisStorage(await asUser('~app:*', '+@all')).get('grant', 'a')).rejects.toThrow('grantwright:*')
  })

  it('rejects writes when its memory is full, changes nothing, and still reads', async () => {
    const storage = redisStorage(redis)
    const one = record({ subject: fresh(), expiresAt: now + hour })
    await storage.insert('grant', one, now)
    await redis.config('SET', 'maxmemory', '1')
    const next = { ...one, version: fresh(), subject: null, expiresAt: null }
    await expect(storage.replace('grant', next, one.version)).rejects.toThrow('OOM')
    await expect(storage.insert('grant', next, now + hour)).rejects.toThrow('OOM')
    await expect(storage.insert('once', record({}), now)).rejects.toThrow('OOM')
    await expect(storage.insert('grant', record({ subject: one.subject }), now)).rejects.toThrow('OOM')
    expect(await storage.get('grant', one.id)).toEqual(one)
    expect(await storage.list('grant', { subject: one.subject ?? '' }, { limit: 5 })).toEqual([one])
    await redis.config('SET', 'maxmemory', '0')
    expect(await storage.replace('grant', next, one.version)).toBe(true)
  })

  it('rejects, and changes nothing, when a right to write is missing', async () => {
    const one = record({ expiresAt: now + minute })
    await redisStorage(redis).insert('grant', one, now)
    const storage = redisStorage(await asUser('~grantwright:*', '+@all', '-hset'))
    const next = { ...one, version: fresh(), expiresAt: null }
    await expect(storage.replace('grant', next, one.version)).rejects.toThrow()
    await expect(storage.insert('grant', next, now + hour)).rejects.toThrow()
    expect(await storage.get('grant', one.id)).toEqual(one)
  })
})

describe('a reply that is lost with its connection', () => {
  let server: RedisServer
  let proxy: CuttingProxy
  let direct: Redis
  afterAll(async () => {
    await proxy?.stop()
    await server?.stop()
  })
  const closing = closeAfterwards()
  beforeAll(async () => {
    server = await startRedis()
    proxy = await startCuttingProxy(server.port)
    direct = new Redis(server.port)
    closing(() => direct.disconnect())
    // Every script once, so that a verb waits for as many replies as it runs scripts.
    const storage = redisStorage(direct)
    const [one, two] = [record({ subject: 'alice' }), record({ subject: 'bob' })]
    await storage.insert('grant', one, now)
    await storage.replace('grant', { ...two, id: one.id }, one.version)
    await storage.remove('grant', one.id)
  })

  /** How often the server has run a script. */
  const runs = async () => {
    const calls = /cmdstat_evalsha:calls=(\d+)/.exec(await direct.info('commandstats'))
    return Number(calls?.[1])
  }

  /** Runs a verb once for every reply that it waits for, each time losing another one. */
  async function losingEach(run: (lose: () => void) => Promise<void>): Promise<number> {
    for (let position = 0; ; position++) {
      await run(() => proxy.cutAfter(position))
      const cut = proxy.hasCut
      proxy.cutAfter(Number.POSITIVE_INFINITY)
      if (!cut) return position
    }
  }

  it('does no harm when ioredis sends the command again', async () => {
    const client = new Redis(proxy.port, { retryStrategy: () => 10 })
    closing(() => client.disconnect())
    const storage = redisStorage(client)
    await storage.get('grant', 'warm')
    const [alice, bob] = [fresh(), fresh()]
    const list = (subject: string) => storage.list('grant', { subject }, { limit: 100 })

    const first = record({ id: 'first', subject: alice })
    const before = await runs()
    proxy.cutAfter(1)
    expect(await storage.insert('grant', first, now)).toBe(true)
    expect(proxy.hasCut).toBe(true)
    // Entered in the list, inserted, and inserted again.
    expect((await runs()) - before).toBe(3)
    expect(await list(alice)).toEqual([first])
    await storage.remove('grant', 'first')

    let count = 0
    const replies = await losingEach(async (lose) => {
      const one = record({ id: `insert-${count++}`, subject: alice, expiresAt: now + hour })
      lose()
      expect(await storage.insert('grant', one, now)).toBe(true)
      expect(await storage.get('grant', one.id)).toEqual(one)
    })
    expect(replies).toBe(3)
    expect(await list(alice)).toHaveLength(count)

    // To another user: the swap is declined, the record entered in the other list, swapped, and taken out of the first.
    let swaps = 0
    await losingEach(async (lose) => {
      const one = record({ id: `swap-${swaps++}`, subject: alice })
      await storage.insert('grant', one, now)
      const next = { ...one, version: fresh(), subject: bob }
      lose()
      expect(await storage.replace('grant', next, one.version)).toBe(true)
      expect(await storage.get('grant', one.id)).toEqual(next)
      expect(await storage.replace('grant', { ...one, version: fresh() }, one.version)).toBe(false)
    })
    expect(swaps).toBe(7)
    expect(await list(bob)).toHaveLength(swaps)
    expect(await list(alice)).toHaveLength(count)

    let removals = 0
    await losingEach(async (lose) => {
      const one = record({ id: `removal-${removals++}`, subject: bob })
      await storage.insert('grant', one, now)
      lose()
      await storage.remove('grant', one.id)
      expect(await storage.get('grant', one.id)).toBeNull()
    })
    expect(removals).toBe(4)
    expect(await list(bob)).toHaveLength(swaps)
  })

  it('does no harm when node-redis rejects and the verb is called again', async () => {
    const client = createClient({ socket: { port: proxy.port, reconnectStrategy: 10 } })
    client.on('error', () => {})
    closing(() => client.destroy())
    await client.connect()
    const storage = redisStorage(client)
    await storage.get('grant', 'warm')
    const [alice, bob] = [fresh(), fresh()]

    /** The verb's answer, asked for until there is one. */
    const insist = async <Answer>(verb: () => Promise<Answer>): Promise<Answer> => {
      for (let attempt = 0; attempt < 3; attempt++) {
        try {
          return await verb()
        } catch {
          rejections++
        }
      }
      return verb()
    }
    let rejections = 0
    let count = 0
    await losingEach(async (lose) => {
      const one = record({ id: `insist-${count++}`, subject: alice })
      lose()
      expect(await insist(() => storage.insert('grant', one, now))).toBe(true)
      const next = { ...one, version: fresh(), subject: bob }
      expect(await insist(() => storage.replace('grant', next, one.version))).toBe(true)
      expect(await insist(() => storage.get('grant', one.id))).toEqual(next)
    })
    expect(rejections).toBeGreaterThanOrEqual(5)
    expect(await storage.list('grant', { subject: alice }, { limit: 100 })).toEqual([])
    expect(await storage.list('grant', { subject: bob }, { limit: 100 })).toHaveLength(count)
  })
})

it('rejects while Redis is away, and finds every answered write when it is back, with appendfsync always', async () => {
  const server = await startRedis(['--appendonly', 'yes', '--appendfsync', 'always'])
  const client = new Redis(server.port, { maxRetriesPerRequest: 1, retryStrategy: () => 20 })
  client.on('error', () => {})
  try {
    const storage = redisStorage(client)
    const records = Array.from({ length: 50 }, () => record({ subject: 'alice', expiresAt: now + hour }))
    await Promise.all(records.map((one) => storage.insert('grant', one, now)))
    const spent = records.map((one) => ({ ...one, version: fresh() }))
    for (const [index, next] of spent.entries()) {
      expect(await storage.replace('grant', next, records[index]?.version ?? '')).toBe(true)
    }
    await server.crash()
    await expect(storage.insert('once', record({}), now)).rejects.toThrow()
    await server.restart()
    for (const one of spent) expect(await storage.get('grant', one.id)).toEqual(one)
    expect(await storage.list('grant', { subject: 'alice' }, { limit: 100 })).toHaveLength(50)
    expect(await expiryOf(client, `grantwright:{grant:${records[0]?.id}}`)).toBe(now + hour + 5 * minute)
  } finally {
    client.disconnect()
    await server.stop()
  }
})

describe('a Redis Cluster of three masters', () => {
  let cluster: RedisCluster
  afterAll(() => cluster?.stop())
  const closing = closeAfterwards()
  const ioredis = () => {
    const client = new Cluster(cluster.ports.map((port) => ({ host: '127.0.0.1', port })))
    closing(() => client.disconnect())
    return client
  }
  const nodeRedis = async () => {
    const client = createCluster({ rootNodes: cluster.ports.map((port) => ({ url: `redis://127.0.0.1:${port}` })) })
    closing(() => client.destroy())
    await client.connect()
    return client
  }
  beforeAll(async () => {
    cluster = await startRedisCluster()
  })

  describe('over ioredis', () => storageSuite({ describe, it }, () => redisStorage(ioredis()), suiteOptions))
  describe('over node-redis', () => {
    storageSuite({ describe, it }, async () => redisStorage(await nodeRedis()), suiteOptions)
  })

  // A key that a script does not declare goes unnoticed when it happens to be on the same server.
  it('carries every verb for many ids and users, on all three', async () => {
    const client = ioredis()
    for (const storage of [redisStorage(client), redisStorage(await nodeRedis())]) {
      const users = Array.from({ length: 20 }, fresh)
      const records = users.flatMap((subject) => Array.from({ length: 15 }, () => record({ subject })))
      await Promise.all(
        records.map(async (one) => {
          expect(await storage.insert('client', one, now)).toBe(true)
          const next = { ...one, version: fresh(), subject: `${one.subject}+` }
          expect(await storage.replace('client', next, one.version)).toBe(true)
          expect(await storage.get('client', one.id)).toEqual(next)
        }),
      )
      for (const user of users) {
        expect(await storage.list('client', { subject: user }, { limit: 100 })).toEqual([])
        expect(await storage.list('client', { subject: `${user}+` }, { limit: 100 })).toHaveLength(15)
      }
      const sizes = await Promise.all(client.nodes('master').map((node) => node.dbsize()))
      expect(sizes).toHaveLength(3)
      for (const size of sizes) expect(size).toBeGreaterThan(50)
      await Promise.all(records.map(({ id }) => storage.remove('client', id)))
      for (const user of users) {
        expect(await storage.list('client', { subject: `${user}+` }, { limit: 100 })).toEqual([])
      }
    }
  })
})

/** Clients are closed when the tests of the block are done. */
function closeAfterwards(): (close: () => void) => void {
  const closes: (() => void)[] = []
  afterAll(() => {
    for (const close of closes) close()
  })
  return (close) => closes.push(close)
}

const minute = 60_000
const hour = 60 * minute
const day = 24 * hour
// Redis deletes by the real clock.
const now = Date.now()

const run = now.toString(36)
let count = 0
const fresh = (): string => `${run}-${(count++).toString(36)}`

const record = (fields: Partial<StoredRecord>): StoredRecord => ({
  id: fresh(),
  version: fresh(),
  subject: null,
  clientId: null,
  expiresAt: null,
  document: '{}',
  ...fields,
})

/** When Redis deletes a key; -1 for never. */
async function expiryOf(redis: Redis, key: string): Promise<number> {
  return Number(await redis.call('PEXPIRETIME', key))
}
