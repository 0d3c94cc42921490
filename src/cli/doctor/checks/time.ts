/**
 * How long answers take.
 *
 * @module
 */
import { short } from '../exchange.js'
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
    const received = `${slowest.asked.method} ${short(slowest.asked.url.replace(/\?.*/s, ''))} took ${seconds(slowest.took)}`
    const change =
      'a host that sleeps while nobody calls has to wake sooner; look at the database, and at what the document’s host takes'
    const hung = exchanges.some(({ outcome }) => !outcome.answered && outcome.problem === 'timeout')
    if (hung || slowest.took > patience * 1000) {
      const words = { received, right: `an answer within ${patience} s`, change }
      return hung || client.discovery?.timeout !== undefined ? failed(words) : warning(words)
    }
    if (slowest.took > patience * 500) return warning({ received, right: `well below ${patience} s`, change })
    return ok(received)
  },
}

const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`
