import { describe } from 'vitest'
import { startInstalledMariadb } from '../../storage/support/mariadb.js'
import { sqlTests } from '../../storage/support/sql-tests.js'

describe("sql over Debian's MariaDB", () =>
  sqlTests(startInstalledMariadb, {
    'as mysql2 connects': {},
    'where an UPDATE counts the rows it changed, not those it found': { flags: ['-FOUND_ROWS'] },
  }))
