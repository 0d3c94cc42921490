/** A machine gets a token by its secret. */
import { given } from '../given.mjs'
import { tokenChecker } from '../load/tokens.mjs'
import { post } from './requests.mjs'

/** @param {'jwt' | 'opaque'} form */
export const clientCredentials = (form) => ({
  name: `client-credentials-${form}`,
  title: `Client credentials, ${form}`,
  materialFor: () => 0,
  begin(target) {
    const { host, paths, extra, authorization } = target
    const checker = tokenChecker(target, { form, refresh: false })
    const request = post(
      host,
      paths.token,
      { grant_type: 'client_credentials', scope: given.scope, ...extra },
      authorization,
    )
    const replied = (reply) => !!checker.check(reply)
    return { lane: () => ({ next: () => request, replied }), finish: checker.finish }
  },
})
