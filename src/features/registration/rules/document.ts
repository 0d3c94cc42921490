/**
 * What a client ID metadata document has to say, so that it describes a client. Pure.
 *
 * @see {@link https://www.ietf.org/archive/id/draft-ietf-oauth-client-id-metadata-document-03.txt Client ID Metadata Document §4}
 * @module
 */
import type { ClientSettings } from '../../../protocol/client-settings.js'
import type { ClientVocabulary } from '../../../protocol/client-vocabulary.js'
import { listed, quoted } from '../../../protocol/hint.js'
import type { ClientMetadataParser } from '../../../protocol/parse-client-metadata.js'
import { utf8 } from '../../../runtime/hash.js'
import { type Dropped, readSelfDescribed, type Said, type Unusable } from './self-described.js'

export interface DocumentRules {
  readonly vocabulary: ClientVocabulary
  readonly parse: ClientMetadataParser
}

export type ReadDocument =
  | {
      readonly ok: true
      readonly settings: ClientSettings
      readonly dropped: readonly Dropped[]
      /** The members that were looked at, as they are kept. */
      readonly document: Said
    }
  | DocumentDefect

export interface DocumentDefect {
  readonly ok: false
  readonly reason: 'client_id_differs' | 'secret' | 'auth_method' | 'metadata' | 'members_too_large'
  /** For the developer of the client; free of what was received. */
  readonly description: string
  /** For the operator. */
  readonly hint: string
}

/** In bytes of JSON. The draft (§8.7) recommends 5 KB for the whole document; a stored copy has room for 32. */
const MAX_MEMBERS = 16_384

/**
 * The client that a document describes.
 *
 * @param client_id where the document was found.
 */
export function readDocument(said: Said, client_id: string, rules: DocumentRules): ReadDocument {
  // §4: the same string, and nothing is normalized before.
  if (said.client_id !== client_id) {
    return defect('client_id_differs', 'client_id is not the URL of the document', `It has ${shown(said.client_id)}.`)
  }
  for (const member of ['client_secret', 'client_secret_expires_at']) {
    // §4: there is nobody with whom a secret could be shared.
    if (Object.hasOwn(said, member)) return defect('secret', `it has ${member}`, `Received ${member}.`)
  }
  const document = knownMembers(said, rules.vocabulary)
  const { length } = utf8(JSON.stringify(document))
  if (length > MAX_MEMBERS) {
    const most = `what this server reads of it has more than ${MAX_MEMBERS} bytes`
    return defect('members_too_large', most, `It has ${length}.`)
  }
  const ways = methodsOf(said, rules.vocabulary)
  if ('reason' in ways) return ways
  const [weakest, ...further] = ways.methods
  const read = readSelfDescribed(said, { ...rules, method: weakest })
  if (!read.ok) return unusable(read)
  const usable: string[] = []
  const dropped = [...read.dropped]
  for (const method of further) {
    // What it says must do for that way as well: keys have to be there, for one.
    const other = readSelfDescribed(said, { ...rules, method })
    if (other.ok) usable.push(method)
    else dropped.push({ member: 'token_endpoint_auth_methods_supported', value: method, why: other.description })
  }
  const settings = usable.length > 0 ? { ...read.settings, further_auth_methods: usable } : read.settings
  return { ok: true, settings, dropped, document }
}

/** What a client can prove itself with who shares no secret with the server; the weakest comes first. */
const secretless = ['none', 'private_key_jwt']

/**
 * Those of the document that this server has. `token_endpoint_auth_methods_supported` is a list beside the one of RFC 7591; who says neither is
 * taken for a public client, because what is the default there needs a secret.
 */
function methodsOf(
  said: Said,
  { authenticationMethods }: ClientVocabulary,
): { readonly methods: readonly string[] } | DocumentDefect {
  const { token_endpoint_auth_method: one, token_endpoint_auth_methods_supported: list = [] } = said
  // §4: none with a shared secret. In the list it says what the client can do elsewhere.
  if (typeof one === 'string' && (/^client_secret_/.test(one) || authenticationMethods.get(one)?.usesSecret)) {
    return defect('auth_method', 'token_endpoint_auth_method is one with a secret', `Received ${quoted(one)}.`)
  }
  if ((one !== undefined && typeof one !== 'string') || !isTexts(list)) {
    const what =
      'token_endpoint_auth_method must be a string, and token_endpoint_auth_methods_supported an array of them'
    return defect('auth_method', what, `Received ${shown(one)} and ${shown(list)}.`)
  }
  const named = one === undefined ? list : [one, ...list]
  const claimed = named.length > 0 ? named : ['none']
  const methods = secretless.filter((method) => claimed.includes(method) && authenticationMethods.has(method))
  if (methods.length > 0) return { methods }
  const cure = claimed.includes('private_key_jwt') ? ' The feature privateKeyJwt() brings private_key_jwt.' : ''
  return defect(
    'auth_method',
    'this server has none of its ways of client authentication',
    `It has ${listed(claimed)}.${cure}`,
  )
}

const isTexts = (value: unknown): value is readonly string[] =>
  Array.isArray(value) && value.every((entry) => typeof entry === 'string')

/** Of RFC 7591 §2 and OpenID Connect Registration §2, whatever this server reads of them now: a copy that is kept may be read by another version. */
const standard = [
  ...['client_id', 'client_name', 'client_uri', 'logo_uri', 'policy_uri', 'tos_uri', 'redirect_uris', 'scope'],
  ...['grant_types', 'response_types', 'application_type', 'jwks', 'jwks_uri'],
  ...['token_endpoint_auth_method', 'token_endpoint_auth_methods_supported', 'token_endpoint_auth_signing_alg'],
]

function knownMembers(said: Said, { fields }: ClientVocabulary): Said {
  const own = [...fields.values()].filter(({ selfService }) => selfService).map(({ name }) => name)
  const names = [...new Set([...standard, ...own])]
  return Object.fromEntries(names.filter((name) => Object.hasOwn(said, name)).map((name) => [name, said[name]]))
}

const unusable = ({ description, hint }: Unusable): DocumentDefect => ({
  ok: false,
  reason: 'metadata',
  description: `${beginning} ${description}`,
  hint,
})

const defect = (reason: DocumentDefect['reason'], what: string, hint: string): DocumentDefect => ({
  ok: false,
  reason,
  description: `${beginning} ${what}.`,
  hint,
})

const beginning = 'The client ID metadata document of this app cannot be used:'

const shown = (value: unknown): string => (value === undefined ? 'none' : quoted(JSON.stringify(value)))
