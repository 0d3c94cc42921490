import { isTrial } from '../settings.js'

const ada = { subject: 'demo', username: 'ada', password: 'analytical-engine', name: 'Ada Lovelace' }
const grace = { subject: 'demo-2', username: 'grace', password: 'first-compiler', name: 'Grace Hopper' }

/**
 * Everybody knows these passwords, and the page says them: so these users are in no table, and gone where the trial ends. Delete
 * them when you have users.
 */
export const demoUsers = (isTrial ? [ada, grace] : []).map((user) => ({
  ...user,
  email: `${user.username}@example.com`,
  emailVerified: 1,
}))
