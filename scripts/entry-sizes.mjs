/**
 * Size budgets of what the first import of each entry of dist/ loads: bundled with its dependencies (frameworks and database
 * clients stay outside), minified and gzipped, file by file. size-limit does the same with 40 packages more; esbuild and zlib
 * are here already.
 *
 * What `import()` brings later, such as the languages of the pages, is in files of its own. It is said as `later`, and no budget
 * holds it: an app that is bundled into one file carries both.
 *
 * A budget that is exceeded is raised on purpose and in the same commit as what made it grow.
 *
 * @module
 */
import { readFileSync } from 'node:fs'
import { relative, resolve } from 'node:path'
import { gzipSync } from 'node:zlib'
import { build } from 'esbuild'

const root = resolve(import.meta.dirname, '..')
const { peerDependencies } = JSON.parse(readFileSync(resolve(root, 'package.json'), 'utf8'))

/** What is imported, and how many KB of gzipped code that may be. */
export const budgets = [
  ["export * from './dist/index.js'", 101],
  // Whoever needs one name of the main entry must not pay for the server.
  ["export { OAuthError } from './dist/index.js'", 2],
  ["export * from './dist/express.js'", 22],
  ["export * from './dist/hono.js'", 22],
  ["export * from './dist/known-clients.js'", 8],
  ["export * from './dist/mcp.js'", 117],
  ["export * from './dist/next.js'", 22],
  ["export * from './dist/node.js'", 22],
  ["export * from './dist/openid.js'", 40],
  ["export * from './dist/registration.js'", 40],
  ["export * from './dist/resource.js'", 20],
  ["export * from './dist/storage/memory.js'", 2],
  ["export * from './dist/storage/redis.js'", 6],
  ["export * from './dist/storage/sql.js'", 6],
  ["export * from './dist/storage/sqlite.js'", 4],
  ["export * from './dist/testing/adapter.js'", 93],
  ["export * from './dist/testing/pages.js'", 36],
  ["export * from './dist/testing/storage.js'", 17],
]

/** @returns {Promise<{ first: number, later: number }>} KB of what `code` loads when it is imported, and of what it may load then. */
export async function sizesOf(code) {
  const { outputFiles, metafile } = await build({
    stdin: { contents: code, resolveDir: root },
    bundle: true,
    splitting: true,
    minify: true,
    write: false,
    metafile: true,
    absWorkingDir: root,
    outdir: 'out',
    format: 'esm',
    platform: 'node',
    external: Object.keys(peerDependencies),
    logLevel: 'error',
  })
  /** What is loaded with the entry, over imports of the wanted kinds. */
  const loaded = (isWanted) => {
    const files = new Set(['out/stdin.js'])
    // A set may grow while it is walked through.
    for (const file of files) {
      for (const { path, kind, external } of metafile.outputs[file].imports) {
        if (isWanted(kind) && !external) files.add(path)
      }
    }
    return outputFiles
      .filter(({ path }) => files.has(relative(root, path).replaceAll('\\', '/')))
      .reduce((sum, { contents }) => sum + gzipSync(contents).length / 1024, 0)
  }
  const first = loaded((kind) => kind !== 'dynamic-import')
  return { first, later: loaded(() => true) - first }
}
