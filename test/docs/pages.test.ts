/**
 * The examples of pages of one's own in docs/pages.md, taken from there as they stand.
 */
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { transform } from 'esbuild'
import { describe, expect, it } from 'vitest'
import type { PagesOptions, RenderPage } from '../../src/index.js'
import { renderSuite } from '../../src/pages/testing.js'

const page = readFileSync(join(import.meta.dirname, '../../docs/pages.md'), 'utf8')
const example = /```ts\n\/\/ pages\.ts\n([\s\S]*?)```/.exec(page)?.[1] ?? ''

const frontEnd = /### A front end on another host\s+```ts\n([\s\S]*?)```/.exec(page)?.[1] ?? ''

const { render } = await imported<{ render: RenderPage }>(example)
const { pages } = await imported<{ pages: PagesOptions }>(
  `export const settings = {${frontEnd}}\nexport const { pages } = settings`,
)

describe('the example of docs/pages.md', () => {
  renderSuite({ describe, it }, render)
})

describe('the example of a front end', () => {
  const { render: renderElsewhere = () => undefined, frontEnds } = pages

  renderSuite({ describe, it }, renderElsewhere, { frontEnds })

  it('sends the browser there for the one page that it has', async () => {
    const elsewhere = new Set<string>()
    const seen = new Set<string>()
    const runs: (() => Promise<void>)[] = []
    const runner = {
      describe: (_: string, define: () => void) => define(),
      it: (_: string, run: () => Promise<void>) => void runs.push(run),
    }
    renderSuite(
      runner,
      async (view, context) => {
        const rendered = await renderElsewhere(view, context)
        seen.add(view.page)
        if (rendered) elsewhere.add(view.page)
        return rendered
      },
      { frontEnds },
    )
    for (const run of runs) await run()
    expect(seen.size).toBe(7)
    expect([...elsewhere]).toEqual(['consent'])
  })
})

async function imported<Module>(source: string): Promise<Module> {
  const file = join(tmpdir(), `grantwright-pages-${process.pid}-${source.length}.mjs`)
  writeFileSync(file, (await transform(source, { loader: 'ts' })).code)
  try {
    return (await import(file)) as Module
  } finally {
    rmSync(file)
  }
}
