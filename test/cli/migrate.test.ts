import { join } from 'node:path'
import { sql } from 'kysely'
import Database from 'libsql'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { migrationSql, sqlStorage } from '../../src/storage/sql.js'
import { sqliteStorage } from '../../src/storage/sqlite.js'
import { startEmbeddedPostgres } from '../storage/support/postgres.js'
import type { SqlServer } from '../storage/support/sql-server.js'
import { type App, createApp, reExport, sqliteAuth } from './app.js'

// A database server starts in seconds, more on a busy machine.
vi.setConfig({ hookTimeout: 60_000 })

describe('migrate --print-sql', () => {
  const bare = createApp({}, [])
  afterAll(() => bare.remove())

  it.each(['postgres', 'mysql'] as const)('prints the SQL for %s with neither config nor Kysely', async (dialect) => {
    const { code, stdout, stderr } = await bare.run('migrate', '--print-sql', dialect)
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout).toBe(migrationSql(dialect))
  })

  it('prints SQL for SQLite that makes what sqliteStorage makes', async () => {
    const { stdout } = await bare.run('migrate', '--print-sql', 'sqlite')
    const tablesOf = (prepare: (db: InstanceType<typeof Database>) => unknown) => {
      const db = new Database(':memory:')
      prepare(db)
      return [
        db.prepare('SELECT name, tbl_name, sql FROM sqlite_schema ORDER BY name').all(),
        db.prepare('SELECT * FROM grantwright_schema').all(),
      ]
    }
    expect(tablesOf((db) => db.exec(stdout))).toEqual(tablesOf((db) => sqliteStorage(db)))
  })

  it('refuses other dialects, and a dialect without --print-sql', async () => {
    const other = await bare.run('migrate', '--print-sql', 'toString')
    expect(other).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining('toString is not a dialect') })
    const alone = await bare.run('migrate', 'postgres')
    expect(alone).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining('goes with --print-sql') })
  })
})

it('migrate has nothing to do for SQLite, which makes its tables by itself', async () => {
  const app = createApp({ 'auth.js': sqliteAuth, 'grantwright.config.js': reExport })
  expect(await app.run('migrate')).toMatchObject({ code: 0, stdout: expect.stringContaining('Nothing to do') })
  expect(await app.json('migrate')).toEqual({ from: null, to: null })
  const { code, stderr } = await app.run('migrate', '--print-sql')
  expect(stderr).toContain('Name a dialect: npx grantwright migrate --print-sql sqlite')
  expect(code).toBe(1)
  expect(new Database(join(app.folder, 'auth.db')).prepare('SELECT * FROM grantwright_clients').all()).toEqual([])
  app.remove()
})

const postgresConfig = `
import { createAuthorizationServer, passwordLogin } from 'grantwright'
import { sqlStorage } from 'grantwright/storage/sql'
import { Kysely, PostgresDialect } from 'kysely'
import pg from 'pg'

const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL })
export default createAuthorizationServer({
  issuer: 'http://localhost:3000',
  storage: sqlStorage(new Kysely({ dialect: new PostgresDialect({ pool }) })),
  users: passwordLogin({ verify: () => null }),
  resources: { 'http://localhost:3000/api': { scopes: { 'notes:read': 'Read' } } },
})
`
const appOn = (url: string): App =>
  createApp({ 'grantwright.config.js': postgresConfig }, ['kysely', 'pg'], { DATABASE_URL: url })

describe('over Postgres', () => {
  let server: SqlServer
  let database: string
  let app: App

  beforeAll(async () => {
    server = await startEmbeddedPostgres()
    database = await server.createDatabase()
    app = appOn(await urlOf(server, database))
  }, 60_000)
  afterAll(async () => {
    app?.remove()
    await server?.stop()
  })

  const tables = async () => {
    const { rows } = await sql<{ name: string }>`
      SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'public'`.execute(
      server.connect(database),
    )
    return rows.map(({ name }) => name)
  }

  it('a command says that the tables are missing and how they are made, and makes none', async () => {
    const { code, stdout, stderr } = await app.run('client', 'create', '--redirect-uri', 'https://a.example.com/')
    expect(stderr).toContain('The tables of grantwright are not in this database. Run `npx grantwright migrate`')
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    expect(await tables()).toEqual([])
  })

  it('migrate --print-sql prints the SQL of the storage and runs nothing', async () => {
    expect((await app.run('migrate', '--print-sql')).stdout).toBe(migrationSql('postgres'))
    expect(await tables()).toEqual([])
  })

  it('migrate makes the tables, also when several do so at once, and has nothing to do afterwards', async () => {
    const runs = await Promise.all([1, 2, 3].map(() => app.run('migrate')))
    expect(runs.map(({ code, stderr }) => ({ code, stderr }))).toEqual(runs.map(() => ({ code: 0, stderr: '' })))
    expect(runs.map(({ stdout }) => stdout).join('')).toContain('Made the tables of schema 1.')
    expect(await tables()).toContain('grantwright_clients')
    expect((await app.run('migrate')).stdout).toBe('Nothing to do: the tables are those of schema 1 already.\n')
    expect(await app.json('migrate')).toEqual({ from: 1, to: 1 })
  })

  it('the process ends although the pool of the app stays open', async () => {
    const { client_id } = await app.json('client', 'create', '--redirect-uri', 'https://a.example.com/')
    const started = performance.now()
    expect(await app.json('client', 'show', client_id)).toMatchObject({ client_id })
    // pg keeps idle connections for ten seconds.
    expect(performance.now() - started).toBeLessThan(9_000)
    const records = await sqlStorage(server.connect(database)).list('client', {}, { limit: 10 })
    expect(records.map(({ clientId }) => clientId)).toEqual([client_id])
  })
})

it('an unreachable database is told of, whatever the command', async () => {
  const app = appOn('postgres://nobody:hunter2@127.0.0.1:1/nowhere')
  for (const args of [['migrate'], ['client', 'list'], ['keys', 'rotate'], ['grants', 'list', '--subject', 'a']]) {
    const { code, stdout, stderr } = await app.run(...args)
    expect({ code, stdout }, args.join(' ')).toEqual({ code: 1, stdout: '' })
    expect(stderr).toContain('connect ECONNREFUSED 127.0.0.1:1')
    expect(stderr).toContain('Check the connection string')
    expect(stderr).not.toContain('hunter2')
  }
  app.remove()
})

/** An address of the database for another process. */
async function urlOf(server: SqlServer, database: string): Promise<string> {
  const db = server.connect(database)
  await sql`CREATE ROLE cli SUPERUSER LOGIN PASSWORD 'cli'`.execute(db)
  const { rows } = await sql<{ port: string }>`SELECT current_setting('port') AS port`.execute(db)
  return `postgres://cli:cli@127.0.0.1:${rows[0]?.port}/${database}`
}
