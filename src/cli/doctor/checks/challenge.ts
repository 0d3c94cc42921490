/**
 * The challenge: what an MCP endpoint answers to a client that has no token yet.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc9728#section-5.1 RFC 9728 §5.1}
 * @module
 */
import { headerValues, lacksTls, short, statusOf, told } from '../exchange.js'
import { type Check, failed, noTls, notReached, ok, warning } from '../finding.js'
import { challengesOf } from '../www-authenticate.js'

const right = '401 with `WWW-Authenticate: Bearer resource_metadata="…"` to every request that has no token'
const guard = 'guard the whole endpoint with `requireAccessToken(auth, { resource, … })`, or make it with `mcp()`'

export const challenge: Check = {
  name: 'challenge',
  short: 'chal',
  about: 'the MCP endpoint answers 401 and says where its metadata are',
  mcp: true,
  judge({ challenge: exchange, resourceMetadata }) {
    if (!exchange) return notReached('no MCP endpoint was given')
    const status = statusOf(exchange)
    const received = told(exchange)
    if (lacksTls(exchange)) return notReached(noTls)
    if (status === null)
      return failed({ received, right, change: 'look whether the app runs, what it waits for, and at its proxy' })
    if (status !== 401) return failed({ received, right, change: otherStatus(status) })
    const challenges = challengesOf(exchange)
    const at = challenges.findIndex(({ scheme }) => scheme === 'bearer')
    const bearer = challenges[at]
    const sent = headerValues(exchange, 'www-authenticate')
    if (!bearer) {
      const what = sent.length === 0 ? 'without WWW-Authenticate' : `WWW-Authenticate: ${short(sent.join(', '))}`
      return failed({
        received: `${received}, ${what}`,
        right,
        change: `${guard}; a proxy may take the header off, or answer 401 by itself`,
      })
    }
    const where = bearer.parameters.resource_metadata
    if (where === undefined) {
      const words = {
        received: `${received}, without resource_metadata: ${short(sent.join(', '))}`,
        right,
        change:
          'guard with `createResourceServer({ …, metadata: true })`, and mount `resourceMetadata(…)` of the adapter with it; `mcp()` does both',
      }
      // The client looks at the well-known addresses as well, unless it is one that does not.
      return resourceMetadata.found ? warning(words) : failed(words)
    }
    if (!/^https?:$/.test(URL.canParse(where) ? new URL(where).protocol : '')) {
      return failed({
        received: `resource_metadata="${short(where)}"`,
        right: 'a whole URL in resource_metadata',
        change: 'name `resource` as the whole public URL of the MCP endpoint',
      })
    }
    if (at > 0) {
      return warning({
        received: `WWW-Authenticate: ${short(sent.join(', '))}`,
        right: 'one challenge, Bearer: some clients read the first alone',
        change: 'take the other login (Basic, Negotiate …) off this path: it is the proxy’s or another middleware’s',
      })
    }
    return ok(received)
  },
}

function otherStatus(status: number): string {
  if (status === 403) {
    return `${guard}; 403 is for a token that is good and has too little scope. A proxy, a firewall or a check of \`Origin\` or \`Host\` may answer it before the app does`
  }
  if (status === 404 || status === 405) return 'give doctor the URL that people type into their client, path included'
  if (status >= 500) return 'look at the log of the app'
  if (status >= 300 && status < 400) {
    return 'give people the URL that it redirects to: clients do not repeat a POST elsewhere'
  }
  if (status < 300) return `${guard}; clients begin to log in on a 401 alone, so \`initialize\` must not be open`
  return `${guard}; look at what stands before it`
}
