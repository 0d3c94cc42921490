/**
 * Answers that were made and could not be given, because nobody knew whether the swap that they rest on was carried out, or because it came
 * too late. The client was told to come again; when it does, and the swap turns out to have been carried out, it gets what it would have got.
 * Only this process knows them, and only for a minute. What was handed to the socket is never kept.
 *
 * A swap may be carried out long before its reply arrives, and by then the client may have come again: so an answer is here from before
 * its swap is sent. Each is given once, to one of the requests that present the same.
 *
 * @module
 */
import type { Outcome } from './outcome.js'

type Answered = Extract<Outcome<object, unknown>, { readonly ok: true }>

export interface UnsentAnswers {
  /**
   * Before the swap that writes `version` is sent.
   *
   * @param request what was presented, as a digest; asked only when somebody comes for the answer.
   */
  begin(version: string, request: () => string, answer: Answered): void
  /** The swap was carried out, or lost. False when the answer has been given to another request meanwhile: then it must not be given again. */
  end(version: string): boolean
  /** Nobody knows, or nobody waits for the answer any more: it is kept for who comes again. */
  keep(version: string): void
  /** What was made for this request when `version` was written; once. */
  take(version: string, request: () => string): Answered | null
}

/** Milliseconds. */
const KEPT = 60_000
/** Most answers that are kept. */
const MAX_KEPT = 1000

interface Waiting {
  readonly request: () => string
  readonly answer: Answered
}

/** @param now epoch milliseconds. */
export function unsentAnswers(now: () => number): UnsentAnswers {
  const underWay = new Map<string, Waiting>()
  const kept = new Map<string, Waiting & { readonly until: number }>()

  /** The oldest come first. What a clock that was ahead has kept is not kept longer than the rest. */
  function forget(most: number): void {
    const at = now()
    for (const [version, { until }] of kept) {
      if (at < until && until - at <= KEPT && kept.size <= most) return
      kept.delete(version)
    }
  }

  return {
    begin: (version, request, answer) => void underWay.set(version, { request, answer }),
    end: (version) => underWay.delete(version),
    keep(version) {
      const waiting = underWay.get(version)
      if (!waiting) return
      underWay.delete(version)
      forget(MAX_KEPT - 1)
      kept.set(version, { ...waiting, until: now() + KEPT })
    },
    take(version, request) {
      if (kept.size > 0) forget(MAX_KEPT)
      const found = underWay.get(version) ?? kept.get(version)
      if (!found || found.request() !== request()) return null
      underWay.delete(version)
      kept.delete(version)
      return found.answer
    },
  }
}
