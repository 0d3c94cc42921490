/**
 * How the client proves itself at the token endpoint: a way that it knows has to be announced.
 *
 * @module
 */
import { short } from '../exchange.js'
import { type Check, failed, notReached, ok } from '../finding.js'
import { stringsOf } from '../world.js'

export const authentication: Check = {
  name: 'auth',
  short: 'auth',
  about: 'a way of authentication that the client knows is announced',
  judge({ client: { authentication: known }, serverMetadata: { found } }) {
    if (!found) return notReached('there are no metadata of the server')
    const said = found.json.token_endpoint_auth_methods_supported
    // RFC 8414 §2: the default.
    const methods = stringsOf(said) ?? ['client_secret_basic']
    const taken = known.methods.find((method) => methods.includes(method))
    if (taken === undefined) {
      return failed({
        received: `token_endpoint_auth_methods_supported: ${short(JSON.stringify(said) ?? 'missing, which means client_secret_basic')}`,
        right: `one of ${known.methods.join(', ')}`,
        change: known.methods.includes('none')
          ? 'grantwright always has `none`: another server, or something on the way, wrote this document'
          : '`features: [privateKeyJwt()]` of grantwright/registration',
      })
    }
    const alg = taken === 'private_key_jwt' ? known.assertion?.alg : undefined
    const algorithms = found.json.token_endpoint_auth_signing_alg_values_supported
    if (alg !== undefined && !stringsOf(algorithms)?.includes(alg)) {
      return failed({
        received: `token_endpoint_auth_signing_alg_values_supported: ${short(JSON.stringify(algorithms) ?? 'missing')}`,
        right: `${alg} among them, beside private_key_jwt: it is what this client signs with`,
        change: '`features: [privateKeyJwt()]` of grantwright/registration announces all that it takes',
      })
    }
    return ok(taken)
  },
}
