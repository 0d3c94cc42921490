/**
 * What is wrong with a run, said.
 *
 * @module
 */
import { complaints, costsOf, floorOf } from './figures.mjs'

/**
 * @param {{ work: string, cells: import('./measure.mjs').Cell[] }[]} results
 * @returns {{ refused: string[], reasons: string[], exitCode: number }} `reasons` why the figures are worth nothing
 */
export function verdictOf(results) {
  const refused = results.flatMap(({ work, cells }) =>
    cells.filter((cell) => cell.refused !== null).map(({ label, refused: why }) => `${label}, ${work}: ${why}`),
  )
  const measured = results.flatMap(({ work, cells }) => cells.map(({ label, rounds }) => ({ work, label, rounds })))
  const floors = results.flatMap(({ work, cells }) =>
    cells
      .filter((cell) => floorOf(cells, cell) === cell && cell.rounds.length)
      .map((cell) => ({ work, label: cell.label, costs: costsOf(cell) })),
  )
  const windows = measured.flatMap(({ work, label, rounds }) =>
    rounds.map(({ others }, i) => ({ work, contestant: label, round: i + 1, others })),
  )
  const reasons = complaints({ floors, windows })
  return { refused, reasons, exitCode: refused.length ? 1 : reasons.length ? 2 : 0 }
}

export function printVerdict({ refused, reasons }) {
  for (const text of refused) console.error(`\nREFUSED. ${text}`)
  if (reasons.length) console.error(`\nThis run is WORTHLESS:\n${reasons.map((reason) => `- ${reason}`).join('\n')}`)
}
