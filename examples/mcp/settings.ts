import { existsSync } from 'node:fs'

// Variables that are set already win.
if (existsSync('.env')) process.loadEnvFile()

export const port = Number(process.env.PORT ?? 3000)
export const issuer = new URL(process.env.ISSUER ?? `http://localhost:${port}`).origin
export const file = process.env.DATABASE ?? 'auth.db'

/** Without https it is for trying out: there is a demo user, and only this machine can reach the app. */
export const isTrial = issuer.startsWith('http:')
