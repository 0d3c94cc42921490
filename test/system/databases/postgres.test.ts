import { describe } from 'vitest'
import { startInstalledPostgres } from '../../storage/support/postgres.js'
import { sqlTests } from '../../storage/support/sql-tests.js'

describe("sql over Debian's PostgreSQL", () => sqlTests(startInstalledPostgres, { 'as pg connects': {} }))
