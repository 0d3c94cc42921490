/**
 * What a client says about logging out.
 *
 * @see {@link https://openid.net/specs/openid-connect-rpinitiated-1_0.html#ClientMetadata OpenID Connect RP-Initiated Logout §3.1}
 * @see {@link https://openid.net/specs/openid-connect-backchannel-1_0.html#BCRegistration OpenID Connect Back-Channel Logout §2.2}
 * @module
 */
import type { Client } from '../../../clients/client.js'
import { isPublicClient } from '../../../protocol/client-settings.js'
import type { ClientField } from '../../../protocol/client-vocabulary.js'
import { redirectUriProblem } from '../../../protocol/redirect-uri.js'
import { booleanField, fewTexts, problemWithUrl } from '../field-forms.js'

const POST_LOGOUT = 'post_logout_redirect_uris'
const BACK_CHANNEL = 'backchannel_logout_uri'

/** The same as for redirect URIs; compared as strings, loopback ports included. */
export const postLogoutField: ClientField = {
  name: POST_LOGOUT,
  selfService: true,
  parse(value) {
    const list = fewTexts(value)
    if (list) return [...new Set(list)]
    throw new TypeError('must be a list of at most 50 URIs')
  },
  check(value, client) {
    for (const uri of value as readonly string[]) {
      const problem = redirectUriProblem(uri, { public: isPublicClient(client) })
      if (problem) return `has ${JSON.stringify(uri)}, which ${problem}`
    }
    return null
  },
}

/** @param allowOrigins origins that need be neither https on port 443 nor at a public address. */
export const backChannelFields = (allowOrigins?: readonly string[]): readonly ClientField[] => [
  {
    name: BACK_CHANNEL,
    selfService: true,
    parse(value) {
      if (typeof value !== 'string') throw new TypeError('must be a URL')
      const problem = problemWithUrl(value, allowOrigins)
      if (problem === null) return value
      throw new TypeError(
        `must be a URL that may be called from here, on https and port 443 (${problem}); for another one list its origin in openid({ documents: { allowOrigins } })`,
      )
    },
  },
  // Every logout token says the session.
  booleanField('backchannel_logout_session_required'),
]

/** Where the client wants to be told; undefined for nowhere. */
export function backChannelUriOf({ fields }: Pick<Client, 'fields'>): string | undefined {
  const uri = fields?.[BACK_CHANNEL]
  return typeof uri === 'string' ? uri : undefined
}

export const postLogoutUrisOf = ({ fields }: Pick<Client, 'fields'>): readonly string[] =>
  (fields?.[POST_LOGOUT] as readonly string[] | undefined) ?? []
