/**
 * Postgres as it is filled and measured.
 *
 * @module
 */
import pg from 'pg'
import { load } from '../dist.mjs'
import { postgresDatabase } from '../engines/clients.mjs'
import { startPostgres } from '../engines/postgres.mjs'

/** Rows of one statement. */
const LOT = 1000
/** Milliseconds: a vacuum of all that was filled in. */
const LONGEST = 110_000

export const postgres = {
  name: 'Postgres',
  async start(core) {
    const { url, what, ...server } = await startPostgres(core)
    return { ...server, place: url, conditions: `${what}; \`pg\` with at most 10 connections` }
  },

  async open(place) {
    const { sqlStorage } = await load('storage/sql.js')
    const db = await postgresDatabase(place)
    return { storage: sqlStorage(db), close: () => db.destroy() }
  },

  /** Fills the table of the grants as `insert` of the driver does, many rows at a time. */
  async filler(place) {
    const { migrate } = await load('storage/sql.js')
    const db = await postgresDatabase(place)
    await migrate(db)
    await db.destroy()
    const client = await clientOf(place)
    await client.query('SET synchronous_commit = off')
    return {
      async insert(records) {
        for (let from = 0; from < records.length; from += LOT) {
          const lot = records.slice(from, from + LOT)
          const values = ['id', 'version', 'subject', 'clientId', 'expiresAt', 'document'].map((name) =>
            lot.map((one) => one[name]),
          )
          await client.query(insertion, values)
        }
      },
      done: () => client.end(),
    }
  },

  settle: async (place) => {
    await asked(place, 'VACUUM (ANALYZE) grantwright_grants')
    await asked(place, 'CHECKPOINT')
  },

  async used(place) {
    const { rows } = await asked(place, "SELECT pg_total_relation_size('grantwright_grants') AS bytes")
    return Number(rows[0].bytes)
  },

  async logged(place) {
    const { rows } = await asked(place, "SELECT pg_current_wal_insert_lsn() - '0/0' AS bytes")
    return Number(rows[0].bytes)
  },

  /** How the statements of `get` and of the swap reach their row. */
  async plans(place, id) {
    const { sqlStorage } = await load('storage/sql.js')
    const queries = []
    const db = await postgresDatabase(place, { log: ({ query }) => queries.push(query) })
    const storage = sqlStorage(db)
    const record = await storage.get('grant', id)
    queries.length = 0
    await storage.get('grant', id)
    await storage.replace('grant', record, record.version)
    await db.destroy()
    const plans = []
    for (const { sql, parameters } of queries) {
      const { rows } = await asked(place, `EXPLAIN (COSTS OFF) ${sql}`, [...parameters])
      const nodes = rows
        .map((row) => row['QUERY PLAN'].replace(/^[\s>-]+/, ''))
        .filter((line) => !/^(Index Cond|Filter)/.test(line))
      plans.push(nodes.join(', '))
    }
    return plans
  },
  byPrimaryKey: /^(Update on grantwright_grants, )?Index Scan using grantwright_grants_pkey on grantwright_grants$/,
}

const insertion =
  'INSERT INTO grantwright_grants (id, version, subject, client_id, expires_at, document) ' +
  'SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::bigint[], $6::text[])'

async function clientOf(place) {
  const client = new pg.Client({ connectionString: place, connectionTimeoutMillis: 2000, query_timeout: LONGEST })
  await client.connect()
  return client
}

async function asked(place, sql, values) {
  const client = await clientOf(place)
  try {
    return await client.query(sql, values)
  } finally {
    await client.end()
  }
}
