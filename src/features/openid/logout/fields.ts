/**
 * What a client says about logging out.
 *
 * @see {@link https://openid.net/specs/openid-connect-rpinitiated-1_0.html#ClientMetadata OpenID Connect RP-Initiated Logout §3.1}
 * @see {@link https://openid.net/specs/openid-connect-backchannel-1_0.html#BCRegistration OpenID Connect Back-Channel Logout §2.2}
 * @module
 */
import type { Client } from '../../../clients/client.js'
import { allowedUrl, NotFetched } from '../../../guarded-fetch/allowed-url.js'
import { isPublicClient } from '../../../protocol/client-settings.js'
import type { ClientField } from '../../../protocol/client-vocabulary.js'
import { isPublicAddress } from '../../../protocol/public-address.js'
import { redirectUriProblem } from '../../../protocol/redirect-uri.js'

const POST_LOGOUT = 'post_logout_redirect_uris'
const BACK_CHANNEL = 'backchannel_logout_uri'

/** The same as for redirect URIs; compared as strings, loopback ports included. */
export const postLogoutField: ClientField = {
  name: POST_LOGOUT,
  selfService: true,
  parse(value) {
    const list: readonly unknown[] = Array.isArray(value) ? value : []
    const isList = list.length > 0 && list.length <= 50 && list.every((uri) => typeof uri === 'string')
    if (isList) return [...new Set(list as string[])]
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
export const backChannelFields = (allowOrigins: readonly string[] = []): readonly ClientField[] => [
  {
    name: BACK_CHANNEL,
    selfService: true,
    parse(value) {
      if (typeof value !== 'string') throw new TypeError('must be a URL')
      try {
        allowedUrl(value, new Set(allowOrigins), isPublicAddress)
        return value
      } catch (error) {
        if (!(error instanceof NotFetched)) throw error
        throw new TypeError(
          `must be a URL that may be called from here, on https and port 443 (${error.message}); for another one list its origin in openid({ documents: { allowOrigins } })`,
        )
      }
    },
  },
  {
    // Every logout token says the session.
    name: 'backchannel_logout_session_required',
    selfService: true,
    parse(value) {
      if (typeof value === 'boolean') return value
      throw new TypeError('must be true or false')
    },
  },
]

/** Where the client wants to be told; undefined for nowhere. */
export function backChannelUriOf({ fields }: Pick<Client, 'fields'>): string | undefined {
  const uri = fields?.[BACK_CHANNEL]
  return typeof uri === 'string' ? uri : undefined
}

export const postLogoutUrisOf = ({ fields }: Pick<Client, 'fields'>): readonly string[] =>
  (fields?.[POST_LOGOUT] as readonly string[] | undefined) ?? []
