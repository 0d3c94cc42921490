/**
 * What grantwright stores in.
 *
 * @module
 */
import { join } from 'node:path'
import { mariadbDatabase, postgresDatabase, redisClient } from '../../engines/clients.mjs'
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
  Postgres: async (load) => overKysely(load, await postgresDatabase(url)),
  MariaDB: async (load) => overKysely(load, await mariadbDatabase(url)),
  Redis: async (load) => (await load('storage/redis.js')).redisStorage(await redisClient(url)),
}

async function overKysely(load, db) {
  const { migrate, sqlStorage } = await load('storage/sql.js')
  await migrate(db)
  return sqlStorage(db)
}
