/**
 * The tables of the SQLite storage and their version. Forward only: an older library refuses a database that a newer one has
 * written.
 *
 * @module
 */

import { forEachTable } from '../tables.js'
import type { SqliteDatabase } from './database.js'
import { busyTimeout, isBusy } from './lock.js'

// Kept from the start: tests of the app may put another in its place.
const { performance } = globalThis

/**
 * Sets up the connection and creates what is missing. It waits up to 5 seconds for the lock, and the process with it: this is the
 * start, and nothing can be answered without tables. (Two processes that switch the same new file to WAL may collide, and SQLite
 * itself does not wait there.)
 *
 * @throws when a newer version of the library has written this database, or another connection does not let go of it.
 */
export function prepareSchema(db: SqliteDatabase): void {
  const until = performance.now() + 5000
  for (;;) {
    try {
      setUp(db)
      return
    } catch (error) {
      if (!isBusy(error) || performance.now() >= until) throw error
    }
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20)
  }
}

function setUp(db: SqliteDatabase): void {
  db.exec(`PRAGMA busy_timeout = ${busyTimeout}`)
  db.exec('PRAGMA journal_mode = WAL')
  db.exec('PRAGMA synchronous = FULL')
  db.exec('BEGIN IMMEDIATE')
  try {
    checkVersion(db)
    forEachTable((table) => db.exec(tableSql(table)))
    db.exec('COMMIT')
  } catch (error) {
    try {
      db.exec('ROLLBACK')
    } catch {
      // SQLite has rolled back by itself, as it does when the disk is full.
    }
    throw error
  }
}

/** What {@link prepareSchema} makes in an empty database, as a script. */
export function schemaSql(): string {
  const statements = [createSchemaTable, noteVersion, ...Object.values(forEachTable(tableSql))]
  return `-- The tables of grantwright, schema ${schemaVersion}.\nBEGIN;\n${statements.join('\n')}\nCOMMIT;\n`
}

const schemaVersion = 1
const createSchemaTable = 'CREATE TABLE IF NOT EXISTS grantwright_schema (version INTEGER NOT NULL);'
const noteVersion = `INSERT INTO grantwright_schema (version) VALUES (${schemaVersion});`

function checkVersion(db: SqliteDatabase): void {
  db.exec(createSchemaTable)
  // The column is selected by name, and an INTEGER.
  const row = db.prepare('SELECT max(version) AS version FROM grantwright_schema').get() as { version: number | null }
  if (row.version === null) {
    db.exec(noteVersion)
  } else if (row.version > schemaVersion) {
    throw new Error(
      `This database was written by a newer version of grantwright: its schema is ${row.version}, and this version knows ` +
        `schema ${schemaVersion}. Update grantwright, or use another database.`,
    )
  }
}

/** Text is compared with SQLite's default collation, BINARY: byte by byte. */
const tableSql = (table: string): string => `CREATE TABLE IF NOT EXISTS ${table} (
  id TEXT PRIMARY KEY NOT NULL,
  version TEXT NOT NULL,
  subject TEXT,
  client_id TEXT,
  expires_at INTEGER,
  document TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS ${table}_by_subject ON ${table} (subject, id) WHERE subject IS NOT NULL;
CREATE INDEX IF NOT EXISTS ${table}_by_expiry ON ${table} (expires_at) WHERE expires_at IS NOT NULL;`
