import { createRequire } from 'node:module'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { kinds } from '../../src/storage/contract.js'
import { checkSchema, migrationSql, type SqlDialect, sqlStorage } from '../../src/storage/sql.js'
import { type Answer, databaseError, scriptedKysely } from './support/scripted-kysely.js'
import { record } from './support/sql-tests.js'

describe.each(['postgres', 'mysql'] as const)('the statements for %s', (dialect) => {
  it('use no locks, no transactions and no numbers that the database gives', async () => {
    const statements: string[] = []
    const storage = sqlStorage(
      scriptedKysely(
        dialect,
        healthy(dialect, (sql) => statements.push(sql)),
      ),
    )
    for (const kind of kinds) {
      await storage.get(kind, 'a')
      await storage.insert(kind, record('a'), 0)
      await storage.replace(kind, record('a'), 'expected')
      await storage.remove(kind, 'a')
      await storage.list(kind, { subject: 'alice' }, { limit: 5 })
    }
    await storage.list('client', {}, { limit: 5 })
    await storage.purge(0, 5)
    expect(statements.length).toBeGreaterThan(kinds.length * 6)
    for (const sql of statements)
      expect(sql).not.toMatch(/\b(lock|advisory|for update|for share|begin|commit|isolation)\b/i)
    expect(migrationSql(dialect)).not.toMatch(
      /advisory|get_lock|serial|auto_increment|identity|sequence|json|references/i,
    )
  })

  it('of a request find their row by its primary key, and nothing else', async () => {
    const statements: string[] = []
    const storage = sqlStorage(
      scriptedKysely(
        dialect,
        healthy(dialect, (sql) => statements.push(sql)),
      ),
    )
    await storage.get('grant', 'a')
    await storage.insert('once', record('a'), 0)
    await storage.replace('grant', record('a'), 'expected')
    await storage.remove('request', 'a')
    const requests = statements.slice(-4)
    expect(requests).toEqual(dialect === 'postgres' ? postgresRequests : mysqlRequests)
  })

  it('are told their values in parameters, never in their text', async () => {
    const statements: string[] = []
    const values: unknown[] = []
    const answer = healthy(dialect, (sql, parameters) => {
      statements.push(sql)
      values.push(...parameters)
    })
    const storage = sqlStorage(scriptedKysely(dialect, answer))
    const mine = { ...record("mine'"), subject: "mine'", clientId: "mine'", document: "mine'" }
    await storage.insert('grant', mine, 0)
    await storage.replace('grant', mine, "mine'")
    await storage.list('grant', { subject: "mine'" }, { after: "mine'", limit: 5 })
    await storage.get('grant', "mine'")
    await storage.remove('grant', "mine'")
    expect(statements.join()).not.toContain('mine')
    expect(values.filter((value) => value === "mine'").length).toBeGreaterThanOrEqual(13)
  })

  it('make tables whose text is compared byte by byte', () => {
    const script = migrationSql(dialect)
    const columns = script.split('\n').filter((line) => /^ {2}(id|version|subject|client_id|document) /.test(line))
    expect(columns).toHaveLength(5 * kinds.length)
    for (const column of columns) expect(column).toMatch(/COLLATE "C"|varbinary|utf8mb4_bin/)
  })
})

describe('a dialect', () => {
  it('that is neither is refused, with the storage to use instead', () => {
    const db = scriptedKysely('sqlite', () => ({}))
    expect(() => sqlStorage(db)).toThrow(/SqliteAdapter.*grantwright\/storage\/sqlite/)
  })

  it.each(['PostgresDialect', 'MysqlDialect'] as const)('of another copy of Kysely is taken: %s', (name) => {
    // As a CommonJS app has it, beside the one of this package.
    const { Kysely, ...dialects }: typeof import('kysely') = createRequire(import.meta.url)('kysely')
    const pool = (): never => {
      throw new Error('Nobody connects here.')
    }
    const db = new Kysely({ dialect: new dialects[name]({ pool }) })
    expect(() => sqlStorage(db as never)).not.toThrow()
  })

  it('of a transaction is refused', async () => {
    const db = scriptedKysely('postgres', () => ({}))
    await db.transaction().execute(async (transaction) => {
      expect(() => sqlStorage(transaction)).toThrow(/not a transaction/)
    })
  })

  it('that does not count rows makes a conditional verb reject, not guess', async () => {
    const storage = sqlStorage(scriptedKysely('postgres', (sql) => schema('postgres', sql) ?? {}))
    await expect(storage.insert('grant', record('a'), 0)).rejects.toThrow('does not count the rows')
    await expect(storage.replace('grant', record('a'), 'b')).rejects.toThrow('does not count the rows')
  })
})

describe('a statement that the database undid', () => {
  const conflicts = [
    ['postgres', '40001'],
    ['postgres', '40P01'],
    ['mysql', 'ER_LOCK_DEADLOCK'],
    ['mysql', 'ER_CHECKREAD'],
  ] as const

  it.each(conflicts)('is repeated on %s after %s', async (dialect, code) => {
    let left = 3
    const storage = sqlStorage(
      scriptedKysely(
        dialect,
        healthy(dialect, (sql) => {
          if (sql.startsWith('UPDATE') && left-- > 0) throw databaseError(code)
        }),
      ),
    )
    expect(await storage.replace('grant', record('a'), 'b')).toBe(true)
    expect(left).toBe(-1)
  })

  it.each(conflicts)('rejects on %s when %s does not stop', async (dialect, code) => {
    const storage = sqlStorage(scriptedKysely(dialect, healthy(dialect, failing(/^(UPDATE|INSERT)/, code))))
    const writes = [storage.replace('grant', record('a'), 'b'), storage.insert('grant', record('a'), 0)]
    await Promise.all(writes.map((write) => expect(write).rejects.toThrow(code)))
  })

  it.each([
    ['postgres', '55P03'],
    ['postgres', '57014'],
    ['postgres', 'ECONNRESET'],
    ['mysql', 'ER_LOCK_WAIT_TIMEOUT'],
    ['mysql', 'PROTOCOL_CONNECTION_LOST'],
  ] as const)('or may not have undone is not repeated: %s, %s', async (dialect, code) => {
    let count = 0
    const answer = healthy(dialect, (sql) => {
      if (!sql.startsWith('UPDATE')) return
      count++
      throw databaseError(code)
    })
    const storage = sqlStorage(scriptedKysely(dialect, answer))
    await expect(storage.replace('grant', record('a'), 'b')).rejects.toThrow(code)
    expect(count).toBe(1)
  })
})

describe('an insert on MySQL', () => {
  it('starts over when the record that was in its way is gone', async () => {
    const statements: string[] = []
    let inTheWay = 2
    const answer = healthy('mysql', (sql) => {
      statements.push(sql.split(' ')[0] ?? '')
      if (sql.startsWith('INSERT') && inTheWay-- > 0) throw databaseError('ER_DUP_ENTRY')
      if (sql.startsWith('UPDATE')) return { numAffectedRows: 0n }
      return
    })
    expect(await sqlStorage(scriptedKysely('mysql', answer)).insert('once', record('a'), 0)).toBe(true)
    expect(statements.slice(-7)).toEqual(['INSERT', 'UPDATE', 'SELECT', 'INSERT', 'UPDATE', 'SELECT', 'INSERT'])
  })

  it('rejects when that does not end', async () => {
    const answer = healthy('mysql', (sql) => {
      if (sql.startsWith('INSERT')) throw databaseError('ER_DUP_ENTRY')
      return sql.startsWith('UPDATE') ? { numAffectedRows: 0n } : undefined
    })
    await expect(sqlStorage(scriptedKysely('mysql', answer)).insert('once', record('a'), 0)).rejects.toThrow(
      'came and went',
    )
  })
})

it.each([
  [{ sql_mode: 'STRICT_TRANS_TABLES,NO_BACKSLASH_ESCAPES' }, /NO_BACKSLASH_ESCAPES.*Switch it off/],
  [{ autocommit: 0 }, /autocommit off.*Switch it on/],
  [{ character_set_client: 'latin1' }, /character_set_client latin1/],
  [{ character_set_results: 'utf8mb3' }, /character_set_results utf8mb3/],
])('a MySQL connection with %o is refused, and nothing is written through it', async (setting, told) => {
  const statements: string[] = []
  const db = scriptedKysely('mysql', (sql) => {
    statements.push(sql)
    return sql.includes('@@autocommit') ? { rows: [{ ...goodMysql, ...setting }] } : (schema('mysql', sql) ?? {})
  })
  await expect(sqlStorage(db).insert('grant', record('a'), 0)).rejects.toThrow(told)
  expect(statements.filter((sql) => !sql.startsWith('SELECT'))).toEqual([])
})

it('the schema is looked at once, and again after it was not to be had', async () => {
  let away = true
  let looks = 0
  const answer = healthy('postgres', (sql) => {
    if (!sql.includes('grantwright_schema')) return
    looks++
    if (away) throw databaseError('ECONNREFUSED')
  })
  const storage = sqlStorage(scriptedKysely('postgres', answer))
  const first = await Promise.allSettled([storage.get('grant', 'a'), storage.get('grant', 'b')])
  expect(first.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
  expect(looks).toBe(1)
  away = false
  await Promise.all([storage.get('grant', 'a'), storage.get('grant', 'b')])
  await storage.get('grant', 'c')
  expect(looks).toBe(2)
})

describe('a statement that waits for a connection of the pool', () => {
  afterEach(() => void vi.restoreAllMocks())

  /** A pool that gives a connection after so many milliseconds, and what was sent on it. */
  function slowPool() {
    const pool = { waits: 0 }
    let time = 0
    vi.spyOn(performance, 'now').mockImplementation(() => time)
    const sent: string[] = []
    const db = scriptedKysely(
      'postgres',
      healthy('postgres', (sql) => sent.push(sql)),
      async () => {
        time += pool.waits
      },
    )
    return { pool, sent, db }
  }

  it('for more than 3 seconds is not sent, so that nothing is written after its request was refused', async () => {
    const { pool, sent, db } = slowPool()
    const storage = sqlStorage(db)
    await storage.get('grant', 'a')
    sent.length = 0
    pool.waits = 3001
    await expect(storage.replace('grant', record('a'), 'b')).rejects.toThrow('was not sent')
    expect(sent).toEqual([])
    pool.waits = 3000
    expect(await storage.replace('grant', record('a'), 'b')).toBe(true)
    expect(sent).toHaveLength(1)
  })

  it('counts the time that the first check has taken', async () => {
    const { pool, sent, db } = slowPool()
    pool.waits = 1000
    await expect(sqlStorage(db).replace('grant', record('a'), 'b')).rejects.toThrow('was not sent')
    expect(sent.filter((sql) => sql.startsWith('UPDATE'))).toEqual([])
  })

  it('is sent, however long that takes, when it looks at the schema at the start', async () => {
    const { pool, db } = slowPool()
    pool.waits = 20_000
    await expect(checkSchema(db)).resolves.toBeUndefined()
  })
})

const goodMysql = {
  autocommit: 1,
  sql_mode: 'STRICT_TRANS_TABLES',
  character_set_client: 'utf8mb4',
  character_set_results: 'utf8mb4',
}

/** What a database in order answers to the check of its schema; undefined for other statements. */
function schema(dialect: SqlDialect, sql: string): ReturnType<Answer> | undefined {
  if (sql.includes('grantwright_schema')) return { rows: [{ version: 1 }] }
  if (sql.includes('@@autocommit') || sql.includes('server_encoding')) {
    return { rows: [dialect === 'mysql' ? goodMysql : { server_encoding: 'UTF8' }] }
  }
  return undefined
}

/** A database in order in which every write writes one row and nothing is ever found, but for what `first` says. */
const healthy =
  (dialect: SqlDialect, first: (...statement: Parameters<Answer>) => ReturnType<Answer> | unknown): Answer =>
  (sql, parameters) => {
    const answer = first(sql, parameters)
    if (typeof answer === 'object' && answer !== null) return answer
    return schema(dialect, sql) ?? (sql.startsWith('SELECT') ? {} : { numAffectedRows: 1n })
  }

const failing = (pattern: RegExp, code: string) => (sql: string) => {
  if (pattern.test(sql)) throw databaseError(code)
}

const postgresRequests = [
  'SELECT id, version, subject, client_id, expires_at, document FROM grantwright_grants WHERE id = $1',
  'INSERT INTO grantwright_once (id, version, subject, client_id, expires_at, document) VALUES ($1, $2, $3, $4, $5, $6)' +
    ' ON CONFLICT (id) DO UPDATE SET version = excluded.version, subject = excluded.subject,' +
    ' client_id = excluded.client_id, expires_at = excluded.expires_at, document = excluded.document' +
    ' WHERE grantwright_once.version = excluded.version OR grantwright_once.expires_at <= $7',
  'UPDATE grantwright_grants SET version = $1, subject = $2, client_id = $3, expires_at = $4, document = $5' +
    ' WHERE id = $6 AND version IN ($7, $8)',
  'DELETE FROM grantwright_requests WHERE id = $1',
]

const mysqlRequests = [
  'SELECT CONVERT(id USING utf8mb4) AS id, CONVERT(version USING utf8mb4) AS version,' +
    ' CONVERT(subject USING utf8mb4) AS subject, client_id, expires_at, document FROM grantwright_grants WHERE id = ?',
  'INSERT INTO grantwright_once (id, version, subject, client_id, expires_at, document) VALUES (?, ?, ?, ?, ?, ?)',
  'UPDATE grantwright_grants SET version = ?, subject = ?, client_id = ?, expires_at = ?, document = ?' +
    ' WHERE id = ? AND version IN (?, ?)',
  'DELETE FROM grantwright_requests WHERE id = ?',
]
