/**
 * `insert` and `replace`, in each dialect's own way. Each answers from what a single statement wrote, so of any number of
 * writers exactly one wins.
 *
 * @module
 */
import type { Kind, Storage, StoredRecord } from '../contract.js'
import type { SqlConnection } from './connection.js'
import { errorCode } from './error-code.js'
import type { Statements } from './statements.js'

type ConditionalWrites = Pick<Storage, 'insert' | 'replace'>

export const conditionalWrites = (
  connection: SqlConnection,
  statements: Record<Kind, Statements>,
): ConditionalWrites =>
  connection.dialect === 'postgres' ? postgresWrites(connection, statements) : mysqlWrites(connection, statements)

function postgresWrites({ run }: SqlConnection, statements: Record<Kind, Statements>): ConditionalWrites {
  return {
    async insert(kind, record, now) {
      return (await run(statements[kind].insert, [record.id, ...valuesOf(record), now])).affected > 0
    },
    async replace(kind, record, expected) {
      const { id, version } = record
      return (await run(statements[kind].replace, [...valuesOf(record), id, expected, version])).affected > 0
    },
  }
}

function mysqlWrites({ run }: SqlConnection, statements: Record<Kind, Statements>): ConditionalWrites {
  /**
   * Asked after an UPDATE that wrote no row: as the connection is set up, MySQL counts the rows that an UPDATE found or only
   * those that it changed, and a write that is delivered again changes none. Null when there is no row.
   */
  async function isThere(kind: Kind, { id, version }: StoredRecord): Promise<boolean | null> {
    const { rows } = await run(statements[kind].get, [id])
    return rows[0] ? rows[0].version === version : null
  }

  return {
    /**
     * An INSERT, and only when the id is taken an UPDATE of what has expired. (ON DUPLICATE KEY UPDATE takes no condition, and
     * its count does not tell who has won.)
     */
    async insert(kind, record, now) {
      const { insert, overwrite } = statements[kind]
      const { id, version } = record
      for (let attempt = 1; attempt <= 5; attempt++) {
        try {
          await run(insert, [id, ...valuesOf(record)])
          return true
        } catch (error) {
          if (errorCode(error) !== 'ER_DUP_ENTRY') throw error
        }
        const { affected } = await run(overwrite, [...valuesOf(record), id, version, now])
        const there = affected > 0 || (await isThere(kind, record))
        if (there !== null) return there
        // It was removed in between, so the id is free again.
      }
      throw new Error('A record came and went again and again while an insert tried to write it.')
    },
    async replace(kind, record, expected) {
      const { id, version } = record
      const { affected } = await run(statements[kind].replace, [...valuesOf(record), id, expected, version])
      return affected > 0 || (await isThere(kind, record)) === true
    },
  }
}

/** A record's values but for its id, in the order of the statements. */
const valuesOf = ({ version, subject, clientId, expiresAt, document }: StoredRecord): unknown[] => [
  version,
  subject,
  clientId,
  expiresAt,
  document,
]
