/**
 * What can be said to `openid()`.
 *
 * @module
 */
import type { DocumentsOptions } from '../../guarded-fetch/contract.js'
import { isRecord, mistake, refuseUnknown } from '../../runtime/option-checks.js'

/** An algorithm for ID tokens. All have SHA-256, which `at_hash` is made with. */
export type IdTokenAlgorithm = 'RS256' | 'PS256' | 'ES256'

const idTokenAlgorithms: readonly IdTokenAlgorithm[] = ['RS256', 'PS256', 'ES256']

/** Options of {@link openid}. */
export interface OpenIdOptions {
  /**
   * What ID tokens may be signed with, by the client's `id_token_signed_response_alg`; the first is for clients that do not say. Each has a key of its
   * own, which is made when it is first needed. With `signingKeys` there must be one for each.
   *
   * OpenID Connect Core §15.1 wants RS256 among them, and Registration §2 has it as the default: leave it first unless all of your clients are your own.
   *
   * @default ['RS256', 'ES256']
   */
  readonly algorithms?: readonly IdTokenAlgorithm[] | undefined
  /**
   * How clients are called that want to be told of logouts (`backchannel_logout_uri`). `false`: nobody is called, and clients cannot have that.
   *
   * @default called with a guard against addresses that are not public
   */
  readonly documents?: DocumentsOptions | false | undefined
}

export interface OpenIdSettings {
  /** Null when nothing of clients is called. */
  readonly documents: DocumentsOptions | null
  readonly algorithms: readonly IdTokenAlgorithm[]
  readonly usual: IdTokenAlgorithm
}

/** @throws {TypeError} when an option is wrong. */
export function checkOpenIdOptions(options: OpenIdOptions): OpenIdSettings {
  if (!isRecord(options)) throw mistake('openid takes options, or nothing. Write `openid()`.', options)
  refuseUnknown(options, ['algorithms', 'documents'], 'openid')
  const { algorithms = ['RS256', 'ES256'], documents = {} } = options as OpenIdOptions
  const list: readonly unknown[] = Array.isArray(algorithms) ? algorithms : []
  const [usual] = algorithms
  if (usual === undefined || !list.every((name) => idTokenAlgorithms.some((known) => known === name))) {
    throw mistake(`openid: algorithms must be a list of ${idTokenAlgorithms.join(', ')}.`, algorithms)
  }
  if (documents !== false && !isRecord(documents)) {
    throw mistake(
      'openid: documents must be an object, or false. Leave it out to call clients with the guard.',
      documents,
    )
  }
  return { algorithms: [...new Set(algorithms)], usual, documents: documents === false ? null : documents }
}
