/**
 * A database client that holds on to connections that have died unnoticed cannot be told by looking at it, but it shows.
 *
 * @module
 */

/** Runs `act` later, unless it is stopped. */
export type Timer = (act: () => void, milliseconds: number) => { stop(): void }

/**
 * To be called when the client is asked for something; what it gives is to be called when the client has answered. When that
 * takes 15 seconds, `advice` is printed, once: a client that is set up well has given up by then.
 */
export function sayWhenUnanswered(advice: string, timer: Timer = realTimer): () => () => void {
  let isSaid = false
  return () => {
    if (isSaid) return () => {}
    const { stop } = timer(() => {
      if (!isSaid) console.warn(`grantwright: ${advice}`)
      isSaid = true
    }, 15_000)
    return stop
  }
}

// As they are when the module is loaded, whatever is put in their place later.
const { setTimeout, clearTimeout } = globalThis

const realTimer: Timer = (act, milliseconds) => {
  const timer = setTimeout(act, milliseconds)
  // Elsewhere than on Node a timer may be a number.
  if (typeof timer === 'object') timer.unref()
  return { stop: () => clearTimeout(timer) }
}
