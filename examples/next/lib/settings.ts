import { existsSync } from 'node:fs'

// For the command line: Next has read it by itself. Variables that are set already win.
if (existsSync('.env')) process.loadEnvFile()

export const issuer = new URL(process.env.ISSUER ?? `http://localhost:${process.env.PORT ?? 3000}`).origin
export const file = process.env.DATABASE ?? 'auth.db'

/** Without https it is for trying out: there is a demo user, unless `npm run live` lets other machines in. */
export const isTrial = issuer.startsWith('http:') && process.env.npm_lifecycle_event !== 'live'
