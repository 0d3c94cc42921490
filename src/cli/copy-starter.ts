/**
 * Making a starter into a folder of somebody's own: all of it or nothing.
 *
 * @module
 */
import { randomUUID } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { Failure, tell } from './failure.js'

export interface Starter {
  readonly folder: string
  /** Its `.gitignore`, which npm leaves out of a package. */
  readonly gitignore: string
  /** The range of versions of grantwright that the copy depends on. */
  readonly grantwright: string
}

/**
 * Copies a starter, and fills in the name of the folder and the version of grantwright.
 *
 * @param folder an absolute path: of an empty folder (a `.git` does not count), or of none.
 * @returns the name in the copy's package.json.
 * @throws {Failure} when that cannot be done; everything is then as it was before.
 */
export function copyStarter(starter: Starter, folder: string): string {
  const exists = isEmptyFolder(folder)
  const parent = dirname(folder)
  if (!exists && !isFolder(parent)) throw new Failure(`There is no folder ${parent} to make ${basename(folder)} in.`)
  // Most of what can fail is done in a draft. A folder that exists is filled and not replaced: somebody's shell may be in it.
  // Nothing here waits, so no signal comes in between.
  const draft = join(exists ? folder : parent, `.grantwright-${randomUUID()}`)
  const moved: string[] = []
  try {
    copyFolder(starter.folder, draft)
    writeFileSync(join(draft, '.gitignore'), starter.gitignore)
    const name = fillIn(join(draft, 'package.json'), packageName(basename(folder)), starter.grantwright)
    if (!exists) renameSync(draft, folder)
    else {
      for (const entry of readdirSync(draft)) {
        renameSync(join(draft, entry), join(folder, entry))
        moved.push(join(folder, entry))
      }
    }
    return name
  } catch (error) {
    for (const path of moved) rmSync(path, { recursive: true })
    throw new Failure(`Nothing was written to ${folder}: ${tell(error)}`)
  } finally {
    rmSync(draft, { recursive: true, force: true })
  }
}

/** A valid name of a package that is as near to `text` as can be; undefined when nothing of it can stay. */
export function packageName(text: string): string | undefined {
  const name = text
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9._-]+/g, '-')
    .replace(/^[._-]+/, '')
    .slice(0, 214)
    .replace(/-+$/, '')
  return name === '' || name === 'node_modules' || name === 'favicon.ico' ? undefined : name
}

const isFolder = (path: string): boolean => existsSync(path) && statSync(path).isDirectory()

/** False when there is nothing. A fresh git repository is empty, too. */
function isEmptyFolder(path: string): boolean {
  if (!existsSync(path)) return false
  if (!isFolder(path)) throw new Failure(`${path} is a file. Name a folder that is empty, or a new one.`)
  const inTheWay = readdirSync(path).find((entry) => entry !== '.git')
  if (inTheWay === undefined) return true
  throw new Failure(`${path} is not empty: ${inTheWay} is in it. Name a folder that is, or a new one.`)
}

/** What is in a starter once it has run. In a packed one nothing is. */
const leftOut = /^(node_modules|\.next|next-env\.d\.ts|package-lock\.json|\.env|.+\.db(-.+)?|.+\.tsbuildinfo)$/

function copyFolder(from: string, to: string): void {
  mkdirSync(to)
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    if (leftOut.test(entry.name)) continue
    const [source, target] = [join(from, entry.name), join(to, entry.name)]
    if (entry.isDirectory()) copyFolder(source, target)
    // Written and not copied: some package managers keep installed files read-only.
    else writeFileSync(target, readFileSync(source))
  }
}

/** @param name undefined keeps the one that is there. */
function fillIn(file: string, name: string | undefined, grantwright: string): string {
  // One of our own.
  const manifest: { name: string; dependencies: Record<string, string> } = JSON.parse(readFileSync(file, 'utf8'))
  manifest.name = name ?? manifest.name
  manifest.dependencies.grantwright = grantwright
  writeFileSync(file, `${JSON.stringify(manifest, null, 2)}\n`)
  return manifest.name
}
