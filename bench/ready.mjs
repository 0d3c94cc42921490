/**
 * What has to be there before anything is measured.
 *
 * @module
 */
import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, statSync } from 'node:fs'
import { join, resolve } from 'node:path'

export const root = resolve(import.meta.dirname, '..')

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
  if (!installed(import.meta.dirname, 'the others'))
    throw new Error('The others could not be installed. `--contestants floor,grantwright` does without.')
}

/** Where the tests have workerd. */
export const runtimes = join(root, 'test/system/runtimes')

/** @returns {boolean} whether they are there now */
export const installRuntimes = () => installed(runtimes, 'the runtimes')

/** From the lock of a folder, unless that was done before. */
function installed(folder, what) {
  if (existsSync(join(folder, 'node_modules'))) return true
  console.log(`Installing ${what} …`)
  return spawnSync('npm', ['ci', '--no-audit', '--no-fund'], { cwd: folder, stdio: 'inherit' }).status === 0
}

const modified = (file) => statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0

const newest = (paths) =>
  Math.max(
    ...paths.map((path) =>
      statSync(path).isDirectory() ? newest(readdirSync(path).map((name) => join(path, name))) : modified(path),
    ),
  )
