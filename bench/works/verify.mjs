/** An API checks the JWT of a request, many that take turns, and says who calls. */
import { jsonOf } from '../load/json.mjs'
import { demand } from '../load/wrong.mjs'
import { get } from './requests.mjs'

const TOKENS = 500

export const verify = {
  name: 'verify-jwt',
  title: 'An access token verified by an API, jwt',
  materialFor: () => TOKENS,
  /** @param {{ token: string, subject: string }[]} tokens */
  begin({ host }, tokens) {
    const requests = tokens.map(({ token }) =>
      get(host, '/notes', `accept: application/json\r\nauthorization: Bearer ${token}\r\n`),
    )
    const lane = (number, lanes) => {
      let turn = number
      return {
        next: () => requests[turn],
        replied(reply) {
          const { sub } = jsonOf(reply)
          demand(sub === tokens[turn].subject, `sub is ${tokens[turn].subject}`, reply)
          turn = (turn + lanes) % requests.length
          return true
        },
      }
    }
    return { lane }
  },
}
