/**
 * What a variant needs beside this checkout: another Node, a built app, a database. All of it is there while they are measured, and gone afterwards. What
 * cannot be had refuses its variant, and no other.
 *
 * @module
 */
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { engines } from './engines/all.mjs'
import { buildNextApp } from './next.mjs'
import { install, root } from './ready.mjs'

/**
 * @param {import('./contestants/grantwright/variants.mjs').Variant[]} variants
 * @param {number} core of the load, which it shares with the databases
 * @param {(entries: import('./measure.mjs').Entry[]) => Promise<void>} measure
 */
export async function withNeeds(variants, core, measure) {
  const stops = []
  try {
    const entries = []
    for (const variant of variants) entries.push(await madeReady(variant, core, stops))
    await measure(entries)
  } finally {
    for (const stop of stops) await stop()
  }
}

async function madeReady({ node, app, engine, ...entry }, core, stops) {
  try {
    if (node) return { ...entry, ...nodeNamed(node) }
    if (app) {
      const { folder, what, stop } = buildNextApp()
      stops.push(stop)
      return { ...entry, what, env: { ...entry.env, BENCH_APP: folder } }
    }
    if (engine) {
      const database = await engines[engine](core)
      stops.push(database.stop)
      return { ...entry, database, what: database.what, env: { ...entry.env, BENCH_DATABASE: database.url } }
    }
    return entry
  } catch (error) {
    return { ...entry, refused: error.message }
  }
}

function nodeNamed(name) {
  const node = join(
    install(join(root, 'test/system/nodes'), 'Other versions of Node'),
    'node_modules',
    name,
    'bin/node',
  )
  return { node, what: `Node ${execFileSync(node, ['--version'], { encoding: 'utf8' }).trim()}` }
}
