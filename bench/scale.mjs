/**
 * `node bench/scale.mjs`: several processes on one database, until it is the limit, and what it carries. docs/scaling.md says what came out.
 *
 * Exit codes: 0; 1 when an answer was wrong, a swap was lost, or a database is missing, and then its figures are refused.
 *
 * @module
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { allowedCores, chooseCores, machine } from './machine.mjs'
import { engineNamed } from './population/engines.mjs'
import { measureScale } from './population/processes.mjs'
import { orRefused, tell } from './population/refused.mjs'
import { scaleTable, writeScale } from './population/scale-tables.mjs'
import { buildIfOlder } from './ready.mjs'

const usage = `node bench/scale.mjs [options]
  --processes 1,2,4         servers on one database
  --grants 100000           in it
  --engines Postgres,Redis  each of them
  --rounds 5                rounds of windows
  --json file               the figures as JSON
  --write                   into docs/scaling.md
  --from file               no run: what an earlier one has written with --json`

const times = { warmUp: 700, window: 3000 }

async function main() {
  const { values } = parseArgs({
    options: {
      processes: { type: 'string', default: '1,2,4' },
      grants: { type: 'string', default: '100000' },
      engines: { type: 'string', default: 'Postgres,Redis' },
      rounds: { type: 'string', default: '5' },
      json: { type: 'string' },
      write: { type: 'boolean', default: false },
      from: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) return console.log(usage)
  const run = values.from ? JSON.parse(readFileSync(values.from, 'utf8')) : await measure(values)
  for (const scale of run.scales) tell(scale, scaleTable)
  if (values.json) writeFileSync(values.json, `${JSON.stringify(run, null, 2)}\n`)
  if (values.write) writeScale(run)
}

async function measure(values) {
  const counts = values.processes.split(',').map(Number)
  const [rounds, grants] = [Number(values.rounds), Number(values.grants)]
  if (![...counts, rounds, grants].every((n) => Number.isInteger(n) && n > 0)) throw new Error(usage)
  const chosen = values.engines.split(',').map(engineNamed)
  if (chosen.some(({ name }) => name === 'SQLite'))
    throw new Error('SQLite is in the process of the server: it has no core of its own.')
  const { load: database } = chooseCores()
  const servers = allowedCores().filter((core) => core !== database)
  buildIfOlder()
  const date = new Date().toISOString().slice(0, 10)
  const run = { machine: machine(), date, rounds, times, grants, serverCores: servers.length, scales: [] }
  const measure = (engine) => measureScale(engine, { grants, counts }, { servers, database }, { ...times, rounds })
  for (const engine of chosen) run.scales.push(await orRefused(engine, () => measure(engine)))
  return run
}

await main().catch((error) => {
  console.error(error.message)
  process.exitCode = 1
})
