/**
 * From what was measured to what is said of it. Pure.
 *
 * @module
 */

/** More than this share of a core used by others, or of change in the floor, and a run says nothing. */
export const LIMIT = 0.1

/** @param {number[]} numbers at least one */
export function median(numbers) {
  const sorted = [...numbers].sort((a, b) => a - b)
  const half = Math.floor(sorted.length / 2)
  return sorted.length % 2 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2
}

/** From the least to the greatest, as a share of the median. */
export const spread = (numbers) => (Math.max(...numbers) - Math.min(...numbers)) / median(numbers)

/** The CPU of a request in each round. @param {{ rounds: { cost: number }[] }} cell */
export const costsOf = (cell) => cell.rounds.map(({ cost }) => cost)

/** The one in the same Node. @param {any[]} cells @param {{ floor?: string }} cell */
export const floorOf = (cells, { floor = 'floor' }) => cells.find(({ label }) => label === floor)

export const isOverDatabase = ({ rounds }) => rounds.some(({ database }) => database !== undefined)

/** The median over the rounds. @param {{ rounds: any[] }} cell @param {string} member */
export const middleOf = (cell, member) => median(cell.rounds.map((round) => round[member]))

/** @param {ArrayLike<number>} sorted ascending, at least one @param {number} share 0.5 for the median */
export const quantile = (sorted, share) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]

/**
 * The median of the ratios within each round, so that what strikes a whole round strikes both.
 *
 * @param {number[]} of one number for each round
 * @param {number[]} to the same
 */
export const ratio = (of, to) => median(of.map((number, round) => number / to[round]))

/**
 * What makes a run worthless, each as a sentence; none when it stands.
 *
 * @param {{
 *   floors: { work: string, label: string, costs: number[] }[],
 *   windows: { work: string, contestant: string, round: number, others: number | null }[],
 * }} run `costs` is the floor's CPU for each round; `others` the share of a core that others had, null where nobody knows
 * @returns {string[]}
 */
export function complaints({ floors, windows }) {
  const percent = (share) => `${Math.round(share * 100)} %`
  const drifted = floors
    .map(({ work, label, costs }) => ({ work, label, by: Math.max(...costs) / Math.min(...costs) - 1 }))
    .filter(({ by }) => by > LIMIT)
    .map(({ work, label, by }) => `${work}: the ${label} costs ${percent(by)} more in one round than in another.`)
  const shared = windows.filter(({ others }) => others !== null && others > LIMIT)
  if (!shared.length) return drifted
  const worst = shared.reduce((a, b) => (b.others > a.others ? b : a))
  const most = `${percent(worst.others)} of a core in round ${worst.round} of ${worst.contestant}, ${worst.work}`
  return [...drifted, `Others were on the cores in ${shared.length} of ${windows.length} windows: ${most}.`]
}
