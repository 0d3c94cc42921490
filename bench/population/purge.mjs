/**
 * What the server's own purging costs the refreshes beside it.
 *
 * @module
 */
import { startFilled, startRefresher } from './fill.mjs'
import { windowOf } from './windows.mjs'

/**
 * @param {import('./engines.mjs').Engine} engine
 * @param {number} grants, and twice as many that have expired, so that some are left at the end
 * @param {{ server: number, load: number }} cores
 * @param {{ rounds: number, window: number }} times
 */
export async function measurePurge(engine, grants, cores, times) {
  const filled = await startFilled(engine, { grants, expired: 2 * grants }, cores)
  let refresher
  try {
    refresher = await startRefresher(engine, filled, cores.server)
    const on = { servers: [cores.server], database: cores.load }
    const [without, beside] = [
      { grants, purging: false, rounds: [] },
      { grants, purging: true, rounds: [] },
    ]
    const milliseconds = times.window
    const window = () =>
      windowOf(engine, filled, on, async () => [await refresher.ask({ ask: 'refreshFor', milliseconds })])
    for (let round = 0; round < times.rounds; round++) {
      without.rounds.push(await window())
      await refresher.ask({ ask: 'beginPurging', milliseconds })
      const measured = await window()
      const deleted = await refresher.ask({ ask: 'endPurging' })
      beside.rounds.push({ ...measured, deleted: (deleted / milliseconds) * 1000 })
    }
    return { conditions: filled.conditions, rows: [without, beside] }
  } finally {
    await refresher?.end()
    await filled.stop()
  }
}
