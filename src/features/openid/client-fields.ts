/**
 * What a client says about OpenID Connect.
 *
 * @see {@link https://openid.net/specs/openid-connect-registration-1_0.html#ClientMetadata OpenID Connect Dynamic Client Registration §2}
 * @module
 */
import { jwksField, jwksUriField } from '../../client-keys/fields.js'
import type { Client } from '../../clients/client.js'
import { Unavailable } from '../../edge/errors.js'
import type { ClientField } from '../../protocol/client-vocabulary.js'
import { orList } from '../../protocol/spelling.js'
import { booleanField } from './field-forms.js'
import { backChannelFields, postLogoutField } from './logout/fields.js'
import type { IdTokenAlgorithm, OpenIdSettings } from './options.js'
import { subjectFields } from './pairwise.js'
import { requestObjectFields } from './request-objects/fields.js'

const ID_TOKEN = 'id_token_signed_response_alg'
const USER_INFO = 'userinfo_signed_response_alg'

export const clientFields = ({ algorithms, documents }: OpenIdSettings): readonly ClientField[] => [
  algorithmField(ID_TOKEN, algorithms),
  algorithmField(USER_INFO, algorithms),
  ...subjectFields(documents),
  ...requestObjectFields(documents),
  jwksField,
  ...(documents ? [jwksUriField(documents.allowOrigins)] : []),
  {
    name: 'default_max_age',
    selfService: true,
    parse(value) {
      if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value
      throw new TypeError('must be a whole number of seconds')
    },
  },
  booleanField('require_auth_time'),
  {
    name: 'default_acr_values',
    selfService: true,
    parse(value) {
      const list: readonly unknown[] = Array.isArray(value) ? value : []
      if (list.length > 0 && list.length <= 20 && list.every(isAcr)) return list
      throw new TypeError('must be a list of at most 20 authentication context classes')
    },
  },
  postLogoutField,
  ...(documents ? backChannelFields(documents.allowOrigins) : []),
]

const isAcr = (value: unknown): value is string => typeof value === 'string' && /^[!-~]{1,255}$/.test(value)

/** Never `none`: an ID token that nobody has signed proves nothing to whoever else gets it. */
const algorithmField = (name: string, algorithms: readonly IdTokenAlgorithm[]): ClientField => ({
  name,
  selfService: true,
  parse(value) {
    const algorithm = algorithms.find((known) => known === value)
    if (algorithm) return algorithm
    throw new TypeError(`must be ${orList(algorithms)}`)
  },
})

/** What the client's ID tokens are signed with. */
export const idTokenAlgorithmOf = (client: Client, settings: OpenIdSettings): IdTokenAlgorithm =>
  registered(client, ID_TOKEN, settings) ?? settings.usual

/** What the client wants UserInfo signed with; undefined for plain JSON. */
export const userInfoAlgorithmOf = (client: Client, settings: OpenIdSettings): IdTokenAlgorithm | undefined =>
  registered(client, USER_INFO, settings)

/**
 * A client that was registered for what is not offered any more gets nothing else in its place.
 *
 * @throws {Unavailable} for the operator to see.
 */
function registered({ client_id, fields }: Client, name: string, { algorithms }: OpenIdSettings) {
  const said = fields?.[name]
  if (said === undefined) return undefined
  const algorithm = algorithms.find((known) => known === said)
  if (algorithm) return algorithm
  throw new Unavailable(
    `The client ${client_id} has ${name} ${JSON.stringify(said)}, which openid({ algorithms }) does not list any more. List it again, or change the client.`,
  )
}
