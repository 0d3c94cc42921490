/**
 * One exchange with a server that somebody else chose. It has a deadline, the reading of the answer included.
 *
 * @module
 */
import { within } from '../runtime/deadline.js'
import { NotFetched } from './allowed-url.js'

/**
 * @param deadline milliseconds.
 * @param missing what has not come by then, for the message: `whole answer`.
 * @throws {NotFetched} `timeout`, and whatever `work` throws.
 */
export function exchange<T>(deadline: number, missing: string, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController()
  // Whoever ignores the signal is not waited for either.
  return within(deadline, work(controller.signal), () => {
    const late = new NotFetched('timeout', `no ${missing} within ${deadline / 1000} seconds`)
    controller.abort(late)
    return late
  })
}
