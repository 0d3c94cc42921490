/**
 * Storage in one SQLite file, shared by any number of processes on the same machine. Writes that are asked for in one turn of
 * the event loop share one durable transaction (group commit): under load one flush to disk carries many of them.
 *
 * @module
 */
import { given } from '../runtime/given.js'
import { mistake } from '../runtime/option-checks.js'
import { type Kind, kinds, type Storage, type StoredRecord } from './contract.js'
import type { SqliteDatabase, SqliteStatement } from './sqlite/database.js'
import { groupCommit } from './sqlite/group-commit.js'
import { patiently } from './sqlite/lock.js'
import { oneRow } from './sqlite/one-row.js'
import { prepareSchema } from './sqlite/schema.js'
import { forEachTable } from './tables.js'

export type { SqliteDatabase, SqliteStatement } from './sqlite/database.js'

export interface SqliteStorage extends Storage {
  /**
   * Commits (or rejects) the writes still waiting, before it returns; every later verb rejects. It waits for no lock. The connection
   * stays open: it is the app's to close, after this.
   */
  close(): void
}

/**
 * Storage over an open connection, best one that nothing else uses: a transaction that the app leaves open on it makes every
 * write reject. Creates its tables (`grantwright_…`) when they are missing, and sets the connection to WAL,
 * `synchronous=FULL` and a busy timeout of 5 milliseconds. Several instances may do so at the same moment.
 *
 * While another connection holds the lock of the file, writes wait for it up to 3 seconds, and the process goes on meanwhile. A write
 * that does not get it then rejects, with nothing written. Only this function itself, at the start, waits for the lock in place, up
 * to 5 seconds.
 *
 * @throws {TypeError} when `db` is no open database, such as the name of a file.
 * @throws when the database was written by a newer version of grantwright, cannot be written to, or stays locked.
 */
export function sqliteStorage(db: SqliteDatabase): SqliteStorage {
  if (typeof db?.prepare !== 'function' || typeof db.exec !== 'function') {
    throw mistake(
      `sqliteStorage takes an open database. Write \`sqliteStorage(new Database(${typeof db === 'string' ? given(db) : "'auth.db'"}))\`, with \`Database\` of better-sqlite3, or \`DatabaseSync\` of node:sqlite.`,
      db,
    )
  }
  prepareSchema(db)
  const statements = prepareStatements(db)
  const group = groupCommit(db)
  let closed = false

  const open = (kind: Kind): Statements => {
    if (closed) throw new Error('This sqliteStorage has been closed.')
    return statements[kind]
  }

  // Reads are synchronous statements, so a read never falls into the middle of a group.
  return {
    settlesByItself: true,
    async get(kind, id) {
      return patiently(() => {
        const row = open(kind).get(id)
        return row ? toRecord(row as Row) : null
      })
    },
    async insert(kind, record, now) {
      const { insert } = open(kind)
      const { id, version } = record
      const content = contentOf(record)
      return group.write(() => changed(insert.run(id, version, ...content, now)))
    },
    async replace(kind, record, expected) {
      const { swap, extend, replace } = open(kind)
      const { id, version } = record
      const [subject, clientId, expiresAt, document] = contentOf(record)
      const values = [version, clientId, document, expiresAt, subject, id, expected, version]
      return group.write(() => [swap, extend, replace].some((statement) => changed(statement.run(...values))))
    },
    async remove(kind, id) {
      const { remove } = open(kind)
      await group.write(() => remove.run(id))
    },
    async list(kind, { subject }, { after = '', limit }) {
      return patiently(() => {
        const { list, listBySubject } = open(kind)
        const rows = subject === undefined ? list.all(after, limit) : listBySubject.all(subject, after, limit)
        return rows.map((row) => toRecord(row as Row))
      })
    },
    async purge(now, limit) {
      const purges = kinds.map((kind) => open(kind).purge)
      return group.writeAlone(() => {
        let left = limit
        for (const purge of purges) {
          if (left <= 0) break
          left -= Number(purge.run(now, now, left).changes)
        }
        return limit - left
      })
    },
    close() {
      closed = true
      group.close()
    },
  }
}

const columns = 'id, version, subject, client_id, expires_at, document'

/** A row as the statements below select it. Connections can be set to give integers as bigint. */
interface Row {
  readonly id: string
  readonly version: string
  readonly subject: string | null
  readonly client_id: string | null
  readonly expires_at: number | bigint | null
  readonly document: string
}

type Statements = Record<
  'insert' | 'swap' | 'extend' | 'replace' | 'remove' | 'list' | 'listBySubject' | 'purge',
  SqliteStatement
> & { get(id: string): unknown }

const prepareStatements = (db: SqliteDatabase): Record<Kind, Statements> =>
  forEachTable((table) => ({
    get: oneRow(() => db.prepare(`SELECT ${columns} FROM ${table} WHERE id = ?`)),
    insert: db.prepare(
      `INSERT INTO ${table} (${columns}) VALUES (?, ?, ?, ?, ?, ?)
         ON CONFLICT (id) DO UPDATE SET version = excluded.version, subject = excluded.subject,
           client_id = excluded.client_id, expires_at = excluded.expires_at, document = excluded.document
         WHERE ${table}.version = excluded.version OR ${table}.expires_at <= ?`,
    ),
    // SQLite writes every index of a column that is set, also when it stays what it was: a page or two, somewhere in the file. So the
    // usual swap sets none of them. The one after it moves the expiry alone, and the last does everything.
    swap: db.prepare(
      `UPDATE ${table} SET version = ?, client_id = ?, document = ?
         WHERE expires_at IS ? AND subject IS ? AND id = ? AND version IN (?, ?)`,
    ),
    extend: db.prepare(
      `UPDATE ${table} SET version = ?, client_id = ?, document = ?, expires_at = ?
         WHERE subject IS ? AND id = ? AND version IN (?, ?)`,
    ),
    replace: db.prepare(
      `UPDATE ${table} SET version = ?, client_id = ?, document = ?, expires_at = ?, subject = ?
         WHERE id = ? AND version IN (?, ?)`,
    ),
    remove: db.prepare(`DELETE FROM ${table} WHERE id = ?`),
    list: db.prepare(`SELECT ${columns} FROM ${table} WHERE id > ? ORDER BY id LIMIT ?`),
    listBySubject: db.prepare(`SELECT ${columns} FROM ${table} WHERE subject = ? AND id > ? ORDER BY id LIMIT ?`),
    purge: db.prepare(
      `DELETE FROM ${table} WHERE expires_at <= ?
         AND id IN (SELECT id FROM ${table} WHERE expires_at <= ? ORDER BY expires_at LIMIT ?)`,
    ),
  }))

const changed = ({ changes }: { readonly changes: number | bigint }): boolean => Number(changes) > 0

/** The last four of the {@link columns}. */
function contentOf({ subject, clientId, expiresAt, document }: StoredRecord) {
  // Some bindings cut text at U+0000 when they read it back: `alice` would answer for `alice\0x`.
  if (subject?.includes('\0') || clientId?.includes('\0') || document.includes('\0')) {
    throw new TypeError('SQLite cannot hold text with U+0000 in it.')
  }
  return [subject, clientId, expiresAt, document] as const
}

function toRecord({ id, version, subject, client_id, expires_at, document }: Row): StoredRecord {
  const expiresAt = expires_at === null ? null : Number(expires_at)
  return { id, version, subject, clientId: client_id, expiresAt, document }
}
