/** A refresh token is changed for the next one, by each connection again and again. */
import { tokenChecker } from '../load/tokens.mjs'
import { demand } from '../load/wrong.mjs'
import { post } from './requests.mjs'

/** @param {'jwt' | 'opaque'} form */
export const refresh = (form) => ({
  name: `refresh-${form}`,
  title: `Refresh with rotation, ${form}`,
  materialFor: (_units, connections) => connections,
  /** @param {string[]} tokens the first of each chain */
  begin(target, tokens) {
    const { host, paths, extra } = target
    const checker = tokenChecker(target, { form, refresh: true })
    const lane = (i) => {
      let current = tokens[i]
      return {
        next: () => post(host, paths.token, { grant_type: 'refresh_token', refresh_token: current, ...extra }),
        replied(reply) {
          const { refresh_token: following } = checker.check(reply)
          demand(following !== current, 'refresh_token is another than was sent', reply)
          current = following
          return true
        },
      }
    }
    return { lane, finish: checker.finish }
  },
})
