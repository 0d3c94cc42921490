/**
 * The packages of this area: name → where it is.
 *
 * @module
 */
import { readdirSync } from 'node:fs'
import { join } from 'node:path'

export function packagesHere(): Record<string, string> {
  const modules = join(import.meta.dirname, 'node_modules')
  const names = readdirSync(modules).filter((name) => !name.startsWith('.'))
  return Object.fromEntries(names.map((name) => [name, join(modules, name)]))
}
