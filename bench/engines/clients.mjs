/**
 * Clients of databases, as docs/storage.md has them.
 *
 * @module
 */
import { connect, Socket } from 'node:net'

/** @param {string} url @param {object} [config] of Kysely, besides @returns {Promise<import('kysely').Kysely<any>>} */
export async function postgresDatabase(url, config = {}) {
  const { default: pg } = await import('pg')
  const { Kysely, PostgresDialect } = await import('kysely')
  const pool = new pg.Pool({
    connectionString: url,
    connectionTimeoutMillis: 2000,
    idleTimeoutMillis: 5000,
    stream: () => orCut(new Socket()),
  })
  pool.on('error', tell)
  pool.on('connect', (client) => client.on('error', tell))
  return new Kysely({ dialect: new PostgresDialect({ pool }), ...config })
}

/** @param {string} uri @returns {Promise<import('kysely').Kysely<any>>} */
export async function mariadbDatabase(uri) {
  const { createPool } = await import('mysql2')
  const { Kysely, MysqlDialect } = await import('kysely')
  const pool = createPool({
    uri,
    connectTimeout: 2000,
    queueLimit: 1000,
    stream: ({ config: { host, port } }) => orCut(connect({ host, port, noDelay: true })),
  })
  return new Kysely({ dialect: new MysqlDialect({ pool }) })
}

/** @param {string} url @returns {Promise<import('ioredis').Redis>} */
export async function redisClient(url) {
  const { Redis } = await import('ioredis')
  const client = new Redis(url, {
    connectTimeout: 2000,
    socketTimeout: 5000,
    maxRetriesPerRequest: 1,
    retryStrategy: (attempt) => Math.min(attempt * 100, 1000),
  })
  client.on('error', tell)
  return client
}

const orCut = (socket) => socket.setTimeout(10_000, () => socket.destroy(new Error('The database is silent.')))

const tell = (error) => console.error(error.message)
