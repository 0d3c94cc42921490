/**
 * How long answers take.
 *
 * @module
 */
import { short, told } from '../exchange.js'
import { type Check, failed, notReached, ok, warning } from '../finding.js'

/** Seconds: the shortest patience that is known of a client. Others have none that is known. */
const PATIENCE = 10

export const time: Check = {
  name: 'time',
  short: 'time',
  about: 'every answer comes in time',
  judge({ exchanges, client }) {
    const [slowest] = [...exchanges].sort((one, other) => other.took - one.took)
    if (!slowest) return notReached('nothing was asked')
    const patience = client.discovery?.timeout ?? PATIENCE
    const silent = exchanges.find(({ outcome }) => !outcome.answered && outcome.problem === 'timeout')
    if (silent) return failed({ received: told(silent), right: `an answer within ${patience} s`, change: silence })
    const received = `${slowest.asked.method} ${short(slowest.asked.url.replace(/\?.*/s, ''))} took ${seconds(slowest.took)}`
    if (slowest.took > patience * 1000) {
      const words = { received, right: `an answer within ${patience} s`, change: slowness }
      return client.discovery?.timeout === undefined ? warning(words) : failed(words)
    }
    if (slowest.took > patience * 500) return warning({ received, right: `well below ${patience} s`, change: slowness })
    return ok(received)
  },
}

const slowness =
  'a host that sleeps while nobody calls has to wake sooner; look at the database, and at what the document’s host takes'
const silence =
  'look whether the app runs, and what it waits for: the database, a host that it asks, a host of its own that sleeps while nobody calls. `--timeout` has doctor wait longer, and clients not'

const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`
