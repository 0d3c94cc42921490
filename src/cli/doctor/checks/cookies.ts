/**
 * The cookies that the authorization endpoint and the login page set.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc6265#section-4.1.2 RFC 6265 §4.1.2}
 * @module
 */
import { asciiLowerCase, trimOws } from '../../../protocol/ascii.js'
import { headerValues, short } from '../exchange.js'
import { type Check, failed, notReached, ok, warning } from '../finding.js'

interface Cookie {
  readonly name: string
  readonly isHttps: boolean
  /** Names in small letters. */
  readonly attributes: ReadonlyMap<string, string>
}

export const cookies: Check = {
  name: 'cookies',
  short: 'cook',
  about: 'cookies of the authorization endpoint and the login page are Secure, HttpOnly and SameSite',
  judge({ visits, silentVisit }) {
    const all = silentVisit ? [...visits, silentVisit] : visits
    if (all.length === 0) return notReached('the authorization endpoint was not reached')
    const set = all.flatMap(({ hops }) =>
      hops.flatMap((hop) =>
        headerValues(hop, 'set-cookie').map((line) => cookieOf(line, hop.asked.url.startsWith('https:'))),
      ),
    )
    const unsafe = namesOf(set, ({ isHttps, attributes }) => isHttps && !attributes.has('secure'))
    if (unsafe !== '') {
      return failed({
        received: `without Secure: ${unsafe}`,
        right: 'Secure on every cookie of an https site',
        change:
          'the cookies of grantwright are Secure when `issuer` is https; those of the app’s own session have an option for it',
      })
    }
    const strict = namesOf(set, ({ attributes }) => attributes.get('samesite') === 'strict')
    if (strict !== '') {
      return warning({
        received: `SameSite=Strict: ${strict}`,
        right:
          'SameSite=Lax: people come here from the client, which is another site, and a strict cookie then stays at home',
        change: "set `sameSite: 'lax'` in the app’s session",
      })
    }
    const weak = [
      ['HttpOnly', namesOf(set, ({ attributes }) => !attributes.has('httponly'))],
      ['SameSite', namesOf(set, ({ attributes }) => !attributes.has('samesite'))],
    ].filter(([, names]) => names !== '')
    if (weak.length > 0) {
      return warning({
        received: weak.map(([attribute, names]) => `without ${attribute}: ${names}`).join('; '),
        right: 'HttpOnly and SameSite=Lax on every cookie that says who somebody is',
        change: 'those of grantwright have both: a proxy rewrites them, or they are the app’s own',
      })
    }
    const names = namesOf(set, () => true)
    return ok(names === '' ? 'none was set' : names)
  },
}

const namesOf = (set: readonly Cookie[], wanted: (cookie: Cookie) => boolean): string =>
  short([...new Set(set.filter(wanted).map(({ name }) => name))].join(', '))

function cookieOf(line: string, isHttps: boolean): Cookie {
  const [pair = '', ...rest] = line.split(';').map(trimOws)
  const attributes = rest.map((part) => {
    const [name = '', value = ''] = part.split('=')
    return [asciiLowerCase(trimOws(name)), asciiLowerCase(trimOws(value))] as const
  })
  return { name: pair.replace(/=.*/s, ''), isHttps, attributes: new Map(attributes) }
}
