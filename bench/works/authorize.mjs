/** Somebody who is logged in and has agreed before comes back with a code, and the client redeems it: two requests. */
import { authorizationQuery, given, pkcePair } from '../given.mjs'
import { header } from '../load/connection.mjs'
import { tokenChecker } from '../load/tokens.mjs'
import { demand } from '../load/wrong.mjs'
import { redemption } from './code.mjs'
import { get, navigation } from './requests.mjs'

export const authorize = {
  name: 'authorize-jwt',
  title: 'Authorization with session and consent, then the code redeemed, jwt',
  materialFor: (units) => units,
  /** @param {string[]} cookies of the browsers, one for each */
  begin(target, cookies) {
    const { host, paths, query } = target
    const checker = tokenChecker(target, { form: 'jwt', refresh: true })
    let used = 0
    const lane = (number) => {
      const { verifier, challenge } = pkcePair()
      let state = ''
      let code = null
      return {
        next() {
          if (code !== null) return redemption(host, paths.token, { code, verifier }, target)
          if (used >= cookies.length) return null
          state = `s${number}-${used}`
          const asked = authorizationQuery(state, challenge, query)
          return get(host, `${paths.authorize}?${asked}`, navigation(cookies[used++]))
        },
        replied(reply) {
          if (code !== null) {
            code = null
            return !!checker.check(reply)
          }
          code = codeOf(reply, state)
          return false
        },
      }
    }
    return { lane, finish: checker.finish }
  },
}

function codeOf(reply, state) {
  demand(reply.status === 302 || reply.status === 303, 'the status is 302 or 303', reply)
  const location = header(reply.head, 'location') ?? ''
  demand(location.startsWith(`${given.client.redirectUri}?`), 'it goes to the redirect URI', reply)
  const answer = new URLSearchParams(location.slice(given.client.redirectUri.length + 1))
  demand(answer.get('state') === state, `state is ${state}`, reply)
  const code = answer.get('code')
  demand(code, 'there is a code', reply)
  return code
}
