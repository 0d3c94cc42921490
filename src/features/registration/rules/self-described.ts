/**
 * What a client says of itself, in a registration or in a document of its own: read leniently where nothing depends on it, and never for more
 * than a client may say. Pure.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc7591#section-2 RFC 7591 §2}
 * @module
 */
import type { ClientMetadata } from '../../../protocol/client-metadata.js'
import type { ClientSettings } from '../../../protocol/client-settings.js'
import type { ClientVocabulary } from '../../../protocol/client-vocabulary.js'
import { quoted } from '../../../protocol/hint.js'
import type { ClientMetadataParser } from '../../../protocol/parse-client-metadata.js'
import { isPrivateUseRedirect, redirectUriProblem } from '../../../protocol/redirect-uri.js'
import { isScopeName, narrow } from '../../../protocol/scope.js'

/** Metadata as they arrived. Nothing in them is believed. */
export type Said = { readonly [member: string]: unknown }

export interface ReadingRules {
  readonly vocabulary: ClientVocabulary
  /** The server's own parser, which has the last word. */
  readonly parse: ClientMetadataParser
  /** The `token_endpoint_auth_method` of the client; undefined for a secret, wherever it comes. */
  readonly method: string | undefined
  /** Why the operator does not want a redirect URI, as the end of a sentence that begins with it; null when it may be registered. */
  readonly refusal?: ((redirectUri: string) => string | null) | undefined
}

/** A value that was left out. */
export interface Dropped {
  readonly member: string
  /** As it was received. */
  readonly value: string
  /** The end of a sentence that begins with the value. */
  readonly why: string
}

export type SelfDescribed =
  | { readonly ok: true; readonly settings: ClientSettings; readonly dropped: readonly Dropped[] }
  | Unusable

export interface Unusable {
  readonly ok: false
  /** RFC 7591 §3.2.2. */
  readonly error: 'invalid_redirect_uri' | 'invalid_client_metadata'
  readonly member: string
  /** For the developer of the client; free of input. */
  readonly description: string
  /** For the operator. */
  readonly hint: string
}

/** Most redirect URIs of one client, and most characters of all together: a record has room for 32 KB. */
const MAX_REDIRECT_URIS = 20
const MAX_REDIRECT_LENGTH = 8192

/**
 * The client that the metadata describe.
 *
 * - Members that nobody knows, and those that are the operator's (`first_party`, `allow_missing_pkce` …), are not read.
 * - Redirect URIs are judged one by one: those that are refused are dropped, the rest stands.
 * - Grant types that this server does not have, or that are not a client's to take, are dropped; without any, code and refresh.
 * - Scope is what the client gets when it names none, and no limit: MCP clients register for what they ask first, and ask for more later. What no resource
 *   knows is dropped.
 * - Links that cannot be shown are dropped.
 */
export function readSelfDescribed(said: Said, rules: ReadingRules): SelfDescribed {
  const dropped: Dropped[] = []
  const redirects = redirectUris(said, rules, dropped)
  if ('error' in redirects) return redirects
  const grantTypes = grantTypesOf(said, rules.vocabulary, dropped)
  if ('error' in grantTypes) return grantTypes
  const responseTypes = said.response_types
  if (Array.isArray(responseTypes) && responseTypes.length > 0 && !responseTypes.includes('code')) {
    return unusable('response_types', 'must have code', responseTypes.filter(isText).join(' '))
  }
  const method: Pick<ClientMetadata, 'token_endpoint_auth_method'> = { token_endpoint_auth_method: rules.method }
  const scope = scopeOf(said.scope, rules.vocabulary, dropped)
  const metadata: ClientMetadata = {
    ...method,
    ...(said.client_name !== undefined && said.client_name !== '' && { client_name: said.client_name as string }),
    ...links(said, rules.parse, dropped),
    redirect_uris: redirects,
    grant_types: grantTypes,
    ...(scope.length > 0 && { default_scope: scope.join(' ') }),
    ...ownFields(said, rules.vocabulary),
  }
  try {
    return { ok: true, settings: rules.parse(metadata), dropped }
  } catch (error) {
    // The parser's messages repeat what was sent, which is for the operator alone.
    if (!(error instanceof TypeError)) throw error
    const member = /^Client metadata: ([A-Za-z_]+)/.exec(error.message)?.[1] ?? 'metadata'
    return { ok: false, ...faulty(member, 'cannot be used as it is'), hint: error.message }
  }
}

function redirectUris(said: Said, rules: ReadingRules, dropped: Dropped[]): readonly string[] | Unusable {
  const given = said.redirect_uris ?? []
  if (!Array.isArray(given) || !given.every(isText)) {
    return unusable('redirect_uris', 'must be an array of strings', typeof given)
  }
  const all: readonly string[] = [...new Set<string>(given)]
  if (all.length > MAX_REDIRECT_URIS || all.join('').length > MAX_REDIRECT_LENGTH) {
    const most = `has too many, or too long ones: ${MAX_REDIRECT_URIS} are the most, with ${MAX_REDIRECT_LENGTH} characters in all`
    return unusable('redirect_uris', most, `${all.length} redirect URIs`)
  }
  const kind = { public: rules.method === 'none' }
  const kept = all.filter((uri) => {
    const why = redirectUriProblem(uri, kind, rules.vocabulary) ?? rules.refusal?.(uri) ?? null
    if (why !== null) dropped.push({ member: 'redirect_uris', value: uri, why })
    return why === null
  })
  if (kept.length > 0) return kept
  const [first] = dropped
  return first
    ? unusable('redirect_uris', `has none that this server takes; the first ${first.why.split(';')[0]}`, first.value)
    : unusable('redirect_uris', 'is required', 'none')
}

function grantTypesOf(
  { grant_types: given }: Said,
  { grantTypes }: ClientVocabulary,
  dropped: Dropped[],
): readonly string[] | Unusable {
  if (given === undefined || (Array.isArray(given) && given.length === 0))
    return ['authorization_code', 'refresh_token']
  if (!Array.isArray(given)) return unusable('grant_types', 'must be an array of strings', typeof given)
  const kept = [...new Set<string>(given.filter(isText))].filter((name) => {
    const isOffered = name === 'refresh_token' || grantTypes.get(name)?.startsGrants === true
    if (!isOffered)
      dropped.push({ member: 'grant_types', value: name, why: 'is not offered to clients that register themselves' })
    return isOffered
  })
  if (kept.some((name) => grantTypes.get(name)?.startsGrants)) return kept
  return unusable('grant_types', 'has none from which a grant could come; ask for authorization_code', kept.join(' '))
}

/** RFC 7591 §2: what is not supported may be replaced or left out. An empty scope, as some clients send it, says nothing. */
function scopeOf(given: unknown, { resources }: ClientVocabulary, dropped: Dropped[]): readonly string[] {
  if (typeof given !== 'string') return []
  const names = [...new Set(given.split(' '))].filter(isScopeName)
  const known = resources?.flatMap(({ scopes }) => scopes) ?? names
  for (const name of names) {
    if (!known.includes(name)) dropped.push({ member: 'scope', value: name, why: 'is not known' })
  }
  return narrow(names, known)
}

/** What people are shown, as far as it can be. */
function links(said: Said, parse: ClientMetadataParser, dropped: Dropped[]): ClientMetadata {
  const kept: { [member: string]: string } = {}
  for (const member of ['client_uri', 'logo_uri', 'policy_uri', 'tos_uri'] as const) {
    const value = said[member]
    if (typeof value !== 'string' || value === '') continue
    try {
      parse({ [member]: value, grant_types: [] })
      kept[member] = value
    } catch {
      dropped.push({ member, value, why: 'cannot be shown' })
    }
  }
  return kept
}

/** Members of features that a client may say of itself. */
const ownFields = (said: Said, { fields }: ClientVocabulary): Said =>
  Object.fromEntries(
    [...fields.values()]
      .filter(({ name, selfService }) => selfService && Object.hasOwn(said, name) && said[name] !== null)
      .map(({ name }) => [name, said[name]]),
  )

/** RFC 7591 §2, OpenID Connect Registration §2: what a client is that does not say so. */
export const applicationTypeOf = (redirectUris: readonly string[]): 'native' | 'web' =>
  redirectUris.every((uri) => isPrivateUseRedirect(uri) || uri.startsWith('http:')) ? 'native' : 'web'

const isText = (value: unknown): value is string => typeof value === 'string'

const faulty = (member: string, problem: string): Pick<Unusable, 'error' | 'member' | 'description'> => ({
  error: member === 'redirect_uris' ? 'invalid_redirect_uri' : 'invalid_client_metadata',
  member,
  description: `${member} ${problem}.`,
})

const unusable = (member: string, problem: string, received: string): Unusable => ({
  ok: false,
  ...faulty(member, problem),
  hint: `Received ${quoted(received)}.`,
})
