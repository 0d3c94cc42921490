/**
 * Redis as it is filled and measured.
 *
 * @module
 */
import { Redis } from 'ioredis'
import { load } from '../dist.mjs'
import { redisClient } from '../engines/clients.mjs'
import { startRedis } from '../engines/redis.mjs'

/** Inserts under way at once. */
const LOT = 500

export const redis = {
  name: 'Redis',

  async start(core) {
    const { url, what, ...server } = await startRedis(core)
    return { ...server, place: url, conditions: `${what}; \`ioredis\` with one connection` }
  },

  async open(place) {
    const { redisStorage } = await load('storage/redis.js')
    const client = await redisClient(place)
    return { storage: redisStorage(client), close: async () => client.disconnect() }
  },

  /** By the driver itself: a record is a hash and a member of its user's list. */
  async filler(place) {
    const { storage, close } = await redis.open(place)
    await asked(place, (client) => client.config('SET', 'appendfsync', 'no'))
    return {
      async insert(records) {
        for (let from = 0; from < records.length; from += LOT) {
          const now = Date.now()
          const written = await Promise.all(
            records.slice(from, from + LOT).map((record) => storage.insert('grant', record, now)),
          )
          if (!written.every(Boolean)) throw new Error('A record of the population was not written.')
        }
      },
      async done() {
        await asked(place, (client) => client.config('SET', 'appendfsync', 'always'))
        await close()
      },
    }
  },

  settle: async () => {},

  used: (place) => asked(place, async (client) => Number(/used_memory:(\d+)/.exec(await client.info('memory'))[1])),

  logged: (place) =>
    asked(place, async (client) => Number(/aof_current_size:(\d+)/.exec(await client.info('persistence'))[1])),

  /** There is no planner: the commands that one get and one swap come to. */
  async plans(place, id) {
    const { storage, close } = await redis.open(place)
    const record = await storage.get('grant', id)
    await storage.replace('grant', record, record.version)
    await asked(place, (client) => client.config('RESETSTAT'))
    await storage.get('grant', id)
    // Another version, so that it is written, and the old one again.
    const other = { ...record, version: [...record.version].reverse().join('') }
    await storage.replace('grant', other, record.version)
    const stats = await asked(place, (client) => client.info('commandstats'))
    await storage.replace('grant', record, other.version)
    await close()
    const calls = [...stats.matchAll(/^cmdstat_([^:]+):calls=(\d+)/gm)].map(([, name, count]) => `${count} ${name}`)
    return [
      calls
        .filter((call) => !/ (config|info|hello|client)/.test(call))
        .sort()
        .join(', '),
    ]
  },
  byPrimaryKey: /^1 hset, 1 pexpireat, 2 evalsha, 2 hmget$/,
}

async function asked(place, question) {
  const client = new Redis(place, { connectTimeout: 2000, socketTimeout: 20_000, retryStrategy: () => null })
  client.on('error', () => {})
  try {
    return await question(client)
  } finally {
    client.disconnect()
  }
}
