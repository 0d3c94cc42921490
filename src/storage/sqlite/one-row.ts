/**
 * The statement that finds one row.
 *
 * @module
 */
import type { SqliteStatement } from './database.js'

/**
 * Looks one row up by its id. After a failure the statement is prepared anew: `libsql` (0.5) leaves one that has failed as it was, binds nothing
 * to it the next time, and so answers with what was asked for before.
 *
 * @throws whatever the binding throws.
 */
export function oneRow(prepare: () => SqliteStatement): (id: string) => unknown {
  let statement: SqliteStatement | undefined = prepare()
  return (id) => {
    statement ??= prepare()
    try {
      return statement.get(id)
    } catch (error) {
      statement = undefined
      throw error
    }
  }
}
