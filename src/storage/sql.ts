/**
 * Storage in Postgres, MySQL or MariaDB, through the app's own Kysely instance. A request finds its records by their primary
 * keys, one statement each; there are no transactions, no advisory locks and no serial keys.
 *
 * @module
 */
import type { Kysely } from 'kysely'
import { kinds, type Storage, type StoredRecord } from './contract.js'
import { firstCheck } from './first-check.js'
import { conditionalWrites } from './sql/conditional-writes.js'
import { type Run, type SqlDialect, type SqlResult, sqlConnection } from './sql/connection.js'
import { scriptOf } from './sql/migrations.js'
import { checkConnection, type Migrated, migrateSchema } from './sql/schema.js'
import { type Statements, statementsOf } from './sql/statements.js'
import { sayWhenUnanswered } from './unanswered.js'

export type { Migrated, SqlDialect }

export interface SqlStorage extends Storage {
  /** {@link migrate} for this storage's database. */
  migrate(): Promise<Migrated>
  /** {@link checkSchema} for this storage's database. */
  checkSchema(): Promise<void>
  /** {@link migrationSql} for this storage's dialect. */
  migrationSql(): string
}

/**
 * Storage over a Kysely instance with a dialect for Postgres or MySQL/MariaDB, whose plugins are left aside. Its tables must
 * be there, see {@link migrate}; the first verb looks, and rejects with what to do when they are not. On Postgres they are
 * found through the connection's `search_path`.
 *
 * A statement that the database undid because of a deadlock or a serialization failure is repeated, after a random time that
 * grows, for up to 1.5 seconds and at most 10 times; then it rejects. One that gets no connection of the pool within 3 seconds
 * is not sent, and rejects. The pool stays the app's to close.
 *
 * A write that was answered survives a crash. A failover may forget it unless replication is synchronous, which it is not by
 * default: then a spent code works once more, a rotated refresh token is the old one again, and a revoked grant lives. See "What
 * a failover forgets" in docs/storage.md.
 *
 * Connections die unnoticed, and clients wait on them for ever: set up the pool as docs/storage.md shows under "When the
 * database hangs". Where an answer takes 15 seconds, `console.warn` says so, once.
 *
 * @throws {TypeError} when `db` is no Kysely instance, is a transaction or has another dialect.
 */
export function sqlStorage<Database>(db: Kysely<Database>): SqlStorage {
  const connection = sqlConnection(db)
  const statements = statementsOf(connection.dialect)

  const asked = sayWhenUnanswered(unansweredAdvice)
  const ready = firstCheck(() => checkConnection(connection), Date.now)
  /** Runs a statement once the schema was found to be the right one. */
  const run: Run = async (sql, parameters) => {
    const answered = asked()
    const sendBy = performance.now() + PATIENCE
    try {
      await ready()
      return await connection.run(sql, parameters, sendBy)
    } finally {
      answered()
    }
  }
  const { insert, replace } = conditionalWrites({ ...connection, run }, statements)

  return {
    async get(kind, id) {
      const { rows } = await run(statements[kind].get, [id])
      return rows[0] ? toRecord(rows[0]) : null
    },
    async insert(kind, record, now) {
      checkText(record.subject, record.clientId, record.document)
      return insert(kind, record, now)
    },
    async replace(kind, record, expected) {
      checkText(record.subject, record.clientId, record.document)
      return replace(kind, record, expected)
    },
    async remove(kind, id) {
      await run(statements[kind].remove, [id])
    },
    async list(kind, { subject }, { after = '', limit }) {
      const { list, listBySubject } = statements[kind]
      if (subject === undefined) return (await run(list, [after, limit])).rows.map(toRecord)
      checkText(subject)
      return (await run(listBySubject, [subject, after, limit])).rows.map(toRecord)
    },
    async purge(now, limit) {
      let left = limit
      for (const kind of kinds) {
        if (left > 0) left -= await purgeTable(run, statements[kind], now, left)
      }
      return limit - left
    },
    migrate: () => migrateSchema(connection),
    checkSchema: () => checkConnection(connection),
    migrationSql: () => scriptOf(connection.dialect),
  }
}

/**
 * Brings the tables of grantwright (`grantwright_…`) to what this version needs, creating them when there are none. It may be
 * called at every start, by several instances at once; when there is nothing to do it writes nothing.
 *
 * @throws when a newer version of grantwright has been here, or the connection would change text or lose writes.
 */
export async function migrate<Database>(db: Kysely<Database>): Promise<Migrated> {
  return migrateSchema(sqlConnection(db))
}

/**
 * Resolves when the database can be reached and has the tables that this version needs; otherwise rejects with what to do.
 * To call at start: {@link sqlStorage} itself looks at its first verb only.
 */
export async function checkSchema<Database>(db: Kysely<Database>): Promise<void> {
  return checkConnection(sqlConnection(db))
}

/** What {@link migrate} would run on an empty database, as a script for those who run their migrations themselves. */
export const migrationSql = (dialect: SqlDialect): string => scriptOf(dialect)

/** Milliseconds. What is sent later is written when its request has long been refused, and looks like somebody else's. */
const PATIENCE = 3000

const unansweredAdvice =
  'sqlStorage got no answer from its database within 15 seconds. Unless a lock is held there, connections have died unnoticed, and ' +
  'the pool does not give them up: when all have, every request is a 503 until a restart. Give the pool a `stream` that is ' +
  'cut when it is silent for 10 seconds, as pg and mysql2 take it: see "When the database hangs" in docs/storage.md.'

/**
 * Looks first and deletes by primary key then, so that no row is locked that is not deleted. The condition stands in the
 * delete too: a record may have been given a longer life in between.
 */
async function purgeTable(
  run: Run,
  { expired, removeExpired }: Statements,
  now: number,
  limit: number,
): Promise<number> {
  let purged = 0
  while (purged < limit) {
    const { rows } = await run(expired, [now, Math.min(limit - purged, 1000)])
    if (rows.length === 0) break
    // Everybody deletes in the same order, and waits for nobody who waits for them.
    const ids = rows.map(({ id }) => String(id)).sort()
    const { affected } = await run(removeExpired(ids.length), [...ids, now])
    // Another instance is purging them.
    if (affected === 0) break
    purged += affected
  }
  return purged
}

/** Postgres refuses U+0000, and database clients replace lone surrogates: two subjects would become one. */
function checkText(...texts: readonly (string | null)[]): void {
  if (texts.some((text) => text !== null && /\0|\p{Surrogate}/u.test(text))) {
    throw new TypeError('SQL databases cannot hold text with U+0000 or a lone surrogate in it.')
  }
}

/** A row of the statements' columns. Clients give a bigint as a string, a number or a bigint. */
function toRecord(row: SqlResult['rows'][number]): StoredRecord {
  const { id, version, subject, client_id, expires_at, document } = row
  const text = (value: unknown): string | null => (value === null ? null : String(value))
  return {
    id: String(id),
    version: String(version),
    subject: text(subject),
    clientId: text(client_id),
    expiresAt: expires_at === null ? null : Number(expires_at),
    document: String(document),
  }
}
