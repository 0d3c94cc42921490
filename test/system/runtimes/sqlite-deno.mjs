import { DatabaseSync } from 'node:sqlite'
import { describe, it } from 'node:test'
import { sqliteStorage } from 'grantwright/storage/sqlite'
import { storageSuite } from 'grantwright/testing/storage'

storageSuite({ describe, it }, () => sqliteStorage(new DatabaseSync('deno.db')))
