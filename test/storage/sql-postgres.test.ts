import { describe } from 'vitest'
import { startEmbeddedPostgres } from './support/postgres.js'
import { sqlTests } from './support/sql-tests.js'

describe('sql over Postgres', () =>
  sqlTests(startEmbeddedPostgres, {
    'as pg connects': {},
    'where every transaction is serializable': { options: '-c default_transaction_isolation=serializable' },
  }))
