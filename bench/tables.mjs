/**
 * A work as a table for the console.
 *
 * @module
 */
import { costsOf, floorOf, isOverDatabase, middleOf, ratio, spread } from './figures.mjs'

/** @param {{ title: string, cells: import('./measure.mjs').Cell[] }} result */
export function tableOf({ title, cells }) {
  const measured = cells.filter(({ refused }) => refused === null)
  const own = measured.find(({ label }) => label === 'grantwright')
  const against = (cell, other) => (other ? ratio(costsOf(cell), costsOf(other)).toFixed(2) : '')
  const head = [title, 'CPU µs', '± %', '÷ floor', '÷ grantwright', 'per second', 'p50 ms', 'p99 ms', 'busy']
  if (measured.some(isOverDatabase)) head.push('database µs')
  const lines = cells.map((cell) => {
    if (cell.refused !== null) return [cell.label, 'refused']
    const middle = (member) => middleOf(cell, member)
    return [
      cell.label,
      middle('cost').toFixed(1),
      (spread(costsOf(cell)) * 100).toFixed(0),
      against(cell, floorOf(measured, cell)),
      against(cell, own),
      middle('rate').toFixed(0),
      middle('p50').toFixed(2),
      middle('p99').toFixed(2),
      `${(middle('busy') * 100).toFixed(0)} %`,
      ...(isOverDatabase(cell) ? [middle('database').toFixed(0)] : []),
    ]
  })
  return `\n${columns([head, ...lines])}`
}

/** @param {string[][]} rows the first column to the left, all others to the right */
export function columns(rows) {
  const widths = rows[0].map((_, i) => Math.max(...rows.map((row) => (row[i] ?? '').length)))
  const line = (row) => row.map((text, i) => (i ? text.padStart(widths[i]) : text.padEnd(widths[i]))).join('  ')
  return rows.map(line).join('\n')
}
