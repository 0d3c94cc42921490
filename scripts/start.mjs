/**
 * `npm start`: builds what is missing or older than its sources, then runs the playground in this process.
 *
 * examples/playground/server.ts imports `grantwright` like any app does (Node finds the package by its own name, in dist/).
 * It is bundled into server.build.js beside it, because Node 20 runs no TypeScript; so `import.meta.url` in server.ts means
 * the same folder before and after.
 *
 * @module
 */
import { spawnSync } from 'node:child_process'
import { accessSync, constants, readdirSync, statSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { build } from 'esbuild'

const root = resolve(import.meta.dirname, '..')
process.chdir(root)

if (newest(['src', 'adapters', 'scripts/entries.mjs', 'tsup.config.ts', 'package.json']) > modified('dist/index.js')) {
  console.log('Building grantwright …')
  assertWritable('.')
  const tsup = [join(root, 'node_modules/tsup/dist/cli-default.js'), '--silent']
  // It says itself what is wrong.
  if (spawnSync(process.execPath, tsup, { stdio: 'inherit' }).status !== 0) process.exit(1)
}

const playground = join(root, 'examples/playground')
const bundle = join(playground, 'server.build.js')
const sources = readdirSync(playground).filter((name) => name.endsWith('.ts'))
if (newest([...sources.map((name) => join(playground, name)), 'scripts/start.mjs']) > modified(bundle)) {
  assertWritable('examples/playground')
  await build({
    entryPoints: [join(playground, 'server.ts')],
    outfile: bundle,
    bundle: true,
    packages: 'external',
    // Without this the bundler would follow tsconfig's `paths` into the sources instead of leaving `grantwright` outside.
    tsconfigRaw: {},
    platform: 'node',
    format: 'esm',
    target: 'node20',
    sourcemap: true,
    logLevel: 'warning',
  })
}
process.setSourceMapsEnabled(true)
await import(pathToFileURL(bundle).href)

function assertWritable(folder) {
  try {
    accessSync(folder, constants.W_OK)
  } catch (error) {
    console.error(`npm start builds into ${join(root, folder)}, which you cannot write (${error.code}).`)
    console.error('Run it once as the owner of these files, or in a copy of your own.')
    process.exit(1)
  }
}

/** When a file was last changed; 0 when there is none. */
function modified(file) {
  return statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0
}

function newest(paths) {
  return Math.max(
    ...paths.map((path) =>
      statSync(path).isDirectory() ? newest(readdirSync(path).map((name) => join(path, name))) : modified(path),
    ),
  )
}
