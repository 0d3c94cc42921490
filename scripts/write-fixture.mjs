/**
 * Keeps the records of this version for the tests of later ones: see `test/storage/write-fixture.ts`, which says when.
 *
 * @module
 */
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { build } from 'esbuild'

const folder = resolve(import.meta.dirname, '../test/storage')
const { version } = JSON.parse(readFileSync(resolve(folder, '../../package.json'), 'utf8'))
const [database, credentials] = ['db', 'json'].map((type) => resolve(folder, `fixtures/${version}.${type}`))

if (existsSync(database) || existsSync(credentials)) {
  console.error(`The records of ${version} are kept already. They are never written again: a new version gets its own.`)
  process.exit(1)
}

// Beside its source, so that it finds the packages. Node 20 runs no TypeScript.
const bundle = resolve(folder, 'write-fixture.build.js')
await build({
  entryPoints: [resolve(folder, 'write-fixture.ts')],
  outfile: bundle,
  bundle: true,
  packages: 'external',
  platform: 'node',
  format: 'esm',
  target: 'node20',
  logLevel: 'warning',
})
try {
  const { writeFixture } = await import(pathToFileURL(bundle).href)
  const kept = await writeFixture(database, version)
  writeFileSync(credentials, `${JSON.stringify(kept, null, 2)}\n`)
} catch (error) {
  rmSync(database, { force: true })
  throw error
} finally {
  rmSync(bundle)
}
