import { hashPassword } from 'grantwright'
import { database } from './database.js'

const byName = database.prepare('SELECT subject, passwordHash FROM users WHERE username = ?')
const bySubject = database.prepare('SELECT 1 FROM users WHERE subject = ?')
const insert = database.prepare('INSERT INTO users (subject, username, passwordHash) VALUES (?, ?, ?)')
const update = database.prepare('UPDATE users SET passwordHash = ? WHERE subject = ?')

export const findUser = (username: string) =>
  byName.get(username) as { subject: string; passwordHash: string } | undefined
export const hasUser = (subject: string) => bySubject.get(subject) !== undefined
export const savePasswordHash = (subject: string, passwordHash: string) => update.run(passwordHash, subject)

/** For trying it out: everybody knows this password, so it works on this machine only. Delete it when you have users. */
export async function keepDemoUser(issuer: string) {
  if (issuer.startsWith('https:')) return database.exec("DELETE FROM users WHERE subject = 'demo'")
  if (!hasUser('demo')) insert.run('demo', 'ada', await hashPassword('analytical-engine'))
  console.log('Log in as ada / analytical-engine')
}
