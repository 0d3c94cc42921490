/**
 * What a client says about its request objects.
 *
 * @see {@link https://openid.net/specs/openid-connect-registration-1_0.html#ClientMetadata OpenID Connect Dynamic Client Registration §2}
 * @module
 */
import type { Client } from '../../../clients/client.js'
import { allowedUrl, NotFetched } from '../../../guarded-fetch/allowed-url.js'
import type { DocumentsOptions } from '../../../guarded-fetch/contract.js'
import type { SigningAlgorithm } from '../../../keys/jwk.js'
import type { ClientField } from '../../../protocol/client-vocabulary.js'
import { isPublicAddress } from '../../../protocol/public-address.js'
import { orList } from '../../../protocol/spelling.js'

const ALGORITHM = 'request_object_signing_alg'
const URIS = 'request_uris'

/** What request objects may be signed with. Never `none`: nobody could tell whose such a request is. */
export const requestObjectAlgorithms: readonly SigningAlgorithm[] = [
  ...(['RS256', 'PS256', 'ES256', 'ES384', 'EdDSA', 'Ed25519'] as const),
]

/** @param documents null when nothing is fetched. */
export function requestObjectFields(documents: DocumentsOptions | null): readonly ClientField[] {
  const algorithm: ClientField = {
    name: ALGORITHM,
    selfService: true,
    parse(value) {
      const found = requestObjectAlgorithms.find((known) => known === value)
      if (found) return found
      throw new TypeError(`must be ${orList(requestObjectAlgorithms)}`)
    },
  }
  if (!documents) return [algorithm]
  const allowOrigins = new Set(documents.allowOrigins)
  const uris: ClientField = {
    name: URIS,
    selfService: true,
    parse(value) {
      const list: readonly unknown[] = Array.isArray(value) ? value : []
      if (list.length === 0 || list.length > 50) throw new TypeError('must be a list of at most 50 URLs')
      return list.map((uri) => {
        if (typeof uri !== 'string') throw new TypeError('must be a list of at most 50 URLs')
        try {
          allowedUrl(withoutFragment(uri), allowOrigins, isPublicAddress)
          return uri
        } catch (error) {
          if (!(error instanceof NotFetched)) throw error
          throw new TypeError(`has ${JSON.stringify(uri)}, which may not be fetched (${error.message})`)
        }
      })
    },
  }
  return [algorithm, uris]
}

/** §6.2: a fragment may say the hash of what is there; nothing that is there is kept, so it says nothing here. */
export const withoutFragment = (uri: string): string => uri.split('#', 1)[0] ?? ''

/** With what the client signs them; undefined for any. */
export const requestObjectAlgorithmOf = ({ fields }: Pick<Client, 'fields'>): unknown => fields?.[ALGORITHM]

export const requestUrisOf = ({ fields }: Pick<Client, 'fields'>): readonly string[] =>
  (fields?.[URIS] as readonly string[] | undefined) ?? []
