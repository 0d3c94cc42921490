/**
 * The users of the app, in a table of the app. The library never owns them: it asks for one by name when somebody logs in.
 *
 * @module
 */
import { hashPassword } from 'grantwright'
import type { Database } from 'libsql'

/** The playground says these passwords to everybody; yours are never known to you. */
export const demoUsers = [
  { username: 'ada', password: 'analytical-engine' },
  { username: 'grace', password: 'first-compiler' },
] as const

interface UserRow {
  readonly subject: string
  readonly passwordHash: string
}

export type Users = Awaited<ReturnType<typeof openUsers>>

export async function openUsers(database: Database) {
  database.exec('CREATE TABLE IF NOT EXISTS users (username TEXT PRIMARY KEY, subject TEXT UNIQUE, password_hash TEXT)')
  const byName = database.prepare('SELECT subject, password_hash AS passwordHash FROM users WHERE username = ?')
  const bySubject = database.prepare('SELECT 1 FROM users WHERE subject = ?')
  const insert = database.prepare('INSERT INTO users (username, subject, password_hash) VALUES (?, ?, ?)')
  const update = database.prepare('UPDATE users SET password_hash = ? WHERE subject = ? AND password_hash = ?')

  for (const { username, password } of demoUsers) {
    if (!byName.get(username)) insert.run(username, username, await hashPassword(password))
  }
  return {
    find: (username: string) => (byName.get(username) ?? null) as UserRow | null,
    /**
     * Called when the same password deserves a stronger hash than the one that is stored. Nothing is written when that is no longer
     * there: somebody has changed the password meanwhile.
     */
    save: (subject: string, passwordHash: string, replacedHash: string) =>
      void update.run(passwordHash, subject, replacedHash),
    exists: (subject: string) => bySubject.get(subject) !== undefined,
  }
}
