/** A machine proves itself by a JWT that it has signed with RS256, another each time, in place of its secret. */
import { given } from '../given.mjs'
import { demandRefused, withSignatureOf } from '../load/probe.mjs'
import { tokenChecker } from '../load/tokens.mjs'
import { post } from './requests.mjs'

export const privateKey = {
  name: 'private-key-jwt',
  title: 'Client credentials by private_key_jwt (RS256), jwt',
  materialFor: (units) => units + 1,
  /** @param {string[]} assertions */
  begin(target, [spare, ...assertions]) {
    const { port, host, paths, extra } = target
    const checker = tokenChecker(target, { form: 'jwt', refresh: false })
    const request = (client_assertion) =>
      post(
        host,
        paths.token,
        {
          grant_type: 'client_credentials',
          scope: given.scope,
          client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
          client_assertion,
          ...extra,
        },
        '',
      )
    let used = 0
    const next = () => (used < assertions.length ? request(assertions[used++]) : null)
    const replied = (reply) => !!checker.check(reply, given.client.id)
    const finish = async () => {
      await checker.finish()
      await demandRefused(port, 'a used assertion', request(assertions[0]))
      await demandRefused(port, 'a forged assertion', request(withSignatureOf(spare, assertions[0])))
    }
    return { lane: () => ({ next, replied }), finish }
  },
}
