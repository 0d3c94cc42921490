/**
 * Forms for URLs that somebody else chose, behind the same guard as documents. Of the answer only the status counts.
 *
 * @module
 */
import { within } from '../runtime/deadline.js'
import { inOneLine } from '../runtime/one-line.js'
import { NotFetched } from './allowed-url.js'
import type { DocumentsOptions } from './contract.js'
import { reasonOf } from './fetching.js'
import { guardIn, type Surroundings } from './guard.js'

export interface Posting {
  /** POSTs a form. Never rejects for what the other side does. @returns null when it was taken, else what went wrong, for the operator. */
  post(url: string, form: { readonly [name: string]: string }): Promise<string | null>
}

/** @throws {TypeError} when an option is wrong, and where the runtime cannot pin a connection to an address and no `fetch` is given. */
export function guardedPosting(options: DocumentsOptions, surroundings: Surroundings = {}): Posting {
  const { fetch, allowed, deadline } = guardIn(surroundings, options)
  return {
    async post(text, form) {
      const controller = new AbortController()
      const work = async (): Promise<string | null> => {
        const response = await fetch(allowed(text).href, {
          method: 'POST',
          headers: { 'content-type': 'application/x-www-form-urlencoded', 'user-agent': 'grantwright' },
          body: new URLSearchParams(form).toString(),
          // What is sent is for whom it is addressed to.
          redirect: 'manual',
          signal: controller.signal,
        })
        // Not waited for: whoever sends it may never let go of it.
        response.body?.cancel().catch(() => {})
        if (response.redirected) return 'the answer is a redirect, and none is followed'
        return response.ok ? null : `the answer has the status ${response.status}`
      }
      const late = () => {
        const error = new NotFetched('timeout', `no answer within ${deadline / 1000} seconds`)
        controller.abort(error)
        return error
      }
      return within(deadline, work(), late).catch((cause) => inOneLine(reasonOf(cause)))
    },
  }
}
