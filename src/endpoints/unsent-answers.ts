/**
 * Answers that were made and could not be given, because nobody knew whether the swap that they rest on was carried out, or because it came
 * too late. The client was told to come again; when it does, and the swap turns out to have been carried out, it gets what it would have got.
 * Only this process knows them, and only for a minute. What was handed to the socket is never kept.
 *
 * @module
 */
import type { Outcome } from './advance.js'

export interface UnsentAnswers {
  /** @param version of the record that the swap writes. @param request what was presented, as a digest. */
  keep(version: string, request: string, outcome: Outcome<object, unknown>): void
  /** What was made for this request when `version` was written; once. `request` is only asked when there is such a version. */
  take(version: string, request: () => string): Outcome<object, unknown> | null
}

/** Milliseconds. */
const KEPT = 60_000
/** Most answers that are kept. */
const MAX_KEPT = 1000

interface Kept {
  readonly request: string
  readonly outcome: Outcome<object, unknown>
  readonly until: number
}

/** @param now epoch milliseconds. */
export function unsentAnswers(now: () => number): UnsentAnswers {
  const kept = new Map<string, Kept>()

  /** The oldest come first. What a clock that was ahead has kept is not kept longer than the rest. */
  function forget(most: number): void {
    const at = now()
    for (const [version, { until }] of kept) {
      if (at < until && until - at <= KEPT && kept.size <= most) return
      kept.delete(version)
    }
  }

  return {
    keep(version, request, outcome) {
      forget(MAX_KEPT - 1)
      kept.set(version, { request, outcome, until: now() + KEPT })
    },
    take(version, request) {
      if (kept.size === 0) return null
      forget(MAX_KEPT)
      const found = kept.get(version)
      if (!found || found.request !== request()) return null
      kept.delete(version)
      return found.outcome
    },
  }
}
