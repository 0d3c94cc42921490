/**
 * Statements that the database undid because they met another one (a deadlock, a serialization failure), and says can be
 * repeated.
 *
 * @module
 */
import { pause } from '../../runtime/deadline.js'
import { errorCode } from './error-code.js'

/** What repeats are timed with. */
export interface Pace {
  /** Milliseconds, of a clock that nobody sets. */
  now(): number
  wait(milliseconds: number): Promise<void>
  /** At least 0, and less than 1. */
  random(): number
}

/**
 * Runs a statement, again and again when it meets others. Those that met would meet again if all came back at once, so each
 * waits for a random time, and longer from repeat to repeat. When that does not help either, the caller hears of it: after
 * 10 repeats, or when the next one would begin later than 1.5 seconds after the first run, so that none begins when nobody
 * waits for it any more.
 */
export async function againAfterConflict<Result>(run: () => Promise<Result>, pace: Pace = realPace): Promise<Result> {
  const began = pace.now()
  for (let repeats = 0; ; repeats++) {
    try {
      return await run()
    } catch (error) {
      if (repeats === 10 || !conflicts.has(errorCode(error) ?? '')) throw error
      const wait = pace.random() * Math.min(10 * 2 ** repeats, 250)
      if (pace.now() + wait - began > 1500) throw error
      await pace.wait(wait)
    }
  }
}

/** Postgres: serialization_failure, deadlock_detected. MariaDB: a row that changed after its snapshot is ER_CHECKREAD. */
const conflicts: ReadonlySet<string> = new Set(['40001', '40P01', 'ER_LOCK_DEADLOCK', 'ER_CHECKREAD'])

const realPace: Pace = {
  now: () => performance.now(),
  wait: pause,
  random: Math.random,
}
