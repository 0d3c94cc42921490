/**
 * Reads what a client posts about itself, at its registration and when it changes it.
 *
 * @module
 */
import { verifyClient } from '../../clients/verify.js'
import { OAuthError } from '../../edge/errors.js'
import type { Deployed } from '../../points/tables.js'
import type { ClientSettings } from '../../protocol/client-settings.js'
import { listed, quoted } from '../../protocol/hint.js'
import { clientMetadataParser } from '../../protocol/parse-client-metadata.js'
import { matchRedirectUri } from '../../protocol/redirect-uri.js'
import { orList } from '../../protocol/spelling.js'
import type { GivenFields, RegistrationDecision, RegistrationOptions, RegistrationRequest } from './options.js'
import { type Dropped, readSelfDescribed, type Said, type Unusable } from './rules/self-described.js'

export interface Described {
  readonly settings: ClientSettings
  /** What of that comes from the policy. */
  readonly given: GivenFields
  readonly dropped: readonly Dropped[]
  /** Whether the operator vouches for every redirect URI that was kept. */
  readonly isListed: boolean
}

export interface Describing {
  /**
   * What the operator lets the client be.
   *
   * @throws {OAuthError} `invalid_client_metadata` or `invalid_redirect_uri`, with the member that is wrong; or when the policy says no.
   */
  read(said: Said, about: Omit<RegistrationRequest, 'client' | 'metadata'>): Promise<Described>
}

export function describing(
  { tables }: Deployed,
  { redirectUris, vouchedFor, policy }: RegistrationOptions,
): Describing {
  const vocabulary = tables.clients
  const parse = clientMetadataParser(vocabulary)
  const list = typeof redirectUris === 'function' ? undefined : redirectUris
  const isInList = (uri: string) => list !== undefined && matchRedirectUri(list, uri, true)
  const isVouchedFor = (uri: string) => (vouchedFor ? vouchedFor(uri) === true : isInList(uri))
  const refusal = (uri: string): string | null => {
    if (typeof redirectUris !== 'function')
      return !list || isInList(uri) ? null : 'is not one that clients may register here'
    const answer = redirectUris(uri)
    return answer === true ? null : answer
  }
  return {
    async read(said, about) {
      const method = methodOf(said, [...vocabulary.authenticationMethods.keys()])
      const found = readSelfDescribed(said, { vocabulary, parse, method, refusal })
      if (!found.ok) throw refused(found)
      const { dropped } = found
      const given = policy ? givenBy(await policy({ client: found.settings, metadata: said, ...about })) : {}
      // What is wrong in that is the operator's mistake, and no client's to read.
      const settings = Object.keys(given).length > 0 ? parse({ ...inputOf(found.settings), ...given }) : found.settings
      const wrong = await verifyClient(tables.verifyClient, settings, about)
      if (wrong) {
        const { member, problem, detail: hint } = wrong
        const reason = `registration:${member}` as const
        throw new OAuthError('invalid_client_metadata', `${member} ${problem}.`, { reason, hint })
      }
      return { settings, given, dropped, isListed: settings.redirect_uris.every(isVouchedFor) }
    },
  }
}

/** @throws {OAuthError} when the policy says no. */
function givenBy(decision: RegistrationDecision): GivenFields {
  if (typeof decision === 'object') return decision
  if (decision === true) return {}
  // RFC 7591 §3.2.2 has no code for it; it is about no member more than another.
  throw new OAuthError('invalid_client_metadata', decision || 'Such a client may not be registered here.', {
    reason: 'registration:policy',
  })
}

/** Settings as the parser takes them. */
const inputOf = ({ scope, default_scope, fields, ...others }: ClientSettings): Said => ({
  ...fields,
  ...others,
  scope: scope?.join(' '),
  default_scope: default_scope?.join(' '),
})

/** RFC 7591 §2: left out it is client_secret_basic, for which a secret in the form counts as well. */
function methodOf({ token_endpoint_auth_method: said }: Said, served: readonly string[]): string | undefined {
  if (said === undefined || said === null || said === '') return undefined
  if (typeof said === 'string' && served.includes(said)) return said
  throw refused({
    ok: false,
    error: 'invalid_client_metadata',
    member: 'token_endpoint_auth_method',
    description: `token_endpoint_auth_method must be ${orList(served)}.`,
    hint: `Received ${typeof said === 'string' ? quoted(said) : typeof said}.`,
  })
}

const refused = ({ error, member, description, hint }: Unusable): OAuthError =>
  new OAuthError(error, description, { reason: `registration:${member}`, hint })

/** What was left out, for the operator. */
export const droppedHint = (dropped: readonly Dropped[]): string | undefined =>
  dropped.length === 0
    ? undefined
    : `Left out ${listed(dropped.map(({ member, value, why }) => `${member}: ${value} ${why}`))}.`
