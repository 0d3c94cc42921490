import { Cluster, Redis } from 'ioredis'
import { createClient, createClientPool, createCluster } from 'redis'
import { afterEach, describe, expect, it, vi } from 'vitest'
import type { StoredRecord } from '../../src/storage/contract.js'
import * as scripts from '../../src/storage/redis/scripts.js'
import { type IoredisClient, type NodeRedisClient, redisStorage } from '../../src/storage/redis.js'

// What real servers answer is tested in test/system/databases.

/** What is told on the console. */
function told(): string[] {
  const lines: string[] = []
  vi.spyOn(console, 'warn').mockImplementation((line) => void lines.push(String(line)))
  return lines
}

afterEach(() => void vi.restoreAllMocks())

it('takes the clients of ioredis and node-redis as they are', () => {
  told()
  const ioredis = [new Redis({ lazyConnect: true }), new Cluster([{ port: 1 }], { lazyConnect: true })]
  for (const client of ioredis) expect(redisStorage(client)).toHaveProperty('replace')
  redisStorage(createClient())
  redisStorage(createClient({ RESP: 2 }))
  redisStorage(createClientPool())
  redisStorage(createCluster({ rootNodes: [] }))
})

it('refuses another client at construction, and says which it takes', () => {
  // @ts-expect-error: it is no client
  expect(() => redisStorage({})).toThrow('ioredis (new Redis(…), new Cluster(…)) or of node-redis (createClient(…)')
  // @ts-expect-error: it is a Map
  expect(() => redisStorage(new Map())).toThrow(TypeError)
})

describe('a client that does not recover when its connections die unnoticed', () => {
  const lazy = { lazyConnect: true, maxRetriesPerRequest: 1 }

  it.each([
    ['ioredis without a time limit for silence', () => new Redis(lazy), '`{ connectTimeout: 2000, socketTimeout: 5000'],
    [
      'ioredis with one for commands, which leaves the connection',
      () => new Redis({ ...lazy, commandTimeout: 1000 }),
      'no `socketTimeout`',
    ],
    [
      'a cluster of ioredis',
      () => new Cluster([{ port: 1 }], lazy),
      '`{ redisOptions: { connectTimeout: 2000, socketTimeout',
    ],
    ['node-redis', () => createClient(), 'Use `createClientPool`'],
    [
      'node-redis with a time limit that its own commands put off',
      () => createClient({ socket: { socketTimeout: 5000, reconnectStrategy: 100 } }),
      'Use `createClientPool`',
    ],
    ['a cluster of node-redis', () => createCluster({ rootNodes: [] }), 'Use `Cluster` of ioredis'],
  ])('is told of once, in one line with the cure: %s', (_, make, cure) => {
    const lines = told()
    redisStorage(make())
    expect(lines).toEqual([
      expect.stringMatching(/^grantwright: redisStorage: .*503 until a restart\. [^\n]+storage\.md\.$/),
    ])
    expect(lines[0]).toContain(cure)
  })

  it.each([
    ['ioredis that gives silent connections up', () => new Redis({ ...lazy, socketTimeout: 5000 })],
    [
      'a cluster of such',
      () => new Cluster([{ port: 1 }], { lazyConnect: true, redisOptions: { socketTimeout: 5000 } }),
    ],
    ['a pool of node-redis, whose options cannot be seen', () => createClientPool()],
    ['a client of the same shape that shows no options', () => fakeRedis().ioredis],
    ['another one', () => fakeRedis().nodeRedis],
  ])('is none: %s', (_, make) => {
    const lines = told()
    redisStorage(make())
    expect(lines).toEqual([])
  })
})

describe('a script', () => {
  it.each(Object.entries(scripts))('%s uses no key but the one that it declares', (_, { text }) => {
    const calls = text.match(/redis\.p?call\([^)]*\)/g) ?? []
    expect(calls.length).toBeGreaterThan(0)
    for (const call of calls) expect(call).toMatch(/^redis\.call\('(TIME'\)|[A-Z]+', KEYS\[1\])/)
    expect(text.match(/KEYS/g)).toHaveLength(calls.filter((call) => call.includes('KEYS[1]')).length)
  })

  it('is sent as its SHA-1, and as text only to a server that does not know it', async () => {
    const redis = fakeRedis()
    const storage = redisStorage(redis.ioredis)
    await storage.get('grant', 'a')
    redis.log.length = 0
    redis.unknown.add(scripts.get.sha)
    await storage.get('grant', 'a')
    await storage.get('grant', 'a')
    expect(redis.log.map(({ by }) => by)).toEqual(['sha', 'text', 'sha'])
    expect(redis.log[1]?.script).toBe(scripts.get)
  })

  it('that fails is not run again as text', async () => {
    const redis = fakeRedis({ fail: () => new Error('READONLY You can not write against a read only replica.') })
    await expect(redisStorage(redis.ioredis).get('grant', 'a')).rejects.toThrow('READONLY')
    expect(redis.log.map(({ by }) => by)).toEqual(['sha'])
  })
})

describe.each(['ioredis', 'nodeRedis'] as const)('over the shape of %s', (make) => {
  it('everything of one record is under one key with its own hash tag', async () => {
    const redis = fakeRedis()
    const storage = redisStorage(redis[make])
    await storage.get('grant', 'a')
    await storage.insert('once', record({ id: 'a' }), 0)
    await storage.replace('counter', record({ id: 'b' }), 'old')
    await storage.remove('pointer', 'a')
    expect(redis.keys()).toEqual([
      'grantwright:{clients}',
      ...['grantwright:{grant:a}', 'grantwright:{once:a}', 'grantwright:{counter:b}', 'grantwright:{pointer:a}'],
    ])
  })

  it('a record is entered in its lists before it is written', async () => {
    const redis = fakeRedis()
    const storage = redisStorage(redis[make])
    await storage.insert('client', record({ id: 'a', version: 'v', subject: 'alice', expiresAt: 1000 }), 0)
    expect(redis.steps()).toEqual([
      'enter grantwright:{client:by-subject:alice}',
      'enter grantwright:{clients}',
      'insert grantwright:{client:a}',
    ])
    expect(redis.log.find(({ script }) => script === scripts.enter)?.args).toEqual(['a v 86401000', '86401000'])
  })

  it('a record that cannot be entered in its lists is not written', async () => {
    const redis = fakeRedis({ fail: (script) => (script === scripts.enter ? new Error('LOADING') : null) })
    const storage = redisStorage(redis[make])
    await expect(storage.insert('grant', record({ subject: 'alice' }), 0)).rejects.toThrow('LOADING')
    expect(redis.steps()).toEqual(['enter grantwright:{grant:by-subject:alice}'])
  })

  it('a swap is one script, and three when the lists must change first', async () => {
    const redis = fakeRedis()
    const storage = redisStorage(redis[make])
    const next = record({ id: 'a', subject: 'alice' })
    expect(await storage.replace('grant', next, 'old')).toBe(true)
    expect(redis.steps()).toEqual(['replace grantwright:{grant:a}'])

    redis.log.length = 0
    redis.replies.push(['enter'])
    expect(await storage.replace('grant', next, 'old')).toBe(true)
    expect(redis.steps()).toEqual([
      'replace grantwright:{grant:a}',
      'enter grantwright:{grant:by-subject:alice}',
      'replace grantwright:{grant:a}',
    ])
  })

  it('a list that cannot be tidied up does not change what a write has answered', async () => {
    const fail = (script: scripts.Script) => (script === scripts.leave ? new Error('connection lost') : null)
    const redis = fakeRedis({ fail })
    redis.replies.push(['yes', 'alice', 'v -'])
    expect(await redisStorage(redis[make]).replace('grant', record({}), 'old')).toBe(true)
    expect(redis.steps().at(-1)).toBe('leave grantwright:{grant:by-subject:alice}')
  })

  it('reads nothing with commands that a client may send to a replica', async () => {
    const redis = fakeRedis()
    redis.members.push('a v -')
    await redisStorage(redis[make]).list('grant', { subject: 'alice' }, { limit: 10 })
    expect(redis.steps()).toEqual(['members grantwright:{grant:by-subject:alice}', 'get grantwright:{grant:a}'])
  })

  it('text with a lone surrogate is refused, before anything is written', async () => {
    const redis = fakeRedis()
    const storage = redisStorage(redis[make])
    for (const field of ['subject', 'clientId', 'document']) {
      for (const text of ['a\ud800', '\udc00\ud800', '\udfffb']) {
        const bad = record({ [field]: text })
        await expect(storage.insert('grant', bad, 0)).rejects.toThrow('lone surrogate')
        await expect(storage.replace('grant', bad, 'old')).rejects.toThrow('lone surrogate')
      }
    }
    expect(redis.log).toEqual([])
    expect(await storage.insert('grant', record({ document: '\ud83d\ude00\0' }), 0)).toBe(true)
  })

  it('an expiry that Redis could refuse half way is refused before anything is written', async () => {
    const redis = fakeRedis()
    const storage = redisStorage(redis[make])
    for (const expiresAt of [1.5, -1, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 60]) {
      await expect(storage.insert('grant', record({ expiresAt }), 0)).rejects.toThrow('whole milliseconds')
      await expect(storage.replace('grant', record({ expiresAt }), 'old')).rejects.toThrow('whole milliseconds')
    }
    expect(redis.log).toEqual([])
  })

  it('the server is checked once, and again when the check failed', async () => {
    let away = true
    const fail = (script: scripts.Script) =>
      away && script === scripts.probe ? new Error('connect ECONNREFUSED') : null
    const redis = fakeRedis({ fail })
    const storage = redisStorage(redis[make])
    await expect(storage.get('grant', 'a')).rejects.toThrow('ECONNREFUSED')
    expect(redis.log.map(({ script }) => script)).toEqual([scripts.probe])
    away = false
    await Promise.all([storage.get('grant', 'a'), storage.get('grant', 'a')])
    await storage.get('grant', 'a')
    expect(redis.log.filter(({ script }) => script === scripts.probe)).toHaveLength(2)
  })

  it.each([
    ['an array', ['maxmemory', '1000', 'maxmemory-policy', 'volatile-lru']],
    ['an object', { maxmemory: '1000', 'maxmemory-policy': 'volatile-lru' }],
    ['a Map', new Map([...Object.entries({ maxmemory: '1000', 'maxmemory-policy': 'volatile-lru' })])],
  ])('a server that may evict records is refused, told in %s', async (_, settings) => {
    const redis = fakeRedis({ settings: async () => settings })
    await expect(redisStorage(redis[make]).insert('once', record({}), 0)).rejects.toThrow(
      'maxmemory-policy to noeviction',
    )
    expect(redis.steps()).toEqual([])
  })

  it('a server that does not tell its settings is used', async () => {
    const redis = fakeRedis({ settings: async () => Promise.reject(new Error("ERR unknown command 'config'")) })
    expect(await redisStorage(redis[make]).insert('once', record({}), 0)).toBe(true)
  })

  it.each([
    "ERR unknown command 'EVALSHA', with args beginning with:",
    "NOPERM User app has no permissions to run the 'evalsha' command",
    'ERR Unknown Redis command called from script script: 1c, on @user_script:2.',
    "ERR Command is not available: 'EVALSHA'.",
  ])('a server that cannot run the scripts is refused with what it says: %s', async (message) => {
    const redis = fakeRedis({ fail: (script) => (script === scripts.probe ? new Error(message) : null) })
    const refusal = await redisStorage(redis[make])
      .insert('once', record({}), 0)
      .catch((error: Error) => error)
    expect(refusal).toMatchObject({ message: expect.stringMatching(/^redisStorage needs Redis 6\.2 .*/) })
    expect(refusal).toMatchObject({ message: expect.stringContaining(message), cause: { message } })
    expect(redis.steps()).toEqual([])
  })
})

it('refuses to list without a subject what are no clients', async () => {
  const storage = redisStorage(fakeRedis().ioredis)
  await expect(storage.list('grant', {}, { limit: 1 })).rejects.toThrow(
    "Only clients are listed without a subject, not the kind 'grant'",
  )
})

/**
 * A Redis that only writes down what it is asked, in the shapes of both clients. Scripts answer with the next of `replies`,
 * or that all went well.
 */
function fakeRedis({
  fail = () => null,
  settings = async () => ['maxmemory', '0', 'maxmemory-policy', 'noeviction'],
}: {
  fail?: (script: scripts.Script) => Error | null
  settings?: () => Promise<unknown>
} = {}) {
  const log: { by: 'sha' | 'text'; script: scripts.Script; key: string; args: string[] }[] = []
  const replies: unknown[] = []
  const members: string[] = []
  const unknown = new Set<string>()
  const all = Object.entries(scripts)

  async function run(by: 'sha' | 'text', name: string, key: string | undefined, args: string[]): Promise<unknown> {
    const script = all.find(([, { sha, text }]) => name === (by === 'sha' ? sha : text))?.[1]
    if (!script || key === undefined) throw new Error(`no script, or no key: ${name}`)
    log.push({ by, script, key, args })
    if (by === 'text') unknown.delete(script.sha)
    else if (unknown.has(script.sha)) throw new Error('NOSCRIPT No matching script. Please use EVAL.')
    const error = fail(script)
    if (error) throw error
    if (script === scripts.get) return [null, null, null, null, null]
    if (script === scripts.members) return members.splice(0)
    return script === scripts.probe || script === scripts.enter ? 'ok' : (replies.shift() ?? ['yes', null, null])
  }

  const ioredis: IoredisClient = {
    eval: (text, keyCount, ...rest) => run('text', text, keyCount === 1 ? rest[0] : undefined, rest.slice(1)),
    evalsha: (sha, keyCount, ...rest) => run('sha', sha, keyCount === 1 ? rest[0] : undefined, rest.slice(1)),
    config: settings,
  }
  const nodeRedis: NodeRedisClient = {
    eval: (text, { keys, arguments: args }) => run('text', text, keys.length === 1 ? keys[0] : undefined, args),
    evalSha: (sha, { keys, arguments: args }) => run('sha', sha, keys.length === 1 ? keys[0] : undefined, args),
    configGet: settings,
  }
  const nameOf = (script: scripts.Script) => all.find(([, each]) => each === script)?.[0]
  return {
    ...{ ioredis, nodeRedis, log, replies, members, unknown },
    keys: () => log.map(({ key }) => key),
    /** What was run after the check of the server. */
    steps: () =>
      log.filter(({ script }) => script !== scripts.probe).map(({ script, key }) => `${nameOf(script)} ${key}`),
  }
}

const record = (fields: Partial<StoredRecord>): StoredRecord => ({
  id: 'id',
  version: 'version',
  subject: null,
  clientId: null,
  expiresAt: null,
  document: '{}',
  ...fields,
})
