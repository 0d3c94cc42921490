/**
 * `migrate`: the tables that the storage of a server needs.
 *
 * @module
 */
import type { Storage } from '../../storage/contract.js'
import { scriptOf } from '../../storage/sql/migrations.js'
import type { Migrated } from '../../storage/sql/schema.js'
import { schemaSql } from '../../storage/sqlite/schema.js'
import { type Command, output } from '../command.js'
import { Failure, misused } from '../failure.js'

export const migrate: Command = {
  summary: 'Makes the tables that the storage needs, or prints their SQL',
  details: `It may run at every deployment and in several places at once; it only goes forward.

Examples:
  npx grantwright migrate
  npx grantwright migrate --print-sql             for the storage of the config
  npx grantwright migrate --print-sql postgres    needs no config`,
  operands: ['[postgres|mysql|sqlite]'],
  flags: { 'print-sql': { help: 'print the SQL and run nothing' } },
  slow: true,
  allIssuers: true,
  async run(input) {
    const [dialect] = input.operands
    if (!input.has('print-sql')) {
      if (dialect !== undefined)
        throw misused(`${dialect} goes with --print-sql. To migrate, the config says which database.`)
      const { deployment } = await input.server()
      const migrated = await migrateStorage(deployment.givenStorage)
      return output(input, migrated ?? { from: null, to: null }, () => sentence(migrated))
    }
    const sql = dialect === undefined ? sqlOf((await input.server()).deployment.givenStorage) : scriptFor(dialect)
    output(input, { sql }, () => sql.trimEnd())
  },
}

const scripts = { postgres: () => scriptOf('postgres'), mysql: () => scriptOf('mysql'), sqlite: schemaSql }

function scriptFor(dialect: string): string {
  if (Object.hasOwn(scripts, dialect)) return scripts[dialect as keyof typeof scripts]()
  throw misused(`${dialect} is not a dialect: postgres, mysql (MariaDB too) or sqlite.`)
}

/** What a storage may offer beside the six verbs. */
type Migratable = Storage & { readonly migrate?: unknown; readonly migrationSql?: unknown }

/** Undefined when there is nothing that could be migrated. */
async function migrateStorage(storage: Migratable): Promise<Migrated | undefined> {
  return typeof storage.migrate === 'function' ? storage.migrate() : undefined
}

function sqlOf(storage: Migratable): string {
  if (typeof storage.migrationSql === 'function') return storage.migrationSql()
  throw new Failure(
    'The storage of this server has no SQL of its own to print. Name a dialect: npx grantwright migrate --print-sql sqlite',
  )
}

function sentence(migrated: Migrated | undefined): string {
  if (!migrated) {
    return 'Nothing to do: this storage makes what it needs by itself. (sqliteStorage does so when it opens the file.)'
  }
  const { from, to } = migrated
  if (from === to) return `Nothing to do: the tables are those of schema ${to} already.`
  return from === 0 ? `Made the tables of schema ${to}.` : `Brought the tables from schema ${from} to schema ${to}.`
}
