/**
 * A database client that holds on to connections that have died unnoticed cannot be told by looking at it, but it shows.
 *
 * @module
 */
import { quietAlarm } from '../runtime/deadline.js'

/**
 * To be called when the client is asked for something; what it gives is to be called when the client has answered. When that
 * takes 15 seconds, `advice` is printed, once: a client that is set up well has given up by then.
 */
export function sayWhenUnanswered(advice: string, alarm: typeof quietAlarm = quietAlarm): () => () => void {
  let isSaid = false
  return () => {
    if (isSaid) return () => {}
    return alarm(15_000, () => {
      if (!isSaid) console.warn(`grantwright: ${advice}`)
      isSaid = true
    })
  }
}
