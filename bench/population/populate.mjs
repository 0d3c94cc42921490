/**
 * `populate.mjs <engine> <place>`: the process that fills a database with grants, a lot at a time.
 *
 * @module
 */
import { answerQuestions } from '../processes.mjs'
import { engineNamed } from './engines.mjs'
import { inRandomOrder, shuffled, stage } from './records.mjs'

/** Records that are made before they are inserted. */
const LOT = 5000

const [name, place] = process.argv.slice(2)
const engine = engineNamed(name)
const staged = []
let make = null
let filler = null
let records = null
let usedBefore = 0

answerQuestions({
  /** Makes `n` more live grants. */
  async stage({ n }) {
    make ??= await stage()
    staged.push(...(await make(n)))
  },
  async begin({ copies, expired }) {
    filler = await engine.filler(place)
    usedBefore = await engine.used(place)
    records = shuffled(staged, copies, expired)
  },
  async insert({ n }) {
    for (let left = n; left > 0; left -= LOT) {
      const lot = []
      while (lot.length < Math.min(left, LOT)) lot.push(records.next().value)
      await filler.insert(lot)
    }
  },
  done: () => filler.done(),
  /** @returns bytes of all that was inserted, how its rows are reached, and the refresh tokens of what is live, not in the order of the table */
  async settle() {
    await engine.settle(place)
    const bytes = (await engine.used(place)) - usedBefore
    const plans = await engine.plans(place, staged[0].record.id)
    return { bytes, plans, tokens: inRandomOrder(staged.map(({ token }) => token)) }
  },
})
process.send({ answer: null })
