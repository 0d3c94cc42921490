/** A code is redeemed, with the secret of the client and PKCE. */
import { given } from '../given.mjs'
import { tokenChecker } from '../load/tokens.mjs'
import { post } from './requests.mjs'

/** @param {'jwt' | 'opaque'} form @param {{ name?: string, title?: string, idToken?: boolean }} [variant] */
export const code = (form, { name, title, idToken = false } = {}) => ({
  name: name ?? `code-${form}`,
  title: title ?? `Code and PKCE redeemed, ${form}`,
  materialFor: (units) => units,
  /** @param {{ code: string, verifier: string }[]} codes */
  begin(target, codes) {
    const { host, paths } = target
    const checker = tokenChecker(target, { form, refresh: true, idToken })
    let used = 0
    const next = () => (used < codes.length ? redemption(host, paths.token, codes[used++], target) : null)
    const replied = (reply) => !!checker.check(reply)
    return { lane: () => ({ next, replied }), finish: checker.finish }
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
