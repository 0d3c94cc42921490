/**
 * The app's Kysely instance, reduced to what the storage needs: which dialect it speaks, and single statements, each of them
 * committed by itself.
 *
 * @module
 */
import { CompiledQuery, type Kysely, MysqlAdapter, PostgresAdapter } from 'kysely'
import { mistake } from '../../runtime/option-checks.js'
import { againAfterConflict } from './conflicts.js'

/** MariaDB speaks the dialect of MySQL. */
export type SqlDialect = 'postgres' | 'mysql'

/**
 * Runs one statement. Rejects with the error of the app's database client, and with one of its own when the statement has got no
 * connection by the time `sendBy` of `performance.now()`. Then nothing is sent.
 */
export type Run = (sql: string, parameters?: readonly unknown[], sendBy?: number) => Promise<SqlResult>

export interface SqlResult {
  readonly rows: readonly Readonly<Record<string, unknown>>[]
  /** Rows that an INSERT, UPDATE or DELETE wrote. */
  readonly affected: number
}

export interface SqlConnection {
  readonly dialect: SqlDialect
  readonly run: Run
  /** Commits the statements of `work` together. */
  transaction(work: (run: Run) => Promise<void>): Promise<void>
}

/**
 * @throws {TypeError} when `db` is no Kysely instance, is a transaction, or speaks neither dialect.
 */
export function sqlConnection<Database>(db: Kysely<Database>): SqlConnection {
  if (typeof db?.getExecutor !== 'function') {
    throw mistake(
      'sqlStorage takes a Kysely instance. Write `sqlStorage(new Kysely({ dialect: new PostgresDialect({ pool }) }))`, or with `MysqlDialect`.',
      db,
    )
  }
  if (db.isTransaction) {
    throw new TypeError(
      'sqlStorage needs the Kysely instance itself, not a transaction: what it writes must be committed at once.',
    )
  }
  // Plugins of the app rewrite names and values, such as CamelCasePlugin.
  const plain = db.withoutPlugins()
  const run = runOn(plain)
  return {
    dialect: dialectOf(db),
    run: (sql, parameters, sendBy) => againAfterConflict(() => run(sql, parameters, sendBy)),
    transaction: (work) =>
      againAfterConflict(() => plain.transaction().execute((transaction) => work(runOn(transaction)))),
  }
}

function dialectOf<Database>(db: Kysely<Database>): SqlDialect {
  const { adapter } = db.getExecutor()
  if (adapter instanceof PostgresAdapter || isNamed(adapter, 'PostgresAdapter')) return 'postgres'
  if (adapter instanceof MysqlAdapter || isNamed(adapter, 'MysqlAdapter')) return 'mysql'
  throw new TypeError(
    `sqlStorage knows Postgres and MySQL/MariaDB; this Kysely instance speaks through ${adapter.constructor.name}. ` +
      'For SQLite there is sqliteStorage in grantwright/storage/sqlite.',
  )
}

/** Another copy of Kysely has classes of its own: that of a CommonJS app, or of a package beside. */
function isNamed(adapter: object, name: string): boolean {
  for (let of = Object.getPrototypeOf(adapter); of !== null; of = Object.getPrototypeOf(of))
    if (of.constructor?.name === name) return true
  return false
}

const runOn =
  <Database>(db: Kysely<Database>): Run =>
  async (sql, parameters = [], sendBy = Number.POSITIVE_INFINITY) => {
    const query = CompiledQuery.raw(sql, [...parameters])
    const { rows, numAffectedRows } = await db.getExecutor().provideConnection((connection) => {
      if (performance.now() > sendBy)
        throw new Error('A statement got no connection of the pool in time, and was not sent.')
      return connection.executeQuery<Record<string, unknown>>(query)
    })
    return {
      rows,
      // Without a count nobody knows who has won. Only Kysely dialects of third parties may leave it out.
      get affected() {
        if (numAffectedRows === undefined) throw new TypeError('This Kysely dialect does not count the rows it writes.')
        return Number(numAffectedRows)
      },
    }
  }
