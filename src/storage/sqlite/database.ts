/**
 * What is used of a connection to SQLite.
 *
 * @module
 */
/** What is used of a database connection. `libsql`, `better-sqlite3` and `DatabaseSync` of `node:sqlite` all fit. */
export interface SqliteDatabase {
  exec(sql: string): unknown
  prepare(sql: string): SqliteStatement
}

/** A prepared statement of a {@link SqliteDatabase}. */
export interface SqliteStatement {
  run(...parameters: unknown[]): { readonly changes: number | bigint }
  get(...parameters: unknown[]): unknown
  all(...parameters: unknown[]): unknown[]
}
