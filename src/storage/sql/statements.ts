/**
 * The statements of the SQL storage, written once for each table. Those of a request (get, insert, replace, remove) reach
 * their row by its primary key alone.
 *
 * @module
 */
import type { Kind } from '../contract.js'
import { forEachTable } from '../tables.js'
import type { SqlDialect } from './connection.js'

export interface Statements {
  /** id */
  readonly get: string
  /** A row's six values. On Postgres also now; then it overwrites what has expired, or has the same version already. */
  readonly insert: string
  /** version, subject, client_id, expires_at, document; id, version, now */
  readonly overwrite: string
  /** version, subject, client_id, expires_at, document; id, expected version, version */
  readonly replace: string
  /** id */
  readonly remove: string
  /** after, limit */
  readonly list: string
  /** subject, after, limit */
  readonly listBySubject: string
  /** now, limit */
  readonly expired: string
  /** `count` ids, now */
  removeExpired(count: number): string
}

export const statementsOf = (dialect: SqlDialect): Record<Kind, Statements> =>
  forEachTable((table) => statements(table, dialect))

/** Selects nothing, and fails when a column that {@link Statements} name is missing. */
export const selectNothing = Object.values(forEachTable((table) => table))
  .map((table) => `SELECT ${columns().join(', ')} FROM ${table} WHERE 1 = 0`)
  .join(' UNION ALL ')

function statements(table: string, dialect: SqlDialect): Statements {
  const text = dialect === 'postgres' ? numbered : (sql: string) => sql
  const select = `SELECT ${columns(dialect).join(', ')} FROM ${table}`
  const set = 'version = ?, subject = ?, client_id = ?, expires_at = ?, document = ?'
  // The column of the table, not what is selected under this name.
  const page = `ORDER BY ${table}.id LIMIT ?`
  return {
    get: text(`${select} WHERE id = ?`),
    insert: text(
      `INSERT INTO ${table} (${columns().join(', ')}) VALUES (?, ?, ?, ?, ?, ?)` +
        (dialect === 'postgres' ? overwriteOnConflict(table) : ''),
    ),
    overwrite: text(`UPDATE ${table} SET ${set} WHERE id = ? AND (version = ? OR expires_at <= ?)`),
    replace: text(`UPDATE ${table} SET ${set} WHERE id = ? AND version IN (?, ?)`),
    remove: text(`DELETE FROM ${table} WHERE id = ?`),
    list: text(`${select} WHERE id > ? ${page}`),
    listBySubject: text(`${select} WHERE subject = ? AND id > ? ${page}`),
    expired: text(`SELECT ${columns(dialect)[0]} FROM ${table} WHERE expires_at <= ? ORDER BY expires_at LIMIT ?`),
    // `+ 0` keeps the optimizer away from the index on expires_at, through which it would lock rows in another order.
    removeExpired: (count) =>
      text(`DELETE FROM ${table} WHERE id IN (${Array(count).fill('?').join(', ')}) AND expires_at + 0 <= ?`),
  }
}

const overwriteOnConflict = (table: string): string =>
  ' ON CONFLICT (id) DO UPDATE SET version = excluded.version, subject = excluded.subject,' +
  ' client_id = excluded.client_id, expires_at = excluded.expires_at, document = excluded.document' +
  ` WHERE ${table}.version = excluded.version OR ${table}.expires_at <= ?`

/** On MySQL ids, versions and subjects are bytes, see migrations.ts, and would come as buffers. */
function columns(dialect: SqlDialect = 'postgres'): string[] {
  const plain = ['id', 'version', 'subject', 'client_id', 'expires_at', 'document']
  return dialect === 'postgres'
    ? plain
    : plain.map((name, index) => (index < 3 ? `CONVERT(${name} USING utf8mb4) AS ${name}` : name))
}

/** `$1, $2 …` for `?`. No statement has a question mark elsewhere. */
function numbered(sql: string): string {
  let count = 0
  return sql.replace(/\?/g, () => `$${++count}`)
}
