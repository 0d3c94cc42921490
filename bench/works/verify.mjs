/** An API checks the JWT of a request, many that take turns, and says who calls. */
import { jsonOf } from '../load/json.mjs'
import { demandRefused, withSignatureOf } from '../load/probe.mjs'
import { demand } from '../load/wrong.mjs'
import { get } from './requests.mjs'

const TOKENS = 500

export const verify = {
  name: 'verify-jwt',
  title: 'An access token verified by an API, jwt',
  materialFor: () => TOKENS,
  /** @param {{ token: string, subject: string }[]} tokens */
  begin({ port, host, refused }, tokens) {
    const request = (credentials) => get(host, '/notes', `accept: application/json\r\n${credentials}`)
    const withToken = (token) => request(`authorization: Bearer ${token}\r\n`)
    const requests = tokens.map(({ token }) => withToken(token))
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
    const finish = async () => {
      const forged = withSignatureOf(tokens[0].token, tokens[1].token)
      await demandRefused(port, 'no token', request(''))
      for (const [what, token] of Object.entries({ ...refused, 'a forged token': forged }))
        await demandRefused(port, what, withToken(token))
    }
    return { lane, finish }
  },
}
