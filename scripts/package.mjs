/**
 * Packs dist/ as it would be published and lets publint and @arethetypeswrong/cli judge the tarball.
 *
 * @module
 */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'

const root = resolve(import.meta.dirname, '..')

/** Packs into a folder and returns the tarball's path. dist/ must be there. */
export function pack(folder) {
  const args = ['pack', '--ignore-scripts', '--json', '--pack-destination', folder]
  const told = execFileSync('npm', args, { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })
  const [{ filename }] = Object.values(JSON.parse(told))
  return join(folder, filename)
}

if (process.argv[1] === import.meta.filename) {
  const folder = mkdtempSync(join(tmpdir(), 'grantwright-pack-'))
  try {
    const tarball = pack(folder)
    const run = (bin, ...args) => execFileSync(join(root, 'node_modules/.bin', bin), args, { stdio: 'inherit' })
    run('publint', 'run', tarball, '--strict')
    // ESM only: CommonJS reaches it by require(esm), which Node has had since 20.19.
    run('attw', tarball, '--profile', 'esm-only', '--format', 'ascii')
  } catch (error) {
    console.error(error.message)
    process.exitCode = 1
  } finally {
    rmSync(folder, { recursive: true })
  }
}
