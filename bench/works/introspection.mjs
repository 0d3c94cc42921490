/** An API asks about access tokens, many that take turns. */
import { given } from '../given.mjs'
import { jsonOf } from '../load/json.mjs'
import { isWholeScope } from '../load/tokens.mjs'
import { demand } from '../load/wrong.mjs'
import { post } from './requests.mjs'

const TOKENS = 500

/** @param {'jwt' | 'opaque'} form */
export const introspection = (form) => ({
  name: `introspection-${form}`,
  title: `Introspection, ${form}`,
  materialFor: () => TOKENS,
  /** @param {{ token: string, subject: string }[]} tokens */
  begin({ host, paths, authorization, scopeToo, introspected = {} }, tokens) {
    const requests = tokens.map(({ token }) => post(host, paths.introspect, { token }, authorization))
    const members = Object.entries({ client_id: given.client.id, ...introspected })
    const lane = (number, lanes) => {
      let turn = number
      return {
        next: () => requests[turn],
        replied(reply) {
          const answer = jsonOf(reply)
          demand(answer.active === true, 'active is true', reply)
          demand(answer.sub === tokens[turn].subject, `sub is ${tokens[turn].subject}`, reply)
          demand(isWholeScope(answer.scope, scopeToo), 'scope is that of the token', reply)
          demand(answer.exp > Date.now() / 1000, 'exp is to come', reply)
          for (const [name, value] of members) demand(answer[name] === value, `${name} is ${value}`, reply)
          turn = (turn + lanes) % requests.length
          return true
        },
      }
    }
    return { lane }
  },
})
