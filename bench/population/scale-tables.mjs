/**
 * What several processes on one database came to, on the console and on docs/scaling.md.
 *
 * @module
 */
import { LIMIT, middleOf } from '../figures.mjs'
import { columns } from '../tables.mjs'
import { disturbed, grouped, madeOn, markdown, partOf, writeParts } from './tables.mjs'

/** A core that is busy for more than this share of the time is the limit. */
const FULL = 0.9

const head = [
  'processes',
  'grants',
  'per second',
  'server µs',
  'database µs',
  'cores of the servers',
  'core of the database',
  'p50 ms',
  'p99 ms',
  'the limit',
]

const percent = (share) => `${Math.round(share * 100)} %`

const rowsOf = ({ rows }) =>
  rows.map((row) => {
    const middle = (member) => middleOf(row, member)
    return [
      `${row.processes}`,
      row.processes === 1 ? 'all' : row.shared ? 'go round' : 'each its own',
      grouped(middle('rate')),
      middle('server').toFixed(0),
      middle('database').toFixed(0),
      `${row.cores} × ${percent(middle('serverBusy'))}`,
      percent(middle('databaseBusy')),
      middle('p50').toFixed(1),
      middle('p99').toFixed(1),
      limitOf(middle('serverBusy'), middle('databaseBusy'), middle('others')),
    ]
  })

/** Each is a share of a core. @param {number} serverBusy @param {number} databaseBusy @param {number} others */
export function limitOf(serverBusy, databaseBusy, others) {
  if (databaseBusy >= FULL) return 'the database'
  if (serverBusy >= FULL) return 'the servers'
  return others > LIMIT ? 'others on the cores' : 'neither: they wait'
}

/** What follows for a database that has one core. */
function capacityOf({ engine, rows }) {
  const busiest = rows.reduce((a, b) => (b.processes > a.processes ? b : a))
  const [server, database] = [middleOf(busiest, 'server'), middleOf(busiest, 'database')]
  return (
    `By its CPU one core of ${engine} carries ${grouped(1e6 / database)} refreshes a second, and ` +
    `${(server / database).toFixed(1)} cores of servers keep it busy (with ${busiest.processes} processes).`
  )
}

const remarksOf = (scale) => [capacityOf(scale), disturbed(scale.rows)].filter(Boolean)

export function scaleTable(scale) {
  const table = columns([[`${scale.engine}, ${head[0]}`, ...head.slice(1)], ...rowsOf(scale)])
  return `\n${[table, ...remarksOf(scale)].join('\n  ')}`
}

export function writeScale(run) {
  const parts = run.scales.flatMap((scale) => partOf(scale, () => [markdown(head, rowsOf(scale)), ...remarksOf(scale)]))
  const where = `${madeOn(run)} ${grouped(run.grants)} grants; the database on one core, the processes on ${run.serverCores === 1 ? 'one other' : `${run.serverCores} others`}.`
  writeParts({ scale: [where, ...parts].join('\n\n') })
}
