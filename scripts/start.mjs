/**
 * `npm start`: builds what is missing or older than its sources, then runs the playground in this process.
 *
 * examples/playground/server.ts imports `grantwright` like any app does (Node finds the package by its own name, in dist/).
 * It is bundled into server.build.js beside it, because Node 20 runs no TypeScript; so `import.meta.url` in server.ts means
 * the same folder before and after.
 *
 * @module
 */
import { execFileSync } from 'node:child_process'
import { readdirSync, statSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { build } from 'esbuild'

const root = resolve(import.meta.dirname, '..')
process.chdir(root)

if (newest(['src', 'adapters', 'scripts/entries.mjs', 'tsup.config.ts', 'package.json']) > modified('dist/index.js')) {
  console.log('Building grantwright …')
  execFileSync(process.execPath, [join(root, 'node_modules/tsup/dist/cli-default.js'), '--silent'], {
    stdio: 'inherit',
  })
}

const playground = join(root, 'examples/playground')
await build({
  entryPoints: [join(playground, 'server.ts')],
  outfile: join(playground, 'server.build.js'),
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
process.setSourceMapsEnabled(true)
await import(pathToFileURL(join(playground, 'server.build.js')).href)

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
