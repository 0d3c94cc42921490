import { hashPassword } from 'grantwright'
import { database } from './database.js'
import { demoUsers } from './demo-users.js'

const byName = database.prepare('SELECT subject, passwordHash FROM users WHERE username = ?')
const bySubject = database.prepare('SELECT 1 FROM users WHERE subject = ?')
const update = database.prepare('UPDATE users SET passwordHash = ? WHERE subject = ? AND passwordHash = ?')

export const findUser = (username: string) =>
  (byName.get(username) as { subject: string; passwordHash: string } | undefined) ?? demoUser(username)
export const hasUser = (subject: string) =>
  demoUsers.some((user) => user.subject === subject) || bySubject.get(subject) !== undefined
/** Only in place of the hash that was found: a password that was changed meanwhile stays changed. */
export const savePasswordHash = (subject: string, passwordHash: string, replacedHash: string) =>
  update.run(passwordHash, subject, replacedHash)

async function demoUser(username: string) {
  const user = demoUsers.find((user) => user.username === username)
  return user ? { subject: user.subject, passwordHash: await hashPassword(user.password) } : null
}
