/**
 * `npm run test:system [-- area…]`: the tests that need more than npm's root folder: other Node versions, other compilers, a
 * browser, frameworks. Each area is a folder test/system/<area>, with its own package.json and lock where it needs packages.
 * `--also <part>` adds the results of an earlier run (`npm`: what `npm test` wrote) to the closing line.
 *
 * @module
 */
import { spawnSync } from 'node:child_process'
import { existsSync, rmSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { close, resultsFile } from './results.mjs'

const root = resolve(import.meta.dirname, '..')
const allAreas = [
  'nodes',
  'typescript',
  'next',
  'next-15',
  'frameworks',
  'conformance',
  'mcp-servers',
  'mcp-clients',
  'browser',
  'starters',
  'folders',
  'databases',
  'oidc-provider',
  'runtimes',
  'logins',
  'relying-parties',
  'how-to',
]

const { values, positionals } = parseArgs({
  options: { also: { type: 'string', multiple: true } },
  allowPositionals: true,
})
const areas = positionals.length ? positionals : allAreas
const unknown = areas.filter((area) => !allAreas.includes(area))
if (unknown.length) {
  console.error(`There is no area ${unknown.join(', ')}. There are: ${allAreas.join(', ')}.`)
  process.exit(1)
}

for (const area of areas) rmSync(resultsFile(area), { force: true })
const built = run('npm', ['run', 'build', '--', '--silent'], root)
for (const area of areas) {
  const started = Date.now()
  const folder = join(root, 'test/system', area)
  console.log(`\n── ${area}`)
  if (!built) continue
  if (existsSync(join(folder, 'package-lock.json')) && !run('npm', ['ci', '--no-audit', '--no-fund'], folder)) continue
  const config = ['--config', 'test/system/vitest.config.ts', '--dir', `test/system/${area}`]
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${resultsFile(area)}`]
  run(process.execPath, [join(root, 'node_modules/vitest/vitest.mjs'), 'run', ...config, ...reporters], root)
  console.log(`── ${area}: ${Math.round((Date.now() - started) / 1000)} s`)
}
process.exitCode = close([...(values.also ?? []), ...areas]) ? 0 : 1

/** Runs a command to its end; a failure shows in the results that are missing or say so. */
function run(command, args, cwd) {
  return spawnSync(command, args, { cwd, stdio: ['ignore', 'inherit', 'inherit'] }).status === 0
}
