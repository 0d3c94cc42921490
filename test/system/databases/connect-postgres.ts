/**
 * Kysely over a pool of connections to a private Postgres.
 *
 * @module
 */
import { Kysely, type KyselyConfig, PostgresDialect } from 'kysely'
import pg from 'pg'

export function connectPostgres(
  port: number,
  settings: pg.PoolConfig = {},
  config: Partial<KyselyConfig> = {},
): Kysely<unknown> {
  const pool = new pg.Pool({ host: '127.0.0.1', port, user: 'postgres', database: 'postgres', max: 10, ...settings })
  // An idle connection that the server cuts, and one that it cuts in the middle of a query: unheard, each ends the process.
  pool.on('error', () => {})
  pool.on('connect', (client) => client.on('error', () => {}))
  return new Kysely({ dialect: new PostgresDialect({ pool }), ...config })
}
