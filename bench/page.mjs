/**
 * What a run says on docs/performance.md: everything between its markers, and the chart.
 *
 * @module
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { chartOf } from './chart.mjs'
import { coldStartFigures } from './cold-start.mjs'
import { contestants } from './contestants/all.mjs'
import { costsOf, floorOf, isOverDatabase, middleOf, ratio, spread } from './figures.mjs'
import { root } from './ready.mjs'
import { works } from './works/all.mjs'

const page = join(root, 'docs/performance.md')

/** @param {{ machine: any, versions: Record<string, string>, rounds: number, date: string, results: any[], reasons: string[] }} run */
export function writePage(run) {
  const order = [...works.map(({ name }) => name), 'variants']
  run.results.sort((a, b) => order.indexOf(a.work) - order.indexOf(b.work))
  const text = readFileSync(page, 'utf8')
  const parts = {
    conditions: conditionsOf(run),
    tables: run.results.map(tableOf).join('\n\n'),
    footprint: run.footprint
      ? `${footprintRows(run.footprint)}\n\n${coldStartRows(run.coldStart)}\n\n${entryRows(run.entries)}`
      : 'Not measured in this run.',
    contestants: listOf(run),
  }
  writeFileSync(page, Object.entries(parts).reduce(fill, text))
  writeFileSync(join(root, 'docs/performance.svg'), chartOf(run))
}

/** @param {string} text @param {[string, string]} part */
export function fill(text, [name, content]) {
  const [from, to] = [`<!-- ${name} -->`, `<!-- /${name} -->`]
  const [start, end] = [text.indexOf(from), text.indexOf(to)]
  if (start < 0 || end < start) throw new Error(`The page has no place for ${name}.`)
  return `${text.slice(0, start + from.length)}\n${content}\n${text.slice(end)}`
}

function conditionsOf({ machine, rounds, connections = 16, date, versions, reasons }) {
  const where = `${machine.cpu}, ${machine.cores} cores, ${machine.kernel}, Node ${machine.node}`
  const what = `grantwright ${versions.grantwright}, ${date}, ${rounds} rounds, ${connections} connections. ${where}.`
  if (!reasons.length) return what
  const remarks = reasons.map((reason) => `- ${reason}`).join('\n')
  return `${what}\n\n**By its own rules this run is worthless**; take the ratios for what they are, and repeat it on a machine with nothing else to do:\n\n${remarks}`
}

/** @param {{ title: string, cells: any[] }} result */
export function tableOf({ title, cells }) {
  const measured = cells.filter((cell) => cell.refused === null)
  const own = measured.find(({ label }) => label === 'grantwright')
  const overDatabase = measured.some(isOverDatabase)
  const against = (cell, other) => (other ? ratio(costsOf(cell), costsOf(other)).toFixed(2) : '')
  const rows = measured.map((cell) => {
    const middle = (member) => middleOf(cell, member)
    const [cost, rate] = [middle('cost'), middle('rate')]
    const share = `${Math.round((spread(costsOf(cell)) * 100) / 2)} %`
    const ratios = [against(cell, floorOf(measured, cell)), against(cell, own)]
    const figures = [cost.toFixed(cost < 100 ? 1 : 0), share, ...ratios, rate.toFixed(0)]
    const database = isOverDatabase(cell) ? [middle('database').toFixed(0)] : overDatabase ? [''] : []
    const latencies = [middle('p50').toFixed(2), middle('p99').toFixed(1)]
    return `| ${[nameOf(cell.label), ...figures, ...latencies, ...database].join(' | ')} |`
  })
  const head = ['CPU µs', '±', '÷ floor', '÷ grantwright', 'per second', 'p50 ms', 'p99 ms']
  if (overDatabase) head.push('database µs')
  const table = [`| | ${head.join(' | ')} |`, `| --- |${' --: |'.repeat(head.length)}`, ...rows]
  const whats = [...new Set(measured.flatMap(({ what }) => what ?? []))]
  return [`### ${title}`, '', ...table, ...(whats.length ? ['', `With ${whats.join(', ')}.`] : [])].join('\n')
}

/** @param {{ label: string, start: number, heap: number }[]} found */
const footprintRows = (found) =>
  [
    '| | start to the first answer, ms | heap of a live grant, bytes |',
    '| --- | --: | --: |',
    ...found.map(({ label, start, heap }) => `| ${nameOf(label)} | ${start.toFixed(0)} | ${heap.toFixed(0)} |`),
  ].join('\n')

/** @param {Awaited<ReturnType<typeof import('./cold-start.mjs').coldStartsOf>> | undefined} measured undefined of a run before there was one */
function coldStartRows(measured) {
  if (!measured || 'why' in measured)
    return `Not measured under workerd in this run: ${measured?.why ?? 'it is older.'}`
  return [
    `Under workerd ${measured.version}, medians of ${measured.starts} starts:`,
    '',
    '| | script, KB | gzipped, KB | its evaluation, ms | start to the metadata, ms | start to the keys, ms |',
    '| --- | --: | --: | --: | --: | --: |',
    ...measured.found.map((one) => `| ${[one.label, ...coldStartFigures(one)].join(' | ')} |`),
  ].join('\n')
}

/** @param {Awaited<ReturnType<typeof import('./footprint.mjs').entrySizes>> | undefined} entries undefined of a run before they were weighed */
const entryRows = (entries = []) =>
  [
    'What an import loads with its dependencies, minified and gzipped:',
    '',
    '| | KB | later, KB |',
    '| --- | --: | --: |',
    ...entries.map(
      ({ entry, first, later }) => `| \`${entry}\` | ${first.toFixed(1)} | ${later ? later.toFixed(1) : ''} |`,
    ),
  ].join('\n')

/** By its package, the floor and grantwright by themselves. */
const nameOf = (label) =>
  contestants.find(({ name }) => name === label)?.packages.at(label === 'better-auth' ? 1 : 0) ?? label

function listOf({ versions }) {
  const rows = contestants.map(({ name, packages, unfair }) => {
    const versioned = packages.map((one) => `\`${one}\` ${versions[one]}`).join(', ')
    return `| ${versioned || name} | ${unfair} |`
  })
  return ['| | what is unfair |', '| --- | --- |', ...rows].join('\n')
}

/** Of grantwright and of every package that takes part. */
export function versionsOf() {
  const versionIn = (folder) => JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')).version
  const installed = (name) => {
    const folder = join(import.meta.dirname, 'node_modules', name)
    return [name, existsSync(folder) ? versionIn(folder) : 'not there']
  }
  const names = new Set(contestants.flatMap(({ packages }) => packages))
  return { grantwright: versionIn(root), ...Object.fromEntries([...names].map(installed)) }
}
