import { isTrial } from './settings.js'

/**
 * Everybody knows these passwords, and the page says them: so these users are in no table, and gone where the trial ends. Delete
 * them when you have users.
 */
export const demoUsers = isTrial
  ? [
      { subject: 'demo', username: 'ada', password: 'analytical-engine' },
      { subject: 'demo-2', username: 'grace', password: 'first-compiler' },
    ]
  : []
