/**
 * The token endpoint: that it is there, and refuses what is wrong as clients understand it.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc6749#section-5.2 RFC 6749 §5.2}
 * @module
 */
import { anyJsonOf, statusOf, told } from '../exchange.js'
import { type Check, failed, notReached, ok, warning } from '../finding.js'
import { receptionOf } from './visit.js'

const right = '400 or 401 with a JSON `error` (RFC 6749 §5.2)'

export const token: Check = {
  name: 'token',
  short: 'token',
  about: 'the token endpoint refuses a code that nobody has, as clients understand it',
  judge({ token: exchange, clientId, client, visits }) {
    if (!exchange) return notReached('there is no token endpoint')
    const received = told(exchange)
    const status = statusOf(exchange)
    const error = anyJsonOf(exchange)?.error
    if (typeof error !== 'string' || (status !== 400 && status !== 401)) {
      return failed({ received, right, change: cureOf(status) })
    }
    const isPublic = client.authentication.methods[0] === 'none'
    if (clientId !== undefined && isPublic && error === 'invalid_client') {
      // The authorization endpoint does not know it either, and other checks say so.
      if (visits.length > 0 && visits.map(receptionOf).every((one) => !one.accepted && one.untrusted)) {
        return notReached('the server does not know the client')
      }
      return failed({
        received: `${received}, invalid_client`,
        right: '`invalid_grant`: the client is one that the authorization endpoint knows',
        change: 'all instances need the same storage; metadata documents count at the token endpoint, too',
      })
    }
    if (clientId === undefined && error !== 'invalid_client') {
      return warning({
        received: `${received}, ${JSON.stringify(error)} for a client that does not exist`,
        right: '401 `invalid_client`: on that a client registers anew',
        change: 'grantwright answers so: another server, or something before it, did',
      })
    }
    return ok(`${received}, ${error}`)
  },
}

function cureOf(status: number | null): string {
  if (status === null) return 'look why the token endpoint does not answer'
  if (status === 429) return 'wait, and play one client: --client <id>'
  if (status >= 300 && status < 400) {
    return 'write the final URL into `issuer`: nobody repeats a POST elsewhere; in Next.js `skipTrailingSlashRedirect`'
  }
  if (status >= 500) return 'the event `failed` has the cause'
  return 'pass the path on to the server, and let no login, firewall or cross-site check stand before it'
}
