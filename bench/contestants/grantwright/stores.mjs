/**
 * What grantwright stores in, over clients that are set up as docs/storage.md has them.
 *
 * @module
 */
import { connect, Socket } from 'node:net'
import { join } from 'node:path'
import { temporaryFolder } from '../../temporary.mjs'

/** Where the database is. */
const url = process.env.BENCH_DATABASE

/** @type {Record<string, (load: (file: string) => Promise<any>) => Promise<any>>} */
export const stores = {
  // What is made for all windows of a run stays, because it has not expired.
  memory: async (load) => (await load('storage/memory.js')).memoryStorage({ maxRecords: 10_000_000 }),
  async SQLite(load) {
    const { default: Database } = await import('libsql')
    return (await load('storage/sqlite.js')).sqliteStorage(new Database(join(temporaryFolder(), 'auth.db')))
  },
  async Postgres(load) {
    const { default: pg } = await import('pg')
    const { PostgresDialect } = await import('kysely')
    const pool = new pg.Pool({
      connectionString: url,
      connectionTimeoutMillis: 2000,
      idleTimeoutMillis: 5000,
      stream: () => orCut(new Socket()),
    })
    pool.on('error', tell)
    pool.on('connect', (client) => client.on('error', tell))
    return overKysely(load, new PostgresDialect({ pool }))
  },
  async MariaDB(load) {
    const { createPool } = await import('mysql2')
    const { MysqlDialect } = await import('kysely')
    const pool = createPool({
      uri: url,
      connectTimeout: 2000,
      queueLimit: 1000,
      stream: ({ config: { host, port } }) => orCut(connect({ host, port, noDelay: true })),
    })
    return overKysely(load, new MysqlDialect({ pool }))
  },
  async Redis(load) {
    const { Redis } = await import('ioredis')
    const client = new Redis(url, {
      connectTimeout: 2000,
      socketTimeout: 5000,
      maxRetriesPerRequest: 1,
      retryStrategy: (attempt) => Math.min(attempt * 100, 1000),
    })
    client.on('error', tell)
    return (await load('storage/redis.js')).redisStorage(client)
  },
}

async function overKysely(load, dialect) {
  const { Kysely } = await import('kysely')
  const { migrate, sqlStorage } = await load('storage/sql.js')
  const db = new Kysely({ dialect })
  await migrate(db)
  return sqlStorage(db)
}

const orCut = (socket) => socket.setTimeout(10_000, () => socket.destroy(new Error('The database is silent.')))

const tell = (error) => console.error(error.message)
