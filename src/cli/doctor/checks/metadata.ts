/**
 * The metadata of the authorization server: whether the client finds them, and what has to be in them.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc8414#section-2 RFC 8414 §2}
 * @module
 */
import { short } from '../exchange.js'
import { type Check, failed, noTls, notReached, ok } from '../finding.js'
import { stringOf, stringsOf } from '../world.js'
import { isWithoutTls, obstacle, triesOf } from './search.js'

const pass =
  'pass `/.well-known/` at the root of the host on to the server: where it is mounted, and what the proxy forwards, decide that. grantwright answers every form'

export const metadata: Check = {
  name: 'metadata',
  short: 'meta',
  about: 'the metadata of the authorization server are found where the client looks',
  judge({ serverMetadata, issuer }) {
    const { tries, found } = serverMetadata
    if (isWithoutTls(serverMetadata)) return notReached(noTls)
    const stopped = obstacle(serverMetadata)
    if (stopped) return failed({ change: pass, ...stopped })
    if (!found) {
      return failed({
        received: tries.length > 0 ? triesOf(tries) : `the issuer ${short(issuer)} is no URL`,
        right: 'a JSON document at one of these addresses',
        change: pass,
      })
    }
    const missing = ['authorization_endpoint', 'token_endpoint'].filter(
      (name) => !URL.canParse(stringOf(found.json[name]) ?? ''),
    )
    const types = stringsOf(found.json.response_types_supported)
    if (types && !types.includes('code')) missing.push('`code` in response_types_supported')
    if (missing.length > 0) {
      return failed({
        received: `${short(found.url)} has no ${missing.join(', no ')}`,
        right: 'the members of RFC 8414 §2, each endpoint as a whole URL',
        change: 'grantwright writes them by itself: nothing may answer in its place, or rewrite the document',
      })
    }
    return ok(short(found.url))
  },
}
