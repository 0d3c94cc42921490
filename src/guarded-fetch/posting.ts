/**
 * Forms for URLs that somebody else chose, behind the same guard as documents. Of the answer only the status counts.
 *
 * @module
 */
import { inOneLine } from '../runtime/one-line.js'
import type { DocumentsOptions } from './contract.js'
import { exchange } from './exchange.js'
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
    post: (text, form) =>
      exchange(deadline, 'answer', async (signal) => {
        const response = await fetch(allowed(text).href, {
          method: 'POST',
          headers: { 'content-type': 'application/x-www-form-urlencoded', 'user-agent': 'grantwright' },
          body: new URLSearchParams(form).toString(),
          // What is sent is for whom it is addressed to.
          redirect: 'manual',
          signal,
        })
        // Not waited for: whoever sends it may never let go of it.
        response.body?.cancel().catch(() => {})
        if (response.redirected) return 'the answer is a redirect, and none is followed'
        return response.ok ? null : `the answer has the status ${response.status}`
      }).catch((cause) => inOneLine(reasonOf(cause))),
  }
}
