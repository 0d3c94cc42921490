import { hashPassword } from 'grantwright'
import { database } from './database.js'
import { demoUsers } from './demo-users.js'

interface User {
  readonly subject: string
  readonly username: string
  readonly passwordHash: string
  readonly name: string
  readonly email: string
  readonly emailVerified: number
}

const byName = database.prepare('SELECT * FROM users WHERE username = ?')
const bySubject = database.prepare('SELECT * FROM users WHERE subject = ?')
const update = database.prepare('UPDATE users SET passwordHash = ? WHERE subject = ? AND passwordHash = ?')

export const findUser = (username: string) => (byName.get(username) as User | undefined) ?? demoUser(username)

/** Only in place of the hash that was found: a password that was changed meanwhile stays changed. */
export const savePasswordHash = (subject: string, passwordHash: string, replacedHash: string) =>
  update.run(passwordHash, subject, replacedHash)

/** What apps may learn of a user; null ends the access of apps to one who is gone. */
export function profileOf(subject: string) {
  const user = (bySubject.get(subject) as User | undefined) ?? demoUsers.find((user) => user.subject === subject)
  if (!user) return null
  const { name, username, email, emailVerified } = user
  return { name, preferred_username: username, email, email_verified: emailVerified === 1 }
}

async function demoUser(username: string) {
  const user = demoUsers.find((user) => user.username === username)
  return user ? { ...user, passwordHash: await hashPassword(user.password) } : null
}
