/**
 * Postgres for tests: the one that npm brings, and the one that is installed on the machine.
 *
 * @module
 */
import { randomBytes } from 'node:crypto'
import { existsSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Kysely, PostgresDialect } from 'kysely'
import pg from 'pg'
import { freePort } from '../../support/free-port.js'
import { embeddedPostgres, type PostgresPrograms } from './embedded-postgres.js'
import {
  giveTo,
  inTemporaryFolder,
  prepare,
  type ServerUser,
  type SqlServer,
  serverUser,
  startServer,
} from './sql-server.js'

/** From npm. */
export const startEmbeddedPostgres = (): Promise<SqlServer> => start(embeddedPostgres)

/** From Debian's packages. */
export const startInstalledPostgres = (): Promise<SqlServer> => start(async () => installedPostgres())

function start(find: (folder: string, user: ServerUser | undefined) => Promise<PostgresPrograms>): Promise<SqlServer> {
  const user = serverUser('postgres')
  return inTemporaryFolder(user, async (folder) => {
    const { initdb, postgres } = await find(folder, user)
    const data = join(folder, 'data')
    const passwordFile = join(folder, 'password')
    writeFileSync(passwordFile, password, { mode: 0o600 })
    if (user) giveTo(passwordFile, user)
    const access = ['-U', 'postgres', '--auth=scram-sha-256', `--pwfile=${passwordFile}`]
    prepare(initdb, ['-D', data, ...access, '--no-sync', ...initdbFlags], folder, user)
    const port = await freePort()
    const isUp = () => administrate(port, 'SELECT 1')
    return sqlServer(port, await startServer(postgres, ['-D', data, ...flags(port)], folder, user, isUp))
  })
}

// Whoever else is on this machine reaches the port, too, and a superuser of Postgres runs what they like.
const password = randomBytes(16).toString('hex')

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

/** The newest of Debian's packages. */
export function installedPostgres(): PostgresPrograms {
  const folder = '/usr/lib/postgresql'
  const versions = existsSync(folder) ? readdirSync(folder).filter((name) => /^\d+$/.test(name)) : []
  const newest = versions.sort((a, b) => Number(b) - Number(a))[0]
  if (newest === undefined) throw new Error('PostgreSQL is not installed: apt-get install postgresql')
  return { initdb: join(folder, newest, 'bin/initdb'), postgres: join(folder, newest, 'bin/postgres') }
}

function sqlServer(port: number, stopServer: () => Promise<void>): SqlServer {
  const open: Kysely<unknown>[] = []
  let databases = 0
  return {
    dialect: 'postgres',
    port,
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
