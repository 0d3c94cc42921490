/**
 * What stands in the way of a client that looks for metadata.
 *
 * @module
 */
import { redirectOf, short, statusOf, summary } from '../exchange.js'
import { lastOf, type Search, type Try } from '../world.js'

/** Each address and what came of it. */
export const triesOf = (tries: readonly Try[]): string =>
  tries.map((one) => `${short(one.url)}: ${summary(lastOf(one))}`).join('; ') || 'nowhere to look'

/**
 * What a client does not get past. It goes on to the next address after a 4xx, and fails on anything else that is no JSON: an app that answers
 * every path with its own page, an error of a proxy, a redirect to another host.
 */
export function obstacle({ tries }: Search): { readonly received: string; readonly right: string } | null {
  for (const one of tries) {
    if (one.json) return null
    const last = lastOf(one)
    const status = statusOf(last)
    if (status !== null && status >= 400 && status < 500) continue
    const received = `${short(one.url)}: ${summary(last)}`
    if (status === null) return { received, right: 'an answer: JSON, or 404 where there is nothing' }
    if (redirectOf(last) !== null) {
      return { received, right: 'the document itself: clients follow no redirect to another host' }
    }
    return { received, right: 'JSON, or 404 where there is nothing: clients look no further than this' }
  }
  return null
}
