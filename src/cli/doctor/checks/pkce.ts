/**
 * PKCE: clients go no further with a server that does not say that it has it.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc8414#section-2 RFC 8414 §2}
 * @module
 */
import { short } from '../exchange.js'
import { type Check, failed, notReached, ok } from '../finding.js'
import { stringsOf } from '../world.js'

export const pkce: Check = {
  name: 'PKCE',
  short: 'pkce',
  about: 'PKCE with S256 is announced',
  judge({ serverMetadata: { found } }) {
    if (!found) return notReached('there are no metadata of the server')
    const methods = found.json.code_challenge_methods_supported
    if (stringsOf(methods)?.includes('S256')) return ok()
    return failed({
      received: `code_challenge_methods_supported: ${short(JSON.stringify(methods) ?? 'missing')}`,
      right: '["S256"]: MCP clients must refuse a server that does not say so',
      change: 'grantwright says so by itself: another server, or something on the way, wrote this document',
    })
  },
}
