/**
 * `node bench/size.mjs`: whether a refresh costs the same however many grants there are, and what a grant takes. docs/scaling.md says what came out.
 *
 * Exit codes: 0; 1 when an answer was wrong, a row was not reached by its primary key, or a database is missing, and then its figures are refused.
 *
 * @module
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { chooseCores, machine } from './machine.mjs'
import { engineNamed, engines } from './population/engines.mjs'
import { measurePurge } from './population/purge.mjs'
import { orRefused, tell } from './population/refused.mjs'
import { measureSizes } from './population/sizes.mjs'
import { purgeTable, sizeTable, writeSizes } from './population/tables.mjs'
import { buildIfOlder } from './ready.mjs'

const usage = `node bench/size.mjs [options]
  --sizes 1000,100000,1000000    live grants
  --engines a,b                  these alone (${engines.map(({ name }) => name).join(', ')})
  --rounds 5                     rounds of windows
  --purge 100000                 beside as many grants, twice as many that have expired are purged; 0 for not at all
  --json file                    the figures as JSON
  --write                        into docs/scaling.md
  --from a,b                     no run: what earlier ones have written with --json, together`

const times = { warmUp: 700, window: 3000 }

async function main() {
  const { values } = parseArgs({
    options: {
      sizes: { type: 'string', default: '1000,100000,1000000' },
      engines: { type: 'string', default: engines.map(({ name }) => name).join() },
      rounds: { type: 'string', default: '5' },
      purge: { type: 'string', default: '100000' },
      json: { type: 'string' },
      write: { type: 'boolean', default: false },
      from: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) return console.log(usage)
  const run = values.from ? together(values.from.split(',')) : await measure(values)
  if (values.write) writeSizes(run)
}

async function measure({ json, ...values }) {
  const sizes = values.sizes
    .split(',')
    .map(Number)
    .sort((a, b) => a - b)
  const [rounds, purge] = [Number(values.rounds), Number(values.purge)]
  const isCount = (n) => Number.isInteger(n) && n > 0
  if (![...sizes, rounds].every(isCount) || !(purge === 0 || isCount(purge))) throw new Error(usage)
  const chosen = values.engines.split(',').map(engineNamed)
  const cores = chooseCores()
  buildIfOlder()
  const date = new Date().toISOString().slice(0, 10)
  const run = { machine: machine(), date, rounds, times, sizes: [], purges: [] }
  // After each, so that whoever stops it keeps what there is.
  const keep = () => json && writeFileSync(json, `${JSON.stringify(run, null, 2)}\n`)
  for (const engine of chosen) {
    run.sizes.push(await orRefused(engine, () => measureSizes(engine, sizes, cores, { ...times, rounds })))
    tell(run.sizes.at(-1), sizeTable)
    keep()
    // Redis deletes what has expired by itself.
    if (!purge || engine.name === 'Redis') continue
    run.purges.push(await orRefused(engine, () => measurePurge(engine, purge, cores, { ...times, rounds })))
    tell(run.purges.at(-1), purgeTable)
    keep()
  }
  return run
}

function together(files) {
  const [first, ...more] = files.map((file) => JSON.parse(readFileSync(file, 'utf8')))
  for (const { sizes, purges } of more) {
    first.sizes.push(...sizes)
    first.purges.push(...purges)
  }
  for (const size of first.sizes) tell(size, sizeTable)
  for (const purge of first.purges) tell(purge, purgeTable)
  return first
}

await main().catch((error) => {
  console.error(error.message)
  process.exitCode = 1
})
