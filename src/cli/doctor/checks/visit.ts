/**
 * What came of a visit to the authorization endpoint.
 *
 * @module
 */
import { complaint, redirectOf, short, statusOf, summary } from '../exchange.js'
import { leadsTo } from '../follow.js'
import { lastOf, type Visit } from '../world.js'

export type Reception =
  | { readonly accepted: true }
  | {
      readonly accepted: false
      /** The error code, where the client was told one. */
      readonly error: string | null
      /** Whether the authorization endpoint itself refused, with a page: the client or the redirect URI is not one that it trusts. */
      readonly untrusted: boolean
      /** For people. */
      readonly received: string
    }

/** A login page, a page of another host, or an answer with a code: the request was accepted. An error was not. */
export function receptionOf(visit: Visit): Reception {
  const last = lastOf(visit)
  const to = redirectOf(last)
  if (to !== null) {
    if (!leadsTo(to, visit.redirectUri)) return { accepted: true }
    const { searchParams } = new URL(to)
    const error = searchParams.get('error')
    if (error === null) return { accepted: true }
    const description = searchParams.get('error_description')
    return {
      accepted: false,
      error: short(error),
      untrusted: false,
      received: `${short(visit.redirectUri)}: ${short([error, description].filter(Boolean).join(': '), 300)}`,
    }
  }
  const status = statusOf(last)
  if (status !== null && status < 400) return { accepted: true }
  const words = complaint(last)
  return {
    accepted: false,
    error: null,
    untrusted: visit.hops.length === 1 && status !== null && status < 500,
    received: `${short(visit.redirectUri)}: ${summary(last)}${words === '' ? '' : `, “${words}”`}`,
  }
}
