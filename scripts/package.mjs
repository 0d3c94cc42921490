/**
 * Packs dist/ as it would be published and lets publint and @arethetypeswrong/cli judge the tarball.
 *
 * @module
 */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { publint } from 'publint'
import { formatMessage } from 'publint/utils'

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
    await lint(tarball)
    // CommonJS gets the one build, an ES module, by require(esm), and declarations that say CommonJS because older compilers
    // want that: scripts/cts.mjs. Nothing has a default export, so the two come to the same.
    const ignored = ['cjs-resolves-to-esm', 'false-cjs']
    const attw = join(root, 'node_modules/.bin/attw')
    const args = [tarball, '--profile', 'strict', '--ignore-rules', ...ignored, '--format', 'ascii']
    execFileSync(attw, args, { stdio: 'inherit' })
  } catch (error) {
    console.error(error.message)
    process.exitCode = 1
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** Throws what publint has to say against a tarball, but that the declarations for require() differ in kind from the build. */
async function lint(tarball) {
  const { messages } = await publint({ pack: { tarball: readFileSync(tarball) }, strict: true })
  const meant = ({ code, path }) => code === 'EXPORTS_TYPES_INVALID_FORMAT' && path.slice(2).join() === 'types,require'
  const rest = messages.filter((message) => !meant(message))
  const pkg = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  if (rest.length) throw new Error(rest.map((message) => formatMessage(message, pkg)).join('\n'))
}
