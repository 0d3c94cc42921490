/**
 * What has to be there before anything is measured.
 *
 * @module
 */
import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, statSync } from 'node:fs'
import { join, resolve } from 'node:path'

export const root = resolve(import.meta.dirname, '..')

/** Until something has to be installed, in milliseconds. */
const LONGEST = 600_000

/** The build of the working tree, unless it is newer than its sources. */
export function buildIfOlder() {
  const sources = ['src', 'adapters', 'scripts/entries.mjs', 'tsup.config.ts', 'package.json']
  if (newest(sources.map((name) => join(root, name))) > modified(join(root, 'dist/index.js'))) build(root)
}

/** @param {string} folder of a checkout with node_modules. Declarations are not measured, so they are not made. */
export function build(folder) {
  console.log(`Building ${folder === root ? 'the working tree' : 'the commit'} …`)
  const tsup = [
    join(folder, 'node_modules/tsup/dist/cli-default.js'),
    '--silent',
    ...(folder === root ? [] : ['--no-dts']),
  ]
  if (spawnSync(process.execPath, tsup, { cwd: folder, stdio: 'inherit' }).status !== 0)
    throw new Error('The build failed, so there is nothing to measure.')
}

export function installPeers() {
  try {
    install(import.meta.dirname, 'The others')
  } catch (error) {
    throw new Error(`${error.message} \`--contestants floor,grantwright\` does without.`)
  }
}

/** @param {string} folder with a lock of its own @param {string} what is in it @returns {string} the folder */
export function install(folder, what) {
  if (existsSync(join(folder, 'node_modules'))) return folder
  console.log(`Installing: ${what} …`)
  const npm = spawnSync('npm', ['ci', '--no-audit', '--no-fund'], { cwd: folder, stdio: 'inherit', timeout: LONGEST })
  if (npm.status !== 0) throw new Error(`${what} could not be installed.`)
  return folder
}

const modified = (file) => statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0

const newest = (paths) =>
  Math.max(
    ...paths.map((path) =>
      statSync(path).isDirectory() ? newest(readdirSync(path).map((name) => join(path, name))) : modified(path),
    ),
  )
