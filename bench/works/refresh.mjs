/**
 * A refresh token is changed for the next one. Each connection goes round its own grants, so many that each comes three or four times in a window, whoever is measured:
 * in life it is once in some minutes, and some keep a trace of every token of a grant for a while.
 *
 * @module
 */
import { tokenChecker } from '../load/tokens.mjs'
import { demand } from '../load/wrong.mjs'
import { post } from './requests.mjs'

const TIMES = 4
/** Grants come in lots, so that each connection has as many. */
const LOT = 64

/** @param {'jwt' | 'opaque'} form */
export const refresh = (form) => ({
  name: `refresh-${form}`,
  title: `Refresh with rotation, ${form}`,
  materialFor: (units) => Math.ceil(units / TIMES / LOT) * LOT,
  /** @param {string[]} tokens the first of each grant */
  begin(target, tokens) {
    const { host, paths, extra, authorization } = target
    const checker = tokenChecker(target, { form, refresh: true })
    const current = [...tokens]
    const lane = (number, lanes) => {
      // No two connections have the same grant.
      const all = current.length - (current.length % lanes)
      let turn = number
      return {
        next: () =>
          post(
            host,
            paths.token,
            { grant_type: 'refresh_token', refresh_token: current[turn], ...extra },
            authorization,
          ),
        replied(reply) {
          const { refresh_token: following } = checker.check(reply)
          demand(following !== current[turn], 'refresh_token is another than was sent', reply)
          current[turn] = following
          turn = (turn + lanes) % all
          return true
        },
      }
    }
    return { lane, finish: checker.finish }
  },
})
