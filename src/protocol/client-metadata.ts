/**
 * Client metadata: what an operator writes about a client, under the names of RFC 7591, and the checked form of it that the
 * server works with. Creating and updating a client go through the same checks. Pure.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc7591#section-2 RFC 7591 §2}
 * @module
 */
import * as z from 'zod/mini'
import type { ClientSettings, GrantType, TokenEndpointAuthMethod } from './client-settings.js'
import { isPublicClient } from './client-settings.js'
import { redirectUriProblem } from './redirect-uri.js'
import { isResourceUri } from './resource.js'
import { isWithin, parseScope } from './scope.js'
import { closestName } from './spelling.js'

/** A client as an operator describes it. */
export interface ClientMetadata {
  /** The name that people see when they are asked for consent: 1 to 200 characters. */
  readonly client_name?: string | undefined
  /** The client's home page, `http` or `https`. */
  readonly client_uri?: string | undefined
  /** An image that stands for the client, shown on the consent page: `https`, and a path that ends in a file. */
  readonly logo_uri?: string | undefined
  /** The client's privacy policy, linked on the consent page: `http` or `https`. */
  readonly policy_uri?: string | undefined
  /** The client's terms of use, linked on the consent page: `http` or `https`. */
  readonly tos_uri?: string | undefined
  /**
   * Where authorization responses may go, compared as strings. Required with `authorization_code`. `https`; `http` on
   * loopback hosts only, where a public client may use any port; for public clients also schemes with a dot in them.
   */
  readonly redirect_uris?: readonly string[] | undefined
  /**
   * What the client may do at the token endpoint. RFC 7591 §2 defaults to `authorization_code` alone; here `refresh_token`
   * belongs to the default, because this registration is what decides whether refresh tokens are issued. Empty for a client
   * that only introspects.
   *
   * @default ['authorization_code', 'refresh_token']
   */
  readonly grant_types?: readonly GrantType[] | undefined
  /** How the client proves who it is, and the only way that is accepted. `none` makes it public. @default 'client_secret_basic' */
  readonly token_endpoint_auth_method?: TokenEndpointAuthMethod | undefined
  /** All scope that the client may ask for, separated by spaces. Without it, every scope. */
  readonly scope?: string | undefined
  /** The scope of a request that names none, within `scope`. Without it, all of `scope`. */
  readonly default_scope?: string | undefined
  /** The resources that the client may ask for. Without it, every one. */
  readonly resources?: readonly string[] | undefined
  /** The resources that the client is itself: it may introspect their access tokens. Only for confidential clients. */
  readonly serves?: readonly string[] | undefined
  /** Whether each refresh gives a new refresh token. For public clients it always does. @default true */
  readonly rotate_refresh_tokens?: boolean | undefined
  /**
   * Whether the client is the operator's own: its users are not asked for consent, except by `prompt=consent` and where anybody can
   * pass for the client (see `remember_consent`). For operators only: a client that registers itself must not set it.
   *
   * @default false
   */
  readonly first_party?: boolean | undefined
  /**
   * Whether a consent that was given before spares the question. Without it: yes, but not for a public client at a loopback or
   * private-use redirect URI, because anybody on the device can pass for that (RFC 8252 §8.6). For operators only.
   */
  readonly remember_consent?: boolean | undefined
}

/**
 * Checks client metadata and fills in the defaults.
 *
 * @throws {TypeError} naming the field, what is wrong and what to write instead.
 */
export function parseClientMetadata(input: unknown): ClientSettings {
  const result = schema.safeParse(input)
  if (!result.success) return refuse(...explain(result.error.issues[0]))
  const metadata: ClientMetadata = result.data
  const settings: ClientSettings = {
    client_name: metadata.client_name,
    client_uri: metadata.client_uri,
    logo_uri: metadata.logo_uri,
    policy_uri: metadata.policy_uri,
    tos_uri: metadata.tos_uri,
    redirect_uris: unique(metadata.redirect_uris ?? []),
    grant_types: unique(metadata.grant_types ?? ['authorization_code', 'refresh_token']),
    token_endpoint_auth_method: metadata.token_endpoint_auth_method ?? 'client_secret_basic',
    scope: scopeOf('scope', metadata.scope),
    default_scope: scopeOf('default_scope', metadata.default_scope),
    resources: metadata.resources && unique(metadata.resources),
    serves: unique(metadata.serves ?? []),
    rotate_refresh_tokens: metadata.rotate_refresh_tokens ?? true,
    first_party: metadata.first_party ?? false,
    remember_consent: metadata.remember_consent,
  }
  checkTogether(settings)
  return settings
}

/** What no single field can tell. */
function checkTogether(settings: ClientSettings): void {
  const { grant_types, redirect_uris, scope, default_scope } = settings
  const isPublic = isPublicClient(settings)
  for (const [i, uri] of redirect_uris.entries()) {
    const problem = redirectUriProblem(uri, { public: isPublic })
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
  if (!redirects && grant_types.includes('refresh_token')) {
    refuse('grant_types', 'has refresh_token without authorization_code, from which refresh tokens come; add it')
  }
  // RFC 6749 §4.4: the client credentials grant type must only be used by confidential clients.
  if (isPublic && grant_types.includes('client_credentials')) {
    refuse(
      'grant_types',
      'has client_credentials, which needs a secret; use another token_endpoint_auth_method than none',
    )
  }
  // RFC 7662 §2.1: introspection needs an authorized caller.
  if (isPublic && settings.serves.length > 0) {
    refuse('serves', 'is for clients with a secret; use another token_endpoint_auth_method than none')
  }
  // RFC 9700 §2.2.2: refresh tokens of public clients are sender-constrained or rotated.
  if (isPublic && !settings.rotate_refresh_tokens) {
    refuse('rotate_refresh_tokens', 'is false, but tokens of public clients always rotate; leave it out')
  }
  if (settings.first_party && settings.remember_consent === false) {
    refuse('remember_consent', 'is false, but first_party skips the question; leave one of them out')
  }
  if (scope && default_scope && !isWithin(default_scope, scope)) {
    refuse('default_scope', 'has a name that is not in scope; add it there, or leave it out here')
  }
}

const text = z.string('must be a string')
const uriList = z.array(text, 'must be an array of strings')
const resourceUri = text.check(z.refine(isResourceUri, 'must be an absolute URI without a fragment'))
const resourceList = z.array(resourceUri, 'must be an array of strings')
const webPage = text.check(z.refine(isWebAddress, 'must be an absolute http or https URL without a user name'))

const image = text.check(
  z.refine(
    (uri) => isWebAddress(uri) && isImageAddress(uri),
    'must be an absolute https URL with a host name, without a user name, and its path must not end with a slash',
  ),
)
const flag = z.optional(z.boolean('must be true or false'))

const schema = z.strictObject(
  {
    client_name: z.optional(
      text.check(z.refine(isName, 'must have 1 to 200 characters, none of them a control or text direction character')),
    ),
    client_uri: z.optional(webPage),
    logo_uri: z.optional(image),
    policy_uri: z.optional(webPage),
    tos_uri: z.optional(webPage),
    redirect_uris: z.optional(uriList),
    grant_types: z.optional(
      z.array(
        z.enum(
          ['authorization_code', 'refresh_token', 'client_credentials'],
          'must be authorization_code, refresh_token or client_credentials',
        ),
        'must be an array of grant types',
      ),
    ),
    token_endpoint_auth_method: z.optional(
      z.enum(
        ['client_secret_basic', 'client_secret_post', 'none'],
        'must be client_secret_basic, client_secret_post or none',
      ),
    ),
    scope: z.optional(text),
    default_scope: z.optional(text),
    resources: z.optional(
      resourceList.check(z.refine((list) => list.length > 0, 'is empty; leave it out to allow every resource')),
    ),
    serves: z.optional(resourceList),
    rotate_refresh_tokens: flag,
    first_party: flag,
    remember_consent: flag,
  },
  'must be an object',
)

/** The field an issue is about, and what is wrong with it. */
function explain(issue: z.core.$ZodIssue | undefined): [field: string, problem: string] {
  if (issue?.code === 'unrecognized_keys') {
    const key = issue.keys[0] ?? ''
    const meant = closestName(key, Object.keys(schema.shape))
    return [key, meant ? `is not known; did you mean ${meant}?` : 'is not known; leave it out']
  }
  const [field = '', ...inner] = issue?.path ?? []
  return [String(field) + inner.map((part) => `[${String(part)}]`).join(''), issue?.message ?? 'is wrong']
}

function refuse(field: string, problem: string): never {
  throw new TypeError(`Client metadata: ${field === '' ? 'it' : field} ${problem}.`.replace(/\?\.$/, '?'))
}

function scopeOf(field: string, value: string | undefined): readonly string[] | undefined {
  if (value === undefined) return undefined
  return parseScope(value) ?? refuse(field, 'must be scope names separated by single spaces, or be left out')
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
