/**
 * SQLite in a file, in the process of the server.
 *
 * @module
 */
import { closeSync, fdatasyncSync, openSync, statSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'libsql'
import { load } from '../dist.mjs'
import { deleteFolder, temporaryFolder } from '../temporary.mjs'

/** KiB of pages kept while the table is filled: the indexes of 10^7 grants. */
const CACHE = 3_000_000

export const sqlite = {
  name: 'SQLite',
  async start() {
    const folder = temporaryFolder()
    const db = new Database(':memory:')
    const { version } = db.prepare('SELECT sqlite_version() AS version').get()
    db.close()
    const conditions = `SQLite ${version} by \`libsql\`, with the settings that \`sqliteStorage\` makes: WAL and \`synchronous=FULL\``
    return { place: join(folder, 'auth.db'), cpu: null, conditions, stop: async () => deleteFolder(folder) }
  },

  async open(place) {
    const { sqliteStorage } = await load('storage/sqlite.js')
    const db = new Database(place)
    const storage = sqliteStorage(db)
    return {
      storage,
      async close() {
        storage.close()
        db.close()
      },
    }
  },

  /** Fills the table of the grants as `insert` of the driver does, in one transaction that nothing protects. */
  async filler(place) {
    const { sqliteStorage } = await load('storage/sqlite.js')
    const db = new Database(place)
    sqliteStorage(db)
    for (const setting of ['journal_mode = OFF', 'synchronous = OFF', `cache_size = -${CACHE}`])
      db.exec(`PRAGMA ${setting}`)
    const insertion = db.prepare(
      'INSERT INTO grantwright_grants (id, version, subject, client_id, expires_at, document) VALUES (?, ?, ?, ?, ?, ?)',
    )
    db.exec('BEGIN')
    return {
      async insert(records) {
        for (const { id, version, subject, clientId, expiresAt, document } of records)
          insertion.run(id, version, subject, clientId, expiresAt, document)
        flush(place)
      },
      async done() {
        db.exec('COMMIT')
        db.close()
        flush(place)
      },
    }
  },

  async settle(place) {
    const db = new Database(place)
    db.exec('PRAGMA journal_mode = WAL')
    db.exec('PRAGMA wal_checkpoint(TRUNCATE)')
    db.close()
    flush(place)
  },

  used: async (place) => statSync(place).size,

  /** How the statements of `get` and of the swap reach their row. */
  async plans(place, id) {
    const { sqliteStorage } = await load('storage/sqlite.js')
    const db = new Database(place)
    const run = []
    const storage = sqliteStorage({ exec: (sql) => db.exec(sql), prepare: (sql) => noting(db.prepare(sql), sql, run) })
    const record = await storage.get('grant', id)
    run.length = 0
    await storage.get('grant', id)
    await storage.replace('grant', record, record.version)
    storage.close()
    const plans = run
      .filter(({ sql }) => /^(SELECT|UPDATE) /.test(sql))
      .map(({ sql, values }) => db.prepare(`EXPLAIN QUERY PLAN ${sql}`).all(...values))
    db.close()
    return plans.map((rows) => rows.map(({ detail }) => detail).join(', '))
  },
  byPrimaryKey: /^SEARCH grantwright_grants USING INDEX sqlite_autoindex_grantwright_grants_1 \(id=\?\)$/,
}

/** A statement of which each run is noted. */
function noting(statement, sql, run) {
  const noted =
    (verb) =>
    (...values) => {
      run.push({ sql, values })
      return statement[verb](...values)
    }
  return { run: noted('run'), get: noted('get'), all: noted('all') }
}

/** What is in the operating system's cache alone goes to the disk now, and not in somebody's window. */
function flush(place) {
  const file = openSync(place, 'r+')
  fdatasyncSync(file)
  closeSync(file)
}
