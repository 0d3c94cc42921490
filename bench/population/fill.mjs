/**
 * A database of its own, filled with grants.
 *
 * @module
 */
import { startProcess } from '../processes.mjs'
import { livesOf } from './records.mjs'

/** Grants that are staged, records that are inserted, and grants that are refreshed, before anything else is asked. */
const [STAGED, INSERTED, REFRESHED] = [2000, 50_000, 5000]
/** Refreshes after which the code of a process is compiled, whatever it has to refresh. */
const WARM = 10_000

/**
 * @param {import('./engines.mjs').Engine} engine
 * @param {{ grants: number, expired?: number }} population
 * @param {{ server: number, load: number }} cores the database has that of the load
 * @returns `bytes` of a record; `tokens` of all live grants, in a random order
 */
export async function startFilled(engine, { grants, expired = 0 }, cores) {
  const began = performance.now()
  const server = await engine.start(cores.load)
  const filling = startProcess('population/populate.mjs', cores.server, [engine.name, server.place])
  try {
    await filling.ready()
    const live = livesOf(grants)
    await inLots(live, STAGED, (n) => filling.ask({ ask: 'stage', n }))
    await filling.ask({ ask: 'begin', copies: grants - live, expired })
    await inLots(grants + expired, INSERTED, (n) => filling.ask({ ask: 'insert', n }))
    await filling.ask({ ask: 'done' })
    const { bytes, plans, tokens } = await filling.ask({ ask: 'settle' })
    const wrong = plans.filter((plan) => !engine.byPrimaryKey.test(plan))
    if (wrong.length || !plans.length)
      throw new Error(
        `${engine.name} with ${grants} grants does not reach a grant by its primary key: ${wrong.join('; ')}`,
      )
    const seconds = Math.round((performance.now() - began) / 1000)
    console.log(`${engine.name}: ${grants + expired} grants, ${live} of them in use, in ${seconds} s.`)
    return { ...server, grants, bytes: bytes / (grants + expired), plans, tokens }
  } catch (error) {
    await server.stop()
    throw error
  } finally {
    await filling.end()
  }
}

async function inLots(all, most, act) {
  for (let left = all; left > 0; left -= most) await act(Math.min(left, most))
}

/** A process that refreshes its grants, when each has been refreshed at least once and the database has settled again. */
export async function startRefresher(engine, { place, tokens }, core) {
  const refresher = startProcess('population/refresher.mjs', core, [engine.name, place])
  try {
    await refresher.ready()
    await refresher.ask({ ask: 'deal', tokens, now: 0 })
    await inLots(Math.max(tokens.length, WARM), REFRESHED, (n) => refresher.ask({ ask: 'refresh', n }))
    await engine.settle(place)
    return refresher
  } catch (error) {
    await refresher.end()
    throw error
  }
}
