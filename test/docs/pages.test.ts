/**
 * The example of a page of one's own in docs/pages.md, taken from there as it stands.
 */
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { transform } from 'esbuild'
import { describe, it } from 'vitest'
import type { RenderPage } from '../../src/index.js'
import { renderSuite } from '../../src/pages/testing.js'

const page = readFileSync(join(import.meta.dirname, '../../docs/pages.md'), 'utf8')
const example = /```ts\n\/\/ pages\.ts\n([\s\S]*?)```/.exec(page)?.[1] ?? ''

const file = join(tmpdir(), `grantwright-pages-${process.pid}.mjs`)
writeFileSync(file, (await transform(example, { loader: 'ts' })).code)
const { render } = (await import(file)) as { render: RenderPage }
rmSync(file)

describe('the example of docs/pages.md', () => {
  renderSuite({ describe, it }, render)
})
