/**
 * Storage in Postgres, MySQL or MariaDB, through the app's own Kysely instance. A request finds its records by their primary
 * keys, one statement each; there are no transactions, no advisory locks and no serial keys.
 *
 * @module
 */
import type { Kysely } from 'kysely'
import { kinds, type Storage, type StoredRecord } from './contract.js'
import { conditionalWrites } from './sql/conditional-writes.js'
import { type SqlDialect, sqlConnection } from './sql/connection.js'
import { checkConnection, type Migrated, migrateSchema, scriptOf } from './sql/schema.js'
import { statementsOf } from './sql/statements.js'

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
 * A statement that the database undid because of a deadlock or a serialization failure is repeated three times, and then
 * rejects. The pool stays the app's to close.
 *
 * @throws {TypeError} when `db` is a transaction or has another dialect.
 */
export function sqlStorage<Database>(db: Kysely<Database>): SqlStorage {
  const connection = sqlConnection(db)
  const statements = statementsOf(connection.dialect)
  const { insert, replace } = conditionalWrites(connection, statements)

  let checked: Promise<void> | undefined
  /** Runs a statement when the schema has been found to be the right one. After a failure the next verb looks again. */
  const run: typeof connection.run = async (sql, parameters) => {
    checked ??= checkConnection(connection)
    await checked.catch((error) => {
      checked = undefined
      throw error
    })
    return connection.run(sql, parameters)
  }
  return { insert, replace, run } as never
}
