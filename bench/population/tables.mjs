/**
 * What came out, on the console and on docs/scaling.md.
 *
 * @module
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { LIMIT, median, middleOf, ratio, spread } from '../figures.mjs'
import { fill } from '../page.mjs'
import { root } from '../ready.mjs'
import { columns } from '../tables.mjs'

const page = join(root, 'docs/scaling.md')

/** Of several rounds. */
const all = ({ rounds }) => rounds.map(({ server, database }) => server + database)
/** SQLite has none of its own. */
const shown = (cost) => (cost === 0 ? '' : cost.toFixed(0))
const latencies = (row) => [middleOf(row, 'p50').toFixed(1), middleOf(row, 'p99').toFixed(1)]
const half = (row) => `${Math.round((spread(all(row)) * 100) / 2)} %`
const costs = (row) => [...[middleOf(row, 'server'), middleOf(row, 'database'), median(all(row))].map(shown), half(row)]
export const grouped = (n) => Math.round(n).toLocaleString('en')

const costHead = ['server µs', 'database µs', 'both µs', '±']
const latencyHead = ['p50 ms', 'p99 ms']
const sizeHead = [
  'grants',
  ...costHead,
  '÷ the smallest',
  'written KB',
  'per second',
  ...latencyHead,
  'bytes per grant',
]

const sizeRows = ({ rows }) =>
  rows.map((row) => [
    grouped(row.grants),
    ...costs(row),
    ratio(all(row), all(rows[0])).toFixed(2),
    (middleOf(row, 'written') / 1024).toFixed(1),
    grouped(middleOf(row, 'rate')),
    ...latencies(row),
    grouped(row.bytes),
  ])

const purgeHead = ['', ...costHead, 'refreshes per second', ...latencyHead, 'deleted per second']

const purgeRows = ({ rows }) =>
  rows.map((row) => [
    row.purging ? 'beside a purge' : 'without',
    ...costs(row),
    grouped(middleOf(row, 'rate')),
    ...latencies(row),
    row.purging ? grouped(middleOf(row, 'deleted')) : '',
  ])

/** What has to be said when others were on the cores. */
export const disturbed = (rows) => {
  const windows = rows.flatMap(({ rounds }) => rounds)
  const shared = windows.filter(({ others }) => others > LIMIT)
  return shared.length ? `Others had over a tenth of a core in ${shared.length} of ${windows.length} windows.` : ''
}

const titled = (title, head, rows) => `\n${columns([[`${title} ${head[0]}`.trim(), ...head.slice(1)], ...rows])}`

export const sizeTable = (size) => titled(`${size.engine},`, sizeHead, sizeRows(size)) + remarks(size)
export const purgeTable = (purge) =>
  titled(
    `${purge.engine}, ${grouped(purge.rows[0].grants)} live and twice as many expired`,
    purgeHead,
    purgeRows(purge),
  ) + remarks(purge)

const remarks = ({ rows }) =>
  [...new Set(rows.flatMap(({ plans = [] }) => plans)), disturbed(rows)]
    .filter(Boolean)
    .map((remark) => `\n  ${remark}`)
    .join('')

export const markdown = (head, rows) =>
  [
    `| ${head.join(' | ')} |`,
    `| ---${' | --:'.repeat(head.length - 1)} |`,
    ...rows.map((row) => `| ${row.join(' | ')} |`),
  ].join('\n')

export const madeOn = ({ machine, date, rounds }) =>
  `${date}, ${rounds} rounds. ${machine.cpu}, ${machine.cores} cores, ${machine.kernel}, Node ${machine.node}.`

const NOT = 'Not measured in this run.'

/** @returns {string[]} what was measured, and with what; or that it was not */
export const partOf = ({ engine, refused, conditions }, figures) =>
  refused === null ? [`**${engine}.** ${conditions}.`, ...figures()] : [`**${engine}.** ${NOT}`]

export function writeSizes(run) {
  const parts = run.sizes.map((size) => partOf(size, () => [markdown(sizeHead, sizeRows(size)), disturbed(size.rows)]))
  const purges = run.purges
    .filter(({ refused }) => refused === null)
    .map((purge) => [
      `**${purge.engine}**, ${grouped(purge.rows[0].grants)} live grants and twice as many that have expired:`,
      ...[markdown(purgeHead, purgeRows(purge)), disturbed(purge.rows)],
    ])
  const joined = (all) => all.flat().filter(Boolean).join('\n\n')
  writeParts({ size: joined([madeOn(run), ...parts]), purge: joined(purges) || NOT })
}

/** @param {Record<string, string>} parts */
export const writeParts = (parts) => writeFileSync(page, Object.entries(parts).reduce(fill, readFileSync(page, 'utf8')))
