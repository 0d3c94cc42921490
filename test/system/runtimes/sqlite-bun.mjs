import { Database } from 'bun:sqlite'
import { describe, it } from 'bun:test'
import { sqliteStorage } from 'grantwright/storage/sqlite'
import { storageSuite } from 'grantwright/testing/storage'

storageSuite({ describe, it }, () => sqliteStorage(new Database('bun.db')))
