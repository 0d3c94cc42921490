/**
 * The tables of the SQL storage, as data. Forward only. The table `grantwright_schema` has one row for each migration that was
 * carried out.
 *
 * Text is compared byte by byte. Postgres does so with the collation "C". On MySQL and MariaDB ids, versions and subjects are
 * bytes: the binary collations that both know ignore spaces at the end, so that `alice` would answer for `alice `.
 *
 * @module
 */
import { forEachTable } from '../tables.js'
import type { SqlDialect } from './connection.js'

export interface Migration {
  readonly version: number
  /**
   * MySQL commits after each of them, so there they must bear to be run again: by an instance that starts at the same time, or
   * after one that was stopped half way.
   */
  readonly statements: Record<SqlDialect, readonly string[]>
}

export const createSchemaTable = 'CREATE TABLE IF NOT EXISTS grantwright_schema (version integer NOT NULL PRIMARY KEY)'

/** Notes that a migration was carried out; changes no row when that is noted already. */
export const noteVersion = (dialect: SqlDialect, version: number): string =>
  dialect === 'postgres'
    ? `INSERT INTO grantwright_schema (version) VALUES (${version}) ON CONFLICT (version) DO NOTHING`
    : `INSERT IGNORE INTO grantwright_schema (version) VALUES (${version})`

export const migrations: readonly Migration[] = [
  {
    version: 1,
    statements: {
      postgres: Object.values(forEachTable(postgresTable)).flat(),
      mysql: Object.values(forEachTable(mysqlTable)),
    },
  },
]

/** The schema that this version of the library needs. */
export const latestVersion = migrations.reduce((latest, { version }) => Math.max(latest, version), 0)

/** The statements of all migrations, for those who run them themselves. */
export function scriptOf(dialect: SqlDialect): string {
  const statements = [createSchemaTable]
  for (const { version, statements: ofMigration } of migrations) {
    statements.push(...ofMigration[dialect], noteVersion(dialect, version))
  }
  const script = dialect === 'postgres' ? ['BEGIN', ...statements, 'COMMIT'] : statements
  return `-- The tables of grantwright, schema ${latestVersion}.\n${script.map((statement) => `${statement};\n`).join('')}`
}

function postgresTable(table: string): string[] {
  return [
    `CREATE TABLE IF NOT EXISTS ${table} (
  id text COLLATE "C" NOT NULL PRIMARY KEY,
  version text COLLATE "C" NOT NULL,
  subject text COLLATE "C",
  client_id text COLLATE "C",
  expires_at bigint,
  document text COLLATE "C" NOT NULL
)`,
    `CREATE INDEX IF NOT EXISTS ${table}_by_subject ON ${table} (subject, id) WHERE subject IS NOT NULL`,
    `CREATE INDEX IF NOT EXISTS ${table}_by_expiry ON ${table} (expires_at) WHERE expires_at IS NOT NULL`,
  ]
}

function mysqlTable(table: string): string {
  return `CREATE TABLE IF NOT EXISTS ${table} (
  id varbinary(64) NOT NULL PRIMARY KEY,
  version varbinary(64) NOT NULL,
  subject varbinary(1020),
  client_id text CHARACTER SET utf8mb4 COLLATE utf8mb4_bin,
  expires_at bigint,
  document mediumtext CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  INDEX ${table}_by_subject (subject, id),
  INDEX ${table}_by_expiry (expires_at)
) ENGINE = InnoDB ROW_FORMAT = DYNAMIC`
}
