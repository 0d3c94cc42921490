import Database from 'libsql'
import { file } from '../settings.js'

/** The app's own connection. The authorization server has another one to the same file. */
export const database = new Database(file, { timeout: 5000 })
database.exec(`CREATE TABLE IF NOT EXISTS users
  (subject TEXT PRIMARY KEY, username TEXT UNIQUE, passwordHash TEXT, name TEXT, email TEXT, emailVerified INTEGER)`)
