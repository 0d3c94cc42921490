/**
 * Bringing a database to the schema of this version of the library, and telling plainly when it is not there.
 *
 * @module
 */
import type { SqlConnection, SqlDialect } from './connection.js'
import { errorCode } from './error-code.js'
import { createSchemaTable, latestVersion, type Migration, migrations, noteVersion } from './migrations.js'
import { selectNothing } from './statements.js'

/** The version of the schema before and after; 0 is an empty database. */
export interface Migrated {
  readonly from: number
  readonly to: number
}

export async function migrateSchema(connection: SqlConnection): Promise<Migrated> {
  const from = await readVersion(connection)
  if (from > latestVersion) throw newerSchema(from)
  if (from < latestVersion) {
    await checkSettings(connection)
    // Postgres may tell one of two that create the same table at once that it exists, in spite of IF NOT EXISTS.
    await connection.run(createSchemaTable).catch(() => connection.run(createSchemaTable))
    const carryOut = connection.dialect === 'postgres' ? inTransaction : inSteps
    for (const migration of migrations) {
      if (migration.version > from) await carryOut(connection, migration)
    }
  }
  return { from, to: latestVersion }
}

/** Resolves when the database can carry the storage, and rejects with what to do when it cannot. */
export async function checkConnection(connection: SqlConnection): Promise<void> {
  const version = await readVersion(connection)
  if (version > latestVersion) throw newerSchema(version)
  if (version === 0) throw new Error(`The tables of grantwright are not in this database. ${cure}`)
  if (version < latestVersion) {
    throw new Error(
      `The tables of grantwright are those of schema ${version}, and this version needs ${latestVersion}. ${cure}`,
    )
  }
  await checkSettings(connection)
  await connection.run(selectNothing).catch((cause: unknown) => {
    throw isMissing(cause)
      ? new Error(`A table of grantwright is missing or is not as it was made (${describe(cause)}). ${cure}`, { cause })
      : unreachable(cause)
  })
}

/** The row is the lock: a second instance that notes the same version waits for the first, and then has nothing to do. */
async function inTransaction({ transaction }: SqlConnection, { version, statements }: Migration): Promise<void> {
  await transaction(async (run) => {
    const { affected } = await run(noteVersion('postgres', version))
    if (affected === 0) return
    for (const statement of statements.postgres) await run(statement)
  })
}

async function inSteps({ run }: SqlConnection, { version, statements }: Migration): Promise<void> {
  for (const statement of statements.mysql) await run(statement)
  await run(noteVersion('mysql', version))
}

/** 0 when there is no schema. */
async function readVersion({ run }: SqlConnection): Promise<number> {
  try {
    const { rows } = await run('SELECT max(version) AS version FROM grantwright_schema')
    return Number(rows[0]?.version ?? 0)
  } catch (error) {
    if (isMissing(error)) return 0
    throw unreachable(error)
  }
}

/** What would change text on its way, or lose a write. */
async function checkSettings({ dialect, run }: SqlConnection): Promise<void> {
  const { rows } = await run(settings[dialect]).catch((error: unknown) => {
    throw unreachable(error)
  })
  const setting = (name: string): string => String(rows[0]?.[name] ?? '')
  if (dialect === 'postgres') {
    if (setting('server_encoding') !== 'UTF8') {
      throw new Error(
        `The database has the encoding ${setting('server_encoding')}, which cannot hold every text. Create it with ENCODING 'UTF8'.`,
      )
    }
    return
  }
  for (const name of ['character_set_client', 'character_set_results']) {
    if (setting(name) !== 'utf8mb4') {
      throw new Error(
        `The connection has ${name} ${setting(name)}. Connect with the charset utf8mb4, as mysql2 does by default.`,
      )
    }
  }
  // Client libraries escape quotes with backslashes, which end the string in this mode.
  if (setting('sql_mode').includes('NO_BACKSLASH_ESCAPES')) {
    throw new Error(
      'The connection has sql_mode NO_BACKSLASH_ESCAPES, in which parameters are not safe. Switch it off.',
    )
  }
  if (setting('autocommit') !== '1') {
    throw new Error('The connection has autocommit off, so that writes would be lost. Switch it on.')
  }
}

const settings: Record<SqlDialect, string> = {
  postgres: "SELECT current_setting('server_encoding') AS server_encoding",
  mysql:
    'SELECT @@autocommit AS autocommit, @@sql_mode AS sql_mode, @@character_set_client AS character_set_client, ' +
    '@@character_set_results AS character_set_results',
}

const cure =
  "Run `npx grantwright migrate`, or call `migrate(db)` from 'grantwright/storage/sql'; or check which database the connection string names."

const newerSchema = (version: number): Error =>
  new Error(
    `This database was written by a newer version of grantwright: its schema is ${version}, and this version knows schema ` +
      `${latestVersion}. Update grantwright, or use another database.`,
  )

const unreachable = (cause: unknown): Error =>
  new Error(
    `sqlStorage cannot read from its database (${describe(cause)}). Check the connection string, that the server runs, and ` +
      'the rights of the user.',
    { cause },
  )

/** Node puts a failed connection to each address of a name into an error without a message. */
const describe = (error: unknown): string =>
  (error instanceof Error && error.message) || errorCode(error) || 'an error without a message'

const isMissing = (error: unknown): boolean => missing.has(errorCode(error) ?? '')

/** Postgres: undefined_table, undefined_column. */
const missing: ReadonlySet<string> = new Set(['42P01', '42703', 'ER_NO_SUCH_TABLE', 'ER_BAD_FIELD_ERROR'])
