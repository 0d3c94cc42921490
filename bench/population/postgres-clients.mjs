/**
 * Ways to a Postgres: that of an app, and one for a question.
 *
 * @module
 */
import { Socket } from 'node:net'
import { Kysely, PostgresDialect } from 'kysely'
import pg from 'pg'

/** Milliseconds: a vacuum of all that was filled in. */
const LONGEST = 110_000

/** As docs/storage.md has it. */
export function connect(place, config = {}) {
  const pool = new pg.Pool({
    connectionString: place,
    connectionTimeoutMillis: 2000,
    idleTimeoutMillis: 5000,
    stream: () => {
      const socket = new Socket()
      return socket.setTimeout(10_000, () => socket.destroy(new Error('The database is silent.')))
    },
  })
  const lost = (error) => console.error('postgres:', error.message)
  pool.on('error', lost)
  pool.on('connect', (client) => client.on('error', lost))
  return new Kysely({ dialect: new PostgresDialect({ pool }), ...config })
}

export async function clientOf(place) {
  const client = new pg.Client({ connectionString: place, connectionTimeoutMillis: 2000, query_timeout: LONGEST })
  await client.connect()
  return client
}

export async function asked(place, sql, values) {
  const client = await clientOf(place)
  try {
    return await client.query(sql, values)
  } finally {
    await client.end()
  }
}
