/**
 * The packages of this area: name → where it is. Those that grantwright depends on are in the reader's folder already.
 *
 * @module
 */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

const root = join(import.meta.dirname, '../../..')
const { dependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))

export function packagesHere(): Record<string, string> {
  const modules = join(import.meta.dirname, 'node_modules')
  const names = readdirSync(modules).filter((name) => !name.startsWith('.') && !(name in dependencies))
  return Object.fromEntries(names.map((name) => [name, join(modules, name)]))
}
