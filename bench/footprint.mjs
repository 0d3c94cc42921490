/**
 * What a server costs before and beside its requests: from the start of its process to the first answer, and the heap of a live grant.
 *
 * @module
 */
import { entries, specifier } from '../scripts/entries.mjs'
import { sizesOf } from '../scripts/entry-sizes.mjs'
import { median } from './figures.mjs'
import { startProcess } from './processes.mjs'
import { columns } from './tables.mjs'

const STARTS = 9
/** So many grants before, that nothing is made for the first time. */
const BEFORE = 1000
const GRANTS = 10_000

/**
 * @param {string[]} names contestants that can refresh opaque tokens
 * @param {number} core
 * @returns {Promise<{ label: string, start: number, heap: number }[]>} milliseconds, bytes
 */
export async function footprintOf(names, core) {
  const starts = names.map(() => [])
  for (let round = 0; round < STARTS; round++)
    for (const [i, name] of names.entries()) starts[i].push(await startOf(name, core))
  const found = []
  for (const [i, label] of names.entries()) {
    found.push({ label, start: median(starts[i]), heap: await heapOf(label, core) })
  }
  return found
}

/** The whole process: Node, the modules, the keys. */
async function startOf(name, core) {
  const began = performance.now()
  const server = startProcess('serve.mjs', core, [name, 'jwks'])
  try {
    const { port, paths } = await server.ready()
    const response = await fetch(`http://127.0.0.1:${port}${paths.jwks}`)
    if (!(await response.text()).includes('"keys"')) throw new Error(`${name} has no keys.`)
    return performance.now() - began
  } finally {
    await server.end()
  }
}

async function heapOf(name, core) {
  const server = startProcess('serve.mjs', core, [name, 'refresh-opaque'])
  try {
    await server.ready()
    await server.ask({ ask: 'prepare', n: BEFORE })
    const before = await server.ask({ ask: 'heap' })
    await server.ask({ ask: 'prepare', n: GRANTS })
    return ((await server.ask({ ask: 'heap' })) - before) / GRANTS
  } finally {
    await server.end()
  }
}

/** @returns {Promise<{ entry: string, first: number, later: number }[]>} KB of each entry with its dependencies, minified and gzipped: what its import loads, and what it may load then */
export async function entrySizes() {
  const found = []
  for (const name of Object.keys(entries))
    found.push({ entry: specifier(name), ...(await sizesOf(`export * from './dist/${name}.js'`)) })
  return found
}

/** @param {Awaited<ReturnType<typeof footprintOf>>} found */
export const footprintTable = (found) =>
  `\n${columns([
    ['Footprint', 'start ms', 'bytes per grant'],
    ...found.map(({ label, start, heap }) => [label, start.toFixed(0), heap.toFixed(0)]),
  ])}`
