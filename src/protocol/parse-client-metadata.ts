/**
 * The checks of client metadata. Creating and updating a client go through the same ones. Pure.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc7591#section-2 RFC 7591 §2}
 * @module
 */
import * as z from 'zod/mini'
import { given } from '../runtime/given.js'
import { hostAdvice } from './ascii.js'
import type { ClientMetadata } from './client-metadata.js'
import { scopeProblem } from './client-scope.js'
import type { ClientSettings } from './client-settings.js'
import { isPublicClient } from './client-settings.js'
import type { ClientVocabulary } from './client-vocabulary.js'
import { isJson, type Json } from './json.js'
import { redirectUriProblem } from './redirect-uri.js'
import { type AsConfigured, isResourceUri } from './resource-uri.js'
import { isWithin, parseScope } from './scope.js'
import { closestName, orList } from './spelling.js'
/** Checks client metadata and fills in the defaults. @throws {TypeError} naming the field, what is wrong and what to write instead. */
export type ClientMetadataParser = (input: unknown) => ClientSettings

/** A parser for what a server serves. */
export function clientMetadataParser(vocabulary: ClientVocabulary): ClientMetadataParser {
  const schema = schemaFor(vocabulary)
  return (input) => {
    const result = schema.safeParse(input)
    if (!result.success) return refuse(...explain(result.error.issues[0], Object.keys(schema.shape), input))
    const metadata: ClientMetadata = result.data
    // What was given: the parser takes what every object has, such as `constructor`, for given as well.
    const fields = fieldsOf(input as { readonly [name: string]: unknown }, vocabulary)
    const settings: ClientSettings = {
      client_name: metadata.client_name,
      client_uri: metadata.client_uri,
      logo_uri: metadata.logo_uri,
      policy_uri: metadata.policy_uri,
      tos_uri: metadata.tos_uri,
      redirect_uris: unique(metadata.redirect_uris ?? []),
      grant_types: unique(metadata.grant_types ?? ['authorization_code', 'refresh_token']),
      token_endpoint_auth_method: metadata.token_endpoint_auth_method,
      scope: scopeOf('scope', metadata.scope),
      default_scope: scopeOf('default_scope', metadata.default_scope),
      ...configuredResources({ resources: metadata.resources, serves: metadata.serves ?? [] }, vocabulary),
      rotate_refresh_tokens: metadata.rotate_refresh_tokens ?? true,
      allow_missing_pkce: metadata.allow_missing_pkce ?? false,
      first_party: metadata.first_party ?? false,
      remember_consent: metadata.remember_consent,
      ...(Object.keys(fields).length > 0 && { fields }),
    }
    checkTogether(settings, vocabulary)
    return settings
  }
}

/** The resources of a client under the names that they have here, each once. */
export const configuredResources = (
  { resources, serves }: Pick<ClientSettings, 'resources' | 'serves'>,
  { asConfigured = asWritten }: Pick<ClientVocabulary, 'asConfigured'>,
): Pick<ClientSettings, 'resources' | 'serves'> => ({
  resources: resources && unique(resources.map(asConfigured)),
  serves: unique(serves.map(asConfigured)),
})

const asWritten: AsConfigured = (uri) => uri

/** What features know of a client. */
function fieldsOf(
  metadata: { readonly [name: string]: unknown },
  vocabulary: ClientVocabulary,
): { [name: string]: Json } {
  const fields: { [name: string]: Json } = {}
  for (const [name, field] of vocabulary.fields) {
    if (!Object.hasOwn(metadata, name) || metadata[name] === undefined) continue
    try {
      fields[name] = checkedField(name, field.parse(metadata[name]))
    } catch (error) {
      // Anything else is the mistake of the feature.
      if (!(error instanceof TypeError)) throw error
      return refuse(name, error.message)
    }
  }
  return fields
}

function checkedField(name: string, value: unknown): Json {
  if (isJson(value)) return value
  throw new Error(`What the client metadata field '${name}' is parsed to is no plain JSON.`)
}

/** What no single field can tell. */
function checkTogether(settings: ClientSettings, vocabulary: ClientVocabulary): void {
  const { grantTypes, resources } = vocabulary
  const { grant_types, redirect_uris, scope, default_scope } = settings
  const isPublic = isPublicClient(settings)
  for (const [i, uri] of redirect_uris.entries()) {
    const problem = redirectUriProblem(uri, { public: isPublic }, vocabulary)
    if (problem) refuse(`redirect_uris[${i}]`, `${JSON.stringify(uri)} ${problem}`)
  }
  const redirects = grant_types.includes('authorization_code')
  // RFC 9700 §4.1.3, RFC 7591 §2: clients of redirect-based flows register their redirect URIs.
  if (redirects && redirect_uris.length === 0) {
    refuse(
      'redirect_uris',
      'is required with the grant type authorization_code; list where answers may go, or set grant_types',
    )
  }
  if (!redirects && redirect_uris.length > 0) {
    refuse(
      'redirect_uris',
      'has no use without the grant type authorization_code; add that to grant_types, or leave it out',
    )
  }
  if (grant_types.includes('refresh_token') && !grant_types.some((name) => grantTypes.get(name)?.startsGrants)) {
    const starting = [...grantTypes].filter(([, { startsGrants }]) => startsGrants).map(([name]) => name)
    refuse('grant_types', `has refresh_token without ${orList(starting)}, from which refresh tokens come; add it`)
  }
  // RFC 6749 §4.4: the client credentials grant type must only be used by confidential clients.
  const confidential = isPublic && grant_types.find((name) => !grantTypes.get(name)?.publicClients)
  if (confidential) {
    refuse('grant_types', `has ${confidential}, which needs a secret; use another token_endpoint_auth_method than none`)
  }
  // RFC 7662 §2.1: introspection needs an authorized caller.
  if (isPublic && settings.serves.length > 0) {
    refuse('serves', 'is for clients with a secret; use another token_endpoint_auth_method than none')
  }
  // RFC 9700 §2.2.2: refresh tokens of public clients are sender-constrained or rotated.
  if (isPublic && !settings.rotate_refresh_tokens) {
    refuse('rotate_refresh_tokens', 'is false, but tokens of public clients always rotate; leave it out')
  }
  // RFC 9700 §2.1.1: public clients must use PKCE.
  if (isPublic && settings.allow_missing_pkce) {
    refuse('allow_missing_pkce', 'is true, but nothing else protects the codes of a public client; leave it out')
  }
  if (settings.first_party && settings.remember_consent === false) {
    refuse('remember_consent', 'is false, but first_party skips the question; leave one of them out')
  }
  if (scope && default_scope && !isWithin(default_scope, scope)) {
    refuse('default_scope', 'has a name that is not in scope; add it there, or leave it out here')
  }
  const problem = resources && scopeProblem(settings, resources)
  if (problem) refuse(...problem)
  checkByFeatures(settings, vocabulary)
}

/** What the features say of the client as a whole. */
function checkByFeatures(settings: ClientSettings, { fields, authenticationMethods }: ClientVocabulary): void {
  for (const [name, value] of Object.entries(settings.fields ?? {})) {
    const problem = fields.get(name)?.check?.(value, settings)
    if (problem) refuse(name, problem)
  }
  const { token_endpoint_auth_method: method = '' } = settings
  const problem = authenticationMethods.get(method)?.checkClient?.(settings)
  if (problem) refuse('token_endpoint_auth_method', problem)
}

const text = z.string('must be a string')
const uriList = z.array(text, 'must be an array of strings')
/** With the cure for a host beyond ASCII. */
const uri = (isRight: (uri: string) => boolean, problem: string) => {
  const error = ({ input }: { readonly input?: unknown }) => {
    const advice = hostAdvice(String(input))
    return advice === null ? problem : `${problem}; ${advice}`
  }
  return text.check(z.refine(isRight, { error }))
}
const resourceUri = uri(isResourceUri, 'must be an absolute URI without a fragment')
const resourceList = z.array(resourceUri, 'must be an array of strings')
const webPage = uri(isWebAddress, 'must be an absolute http or https URL without a user name')

const image = uri(
  (uri) => isWebAddress(uri) && isImageAddress(uri),
  'must be an absolute https URL with a host name, without a user name, and its path must not end with a slash',
)
const flag = z.optional(z.boolean('must be true or false'))

const common = {
  client_name: z.optional(
    text.check(z.refine(isName, 'must have 1 to 200 characters, none of them a control or text direction character')),
  ),
  client_uri: z.optional(webPage),
  logo_uri: z.optional(image),
  policy_uri: z.optional(webPage),
  tos_uri: z.optional(webPage),
  redirect_uris: z.optional(uriList),
  scope: z.optional(text),
  default_scope: z.optional(text),
  resources: z.optional(
    resourceList.check(z.refine((list) => list.length > 0, 'is empty; leave it out to allow every resource')),
  ),
  serves: z.optional(resourceList),
  rotate_refresh_tokens: flag,
  allow_missing_pkce: flag,
  first_party: flag,
  remember_consent: flag,
}

/** Members that are the server's, whatever features it has. */
export const clientFieldNames: readonly string[] = [
  ...Object.keys(common),
  ...['grant_types', 'token_endpoint_auth_method'],
  // What a client's record has besides.
  ...[
    'v',
    'issuer',
    'client_id',
    'client_secret',
    'client_secret_sha256',
    'secrets',
    'createdAt',
    'expiresAt',
    'registration',
    'fields',
  ],
]

function schemaFor({ grantTypes, authenticationMethods, fields }: ClientVocabulary) {
  const oneOf = (names: readonly string[]) => z.enum(names, `must be ${orList(names)}`)
  return z.strictObject(
    {
      ...common,
      grant_types: z.optional(z.array(oneOf([...grantTypes.keys()]), 'must be an array of grant types')),
      token_endpoint_auth_method: z.optional(oneOf([...authenticationMethods.keys()])),
      ...Object.fromEntries([...fields.keys()].map((name) => [name, z.optional(z.unknown())])),
    },
    'must be an object',
  )
}

/** The field an issue is about, and what is wrong with it. */
function explain(
  issue: z.core.$ZodIssue | undefined,
  known: readonly string[],
  input: unknown,
): [field: string, problem: string] {
  if (issue?.code === 'unrecognized_keys') {
    const key = issue.keys[0] ?? ''
    const meant = closestName(key, known)
    return [key, meant ? `is not known; did you mean ${meant}?` : 'is not known; leave it out']
  }
  const path = issue?.path ?? []
  const [field = '', ...inner] = path
  const value = path.reduce<unknown>((part, name) => (part as { readonly [name: PropertyKey]: unknown })[name], input)
  return [
    String(field) + inner.map((part) => `[${String(part)}]`).join(''),
    `${issue?.message ?? 'is wrong'}; it was ${given(value)}`,
  ]
}

function refuse(field: string, problem: string): never {
  throw new TypeError(`Client metadata: ${field === '' ? 'it' : field} ${problem}.`.replace(/\?\.$/, '?'))
}

function scopeOf(field: string, value: string | undefined): readonly string[] | undefined {
  const names = parseScope(value ?? '') ?? refuse(field, 'must be scope names separated by spaces, or be left out')
  // Clients that register themselves send `scope: ""` and mean none in particular.
  return names.length > 0 ? names : undefined
}

function isName(name: string): boolean {
  // Directional characters can make a name read as another one on the consent page.
  return (
    name.trim() !== '' &&
    name.length <= 200 &&
    !/[\p{Cc}\p{Zl}\p{Zp}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/u.test(name)
  )
}

function isWebAddress(uri: string): boolean {
  return uri.length <= 2048 && /^https?:\/\/[^/?#@]+(?:[/?#]|$)/i.test(uri) && isUri(uri)
}

/** In a content security policy a path with a slash at its end would stand for everything below it. */
function isImageAddress(uri: string): boolean {
  const { protocol, hostname, pathname } = new URL(uri)
  // Nor has a policy a notation for IPv6 addresses.
  return protocol === 'https:' && !hostname.startsWith('[') && !pathname.endsWith('/')
}

function isUri(uri: string): boolean {
  return /^[A-Za-z0-9._~:/?#[\]@!$&'()*+,;=%-]*$/.test(uri) && URL.canParse(uri)
}

const unique = <T>(list: readonly T[]): readonly T[] => [...new Set(list)]
