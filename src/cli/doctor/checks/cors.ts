/**
 * CORS: what the browser asks before a script's request goes out, and whether the script may read the answer.
 *
 * @see {@link https://fetch.spec.whatwg.org/#http-cors-protocol Fetch, CORS protocol}
 * @module
 */
import { asciiLowerCase, trimOws } from '../../../protocol/ascii.js'
import { BROWSER_ORIGIN } from '../ask.js'
import { type Exchange, headerValues, short, statusOf, summary } from '../exchange.js'
import { type Check, failed, notNeeded, notReached, ok, warning } from '../finding.js'
import { runsInBrowser } from '../traits.js'
import type { Preflight } from '../world.js'

export const cors: Check = {
  name: 'CORS',
  short: 'cors',
  about: 'scripts of a page may send the requests and read the answers, where the client runs in a browser',
  judge({ client, preflights }) {
    if (!runsInBrowser(client)) return notNeeded('it runs in no browser')
    if (preflights.length === 0) return notReached('there is nothing to ask')
    const wrong = preflights.flatMap((one) => {
      const problem = problemOf(one)
      return problem === null ? [] : [`${one.what} (${short(one.preflight.asked.url)}): ${problem}`]
    })
    if (wrong.length > 0) {
      const mcp = preflights.some((one) => one.what === MCP && problemOf(one) !== null)
      const words = {
        received: wrong.join('; '),
        right: `to OPTIONS a 2xx with Access-Control-Allow-Origin and the headers that were asked for, and Access-Control-Allow-Origin on the answer`,
        change: [
          ...(mcp ? ['`requireAccessToken(auth, { cors: true })` for the MCP endpoint'] : []),
          ...(wrong.length > (mcp ? 1 : 0)
            ? [
                'the endpoints of grantwright answer every origin: let no `cors()` and no proxy answer OPTIONS before them',
              ]
            : []),
        ].join('; '),
      }
      // A library may be used in a page, and most often is not.
      return client.runs === 'library' ? warning(words) : failed(words)
    }
    const endpoint = preflights.find((one) => one.what === MCP)?.answer
    if (endpoint && statusOf(endpoint) === 401 && !exposes(endpoint, 'www-authenticate')) {
      return warning({
        received: `the 401 of the MCP endpoint does not let scripts read WWW-Authenticate`,
        right: 'Access-Control-Expose-Headers: WWW-Authenticate',
        change: '`requireAccessToken(auth, { cors: true })` says so',
      })
    }
    return ok(preflights.map(({ what }) => what).join(', '))
  },
}

const MCP = 'the MCP endpoint'

function problemOf({ preflight, answer }: Preflight): string | null {
  const status = statusOf(preflight)
  if (status === null || status < 200 || status > 299) return `OPTIONS: ${summary(preflight)}`
  if (!allowsOrigin(preflight)) return 'OPTIONS: no Access-Control-Allow-Origin'
  const wanted = preflight.asked.headers['access-control-request-headers']?.split(',') ?? []
  const allowed = listOf(preflight, 'access-control-allow-headers')
  // A star stands for every header but this one.
  const missing = wanted.filter(
    (name) => name !== '' && !allowed.includes(name) && (name === 'authorization' || !allowed.includes('*')),
  )
  if (missing.length > 0) return `OPTIONS: Access-Control-Allow-Headers lacks ${missing.join(', ')}`
  // The preflight was right; what comes then has to be readable, refusals included.
  if (answer?.outcome.answered && !allowsOrigin(answer)) {
    return `${answer.asked.method}: ${statusOf(answer)} without Access-Control-Allow-Origin`
  }
  return null
}

const allowsOrigin = (exchange: Exchange): boolean => {
  const values = headerValues(exchange, 'access-control-allow-origin')
  // Two are none to a browser.
  return values.length === 1 && (values[0] === '*' || values[0] === BROWSER_ORIGIN)
}

const exposes = (exchange: Exchange, name: string): boolean => {
  const exposed = listOf(exchange, 'access-control-expose-headers')
  return exposed.includes('*') || exposed.includes(name)
}

const listOf = (exchange: Exchange, name: string): readonly string[] =>
  headerValues(exchange, name).flatMap((line) => line.split(',').map((one) => asciiLowerCase(trimOws(one))))
