/**
 * What stands in the way of a client that looks for metadata.
 *
 * @module
 */
import { lacksTls, redirectOf, short, statusOf, summary } from '../exchange.js'
import { lastOf, type Search, type Try } from '../world.js'

/** Each address and what came of it. */
export const triesOf = (tries: readonly Try[]): string =>
  tries.map((one) => `${short(one.url)}: ${summary(lastOf(one))}`).join('; ') || 'nowhere to look'

export interface Obstacle {
  readonly received: string
  readonly right: string
  /** Where it is another thing than that the documents are not served. */
  readonly change?: string
}

/**
 * What a client does not get past. It goes on to the next address after a 4xx, and fails on anything else that is no JSON: an app that answers
 * every path with its own page, an error of a proxy, a redirect to another host.
 */
export function obstacle({ tries }: Search): Obstacle | null {
  for (const one of tries) {
    if (one.json) return null
    const last = lastOf(one)
    const status = statusOf(last)
    if (status !== null && status >= 400 && status < 500) continue
    const received = `${short(one.url)}: ${summary(last)}`
    if (status === null) {
      return {
        received,
        right: 'an answer: JSON, or 404 where there is nothing',
        change: 'look whether the app runs, what it waits for, and at its proxy',
      }
    }
    if (redirectOf(last) !== null) {
      return {
        received,
        right: 'the document itself: clients follow no redirect to another host',
        change:
          'let `issuer`, `resource` and what people type be URLs of the host that it redirects to; or take the redirect off `/.well-known/`',
      }
    }
    return { received, right: 'JSON, or 404 where there is nothing: clients look no further than this' }
  }
  return null
}

/** Whether the client did not find what it looks for because there is no TLS connection. */
export const isWithoutTls = ({ tries, found }: Search): boolean => !found && tries.some((one) => lacksTls(lastOf(one)))
