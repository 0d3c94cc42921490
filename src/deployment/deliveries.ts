/**
 * What features tell others, such as that somebody has logged out. It is written down before a request is answered, and sent afterwards: at once, and
 * from time to time what could not be sent or what another instance has left.
 *
 * @module
 */
import { quietAlarm } from '../runtime/deadline.js'
import { outlivesRequest } from '../runtime/shared.js'

/** Sends what is due. Resolves with the milliseconds until something is due; null when nothing waits. */
export type Deliver = () => Promise<number | null>

export interface Deliveries {
  /** Looks from time to time, from now on. */
  begin(): void
  /** Something is due now. Not waited for. */
  soon(): void
  /** Sends what is due, and resolves when that has been tried. Rejects when it could not be read or written. */
  now(): Promise<void>
  /** Ends it for good. Resolves when nothing goes on. */
  end(): Promise<void>
}

/** Milliseconds between two looks when nothing is known to wait. */
const USUAL = 60_000
/** The shortest time between two. */
const LEAST = 1_000

export function deliveriesOf(all: readonly Deliver[], onFailure: (cause: unknown) => void): Deliveries {
  let isOver = false
  let begun = false
  let disarm = (): void => {}
  let running: Promise<void> | undefined
  let isWanted = false

  async function round(): Promise<number> {
    // Instances that start together need not look together.
    let next = USUAL * (0.5 + Math.random())
    for (const deliver of all) next = Math.min(next, (await deliver()) ?? next)
    return next
  }

  async function rounds(): Promise<void> {
    let next = USUAL
    do {
      isWanted = false
      next = await round().catch((cause) => {
        onFailure(cause)
        return USUAL
      })
    } while (isWanted && !isOver)
    if (isOver || !begun) return
    disarm()
    disarm = quietAlarm(Math.max(next, LEAST), soon)
  }

  function soon(): void {
    isWanted = true
    if (all.length === 0 || isOver || running || !outlivesRequest) return
    running = rounds().finally(() => {
      running = undefined
    })
  }

  return {
    begin() {
      if (begun || all.length === 0 || isOver || !outlivesRequest) return
      begun = true
      // What an earlier process has left.
      soon()
    },
    soon,
    async now() {
      await running
      await round()
    },
    async end() {
      isOver = true
      disarm()
      await running
    },
  }
}
