/**
 * A Kysely instance without a database: every statement is answered by a function.
 *
 * @module
 */
import {
  type DatabaseConnection,
  type Dialect,
  Kysely,
  MysqlAdapter,
  MysqlQueryCompiler,
  PostgresAdapter,
  PostgresQueryCompiler,
  type QueryResult,
  SqliteAdapter,
  SqliteQueryCompiler,
} from 'kysely'

/** Answers one statement, or throws what the database client would reject with. */
export type Answer = (sql: string, parameters: readonly unknown[]) => Answered | Promise<Answered>

type Answered = Partial<QueryResult<unknown>>

/** `acquire` is what a statement waits for before it has a connection. */
export function scriptedKysely(
  name: 'postgres' | 'mysql' | 'sqlite',
  answer: Answer,
  acquire: () => Promise<void> = async () => {},
): Kysely<unknown> {
  const connection: DatabaseConnection = {
    async executeQuery<Row>({ sql, parameters }: { sql: string; parameters: readonly unknown[] }) {
      // A script knows what its statements select.
      return { rows: [], ...(await answer(sql, parameters)) } as QueryResult<Row>
    },
    streamQuery() {
      throw new Error('not scripted')
    },
  }
  const nothing = async () => {}
  const driver = {
    init: nothing,
    async acquireConnection() {
      await acquire()
      return connection
    },
    beginTransaction: nothing,
    commitTransaction: nothing,
    rollbackTransaction: nothing,
    releaseConnection: nothing,
    destroy: nothing,
  }
  const dialect: Dialect = {
    createDriver: () => driver,
    createIntrospector: () => {
      throw new Error('not scripted')
    },
    createAdapter: () => new ({ postgres: PostgresAdapter, mysql: MysqlAdapter, sqlite: SqliteAdapter })[name](),
    createQueryCompiler: () =>
      new ({ postgres: PostgresQueryCompiler, mysql: MysqlQueryCompiler, sqlite: SqliteQueryCompiler })[name](),
  }
  return new Kysely({ dialect })
}

/** An error as a database client makes it. */
export const databaseError = (code: string): Error => Object.assign(new Error(`error ${code}`), { code })
