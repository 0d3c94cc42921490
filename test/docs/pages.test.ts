/**
 * The examples of pages of one's own in docs/pages.md, taken from there as they stand.
 */
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { transform } from 'esbuild'
import { describe, expect, it } from 'vitest'
import type { PagesOptions, PageView, RenderPage } from '../../src/index.js'
import { type RenderSuiteOptions, renderSuite } from '../../src/pages/testing.js'
import { escapeHtml } from '../pages/own-pages.js'

const page = readFileSync(join(import.meta.dirname, '../../docs/pages.md'), 'utf8')
const example = /```ts\n\/\/ pages\.ts\n([\s\S]*?)```/.exec(page)?.[1] ?? ''

const frontEnd = /### A front end on another host\s+```ts\n([\s\S]*?)```/.exec(page)?.[1] ?? ''

/** The page there: its form, from what the browser is sent with. */
const there = /```tsx\n([\s\S]*?)```/.exec(page)?.[1] ?? ''

const { render } = await imported<{ render: RenderPage }>(example)
const { pages } = await imported<{ pages: PagesOptions }>(
  `export const settings = {${frontEnd}}\nexport const { pages } = settings`,
)
const { formAt } = await imported<{ formAt(location: object, history: object, h: typeof element): Element }>(
  `export function formAt(location, history, h) { ${there}\nreturn Consent() }`,
)

describe('the example of docs/pages.md', () => {
  renderSuite({ describe, it }, render)
})

describe('the example of a front end', () => {
  const { render: renderElsewhere = () => undefined, frontEnds } = pages

  renderSuite({ describe, it }, renderElsewhere, { frontEnds })

  it('sends the browser there for the one page that it has', async () => {
    expect(await answeredBy(renderElsewhere, { frontEnds })).toEqual(['consent'])
  })
})

describe('the page of the front end', () => {
  const fromRedirect: RenderPage = async (view, context) => {
    const rendered = await pages.render?.(view, context)
    if (typeof rendered !== 'object' || rendered === null || !('redirect' in rendered)) return null
    const { html } = formAt(new URL(rendered.redirect), { replaceState() {} }, element)
    return `<!doctype html><html lang="en"><title>Auth</title>${html}</html>`
  }

  renderSuite({ describe, it }, fromRedirect)

  it('is what the suite looked at', async () => {
    expect(await answeredBy(fromRedirect)).toEqual(['consent'])
  })
})

/** The pages for which a `render` has an answer, of all that the suite shows. */
async function answeredBy(render: RenderPage, options?: RenderSuiteOptions): Promise<readonly PageView['page'][]> {
  const [seen, answered] = [new Set<PageView['page']>(), new Set<PageView['page']>()]
  const runs: (() => Promise<void>)[] = []
  const runner = {
    describe: (_: string, define: () => void) => define(),
    it: (_: string, run: () => Promise<void>) => void runs.push(run),
  }
  const watched: RenderPage = async (view, context) => {
    const rendered = await render(view, context)
    seen.add(view.page)
    if (rendered) answered.add(view.page)
    return rendered
  }
  renderSuite(runner, watched, options)
  for (const run of runs) await run()
  expect(seen.size).toBe(7)
  return [...answered]
}

interface Element {
  readonly html: string
}

type Child = Element | string | number | boolean | null | undefined | readonly Child[]

/** What JSX comes to, as React writes it. */
function element(tag: string, props: Readonly<Record<string, unknown>> | null, ...children: readonly Child[]): Element {
  const attributes = Object.entries(props ?? {}).map(([name, value]) => {
    if (name === 'key' || value === false || value === undefined) return ''
    const attribute = name.replace('defaultChecked', 'checked').toLowerCase()
    return value === true ? ` ${attribute}` : ` ${attribute}="${escapeHtml(String(value))}"`
  })
  return { html: `<${tag}${attributes.join('')}>${children.map(inside).join('')}${tag === 'input' ? '' : `</${tag}>`}` }
}

function inside(child: Child): string {
  if (child === null || child === undefined || typeof child === 'boolean') return ''
  if (typeof child === 'string' || typeof child === 'number') return escapeHtml(String(child))
  return 'html' in child ? child.html : child.map(inside).join('')
}

async function imported<Module>(source: string): Promise<Module> {
  const file = join(tmpdir(), `grantwright-pages-${process.pid}-${source.length}.mjs`)
  writeFileSync(file, (await transform(source, { loader: 'tsx', jsxFactory: 'h' })).code)
  try {
    return (await import(file)) as Module
  } finally {
    rmSync(file)
  }
}
