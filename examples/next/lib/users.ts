import { hashPassword } from 'grantwright'
import { database } from './database'
import { isTrial } from './settings'

const byName = database.prepare('SELECT subject, passwordHash FROM users WHERE username = ?')
const bySubject = database.prepare('SELECT 1 FROM users WHERE subject = ?')
const update = database.prepare('UPDATE users SET passwordHash = ? WHERE subject = ? AND passwordHash = ?')

export const findUser = (username: string) =>
  (byName.get(username) as { subject: string; passwordHash: string } | undefined) ??
  (isTrial && username === 'ada' ? demoUser() : null)
export const hasUser = (subject: string) => (isTrial && subject === 'demo') || bySubject.get(subject) !== undefined
/** Only in place of the hash that was found: a password that was changed meanwhile stays changed. */
export const savePasswordHash = (subject: string, passwordHash: string, replacedHash: string) =>
  update.run(passwordHash, subject, replacedHash)

/** Everybody knows this password: so she is in no table, and gone where the trial ends. Delete her when you have users. */
const demoUser = async () => ({ subject: 'demo', passwordHash: await hashPassword('analytical-engine') })
