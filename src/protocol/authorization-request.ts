/**
 * The authorization request, judged in two stages. The first (`identify-client.ts`) finds out whose request it is and where
 * an answer may go; only its result opens this one, whose refusals are sent to the client. Pure.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc6749#section-4.1.1 RFC 6749 §4.1.1}
 * @module
 */
import { listed, quoted } from './hint.js'
import type { AuthorizingClient, IdentifiedRequest } from './identify-client.js'
import type { Json } from './json.js'
import { isOfflineAccess } from './offline-access.js'
import { type Parameters, problemText } from './parameters.js'
import type { Pkce } from './pkce.js'
import { type Prompt, parseMaxAge, parsePrompt } from './prompt.js'
import type { OwnRefusal, RequestRefusal } from './refusal-reason.js'
import { isTooLarge } from './request-size.js'
import { requestedAccess } from './requested-access.js'
import { readPkce } from './requested-pkce.js'
import type { Access, AccessRefusal, ResourceDefinition } from './resource.js'
import type { AsConfigured } from './resource-uri.js'
import { orList } from './spelling.js'
import { checkedValue, someTerms, TermRefused, type TermValues } from './terms.js'
import { parseLocales, parseLoginHint } from './visitor-hints.js'

/** A valid authorization request: plain data that can be stored as JSON. */
export interface AuthorizationRequest {
  readonly client_id: string
  readonly redirectUri: string
  /** The name of a response mode. */
  readonly responseMode: string
  readonly state?: string | undefined
  readonly pkce: Pkce
  readonly access: Access
  /** As requested, or the default. */
  readonly scope: readonly string[]
  /** Whether `offline_access` was asked for by a client that has refresh tokens. Absent for no, as in records of earlier versions. */
  readonly offlineAccess?: true | undefined
  readonly prompt: readonly Prompt[]
  /** Seconds. */
  readonly maxAge?: number | undefined
  readonly loginHint?: string | undefined
  readonly uiLocales: readonly string[]
  /** What features have read of it. Absent for nothing. */
  readonly terms?: TermValues | undefined
}

/** An error that goes to the client, with what the answer needs. */
export interface AuthorizationRefusal {
  readonly error:
    | 'invalid_request'
    | 'unauthorized_client'
    | 'unsupported_response_type'
    | 'request_not_supported'
    | 'request_uri_not_supported'
    | 'invalid_request_object'
    | 'invalid_request_uri'
    | 'access_denied'
    | AccessRefusal
  readonly description: string
  /** For the operator, in the event. */
  readonly reason: RequestRefusal | OwnRefusal
  /** The same: what was received and what would have been right. */
  readonly hint: string | undefined
  readonly state: string | undefined
  /** The mode that was asked for, or `query` when that one does not exist. */
  readonly responseMode: string
}

/** The parameters that have a meaning on every server. */
export const authorizationParameters: readonly string[] = [
  ...['response_type', 'client_id', 'redirect_uri', 'scope', 'state', 'response_mode', 'resource'],
  ...['code_challenge', 'code_challenge_method', 'prompt', 'max_age', 'login_hint', 'ui_locales'],
  ...['request', 'request_uri', 'pending', 'switch'],
]

/** What a term does at the authorization request. */
export interface ReadTerm {
  parse?(asked: {
    readonly client: AuthorizingClient
    readonly access: Access
    get(name: string): string | undefined
  }): Json | TermRefused | undefined
}

/** What the server knows and offers. */
export interface AuthorizationRules {
  readonly resources: readonly ResourceDefinition[]
  readonly asConfigured: AsConfigured
  /** By name; `query` is one of them. */
  readonly responseModes: ReadonlyMap<string, unknown>
  /** By name. */
  readonly terms: ReadonlyMap<string, ReadTerm>
}

/** Second stage: everything else. Parameters that are not known are ignored (RFC 6749 §3.1), unless they repeat. */
export function validateAuthorizationRequest(
  { client, redirectUri }: IdentifiedRequest,
  parameters: Parameters,
  rules: AuthorizationRules,
): AuthorizationRequest | AuthorizationRefusal {
  const state = parameters.get('state')
  const mode = parameters.get('response_mode') ?? 'query'
  const isServed = rules.responseModes.has(mode)
  const responseMode = isServed ? mode : 'query'
  const refuse = (
    error: AuthorizationRefusal['error'],
    reason: AuthorizationRefusal['reason'],
    description: string,
    hint?: string,
  ): AuthorizationRefusal => ({ error, description, reason, hint, state, responseMode })

  const received = (name: string) => `Received ${name}=${quoted(parameters.get(name) ?? '')}.`

  for (const [name, problem] of parameters.problems)
    return refuse('invalid_request', `parameter_${problem}`, problemText(name, problem))
  // OpenID Connect Core §6: request objects, which this server does not read; a feature has put in their place what they say.
  if (parameters.get('request') !== undefined)
    return refuse('request_not_supported', 'request_not_supported', 'request is not supported.', plainParameters)
  if (parameters.get('request_uri') !== undefined)
    return refuse(
      'request_uri_not_supported',
      'request_uri_not_supported',
      'request_uri is not supported.',
      plainParameters,
    )

  const responseType = parameters.get('response_type')
  if (responseType === undefined) return refuse('invalid_request', 'response_type_missing', 'response_type is missing.')
  if (responseType !== 'code')
    return refuse(
      'unsupported_response_type',
      'response_type_wrong',
      'response_type must be code.',
      received('response_type'),
    )
  if (!isServed)
    return refuse(
      'invalid_request',
      'response_mode_wrong',
      `response_mode must be ${orList([...rules.responseModes.keys()])}.`,
      received('response_mode'),
    )
  if (!client.grant_types.includes('authorization_code')) {
    return refuse(
      'unauthorized_client',
      'grant_type_not_registered',
      'This client is not registered for the authorization code flow.',
      `Its grant_types are ${listed(client.grant_types)}.`,
    )
  }

  const pkce = readPkce(client, parameters)
  if ('reason' in pkce) return refuse('invalid_request', pkce.reason, pkce.description, pkce.hint)

  const asked = { resources: parameters.resources, scope: parameters.get('scope') }
  const granted = requestedAccess(asked, client, rules.resources, rules.asConfigured)
  if (!granted.ok) return refuse(granted.error, granted.reason, granted.description, granted.hint)

  const prompt = parsePromptOrNone(parameters.get('prompt'))
  if (!prompt)
    return refuse(
      'invalid_request',
      'prompt_wrong',
      'prompt has an unknown value, or none beside another.',
      received('prompt'),
    )
  const maxAgeText = parameters.get('max_age')
  const maxAge = maxAgeText === undefined ? undefined : parseMaxAge(maxAgeText)
  if (maxAge === null)
    return refuse('invalid_request', 'max_age_wrong', 'max_age must be a whole number of seconds.', received('max_age'))

  const terms: { [name: string]: Json } = {}
  for (const [name, term] of rules.terms) {
    const value = term.parse?.({ client, access: granted.access, get: parameters.get })
    if (value instanceof TermRefused) return refuse(value.error, value.reason, value.description, value.hint)
    if (value !== undefined) terms[name] = checkedValue(name, value)
  }

  const request: AuthorizationRequest = {
    client_id: client.client_id,
    redirectUri,
    responseMode,
    state,
    pkce,
    access: granted.access,
    scope: granted.scope,
    ...(isOfflineAccess(granted.unknown, client) && { offlineAccess: true }),
    prompt,
    maxAge,
    loginHint: parseLoginHint(parameters.get('login_hint')),
    uiLocales: parseLocales(parameters.get('ui_locales')),
    ...(rules.terms.size > 0 && { terms: someTerms(terms) }),
  }
  return isTooLarge(request, rules.terms.size > 0 ? terms : undefined)
    ? refuse('invalid_request', 'request_too_large', 'The request is too large.')
    : request
}

const plainParameters = 'The client must send plain parameters.'

function parsePromptOrNone(text: string | undefined): readonly Prompt[] | null {
  return text === undefined ? [] : parsePrompt(text)
}
