import { type ChildProcess, fork } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import Database from 'libsql'
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { StoredRecord } from '../../src/storage/contract.js'
import type { SqliteDatabase } from '../../src/storage/sqlite/database.js'
import { sqliteStorage } from '../../src/storage/sqlite.js'
import { storageSuite } from '../../src/storage/testing.js'

type Connection = SqliteDatabase & { close(): unknown }

// Its types are not among those of the oldest Node that is supported.
const nodeSqlite = process.getBuiltinModule('node:sqlite') as
  | { readonly DatabaseSync: new (path: string) => Connection }
  | undefined

describe('sqlite over libsql', () => sqliteTests((path) => new Database(path)))

describe.skipIf(nodeSqlite === undefined)('sqlite over node:sqlite', () => {
  if (nodeSqlite) sqliteTests((path) => new nodeSqlite.DatabaseSync(path))
})

function sqliteTests(connect: (path: string) => Connection): void {
  describe('contract', () => {
    const folder = temporaryFolder()
    let db: Connection | undefined
    storageSuite({ describe, it }, () => {
      db = connect(join(folder, 'suite.db'))
      return sqliteStorage(db)
    })
    afterAll(() => {
      db?.close()
      rmSync(folder, { recursive: true })
    })
  })

  let folder: string
  let path: string
  let connections: Connection[]
  const open = () => {
    const db = connect(path)
    connections.push(db)
    return db
  }
  beforeEach(() => {
    folder = temporaryFolder()
    path = join(folder, 'test.db')
    connections = []
  })
  afterEach(() => {
    for (const db of connections) db.close()
    rmSync(folder, { recursive: true })
  })

  it('sets the connection to WAL, full durability and a busy timeout that stops nobody', () => {
    const db = open()
    sqliteStorage(db)
    expect(db.prepare('PRAGMA journal_mode').get()).toMatchObject({ journal_mode: 'wal' })
    expect(db.prepare('PRAGMA synchronous').get()).toMatchObject({ synchronous: 2 })
    expect(db.prepare('PRAGMA busy_timeout').get()).toMatchObject({ timeout: 5 })
  })

  it('starts although another process switches the same file to WAL at this moment', () => {
    const db = open()
    let collisions = 2
    sqliteStorage({
      prepare: (sql) => db.prepare(sql),
      exec: (sql) => {
        if (sql.includes('journal_mode') && collisions-- > 0) throw new Error('database is locked')
        return db.exec(sql)
      },
    })
    expect(db.prepare('PRAGMA journal_mode').get()).toMatchObject({ journal_mode: 'wal' })
  })

  it('throws at once when the file cannot be written to', () => {
    const db = open()
    db.exec('CREATE TABLE app (id TEXT); PRAGMA query_only = ON')
    expect(() => sqliteStorage(db)).toThrow(/readonly|read-only/)
  })

  it('finds what it is asked for after a read that has failed', async () => {
    const storage = sqliteStorage(open())
    await storage.insert('grant', record('one'), 0)
    await storage.insert('grant', record('two'), 0)
    // Whatever it is that fails: this is quick.
    const other = open()
    other.exec('ALTER TABLE grantwright_grants RENAME TO elsewhere')
    await expect(storage.get('grant', 'one')).rejects.toThrow('no such table')
    other.exec('ALTER TABLE elsewhere RENAME TO grantwright_grants')
    expect(await storage.get('grant', 'two')).toEqual(record('two'))
  })

  it('keeps its data when the file is opened again', async () => {
    const first = connect(path)
    await sqliteStorage(first).insert('grant', record('a'), 0)
    first.close()
    expect(await sqliteStorage(open()).get('grant', 'a')).toEqual(record('a'))
  })

  it('finds lists and expired records through an index', () => {
    const db = open()
    sqliteStorage(db)
    const plan = (sql: string, ...parameters: unknown[]) =>
      JSON.stringify(db.prepare(`EXPLAIN QUERY PLAN ${sql}`).all(...parameters))
    const list = plan(
      'SELECT document FROM grantwright_grants WHERE subject = ? AND id > ? ORDER BY id LIMIT ?',
      'a',
      '',
      5,
    )
    expect(list).toContain('grantwright_grants_by_subject (subject=? AND id>?)')
    expect(list).not.toContain('TEMP B-TREE')
    expect(plan('SELECT id FROM grantwright_grants WHERE expires_at <= ? ORDER BY expires_at LIMIT ?', 1, 5)).toContain(
      'grantwright_grants_by_expiry (expires_at<?)',
    )
  })

  it('writes one page when a swap changes neither subject nor expiry, and leaves the indexes alone that it does not need', async () => {
    const db = open()
    const storage = sqliteStorage(db)
    const grants = Array.from({ length: 3000 }, (_, i) => ({
      ...record(createHash('sha256').update(`${i}`).digest('base64url'), (i * 7919) % 3000),
      subject: `user ${(i * 104_729) % 3000}`,
    }))
    await Promise.all(grants.map((grant) => storage.insert('grant', grant, 0)))
    const [first = record('none')] = grants
    let version = first.version
    /** Pages that the write-ahead log got. */
    const pagesOf = async (changes: Partial<StoredRecord>) => {
      db.exec('PRAGMA wal_checkpoint(TRUNCATE)')
      const next = { ...first, ...changes, version: `${version}+` }
      expect(await storage.replace('grant', next, version)).toBe(true)
      version = next.version
      expect(await storage.get('grant', next.id)).toEqual(next)
      const { log } = db.prepare('PRAGMA wal_checkpoint(PASSIVE)').get() as { log: number | bigint }
      return Number(log)
    }
    expect(await pagesOf({ document: '{"next":true}' })).toBe(1)
    expect(await pagesOf({ expiresAt: 1_000_000 })).toBe(3)
    expect(await pagesOf({ expiresAt: 1_000_000, clientId: 'other' })).toBe(1)
    expect(await pagesOf({ expiresAt: 1_000_000, subject: 'zoe' })).toBeGreaterThan(2)
    expect(await storage.list('grant', { subject: 'zoe' }, { limit: 5 })).toHaveLength(1)
  })

  it('commits the writes of one turn together, and none of them earlier', async () => {
    const storage = sqliteStorage(open())
    const elsewhere = sqliteStorage(open())
    const writes = [storage.insert('grant', record('a'), 0), storage.insert('grant', record('b'), 0)]
    expect(await elsewhere.get('grant', 'a')).toBeNull()
    await Promise.race(writes)
    expect(await elsewhere.get('grant', 'b')).toEqual(record('b'))
    expect(await Promise.all(writes)).toEqual([true, true])
  })

  it('lets later writes of a group see the earlier ones', async () => {
    const storage = sqliteStorage(open())
    const first = record('a')
    const second = { ...first, version: 'second' }
    const outcomes = await Promise.all([
      storage.insert('grant', first, 0),
      storage.replace('grant', second, first.version),
      storage.replace('grant', { ...first, version: 'third' }, first.version),
    ])
    expect(outcomes).toEqual([true, true, false])
    expect(await storage.get('grant', 'a')).toEqual(second)
  })

  it('undoes only the one write that fails, the others of its group are committed', async () => {
    const db = open()
    const storage = sqliteStorage(db)
    // A purge that fails at its second table must take back what it deleted from the first.
    await storage.insert('client', record('expired', 1), 0)
    await storage.insert('grant', record('poison', 1), 0)
    db.exec(`CREATE TRIGGER poison BEFORE DELETE ON grantwright_grants WHEN old.id = 'poison'
             BEGIN SELECT raise(ABORT, 'poisoned'); END`)
    const outcomes = await Promise.allSettled([
      storage.insert('grant', record('before'), 0),
      storage.purge(1, 10),
      storage.insert('grant', record('after'), 0),
    ])
    expect(outcomes).toMatchObject([
      { value: true },
      { reason: { message: expect.stringContaining('poisoned') } },
      { value: true },
    ])
    expect(await storage.get('client', 'expired')).toEqual(record('expired', 1))
    expect(await storage.get('grant', 'before')).toEqual(record('before'))
    expect(await storage.get('grant', 'after')).toEqual(record('after'))
  })

  it('purges in a transaction of its own, when those who came before have been told', async () => {
    const db = open()
    const order: string[] = []
    const storage = sqliteStorage({
      exec: (sql) => db.exec(sql),
      prepare: (sql) => {
        const statement = db.prepare(sql)
        if (!sql.includes('DELETE FROM grantwright_grants WHERE expires_at')) return statement
        return {
          get: (...parameters) => statement.get(...parameters),
          all: (...parameters) => statement.all(...parameters),
          run: (...parameters) => {
            order.push('purging')
            return statement.run(...parameters)
          },
        }
      },
    })
    await Promise.all([
      storage.insert('grant', record('before', 1), 0).then(() => order.push('before')),
      storage.purge(1, 10).then((count) => order.push(`purged ${count}`)),
      storage.insert('grant', record('after', 1), 0).then(() => order.push('after')),
    ])
    expect(order).toEqual(['before', 'purging', 'purged 1', 'after'])
  })

  it('rejects every write of a group whose commit fails, writes none of them, and goes on', async () => {
    const db = open()
    const storage = sqliteStorage(db)
    // A deferred foreign key is checked at COMMIT.
    db.exec(`PRAGMA foreign_keys = ON;
             CREATE TABLE parent (id TEXT PRIMARY KEY);
             CREATE TABLE child (id TEXT REFERENCES parent (id) DEFERRABLE INITIALLY DEFERRED);
             CREATE TRIGGER orphan AFTER INSERT ON grantwright_grants WHEN new.id = 'orphan'
             BEGIN INSERT INTO child VALUES (new.id); END`)
    expect(await statuses(['a', 'orphan', 'b'].map((id) => storage.insert('grant', record(id), 0)))).toEqual(
      allRejected,
    )
    for (const id of ['a', 'orphan', 'b']) expect(await storage.get('grant', id)).toBeNull()
    expect(await storage.insert('grant', record('a'), 0)).toBe(true)
  })

  it('rejects every write of a group that SQLite itself rolls back half way', async () => {
    const db = open()
    const storage = sqliteStorage(db)
    db.exec(`CREATE TRIGGER crash BEFORE INSERT ON grantwright_grants WHEN new.id = 'crash'
             BEGIN SELECT raise(ROLLBACK, 'rolled back'); END`)
    expect(await statuses(['a', 'crash', 'b'].map((id) => storage.insert('grant', record(id), 0)))).toEqual(allRejected)
    for (const id of ['a', 'crash', 'b']) expect(await storage.get('grant', id)).toBeNull()
    expect(await storage.insert('grant', record('a'), 0)).toBe(true)
  })

  it('rejects, and never answers false, while another connection holds the lock', async () => {
    const storage = sqliteStorage(open())
    await storage.insert('grant', record('a'), 0)
    const other = open()
    other.exec('BEGIN IMMEDIATE')
    const next = { ...record('a'), version: 'next' }
    const writes = () => [storage.insert('once', record('b'), 0), storage.replace('grant', next, record('a').version)]
    expect(await statuses(writes())).toEqual(['rejected', 'rejected'])
    expect(await storage.get('grant', 'a')).toEqual(record('a'))
    other.exec('ROLLBACK')
    expect(await Promise.all(writes())).toEqual([true, true])
  })

  it('leaves a transaction alone that the app has open on the connection, and rejects', async () => {
    const db = open()
    const storage = sqliteStorage(db)
    db.exec('CREATE TABLE app (id TEXT); BEGIN; INSERT INTO app VALUES (1)')
    await expect(storage.insert('grant', record('a'), 0)).rejects.toThrow('transaction')
    db.exec('COMMIT')
    expect(db.prepare('SELECT count(*) AS count FROM app').get()).toMatchObject({ count: 1 })
    expect(await storage.insert('grant', record('a'), 0)).toBe(true)
  })

  it('gives one winner among two connections on one file', async () => {
    const [one, two] = [sqliteStorage(open()), sqliteStorage(open())]
    for (let round = 0; round < 20; round++) {
      const ours = { ...record(`${round}`), version: 'one' }
      const theirs = { ...record(`${round}`), version: 'two' }
      const outcomes = await Promise.all([one.insert('once', ours, 0), two.insert('once', theirs, 0)])
      expect(outcomes.toSorted()).toEqual([false, true])
      const winner = outcomes[0] ? ours : theirs
      expect(await one.get('once', winner.id)).toEqual(winner)
      expect(await two.get('once', winner.id)).toEqual(winner)
    }
  })

  it('refuses U+0000, which a binding may cut when it reads', async () => {
    const storage = sqliteStorage(open())
    for (const field of ['subject', 'clientId', 'document']) {
      const bad = { ...record('a'), [field]: 'alice\0x' }
      await expect(storage.insert('grant', bad, 0)).rejects.toThrow('U+0000')
      await expect(storage.replace('grant', bad, 'version')).rejects.toThrow('U+0000')
    }
    expect(await storage.get('grant', 'a')).toBeNull()
  })

  it('commits the waiting writes when it is closed, and rejects every verb afterwards', async () => {
    const db = open()
    const storage = sqliteStorage(db)
    const waiting = storage.insert('grant', record('a'), 0)
    storage.close()
    storage.close()
    expect(db.prepare('SELECT id FROM grantwright_grants').all()).toMatchObject([{ id: 'a' }])
    expect(await waiting).toBe(true)
    const late = [
      storage.get('grant', 'a'),
      storage.insert('grant', record('b'), 0),
      storage.replace('grant', { ...record('a'), version: 'next' }, record('a').version),
      storage.remove('grant', 'a'),
      storage.list('grant', { subject: 'a' }, { limit: 1 }),
      storage.purge(0, 1),
    ]
    for (const verb of late) await expect(verb).rejects.toThrow('closed')
    expect(db.prepare('SELECT id FROM grantwright_grants').all()).toMatchObject([{ id: 'a' }])
  })

  it('rejects the waiting writes when they cannot be committed at close', async () => {
    const db = open()
    const storage = sqliteStorage(db)
    open().exec('BEGIN IMMEDIATE')
    const waiting = storage.insert('grant', record('a'), 0)
    storage.close()
    await expect(waiting).rejects.toThrow('locked')
  })

  it('refuses a database of a newer version, says what to do, and leaves it as it was', () => {
    const db = open()
    db.exec('CREATE TABLE grantwright_schema (version INTEGER NOT NULL); INSERT INTO grantwright_schema VALUES (2)')
    expect(() => sqliteStorage(db)).toThrow(/newer version of grantwright: its schema is 2.*Update grantwright/)
    expect(db.prepare("SELECT name FROM sqlite_master WHERE type = 'table'").all()).toHaveLength(1)
    db.exec('BEGIN; COMMIT')
  })
}

// The driver is bundled, because the oldest Node that is supported runs no TypeScript.
it('gives each of 100 ids to one of 4 processes that start, insert and count on one new file', async () => {
  const folder = temporaryFolder()
  try {
    const driver = join(folder, 'sqlite.mjs')
    await build({ entryPoints: [source('../../src/storage/sqlite.ts')], bundle: true, format: 'esm', outfile: driver })
    const path = join(folder, 'race.db')
    const workers = ['a', 'b', 'c', 'd'].map((name) => fork(source('./sqlite-worker.mjs'), [driver, path, name]))
    const next = async (worker: ChildProcess): Promise<unknown> => {
      const exit = once(worker, 'exit').then(([code]) => Promise.reject(new Error(`a worker ended with ${code}`)))
      return (await Promise.race([once(worker, 'message'), exit]))[0]
    }
    const nexts = () => Promise.all(workers.map(next))

    await nexts()
    for (const worker of workers) worker.send('start')
    await nexts()
    for (const worker of workers) worker.send('race')
    const won = (await nexts()) as string[][]
    await Promise.all(workers.map((worker) => worker.exitCode ?? once(worker, 'exit')))

    expect(won.flat()).toHaveLength(100)
    expect(new Set(won.flat()).size).toBe(100)
    const db = new Database(path)
    const storage = sqliteStorage(db)
    for (const [index, ids] of won.entries()) {
      for (const id of ids) expect((await storage.get('once', id))?.document).toBe('abcd'[index])
    }
    expect((await storage.get('counter', 'count'))?.document).toBe('100')
    db.close()
  } finally {
    rmSync(folder, { recursive: true })
  }
})

const temporaryFolder = () => mkdtempSync(join(tmpdir(), 'grantwright-sqlite-'))
const source = (path: string) => fileURLToPath(new URL(path, import.meta.url))

const record = (id: string, expiresAt: number | null = null): StoredRecord => ({
  id,
  version: `version of ${id}`,
  subject: null,
  clientId: null,
  expiresAt,
  document: '{}',
})

const statuses = async (promises: readonly Promise<unknown>[]) =>
  (await Promise.allSettled(promises)).map(({ status }) => status)
const allRejected = ['rejected', 'rejected', 'rejected']
