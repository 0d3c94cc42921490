/**
 * Secrets of this playground, made at its first start. In your app they come from the environment or a vault, never from a file
 * beside the code.
 *
 * @module
 */
import { randomBytes } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const names = ['server', 'web', 'service', 'api'] as const

/** `server` wraps the signing keys in the database; the others belong to the clients of these names. */
export type Secrets = Readonly<Record<(typeof names)[number], string>>

export function readSecrets(dataDir: string): Secrets {
  const file = join(dataDir, 'secrets.json')
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
  }
  const made = Object.fromEntries(names.map((name) => [name, randomBytes(32).toString('base64url')])) as Secrets
  writeFileSync(file, `${JSON.stringify(made, null, 2)}\n`, { mode: 0o600 })
  return made
}
