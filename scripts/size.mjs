/**
 * Size budgets: each entry of dist/ bundled with its dependencies (frameworks and database clients stay outside), minified
 * and gzipped. size-limit does the same with 40 packages more; esbuild and zlib are here already.
 *
 * A budget that is exceeded is raised on purpose and in the same commit as what made it grow.
 *
 * @module
 */
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { gzipSync } from 'node:zlib'
import { build } from 'esbuild'

const root = resolve(import.meta.dirname, '..')
const { peerDependencies } = JSON.parse(readFileSync(resolve(root, 'package.json'), 'utf8'))

/** What is imported, and how many KB of gzipped code that may be. */
const budgets = [
  ["export * from './dist/index.js'", 86],
  // Whoever needs one name of the main entry must not pay for the server.
  ["export { OAuthError } from './dist/index.js'", 2],
  ["export * from './dist/express.js'", 19],
  ["export * from './dist/hono.js'", 19],
  ["export * from './dist/next.js'", 19],
  ["export * from './dist/node.js'", 19],
  ["export * from './dist/resource.js'", 18],
  ["export * from './dist/storage/memory.js'", 2],
  ["export * from './dist/storage/redis.js'", 5],
  ["export * from './dist/storage/sql.js'", 6],
  ["export * from './dist/storage/sqlite.js'", 4],
  ["export * from './dist/testing/adapter.js'", 80],
  ["export * from './dist/testing/pages.js'", 36],
  ["export * from './dist/testing/storage.js'", 17],
]

let tooLarge = 0
for (const [code, budget] of budgets) {
  const { outputFiles } = await build({
    stdin: { contents: code, resolveDir: root },
    bundle: true,
    minify: true,
    write: false,
    format: 'esm',
    platform: 'node',
    external: Object.keys(peerDependencies),
    logLevel: 'error',
  })
  const size = gzipSync(outputFiles[0].contents).length / 1024
  if (size > budget) tooLarge++
  console.log(`${size > budget ? 'TOO LARGE' : 'ok'.padEnd(9)} ${size.toFixed(1).padStart(6)} KB of ${budget}  ${code}`)
}
process.exitCode = tooLarge ? 1 : 0
