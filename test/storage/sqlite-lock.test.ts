/**
 * What another connection's lock does to the SQLite storage: it delays writes, and nothing else.
 */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import Database from 'libsql'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { StoredRecord } from '../../src/storage/contract.js'
import type { SqliteDatabase } from '../../src/storage/sqlite/database.js'
import { isBusy } from '../../src/storage/sqlite/lock.js'
import { sqliteStorage } from '../../src/storage/sqlite.js'
import { harness, obtainTokens, refreshForm } from '../support/harness.js'

let folder: string
let path: string
let connections: Database.Database[]

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'grantwright-sqlite-lock-'))
  path = join(folder, 'test.db')
  connections = []
})
afterEach(() => {
  for (const db of connections) db.close()
  rmSync(folder, { recursive: true })
})

function open(): Database.Database {
  const db = new Database(path)
  connections.push(db)
  return db
}

describe('while another connection holds the lock', () => {
  it('the process goes on with everything else, and the writes are done when the lock is free', async () => {
    const storage = sqliteStorage(open())
    await storage.insert('grant', record('there'), 0)
    const holder = fork(fileURLToPath(new URL('./sqlite-holder.mjs', import.meta.url)), [path])
    const ended = once(holder, 'exit')
    await once(holder, 'message')

    let settled = 0
    const writes = ['a', 'b'].map((id) => storage.insert('grant', record(id), 0).finally(() => settled++))
    let longest = 0
    let turns = 0
    for (const start = performance.now(); performance.now() - start < 1500; turns++) {
      const before = performance.now()
      expect(await storage.get('grant', 'there')).toEqual(record('there'))
      await new Promise((resolve) => setImmediate(resolve))
      longest = Math.max(longest, performance.now() - before)
    }
    expect(settled).toBe(0)
    expect(longest).toBeLessThan(500)
    expect(turns).toBeGreaterThan(500)

    holder.send('let go')
    expect(await Promise.all(writes)).toEqual([true, true])
    await ended
    expect(await storage.get('grant', 'b')).toEqual(record('b'))
  })

  it('a client gets a 503 after three seconds, and its token is good afterwards', async () => {
    const h = harness({ storage: sqliteStorage(open()) })
    const { refresh_token } = await obtainTokens(h)
    const other = open()
    other.exec('BEGIN IMMEDIATE')
    const start = performance.now()
    const { status, headers } = await h.token(refreshForm(refresh_token))
    expect({ status, retryAfter: headers.get('retry-after') }).toEqual({ status: 503, retryAfter: '1' })
    expect(performance.now() - start).toBeGreaterThan(2900)
    expect(performance.now() - start).toBeLessThan(4500)
    expect(h.events.at(-1)).toMatchObject({ type: 'failed', cause: { cause: { message: /locked.*3 seconds/ } } })
    other.exec('ROLLBACK')
    expect((await h.token(refreshForm(refresh_token))).status).toBe(200)
    expect(h.events.at(-1)).toMatchObject({ type: 'refreshed', generation: 0 })
  })
})

/** The storage takes its timers when it is loaded, so here it is loaded when they are fake. */
describe('by the clock', () => {
  let load: typeof sqliteStorage
  beforeEach(async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setImmediate', 'clearImmediate', 'performance'] })
    vi.resetModules()
    load = (await import('../../src/storage/sqlite.js')).sqliteStorage
  })
  afterEach(() => {
    vi.useRealTimers()
    vi.restoreAllMocks()
  })

  it('each write waits three seconds of its own', async () => {
    const storage = load(open())
    const other = open()
    other.exec('BEGIN IMMEDIATE')
    const first = outcome(storage.insert('grant', record('first'), 0))
    await vi.advanceTimersByTimeAsync(2000)
    const second = outcome(storage.insert('grant', record('second'), 0))
    await vi.advanceTimersByTimeAsync(900)
    expect([first(), second()]).toEqual(['waits', 'waits'])
    await vi.advanceTimersByTimeAsync(200)
    expect([first(), second()]).toEqual([expect.stringMatching(/locked.*3 seconds/), 'waits'])
    other.exec('ROLLBACK')
    await vi.advanceTimersByTimeAsync(100)
    expect(second()).toBe(true)
    expect(await storage.get('grant', 'first')).toBeNull()
    expect(vi.getTimerCount()).toBe(0)
  })

  it('rejects all that waits when the lock stays, leaves no timer, and goes on afterwards', async () => {
    const storage = load(open())
    const other = open()
    other.exec('BEGIN IMMEDIATE')
    const writes = ['a', 'b'].map((id) => outcome(storage.insert('grant', record(id), 0)))
    await vi.advanceTimersByTimeAsync(3100)
    expect(writes.map((write) => write())).toEqual([
      expect.stringContaining('locked'),
      expect.stringContaining('locked'),
    ])
    expect(vi.getTimerCount()).toBe(0)
    other.exec('ROLLBACK')
    expect(await storage.get('grant', 'a')).toBeNull()
    const later = outcome(storage.insert('grant', record('a'), 0))
    await vi.advanceTimersByTimeAsync(0)
    expect(later()).toBe(true)
  })

  it('keeps the order of the writes that came before and after the lock', async () => {
    const storage = load(open())
    const other = open()
    other.exec('BEGIN IMMEDIATE')
    const versions = ['v0', 'v1', 'v2', 'v3']
    const writes = [outcome(storage.insert('grant', { ...record('a'), version: 'v0' }, 0))]
    for (const [i, version] of versions.slice(1).entries()) {
      await vi.advanceTimersByTimeAsync(70)
      writes.push(outcome(storage.replace('grant', { ...record('a'), version }, `v${i}`)))
    }
    other.exec('ROLLBACK')
    await vi.advanceTimersByTimeAsync(100)
    expect(writes.map((write) => write())).toEqual([true, true, true, true])
    expect((await storage.get('grant', 'a'))?.version).toBe('v3')
  })

  it('takes what has piled up in several turns, so that it does not stop the process in its turn', async () => {
    const db = open()
    const storage = load(db)
    const other = open()
    other.exec('BEGIN IMMEDIATE')
    const writes = Array.from({ length: 600 }, (_, i) => outcome(storage.insert('once', record(`${i}`), 0)))
    await vi.advanceTimersByTimeAsync(500)
    other.exec('ROLLBACK')
    const counts: number[] = []
    const count = () => writes.filter((write) => write() === true).length
    while (count() < 600) {
      vi.advanceTimersToNextTimer()
      await Promise.resolve()
      await Promise.resolve()
      counts.push(count())
    }
    expect(counts).toEqual([256, 512, 600])
    expect(db.prepare('SELECT count(*) AS count FROM grantwright_once').get()).toMatchObject({ count: 600 })
  })

  it('commits what waits when it is closed and the lock is free, else rejects it, and leaves no timer', async () => {
    for (const isFree of [true, false]) {
      const db = open()
      const storage = load(db)
      const other = open()
      other.exec('BEGIN IMMEDIATE')
      const writes = Array.from({ length: 300 }, (_, i) => outcome(storage.insert('once', record(`${isFree}${i}`), 0)))
      await vi.advanceTimersByTimeAsync(1000)
      if (isFree) other.exec('ROLLBACK')
      storage.close()
      expect(vi.getTimerCount()).toBe(0)
      await Promise.resolve()
      await Promise.resolve()
      const told = new Set(writes.map((write) => write()))
      expect([...told]).toEqual(isFree ? [true] : [expect.stringContaining('locked')])
      expect(db.prepare('SELECT count(*) AS count FROM grantwright_once').get()).toMatchObject({ count: 300 })
    }
  })

  it('rejects at once what no waiting helps: a transaction that the app has open on the connection', async () => {
    const db = open()
    const storage = load(db)
    db.exec('BEGIN')
    const write = outcome(storage.insert('grant', record('a'), 0))
    await vi.advanceTimersByTimeAsync(0)
    expect(write()).toContain('transaction')
    expect(vi.getTimerCount()).toBe(0)
    db.exec('COMMIT')
  })

  it('waits until the app has finished a read on the connection that another one has overtaken', async () => {
    const db = open()
    const storage = load(db)
    db.exec(`CREATE TABLE app (id INTEGER); INSERT INTO app VALUES (1)${', (1)'.repeat(1000)}`)
    const rows = db.prepare('SELECT id FROM app').iterate()
    rows.next()
    open().exec('INSERT INTO app VALUES (3)')
    const write = outcome(storage.insert('grant', record('a'), 0))
    await vi.advanceTimersByTimeAsync(500)
    expect(write()).toBe('waits')
    for (const _ of rows);
    await vi.advanceTimersByTimeAsync(100)
    expect(write()).toBe(true)
  })

  it('a read that meets the recovery after a crash waits for it, and gives up after three seconds', async () => {
    const db = open()
    let recovering = Number.POSITIVE_INFINITY
    const storage = load({
      exec: (sql) => db.exec(sql),
      prepare: (sql) => {
        const statement = db.prepare(sql)
        if (!sql.startsWith('SELECT id, version')) return statement
        const locked = () => {
          if (recovering-- > 0) throw Object.assign(new Error('database is locked'), { code: 'SQLITE_BUSY_RECOVERY' })
          return statement
        }
        return {
          run: (...parameters) => statement.run(...parameters),
          get: (...parameters) => locked().get(...parameters),
          all: (...parameters) => locked().all(...parameters),
        } satisfies ReturnType<SqliteDatabase['prepare']>
      },
    })
    const reads = () => [
      outcome(storage.get('grant', 'a')),
      outcome(storage.list('grant', { subject: 'a' }, { limit: 1 })),
    ]
    const tooLong = reads()
    await vi.advanceTimersByTimeAsync(3100)
    expect(tooLong.map((read) => read())).toEqual([
      expect.stringContaining('locked'),
      expect.stringContaining('locked'),
    ])
    recovering = 5
    const soon = reads()
    await vi.advanceTimersByTimeAsync(100)
    expect(soon.map((read) => read())).toEqual([null, []])
    expect(vi.getTimerCount()).toBe(0)
  })

  it('the start waits five seconds for the lock and no longer, then says why', () => {
    let waited = 0
    vi.spyOn(Atomics, 'wait').mockImplementation((_array: unknown, _index: unknown, _value: unknown, ms?: number) => {
      waited += ms ?? 0
      vi.advanceTimersByTime(ms ?? 0)
      return 'timed-out'
    })
    const other = open()
    other.exec('PRAGMA journal_mode = WAL; BEGIN IMMEDIATE')
    expect(() => load(open())).toThrow('locked')
    expect(waited).toBe(5000)
    waited = 0
    vi.mocked(Atomics.wait).mockImplementation(() => {
      waited++
      other.exec('ROLLBACK')
      return 'timed-out'
    })
    expect(() => load(open())).not.toThrow()
    expect(waited).toBe(1)
  })
})

it.each([
  ['libsql and better-sqlite3', { code: 'SQLITE_BUSY', message: 'database is locked' }, true],
  ['a stale read on the same connection', { code: 'SQLITE_BUSY_SNAPSHOT', message: 'database is locked' }, true],
  ['node:sqlite', { code: 'ERR_SQLITE_ERROR', errcode: 5, message: 'database is locked' }, true],
  ['node:sqlite during recovery', { code: 'ERR_SQLITE_ERROR', errcode: 261, message: 'database is locked' }, true],
  ['bun:sqlite', { code: 'SQLITE_BUSY', errno: 5, message: 'database is locked' }, true],
  ['a binding that gives the text alone', { message: 'SQLite error: database is locked' }, true],
  [
    'a transaction that is open',
    { code: 'SQLITE_ERROR', message: 'cannot start a transaction within a transaction' },
    false,
  ],
  [
    'node:sqlite with a full disk',
    { code: 'ERR_SQLITE_ERROR', errcode: 13, message: 'database or disk is full' },
    false,
  ],
  [
    'a table that the same connection has locked',
    { code: 'SQLITE_LOCKED', message: 'database table is locked' },
    false,
  ],
])('knows whether waiting helps: %s', (_, error, expected) => {
  expect(isBusy(Object.assign(new Error(error.message), error))).toBe(expected)
})

const record = (id: string): StoredRecord => ({
  ...{ id, version: `version of ${id}`, document: '{}' },
  ...{ subject: null, clientId: null, expiresAt: null },
})

/** What a promise has come to so far: its value, or the message of its rejection. */
function outcome(promise: Promise<unknown>): () => unknown {
  let told: unknown = 'waits'
  promise.then(
    (value) => (told = value),
    (error: unknown) => (told = String(error)),
  )
  return () => told
}
