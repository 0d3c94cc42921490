// A process that holds the write lock of a SQLite file until it is told to let go. Argument: the file.
import { once } from 'node:events'
import Database from 'libsql'

const db = new Database(process.argv[2])
db.exec('BEGIN IMMEDIATE')
process.send('locked')
await once(process, 'message')
db.exec('COMMIT')
db.close()
process.disconnect()
