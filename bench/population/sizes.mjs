/**
 * One engine at several sizes: all of its databases are up, and every round measures each once, in another order, so that what strikes the machine strikes
 * all sizes.
 *
 * @module
 */
import { rotated } from '../measure.mjs'
import { startFilled, startRefresher } from './fill.mjs'
import { windowOf } from './windows.mjs'

/**
 * @param {import('./engines.mjs').Engine} engine
 * @param {number[]} sizes ascending
 * @param {{ server: number, load: number }} cores
 * @param {{ rounds: number, warmUp: number, window: number }} times in milliseconds
 * @returns {Promise<{ conditions: string, rows: { grants: number, inUse: number, bytes: number, plans: string[], rounds: import('./windows.mjs').Window[] }[] }>}
 * @throws {Error} when an answer is wrong, or a statement is carried out in another way at another size
 */
export async function measureSizes(engine, sizes, cores, times) {
  const filled = []
  const refreshers = []
  try {
    for (const grants of sizes) filled.push(await startFilled(engine, { grants }, cores))
    const [first] = filled
    const other = filled.find(({ plans }) => plans.join() !== first.plans.join())
    if (other)
      throw new Error(
        `With ${other.grants} grants it is ${other.plans.join('; ')}, and with ${first.grants} it is ${first.plans.join('; ')}.`,
      )
    for (const one of filled) refreshers.push(await startRefresher(engine, one, cores.server))
    const rows = filled.map(({ grants, bytes, plans, tokens }) => ({
      grants,
      inUse: tokens.length,
      bytes,
      plans,
      rounds: [],
    }))
    const on = { servers: [cores.server], database: cores.load }
    for (let round = 0; round < times.rounds; round++)
      for (const i of rotated([...rows.keys()], round)) {
        await refreshers[i].ask({ ask: 'refreshFor', milliseconds: times.warmUp })
        const act = async () => [await refreshers[i].ask({ ask: 'refreshFor', milliseconds: times.window })]
        rows[i].rounds.push(await windowOf(engine, filled[i], on, act))
      }
    return { conditions: first.conditions, rows }
  } finally {
    await Promise.all(refreshers.map((refresher) => refresher.end()))
    await Promise.all(filled.map((one) => one.stop()))
  }
}
