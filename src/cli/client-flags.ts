/**
 * The flags that describe a client: its metadata under the wire names, with dashes.
 *
 * @module
 */
import type { ClientMetadata } from '../protocol/client-metadata.js'
import type { ClientVocabulary } from '../protocol/client-vocabulary.js'
import { clientMetadataParser } from '../protocol/parse-client-metadata.js'
import type { Arguments, Flag, Flags } from './arguments.js'
import { misused } from './failure.js'

interface MetadataFlag extends Flag {
  readonly name: string
  readonly kind: 'text' | 'list' | 'boolean' | 'json'
}

const text = (name: string, value: string, help: string): MetadataFlag => ({ name, kind: 'text', value, help })
const list = (name: string, value: string, help: string): MetadataFlag => ({
  name,
  kind: 'list',
  value,
  help,
  repeat: true,
})
const boolean = (name: string, help: string): MetadataFlag => ({ name, kind: 'boolean', value: 'true|false', help })

/** A flag for each field: one that is forgotten here does not compile. */
const fields: Record<keyof ClientMetadata, MetadataFlag> = {
  client_name: text('client-name', 'text', 'the name on the consent page'),
  client_uri: text('client-uri', 'url', "the client's home page"),
  logo_uri: text('logo-uri', 'url', 'an image that stands for the client on the consent page'),
  policy_uri: text('policy-uri', 'url', 'its privacy policy, linked on the consent page'),
  tos_uri: text('tos-uri', 'url', 'its terms of use, linked on the consent page'),
  redirect_uris: list('redirect-uri', 'uri', 'where answers may go, compared as strings'),
  grant_types: list(
    'grant-type',
    'type',
    'authorization_code and refresh_token (the default), client_credentials, or none (to introspect only)',
  ),
  token_endpoint_auth_method: text(
    'token-endpoint-auth-method',
    'method',
    'client_secret_basic or client_secret_post, and that way only, or none (a public client); default: a secret, sent either way',
  ),
  jwks: {
    name: 'jwks',
    kind: 'json',
    value: 'json',
    help: 'its public keys, for private_key_jwt, as in --jwks "$(cat jwks.json)"',
  },
  jwks_uri: text('jwks-uri', 'url', 'where it publishes them'),
  token_endpoint_auth_signing_alg: text(
    'token-endpoint-auth-signing-alg',
    'name',
    'the only algorithm that it may sign assertions with',
  ),
  id_token_signed_response_alg: text(
    'id-token-signed-response-alg',
    'name',
    'what its ID tokens are signed with; default: RS256 (openid)',
  ),
  userinfo_signed_response_alg: text(
    'userinfo-signed-response-alg',
    'name',
    'what UserInfo is signed with for it; default: plain JSON (openid)',
  ),
  default_max_age: {
    name: 'default-max-age',
    kind: 'json',
    value: 'seconds',
    help: 'how long ago people may have logged in, for requests without max_age (openid)',
  },
  require_auth_time: boolean('require-auth-time', 'whether ID tokens must say when people have logged in (openid)'),
  default_acr_values: list('default-acr-value', 'class', 'what a login should reach, the best first (openid)'),
  subject_type: text('subject-type', 'type', 'pairwise: a sub of its own for each user; default: public (openid)'),
  sector_identifier_uri: text(
    'sector-identifier-uri',
    'url',
    'a list of redirect URIs, whose host stands for it with pairwise (openid)',
  ),
  request_object_signing_alg: text(
    'request-object-signing-alg',
    'name',
    'the only algorithm that its request objects may be signed with (openid)',
  ),
  request_uris: list('request-uri', 'url', 'where request objects of it are fetched (openid)'),
  post_logout_redirect_uris: list('post-logout-redirect-uri', 'uri', 'where people may go after a logout (openid)'),
  backchannel_logout_uri: text('backchannel-logout-uri', 'url', 'where it wants to be told of logouts (openid)'),
  backchannel_logout_session_required: boolean(
    'backchannel-logout-session-required',
    'whether it must be told which session has ended; it always is (openid)',
  ),
  scope: text('scope', 'names', 'all that it may ask for, separated by spaces; default: every scope'),
  default_scope: text(
    'default-scope',
    'names',
    'what a request without scope asks for; default: that of the resource, within --scope',
  ),
  resources: list('resource', 'uri', 'an API that it may ask tokens for; default: every one'),
  serves: list('serves', 'uri', 'an API that it is itself, whose tokens it may introspect'),
  rotate_refresh_tokens: boolean('rotate-refresh-tokens', 'whether a refresh gives a new refresh token; default: true'),
  allow_missing_pkce: boolean(
    'allow-missing-pkce',
    'whether it may do without PKCE, if it cannot send it and has a secret; default: false',
  ),
  first_party: boolean('first-party', "whether it is the operator's own: nobody is asked for consent; default: false"),
  remember_consent: boolean('remember-consent', 'whether a consent given before spares the question'),
}

export const clientFlags: Flags = Object.fromEntries(Object.values(fields).map((flag) => [flag.name, flag]))

/**
 * The metadata of a client as the flags have it, on top of what it was before. An empty value takes a field away.
 *
 * @throws {Failure} of use, when the metadata is wrong.
 */
export function metadataFrom(
  args: Arguments,
  vocabulary: ClientVocabulary,
  before: ClientMetadata = {},
): ClientMetadata {
  const metadata: Record<string, unknown> = { ...before }
  for (const [field, flag] of Object.entries(fields)) {
    const values = args.values(flag.name)
    if (values) metadata[field] = fieldValue(field, flag, values)
  }
  try {
    clientMetadataParser(vocabulary)(metadata)
  } catch (error) {
    throw error instanceof TypeError ? misused(inFlags(error.message)) : error
  }
  // It has just been checked.
  return metadata as ClientMetadata
}

/** Whether any of the flags was given. */
export const describesClient = (args: Arguments): boolean => Object.keys(clientFlags).some((name) => args.has(name))

function fieldValue(field: string, { name, kind }: MetadataFlag, values: readonly string[]): unknown {
  const [first] = values
  if (values.length === 1 && first === '') return undefined
  if (field === 'grant_types' && values.length === 1 && first === 'none') return []
  if (kind === 'list') return values
  if (kind === 'text') return first
  if (kind === 'json') return jsonIn(name, first ?? '')
  if (first === 'true' || first === 'false') return first === 'true'
  throw misused(`--${name} must be true or false.`)
}

function jsonIn(name: string, text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw misused(`--${name} must be JSON.`)
  }
}

/** Puts the flags into a message that speaks of fields: `redirect_uris[0]` was written --redirect-uri. */
function inFlags(message: string): string {
  const name = (field: string) =>
    Object.hasOwn(fields, field) ? fields[field as keyof ClientMetadata].name : undefined
  const flag = (word: string, field: string) => (name(field) === undefined ? word : `--${name(field)}`)
  // Elsewhere than at the beginning, only names with an underscore are names for sure: `scope` is a word too.
  return message.replace(/^Client metadata: (\w+)(\[\d+\])?/, flag).replace(/\b([a-z]+(?:_[a-z]+)+)\b/g, flag)
}
