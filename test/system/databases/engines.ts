/**
 * The engines that several processes share, each with a private server or file of its own.
 *
 * @module
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import Database from 'libsql'
import pg from 'pg'
import type { Storage } from '../../../src/storage/contract.js'
import { redisStorage } from '../../../src/storage/redis.js'
import { migrate, sqlStorage } from '../../../src/storage/sql.js'
import { sqliteStorage } from '../../../src/storage/sqlite.js'
import { installedPostgres } from '../../storage/support/postgres.js'
import { deleteFolder, inTemporaryFolder, prepare, serverUser, startServer } from '../../storage/support/sql-server.js'
import { freePort } from '../../support/free-port.js'
import { connectPostgres } from './connect-postgres.js'
import { startRedis } from './redis-server.js'

export interface Engine {
  /** The name by which a worker knows it. */
  readonly name: string
  /** Where a worker finds it. */
  readonly place: string
  /** The parent's own way to it. */
  readonly storage: Storage
  stop(): Promise<void>
}

export const engines: readonly { readonly name: string; start(): Promise<Engine> }[] = [
  { name: 'SQLite', start: sqlite },
  { name: 'Postgres', start: postgres },
  { name: 'Redis', start: redis },
]

async function sqlite(): Promise<Engine> {
  const folder = mkdtempSync(join(tmpdir(), 'grantwright-sqlite-'))
  const place = join(folder, 'shared.db')
  const db = new Database(place)
  return {
    name: 'sqlite',
    place,
    storage: sqliteStorage(db),
    async stop() {
      db.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

async function postgres(): Promise<Engine> {
  const server = await startPostgres()
  const db = connectPostgres(server.port)
  await migrate(db)
  return {
    name: 'postgres',
    place: `${server.port}`,
    storage: sqlStorage(db),
    async stop() {
      await db.destroy()
      await server.remove()
    },
  }
}

async function redis(): Promise<Engine> {
  const server = await startRedis()
  const client = new Redis(server.port, '127.0.0.1', { socketTimeout: 5000 })
  return {
    name: 'redis',
    place: `${server.port}`,
    storage: redisStorage(client),
    async stop() {
      client.disconnect()
      await server.stop()
    },
  }
}

/** Debian's Postgres, which can go away and come back with its data. */
export interface RestartablePostgres {
  readonly port: number
  stop(): Promise<void>
  start(): Promise<void>
  remove(): Promise<void>
}

/** `settings` as in its configuration, such as `fsync=on`. */
export function startPostgres(settings: readonly string[] = ['fsync=off']): Promise<RestartablePostgres> {
  const user = serverUser('postgres')
  return inTemporaryFolder(user, async (data) => {
    const { initdb, postgres } = installedPostgres()
    const access = ['-U', 'postgres', '--auth=trust']
    prepare(initdb, ['-D', data, ...access, '--no-sync', '--encoding=UTF8', '--locale=C'], data, user)
    const port = await freePort()
    const place = [`port=${port}`, 'listen_addresses=127.0.0.1', 'unix_socket_directories=']
    const flags = [...place, ...settings].flatMap((setting) => ['-c', setting])
    const isUp = async () => {
      const client = new pg.Client({ host: '127.0.0.1', port, user: 'postgres', database: 'postgres' })
      await client.connect()
      await client.end()
    }
    let stopServer = async () => {}
    const start = () =>
      // What stops a server deletes the folder in which it was started: not the one of the data.
      inTemporaryFolder(user, async (folder) => {
        stopServer = await startServer(postgres, ['-D', data, ...flags], folder, user, isUp)
      })
    const remove = async () => {
      await stopServer()
      deleteFolder(data)
    }
    await start()
    return { port, start, stop: () => stopServer(), remove }
  })
}
