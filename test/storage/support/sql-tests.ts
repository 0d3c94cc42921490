/**
 * What the SQL storage must do on every real server, beside the contract.
 *
 * @module
 */
import { CamelCasePlugin, CompiledQuery, type Kysely, type LogEvent } from 'kysely'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { StoredRecord } from '../../../src/storage/contract.js'
import { checkSchema, migrate, migrationSql, sqlStorage } from '../../../src/storage/sql.js'
import { storageSuite } from '../../../src/storage/testing.js'
import type { SqlServer } from './sql-server.js'

/** `contracts` names the pool settings with which the contract is tested. */
export function sqlTests(start: () => Promise<SqlServer>, contracts: Record<string, object>): void {
  let server: SqlServer
  beforeAll(async () => {
    server = await start()
  }, 60_000)
  afterAll(() => server?.stop())

  const migrated = async (settings: object = {}) => {
    const name = await server.createDatabase()
    const db = server.connect(name, settings)
    await migrate(db)
    return { name, db, storage: sqlStorage(db) }
  }

  describe.each(Object.entries(contracts))('contract, %s', (_, settings) => {
    storageSuite({ describe, it }, async () => (await migrated(settings)).storage)
  })

  describe('migrate', () => {
    it('creates the tables, says so, and does nothing when they are there', async () => {
      const name = await server.createDatabase()
      expect(await migrate(server.connect(name))).toEqual({ from: 0, to: 1 })
      const { db, statements } = logged(server, name)
      expect(await migrate(db)).toEqual({ from: 1, to: 1 })
      expect(statements).toEqual(['SELECT max(version) AS version FROM grantwright_schema'])
    })

    it('brings an empty database to one schema when 8 instances start at once', async () => {
      for (let round = 0; round < 3; round++) {
        const name = await server.createDatabase()
        const instances = Array.from({ length: 8 }, () => server.connect(name))
        for (const { to } of await Promise.all(instances.map((db) => migrate(db)))) expect(to).toBe(1)
        const [db] = instances
        if (!db) throw new Error('no instance')
        expect(await query(db, 'SELECT version FROM grantwright_schema')).toEqual([{ version: 1 }])
        expect(await sqlStorage(db).insert('grant', record('a'), 0)).toBe(true)
        await Promise.all(instances.map((instance) => instance.destroy()))
      }
    })

    it('goes on where an instance was stopped half way', async () => {
      const db = server.connect(await server.createDatabase())
      for (const statement of scriptOf(server).slice(0, 4)) await query(db, statement)
      await expect(checkSchema(db)).rejects.toThrow('npx grantwright migrate')
      expect(await migrate(db)).toEqual({ from: 0, to: 1 })
      await checkSchema(db)
    })

    it('prints as SQL what it would run, for those who run it themselves', async () => {
      const db = server.connect(await server.createDatabase())
      expect(sqlStorage(db).migrationSql()).toBe(migrationSql(server.dialect))
      for (const statement of scriptOf(server)) await query(db, statement)
      await checkSchema(db)
      expect(await migrate(db)).toEqual({ from: 1, to: 1 })
    })
  })

  describe('a database that cannot be used', () => {
    it('without tables is refused with the cure, and works once they are made', async () => {
      const db = server.connect(await server.createDatabase())
      const storage = sqlStorage(db)
      const cure = /tables of grantwright are not in this database.*npx grantwright migrate.*migrate\(db\)/
      await expect(checkSchema(db)).rejects.toThrow(cure)
      await expect(storage.checkSchema()).rejects.toThrow(cure)
      const verbs = [storage.get('grant', 'a'), storage.insert('grant', record('a'), 0), storage.purge(0, 1)]
      for (const verb of verbs) await expect(verb).rejects.toThrow(cure)
      expect(await storage.migrate()).toEqual({ from: 0, to: 1 })
      expect(await storage.insert('grant', record('a'), 0)).toBe(true)
    })

    it('of a newer version is refused with the cure, also by migrate, and is left as it is', async () => {
      const { db } = await migrated()
      await query(db, 'INSERT INTO grantwright_schema (version) VALUES (2)')
      const newer = /newer version of grantwright: its schema is 2.*Update grantwright/
      await expect(migrate(db)).rejects.toThrow(newer)
      await expect(checkSchema(db)).rejects.toThrow(newer)
      await expect(sqlStorage(db).insert('grant', record('a'), 0)).rejects.toThrow(newer)
      expect(await query(db, 'SELECT id FROM grantwright_grants')).toEqual([])
    })

    it('that lacks a table or a column is refused, and the error names it', async () => {
      const { db } = await migrated()
      await query(db, 'ALTER TABLE grantwright_once DROP COLUMN document')
      await expect(sqlStorage(db).get('grant', 'a')).rejects.toThrow(/is not as it was made \(.*document.*migrate/)
      await query(db, 'DROP TABLE grantwright_once')
      await expect(checkSchema(db)).rejects.toThrow(/A table of grantwright is missing.*grantwright_once/)
    })

    it('that would change text on its way is refused with the cure, also by migrate', async () => {
      const { name, db } = await migrated()
      if (server.dialect === 'postgres') {
        await query(db, "CREATE DATABASE ascii TEMPLATE template0 ENCODING 'SQL_ASCII' LOCALE_PROVIDER libc LOCALE 'C'")
      }
      const bad = server.dialect === 'postgres' ? server.connect('ascii') : server.connect(name, { charset: 'latin1' })
      const told = server.dialect === 'postgres' ? /encoding SQL_ASCII.*ENCODING 'UTF8'/ : /latin1\. .*charset utf8mb4/
      if (server.dialect === 'mysql') await query(db, 'DELETE FROM grantwright_schema')
      await expect(migrate(bad)).rejects.toThrow(told)
      if (server.dialect === 'mysql') await migrate(db)
      if (server.dialect === 'mysql') await expect(sqlStorage(bad).get('grant', 'a')).rejects.toThrow(told)
    })

    it('that is not reached, does not exist or lets nobody in is refused with what to look at', async () => {
      const wrong = [{ port: 1 }, { host: 'nowhere.invalid' }, { database: 'nowhere' }, { user: 'nobody' }]
      for (const settings of wrong) {
        const db = server.connect('nowhere', settings)
        const told = /cannot read from its database \(.+\)\. Check the connection string/
        await expect(sqlStorage(db).get('grant', 'a')).rejects.toThrow(told)
        await expect(migrate(db)).rejects.toThrow(told)
      }
    })
  })

  describe('verbs', () => {
    it('are one statement each on the way of a request, on one row by its primary key', async () => {
      const { name } = await migrated()
      const { db, statements } = logged(server, name)
      const storage = sqlStorage(db)
      await storage.checkSchema()
      await storage.get('grant', 'a')
      statements.length = 0

      await storage.insert('grant', record('a'), 0)
      await storage.replace('grant', { ...record('a'), version: 'b' }, record('a').version)
      await storage.get('grant', 'a')
      await storage.remove('grant', 'a')
      expect(statements).toHaveLength(4)
      expect(statements[0]).toMatch(/^INSERT INTO grantwright_grants /)
      expect(statements[1]).toMatch(/^UPDATE grantwright_grants .* WHERE id = \S+ AND version IN /)
      expect(statements[2]).toMatch(/^SELECT .* FROM grantwright_grants WHERE id = \S+$/)
      expect(statements[3]).toMatch(/^DELETE FROM grantwright_grants WHERE id = \S+$/)
    })

    it('find lists and what has expired through an index, without sorting', async () => {
      const { db, storage } = await migrated()
      for (let index = 0; index < 60; index++) {
        const subject = `user ${index % 20}`
        await storage.insert('grant', { ...record(`g-${index}`), subject, expiresAt: index * 1000 }, -1)
      }
      const { plan, sorts } = planOf(server, db)
      const list = await plan('SELECT id FROM grantwright_grants WHERE subject = ? AND id > ? ORDER BY id LIMIT ?', [
        'user 7',
        '',
        5,
      ])
      expect(list).toContain('grantwright_grants_by_subject')
      expect(list).not.toMatch(sorts)
      const expired = await plan(
        'SELECT id FROM grantwright_grants WHERE expires_at <= ? ORDER BY expires_at LIMIT ?',
        [2000, 5],
      )
      expect(expired).toContain('grantwright_grants_by_expiry')
      expect(expired).not.toMatch(sorts)
    })

    it('purge more than one batch when asked to', async () => {
      const { storage, db } = await migrated()
      const ids = Array.from({ length: 1100 }, (_, index) => `g-${index}`)
      await Promise.all(ids.map((id) => storage.insert('once', { ...record(id), expiresAt: 5 }, 0)))
      await storage.insert('once', { ...record('living'), expiresAt: 6 }, 0)
      expect(await storage.purge(5, 1050)).toBe(1050)
      expect(await storage.purge(5, 1050)).toBe(50)
      expect(await query(db, 'SELECT version FROM grantwright_once')).toHaveLength(1)
    })

    it('give one winner among instances with pools of their own', async () => {
      const { name } = await migrated()
      const instances = Array.from({ length: 4 }, () => sqlStorage(server.connect(name)))
      for (let round = 0; round < 20; round++) {
        const rivals = instances.map((_, index) => ({ ...record(`${round}`), version: `${index}` }))
        const inserted = await Promise.all(instances.map((each, index) => each.insert('once', at(rivals, index), 0)))
        expect(inserted.filter(Boolean)).toHaveLength(1)
        const winner = at(rivals, inserted.indexOf(true))
        expect(await instances[0]?.get('once', `${round}`)).toEqual(winner)
        const nexts = rivals.map((rival) => ({ ...rival, version: `next ${rival.version}` }))
        const replaced = await Promise.all(
          instances.map((each, index) => each.replace('once', at(nexts, index), winner.version)),
        )
        expect(replaced.filter(Boolean)).toHaveLength(1)
        expect(await instances[1]?.get('once', `${round}`)).toEqual(at(nexts, replaced.indexOf(true)))
      }
    })

    it('let several instances purge the same records without an error', async () => {
      const { name, storage } = await migrated()
      const ids = Array.from({ length: 400 }, (_, index) => `g-${index}`)
      await Promise.all(ids.map((id) => storage.insert('once', { ...record(id), expiresAt: 5 }, 0)))
      const instances = Array.from({ length: 4 }, () => sqlStorage(server.connect(name)))
      const purged = await Promise.all(instances.flatMap((each) => [each.purge(5, 200), each.purge(5, 50)]))
      const left = await storage.purge(5, 1000)
      expect(purged.reduce((sum, count) => sum + count, left)).toBe(400)
    })

    it('reject, and never answer false, while a lock is not to be had', async () => {
      const { name, storage, db } = await migrated()
      await storage.insert('grant', record('a'), 0)
      await storage.insert('grant', { ...record('b'), expiresAt: 1 }, 0)
      const impatient = sqlStorage(server.connect(name, impatientSettings(server)))
      if (server.dialect === 'mysql') await query(db, 'SET GLOBAL innodb_lock_wait_timeout = 1')
      const next = { ...record('a'), version: 'next' }
      const writes = () => [
        impatient.replace('grant', next, record('a').version),
        impatient.insert('grant', { ...record('b'), version: 'next' }, 1),
      ]
      await db.transaction().execute(async (transaction) => {
        await transaction.executeQuery(CompiledQuery.raw('SELECT id FROM grantwright_grants FOR UPDATE'))
        const outcomes = await Promise.allSettled(writes())
        expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
      })
      if (server.dialect === 'mysql') await query(db, 'SET GLOBAL innodb_lock_wait_timeout = 50')
      expect(await storage.get('grant', 'a')).toEqual(record('a'))
      expect(await Promise.all(writes())).toEqual([true, true])
    })

    it('look past the plugins of the app', async () => {
      const { name } = await migrated()
      const db = server.connect(name, {}, { plugins: [new CamelCasePlugin()] })
      const full = { ...record('a'), subject: 'alice', clientId: 'web', expiresAt: 1_800_000_000_000 }
      const storage = sqlStorage(db)
      await storage.insert('grant', full, 0)
      expect(await storage.get('grant', 'a')).toEqual(full)
    })

    it('refuse U+0000 and lone surrogates, and write nothing', async () => {
      const { storage } = await migrated()
      for (const text of ['alice\0x', 'alice\ud800', '\udc00alice']) {
        for (const field of ['subject', 'clientId', 'document']) {
          const bad = { ...record('a'), [field]: text }
          await expect(storage.insert('grant', bad, 0)).rejects.toThrow('U+0000 or a lone surrogate')
          await expect(storage.replace('grant', bad, 'version')).rejects.toThrow('U+0000 or a lone surrogate')
        }
        await expect(storage.list('grant', { subject: text }, { limit: 1 })).rejects.toThrow('lone surrogate')
      }
      expect(await storage.get('grant', 'a')).toBeNull()
    })
  })
}

/** Runs one statement by hand. */
async function query(db: Kysely<unknown>, sql: string, parameters: unknown[] = []): Promise<unknown[]> {
  return (await db.executeQuery(CompiledQuery.raw(sql, parameters))).rows
}

export const record = (id: string): StoredRecord => ({
  id,
  version: `version of ${id}`,
  subject: null,
  clientId: null,
  expiresAt: null,
  document: '{}',
})

/** A connection to a database, and the statements that went through it. */
function logged(server: SqlServer, database: string): { db: Kysely<unknown>; statements: string[] } {
  const statements: string[] = []
  const log = ({ query: { sql } }: LogEvent) => void statements.push(sql)
  return { db: server.connect(database, {}, { log }), statements }
}

/** The script without what holds it together in Postgres, as a pool would give each line to another connection. */
const scriptOf = ({ dialect }: SqlServer): string[] =>
  migrationSql(dialect)
    .replace(/^--.*\n/, '')
    .split(';\n')
    .filter((statement) => !['', 'BEGIN', 'COMMIT'].includes(statement))

/** Small tables would be read whole. */
function planOf({ dialect }: SqlServer, db: Kysely<unknown>) {
  const plan = async (sql: string, parameters: unknown[]): Promise<string> => {
    if (dialect === 'mysql') return JSON.stringify(await query(db, `EXPLAIN FORMAT=JSON ${sql}`, parameters))
    let count = 0
    const literals = sql.replace(/\?/g, () => `'${parameters[count++]}'`)
    const text = await db.connection().execute(async (connection) => {
      await query(connection, 'SET enable_seqscan = off')
      await query(connection, 'SET enable_bitmapscan = off')
      return JSON.stringify(await query(connection, `EXPLAIN ${literals}`))
    })
    return text
  }
  return { plan, sorts: dialect === 'mysql' ? /filesort/ : /Sort/ }
}

const impatientSettings = ({ dialect }: SqlServer): object =>
  dialect === 'postgres' ? { options: '-c lock_timeout=100ms' } : {}

function at<Item>(items: readonly Item[], index: number): Item {
  const item = items[index]
  if (item === undefined) throw new Error(`no item ${index}`)
  return item
}
