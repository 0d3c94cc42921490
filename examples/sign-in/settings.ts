import { randomBytes } from 'node:crypto'
import { appendFileSync, existsSync } from 'node:fs'

// Variables that are set already win.
if (existsSync('.env')) process.loadEnvFile()

/** `PROVIDER_PORT` is where it listens, `PROVIDER_URL` the address that the world sees. */
function placeOf(name: string, usualPort: number) {
  const port = Number(process.env[`${name}_PORT`] ?? usualPort)
  return { port, url: new URL(process.env[`${name}_URL`] ?? `http://localhost:${port}`).origin }
}

export const provider = placeOf('PROVIDER', 3000)
export const forum = placeOf('FORUM', 4000)
export const reader = placeOf('READER', 5000)
export const file = process.env.DATABASE ?? 'auth.db'

/** Without https it is for trying out: there are users whom everybody knows, and only this machine can reach the apps. */
export const isTrial = provider.url.startsWith('http:')
export const host = isTrial ? 'localhost' : undefined

export const secrets = {
  /** Opens the provider's signing keys in the database. */
  provider: secret('PROVIDER_SECRET'),
  /** By this the forum proves to the provider who it is. */
  forumClient: secret('FORUM_CLIENT_SECRET'),
  /** With this the forum encrypts its session cookies. */
  forumSessions: secret('FORUM_SESSION_SECRET'),
}

/** Made at the first start, and kept in `.env`. */
function secret(name: string): string {
  const known = process.env[name]
  if (known) return known
  const made = randomBytes(32).toString('base64url')
  appendFileSync('.env', `${name}=${made}\n`, { mode: 0o600 })
  process.env[name] = made
  return made
}
