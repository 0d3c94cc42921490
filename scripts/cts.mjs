/**
 * Runs after each build: writes every declaration of dist/ a second time, as `.d.cts`. A compiler that does not know that
 * `require()` can load an ES module (`module` node16 or node18, in a CommonJS file) is content with these. They tell the truth:
 * `require()` gives the same module with the same names, since there is only one build.
 *
 * @module
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'

const dist = resolve(import.meta.dirname, '../dist')

for (const name of readdirSync(dist, { recursive: true, encoding: 'utf8' })) {
  if (!name.endsWith('.d.ts')) continue
  const text = readFileSync(join(dist, name), 'utf8')
  writeFileSync(
    join(dist, name.replace(/ts$/, 'cts')),
    text.replace(/((?:from|import)\s*\(?\s*['"]\.[^'"]*)\.js(['"])/g, '$1.cjs$2'),
  )
}
