/** A code is redeemed, with the secret of the client and PKCE. */
import { given } from '../given.mjs'
import { demandRefused } from '../load/probe.mjs'
import { tokenChecker } from '../load/tokens.mjs'
import { post } from './requests.mjs'

/** @param {'jwt' | 'opaque'} form @param {{ name?: string, title?: string, idToken?: boolean }} [variant] */
export const code = (form, { name, title, idToken = false } = {}) => ({
  name: name ?? `code-${form}`,
  title: title ?? `Code and PKCE redeemed, ${form}`,
  materialFor: (units) => units + 1,
  /** @param {{ code: string, verifier: string, subject: string }[]} codes */
  begin(target, [spare, ...codes]) {
    const { port, host, paths } = target
    const checker = tokenChecker(target, { form, refresh: true, idToken })
    let used = 0
    const redeem = (one) => redemption(host, paths.token, one, target)
    const lane = () => {
      let subject
      return {
        next() {
          if (used >= codes.length) return null
          subject = codes[used].subject
          return redeem(codes[used++])
        },
        replied: (reply) => !!checker.check(reply, subject),
      }
    }
    const finish = async () => {
      await checker.finish()
      await demandRefused(port, 'the verifier of another code', redeem({ ...spare, verifier: codes[0].verifier }))
      await demandRefused(port, 'a used code', redeem(codes[0]))
    }
    return { lane, finish }
  },
})

/** @param {{ extra?: Record<string, string>, authorization?: string }} target */
export const redemption = (host, path, { code, verifier }, { extra, authorization }) =>
  post(
    host,
    path,
    {
      grant_type: 'authorization_code',
      code,
      redirect_uri: given.client.redirectUri,
      code_verifier: verifier,
      ...extra,
    },
    authorization,
  )
