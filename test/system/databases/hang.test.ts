/**
 * The way to the database turns into a black hole under clients that are busy, and new connections work again after a while: so
 * do the storages, by themselves, over the clients as docs/storage.md sets them up.
 */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Kysely, PostgresDialect } from 'kysely'
import pg from 'pg'
import { afterEach, describe, expect, it, vi } from 'vitest'
import type { Storage } from '../../../src/storage/contract.js'
import { migrate, sqlStorage } from '../../../src/storage/sql.js'
import { startInstalledMariadb } from '../../storage/support/mariadb.js'
import { record } from '../../storage/support/sql-tests.js'
import { issueCodes } from './approvals.js'
import { type BlackHole, startBlackHole } from './black-hole.js'
import {
  type Connected,
  documentedBlocks,
  documentedIoredis,
  documentedMysql,
  documentedNodeRedis,
  documentedPostgres,
} from './documented-clients.js'
import { startPostgres } from './engines.js'
import { startRedis } from './redis-server.js'
import { post, serverOver } from './server.js'

interface Server {
  readonly port: number
  connect(port: number): Promise<Connected>
  stop(): Promise<void>
}

const servers: readonly { readonly name: string; start(): Promise<Server> }[] = [
  { name: 'Postgres, over pg', start: postgres },
  { name: 'MariaDB, over mysql2', start: mariadb },
  { name: 'Redis, over ioredis', start: () => redis(documentedIoredis) },
  { name: 'Redis, over node-redis', start: () => redis(documentedNodeRedis) },
]

/** What undoes a test, the last first. */
const undo: (() => unknown)[] = []
afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step()
  vi.restoreAllMocks()
})

async function throughBlackHole(start: () => Promise<Server>): Promise<{ hole: BlackHole } & Connected> {
  const server = await start()
  undo.push(() => server.stop())
  const hole = await startBlackHole(server.port)
  undo.push(() => hole.stop())
  const connected = await server.connect(hole.port)
  // Some clients wait for the connections that are dead to end.
  undo.push(() => Promise.race([connected.end(), new Promise((resolve) => setTimeout(resolve, 1000))]))
  return { hole, ...connected }
}

describe.each(servers)('$name, whose packets get lost', ({ start }) => {
  it('rejects, and serves again by itself within 12 seconds after new connections work', async () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {})
    const { hole, storage } = await throughBlackHole(start)
    const users = await Promise.all(Array.from({ length: 30 }, (_, index) => createUser(storage, `user-${index}`)))
    const used = Promise.all(users.map((user) => user.useOnAndOn()))
    undo.push(() => {
      for (const user of users) user.isDone = true
    })
    await until(() => users.every(({ done }) => done > 5))

    hole.swallow()
    const swallowedAt = Date.now()
    const before = users.map(({ done }) => done)
    await until(() => Date.now() - swallowedAt > 6000)
    // One answer may have been on its way.
    for (const [index, { done }] of users.entries()) expect(done).toBeLessThanOrEqual((before[index] ?? 0) + 1)

    hole.serveNew()
    const back = users.map(({ done }) => done)
    const servedAt = Date.now()
    await until(() => users.every(({ done }, index) => done > (back[index] ?? 0) + 5))
    expect(Date.now() - servedAt).toBeLessThan(12_000)

    for (const user of users) user.isDone = true
    await used
    // Nothing waits for ever, not even what nobody waits for any more.
    await until(() => users.every(({ unsettled }) => unsettled === 0))
    for (const { id, versions } of users) {
      // What was answered is there, or what was sent after it without an answer.
      expect(versions).toContain((await storage.get('grant', id))?.version)
    }
    expect(warn).not.toHaveBeenCalled()
  })

  it('lets the server answer in time meanwhile, and its clients get what they came for afterwards', async () => {
    const { hole, storage } = await throughBlackHole(start)
    const server = serverOver(storage, Date.now)
    const codes = await issueCodes(storage, 2, Date.now())
    const [first, second] = codes
    if (!first || !second) throw new Error('no codes')
    // The keys are loaded.
    expect((await post(server, first.form)).status).toBe(200)

    hole.swallow()
    const asked = Date.now()
    expect(await post(server, second.form)).toMatchObject({ status: 503, retryAfter: '1' })
    expect(Date.now() - asked).toBeLessThan(8_500)

    hole.serveNew()
    let status = 503
    const servedAt = Date.now()
    while (status === 503 && Date.now() - servedAt < 12_000) status = (await post(server, second.form)).status
    expect(status).toBe(200)
    await server.close()
  })
})

it('a pool that does not give dead connections up is told of once, with the cure', async () => {
  const warn = vi.spyOn(console, 'warn').mockImplementation(() => {})
  const { hole, storage } = await throughBlackHole(async () => {
    const server = await startPostgres()
    return { ...server, stop: server.remove, connect: overBarePool }
  })
  await storage.get('grant', 'a')
  hole.swallow()
  for (let count = 0; count < 20; count++) storage.get('grant', 'a').catch(() => {})
  await until(() => warn.mock.calls.length > 0)
  expect(warn.mock.calls).toEqual([[expect.stringContaining('Give the pool a `stream` that is cut when it is silent')]])
})

it('the code of docs/storage.md type-checks as it stands there', () => {
  const folder = mkdtempSync(join(import.meta.dirname, 'documented-'))
  undo.push(() => rmSync(folder, { recursive: true }))
  const names = ['postgres', 'mysql', 'ioredis', 'node-redis']
  for (const name of names) writeFileSync(join(folder, `${name}.ts`), documentedBlocks().get(name) ?? 'missing')
  const compiler = join(import.meta.dirname, '../../../node_modules/typescript/bin/tsc')
  const options = '--noEmit --strict --skipLibCheck --target es2022 --module nodenext --types node'.split(' ')
  const files = names.map((name) => join(folder, `${name}.ts`))
  const { stdout } = spawnSync(process.execPath, [compiler, ...options, ...files], { encoding: 'utf8' })
  expect(stdout).toBe('')
})

/** Somebody with a record, who writes and reads it again and again, and waits for an answer as long as a request would. */
async function createUser(storage: Storage, id: string) {
  let count = 0
  const first = { ...record(id), version: `${id}-0` }
  await storage.insert('grant', first, 0)
  const user = {
    id,
    /** Verbs that were answered. */
    done: 0,
    unsettled: 0,
    isDone: false,
    /** The version that was answered last, and those that were sent after it. */
    versions: [first.version],
    async useOnAndOn(): Promise<void> {
      while (!user.isDone) {
        const read = await asked(storage.get('grant', id))
        if (read) {
          const version = `${id}-${++count}`
          user.versions.push(version)
          const isWritten = await asked(storage.replace('grant', { ...read, version }, read.version))
          if (isWritten) user.versions.splice(0, user.versions.length, version)
        }
        await new Promise((resolve) => setTimeout(resolve, 20))
      }
    },
  }
  async function asked<Result>(verb: Promise<Result>): Promise<Result | undefined> {
    user.unsettled++
    let timer: NodeJS.Timeout | undefined
    const settled = verb.then(
      (result) => {
        user.unsettled--
        user.done++
        return result
      },
      () => {
        user.unsettled--
        return undefined
      },
    )
    const givenUp = new Promise<undefined>((resolve) => {
      timer = setTimeout(() => resolve(undefined), 3000)
    })
    try {
      return await Promise.race([settled, givenUp])
    } finally {
      clearTimeout(timer)
    }
  }
  return user
}

async function until(isSo: () => boolean): Promise<void> {
  for (let attempt = 0; !isSo(); attempt++) {
    if (attempt === 6000) throw new Error('It did not come to that within a minute.')
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}

async function postgres(): Promise<Server> {
  const { port, remove } = await startPostgres()
  return { port, stop: remove, connect: (at) => documentedPostgres(`postgres://postgres@127.0.0.1:${at}/postgres`) }
}

async function mariadb(): Promise<Server> {
  const server = await startInstalledMariadb()
  const name = await server.createDatabase()
  const { port, stop } = server
  return { port, stop, connect: (at) => documentedMysql(`mysql://root@127.0.0.1:${at}/${name}`) }
}

async function redis(connect: (url: string) => Promise<Connected>): Promise<Server> {
  const { port, stop } = await startRedis()
  return { port, stop, connect: (at) => connect(`redis://127.0.0.1:${at}`) }
}

async function overBarePool(port: number): Promise<Connected> {
  const pool = new pg.Pool({ host: '127.0.0.1', port, user: 'postgres', database: 'postgres' })
  pool.on('error', () => {})
  pool.on('connect', (client) => client.on('error', () => {}))
  const db = new Kysely<unknown>({ dialect: new PostgresDialect({ pool }) })
  await migrate(db)
  return { storage: sqlStorage(db), end: () => db.destroy() }
}
