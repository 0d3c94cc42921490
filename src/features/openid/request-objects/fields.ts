/**
 * What a client says about its request objects.
 *
 * @see {@link https://openid.net/specs/openid-connect-registration-1_0.html#ClientMetadata OpenID Connect Dynamic Client Registration §2}
 * @module
 */
import type { Client } from '../../../clients/client.js'
import type { DocumentsOptions } from '../../../guarded-fetch/contract.js'
import type { SigningAlgorithm } from '../../../keys/jwk.js'
import type { ClientField } from '../../../protocol/client-vocabulary.js'
import { orList } from '../../../protocol/spelling.js'
import { fewTexts, problemWithUrl } from '../field-forms.js'

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
  const uris: ClientField = {
    name: URIS,
    selfService: true,
    parse(value) {
      const list = fewTexts(value)
      if (!list) throw new TypeError('must be a list of at most 50 URLs')
      for (const uri of list) {
        const problem = problemWithUrl(withoutFragment(uri), documents.allowOrigins)
        if (problem) throw new TypeError(`has ${JSON.stringify(uri)}, which may not be fetched (${problem})`)
      }
      return list
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
