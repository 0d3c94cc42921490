/**
 * `npm run check:size`: holds what each entry loads to its budget.
 *
 * @module
 */
import { budgets, sizesOf } from './entry-sizes.mjs'

let tooLarge = 0
for (const [code, budget] of budgets) {
  const { first, later } = await sizesOf(code)
  if (first > budget) tooLarge++
  const verdict = first > budget ? 'TOO LARGE' : 'ok'.padEnd(9)
  const rest = later > 0 ? `, ${later.toFixed(1)} KB later` : ''
  console.log(`${verdict} ${first.toFixed(1).padStart(6)} KB of ${budget}  ${code}${rest}`)
}
process.exitCode = tooLarge ? 1 : 0
