/**
 * The packages of this area: name → where it is.
 *
 * @module
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { builtinModules } from 'node:module'
import { join } from 'node:path'
import { piecesOf } from '../../docs/reader.js'

const root = join(import.meta.dirname, '../../..')
const modules = join(import.meta.dirname, 'node_modules')
const { dependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))

/** All that grantwright does not depend on: that is in the reader's folder already. */
export function packagesHere(): Record<string, string> {
  const names = readdirSync(modules).filter((name) => !name.startsWith('.') && !(name in dependencies))
  return Object.fromEntries(names.map((name) => [name, join(modules, name)]))
}

/** What the first commands of a page install besides grantwright. */
export const installedBy = (page: string): string[] =>
  [...(piecesOf(page, 'sh')[0] ?? '').matchAll(/^npm install (?:--save-dev )?(.+)$/gm)]
    .flatMap(([, names = '']) => names.split(' '))
    .filter((name) => name !== 'grantwright')

/** Where these are: in this area or, as those of every area, in the root. */
export const whereAre = (names: readonly string[]): Record<string, string> =>
  Object.fromEntries(
    names
      .filter((name) => !(name in dependencies))
      .map((name) => [name, [modules, join(root, 'node_modules')].map((at) => join(at, name)).find(existsSync) ?? '']),
  )

/** The packages that files import. */
export function importedBy(files: Iterable<string>): Set<string> {
  const specifiers = [...files].flatMap((code) =>
    [...code.matchAll(/ from '([^.'][^']*)'/g)].map(([, name = '']) => name),
  )
  const names = specifiers.map((name) => /^(?:@[^/]+\/)?[^/]+/.exec(name)?.[0] ?? '')
  return new Set(names.filter((name) => !builtinModules.includes(name.replace(/^node:/, ''))))
}
