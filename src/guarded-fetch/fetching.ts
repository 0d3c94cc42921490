/**
 * One fetch after the other, or rather: when one is begun at all, and when it is over. What is under way for a URL is shared, what failed
 * is remembered for a little while, and what is neither has to be within the limits. Successes are not kept: who asks knows how long
 * they may be used.
 *
 * @module
 */
import { inOneLine } from '../runtime/one-line.js'
import { sharedByKey } from '../runtime/shared.js'
import { NotFetched } from './allowed-url.js'
import { readAnswer, type Wanted } from './answer.js'
import type { Documents, Fetched, FetchProblem } from './contract.js'
import { exchange } from './exchange.js'
import type { Guard } from './guard.js'
import { keptFor } from './kept-for.js'
import { fetchLimits } from './limits.js'

export interface Fetching<T> extends Guard {
  readonly now: () => number
  readonly wanted: Wanted<T>
}

type Failed = Extract<Fetched, { ok: false }>

/** How long a failure is told again to those who ask for the same URL: what is wrong with the document, and what may be over in a moment. */
const LASTING = 60_000
const PASSING = 10_000
const MAX_FAILURES = 1_000

/** For members of one server: the limits are its own, in this process. */
export function documentsOver<T>({ fetch, plain, allowed, now, deadline, wanted }: Fetching<T>): Documents<T> {
  const once = sharedByKey<Fetched<T>>()
  const failures = keptFor<Failed>(MAX_FAILURES)
  const limits = fetchLimits()

  const get = (url: URL): Promise<Fetched<T>> =>
    exchange(deadline, 'whole answer', async (signal) => {
      const response = await fetch(url.href, {
        method: 'GET',
        // A compressed answer could be a thousand times as large as what arrives.
        headers: { accept: wanted.accept, 'accept-encoding': 'identity', 'user-agent': 'grantwright' },
        // `error` would say it better than `manual`, but not every runtime knows it.
        redirect: 'manual',
        signal,
      })
      return readAnswer(response, plain, now, wanted)
    })

  async function ask(url: URL, address: string | undefined): Promise<Fetched<T>> {
    const entered = limits.enter(url, address, now())
    if (!entered.ok) return failed('limited', entered.why)
    try {
      const fetched = await get(url).catch(failureOf)
      if (fetched.ok) limits.answered(url)
      else failures.keep(url.href, fetched, now(), isLasting(fetched) ? LASTING : PASSING)
      return fetched
    } finally {
      entered.leave()
    }
  }

  return {
    async get(text, { address }) {
      let url: URL
      try {
        url = allowed(text)
      } catch (cause) {
        return failureOf(cause)
      }
      const known = failures.get(url.href, now())
      if (known) return known
      return once(url.href, () => ask(url, address))
    },
  }
}

function failureOf(cause: unknown): Failed {
  if (cause instanceof NotFetched) return failed(cause.problem, cause.message, cause.status)
  return failed('unreachable', `no answer: ${reasonOf(cause)}`)
}

const failed = (problem: FetchProblem, detail: string, status?: number): Failed => ({
  ok: false,
  problem,
  status,
  detail: inOneLine(detail),
})

/** What `fetch` throws says only that it failed; the cause says why. */
export function reasonOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error
  return String(cause instanceof Error ? cause.message : cause).slice(0, 200)
}

/** What somebody has to mend, in difference to what passes by itself: too many requests, or an error of the other server. */
function isLasting({ problem, status = 0 }: Failed): boolean {
  if (problem === 'timeout' || problem === 'unreachable') return false
  return problem !== 'status' || !(status === 429 || status >= 500)
}
