/**
 * `npm run bench`: what each kind of request costs in CPU, here and in others. CONTRIBUTING.md says what it takes, docs/performance.md what came out.
 *
 * Exit codes: 0; 1 when a cell was refused, because an answer was wrong or what it needs cannot be had; 2 when the figures are printed but the conditions make them worthless.
 *
 * @module
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { coldStartsOf, coldStartTable } from './cold-start.mjs'
import { contestants } from './contestants/all.mjs'
import { variants } from './contestants/grantwright/variants.mjs'
import { entrySizes, footprintOf, footprintTable } from './footprint.mjs'
import { chooseCores, machine } from './machine.mjs'
import { measureWork } from './measure.mjs'
import { withNeeds } from './needs.mjs'
import { versionsOf, writePage } from './page.mjs'
import { quick } from './quick.mjs'
import { buildIfOlder, installPeers } from './ready.mjs'
import { tableOf } from './tables.mjs'
import { printVerdict, verdictOf } from './verdict.mjs'
import { workNamed, works } from './works/all.mjs'

const usage = `npm run bench -- [options]
  --quick [commit]       the working tree against a commit, in two minutes
  --rounds 5             rounds of each work
  --connections 16       that always wait for an answer
  --works a,b            these alone (${works.map(({ name }) => name).join(', ')})
  --contestants a,b      these alone (${contestants.map(({ name }) => name).join(', ')})
  --beside               on other frameworks, over databases and in other versions of Node, too; the start, also under workerd, and the heap of a grant
  --json file            the figures as JSON
  --write                into docs/performance.md, with its chart
  --from file            no run: what an earlier one has written with --json`

/** How long each takes, in milliseconds. */
const times = { firstWarmUp: 3000, warmUp: 1000, window: 2000 }

async function main() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      quick: { type: 'boolean', default: false },
      rounds: { type: 'string', default: '5' },
      connections: { type: 'string', default: '16' },
      works: { type: 'string' },
      contestants: { type: 'string' },
      json: { type: 'string' },
      beside: { type: 'boolean', default: false },
      write: { type: 'boolean', default: false },
      from: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) return console.log(usage)
  if (values.from) return tell(JSON.parse(readFileSync(values.from, 'utf8')), values)
  const [rounds, connections] = [Number(values.rounds), Number(values.connections)]
  const isCount = (n) => Number.isInteger(n) && n > 0
  if (!isCount(rounds) || !isCount(connections) || positionals.length > (values.quick ? 1 : 0)) throw new Error(usage)
  const cores = chooseCores()
  buildIfOlder()
  if (values.quick) return quick(cores, positionals[0])
  const chosen = values.contestants?.split(',') ?? contestants.map(({ name }) => name)
  if (contestants.some(({ name, packages }) => packages.length && chosen.includes(name))) installPeers()
  const ableTo = (work) =>
    contestants.filter(({ name, works: can }) => chosen.includes(name) && can.includes(work)).map(({ name }) => name)
  const date = new Date().toISOString().slice(0, 10)
  const run = { machine: machine(), versions: versionsOf(), date, rounds, connections, times, results: [] }
  // After each, so that whoever stops it keeps what there is.
  const keep = () => values.json && writeFileSync(values.json, `${JSON.stringify(run, null, 2)}\n`)
  const measure = async (work, entries, name = work.name, title = work.title) => {
    run.results.push({
      work: name,
      title,
      cells: await measureWork(work, entries, cores, { ...times, connections, rounds }),
    })
    console.log(tableOf(run.results.at(-1)))
    keep()
  }
  for (const work of values.works?.split(',').map(workNamed) ?? works) {
    await measure(
      work,
      ableTo(work.name).map((name) => ({ label: name, name })),
    )
  }
  if (values.beside) {
    const refresh = workNamed('refresh-jwt')
    const title = `${refresh.title}: on other frameworks, over databases, and in other versions of Node`
    await withNeeds(variants, cores.load, (entries) => measure(refresh, entries, 'variants', title))
    const names = ableTo('jwks').filter((name) => ableTo('refresh-opaque').includes(name))
    run.footprint = await footprintOf(names, cores.server)
    console.log(footprintTable(run.footprint))
    keep()
    run.entries = await entrySizes()
    run.coldStart = await coldStartsOf(ableTo('discovery'), cores.server)
    console.log(coldStartTable(run.coldStart))
    keep()
  }
  tell(run, values)
}

/** Everything that a run leaves behind, but its tables. */
function tell(run, { write }) {
  const verdict = verdictOf(run.results)
  printVerdict(verdict)
  if (write) writePage({ ...run, reasons: verdict.reasons })
  process.exitCode = verdict.exitCode
}

await main().catch((error) => {
  console.error(error.message)
  process.exitCode = 1
})
