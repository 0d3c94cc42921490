/**
 * The authorization request, judged in two stages. The first (`identify-client.ts`) finds out whose request it is and where
 * an answer may go; only its result opens this one, whose refusals are sent to the client. Pure.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc6749#section-4.1.1 RFC 6749 §4.1.1}
 * @module
 */
import { utf8 } from '../runtime/hash.js'
import { type ClientSettings, isPublicClient, mayOmitPkce } from './client-settings.js'
import { listed, quoted } from './hint.js'
import type { AuthorizingClient, IdentifiedRequest } from './identify-client.js'
import type { Json } from './json.js'
import { type Parameters, problemText } from './parameters.js'
import { isCodeChallenge, type Pkce } from './pkce.js'
import { type Prompt, parseMaxAge, parsePrompt } from './prompt.js'
import type { OwnRefusal, RequestRefusal } from './refusal-reason.js'
import { type Access, type AccessRefusal, type ResourceDefinition, requestedAccess } from './resource.js'
import { orList } from './spelling.js'
import { checkedValue, MAX_TERMS_BYTES, someTerms, TermRefused, type TermValues, termsSize } from './terms.js'

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
  // OpenID Connect Core §6: request objects, which this server does not read.
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
  const granted = requestedAccess(asked, client, rules.resources)
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
    prompt,
    maxAge,
    loginHint: parseLoginHint(parameters.get('login_hint')),
    uiLocales: parseLocales(parameters.get('ui_locales')),
    ...(rules.terms.size > 0 && { terms: someTerms(terms) }),
  }
  const bytes = utf8(JSON.stringify(request)).length
  const decided = bytes + utf8(JSON.stringify(granted.access)).length
  const isTooLarge = bytes > MAX_REQUEST_BYTES || decided > MAX_DECIDED_BYTES
  if (isTooLarge || (rules.terms.size > 0 && isTooLargeWith(terms, bytes, decided))) {
    return refuse('invalid_request', 'request_too_large', 'The request is too large.')
  }
  return request
}

const switchOnPkce = 'Switch PKCE with S256 on in the client.'
const plainParameters = 'The client must send plain parameters.'

/**
 * Most bytes of a valid request as JSON, and of it together with the access once more, which the decision repeats. A stored record has
 * room for 32,768; what it has besides takes less than 4,096.
 */
const MAX_REQUEST_BYTES = 24_576
const MAX_DECIDED_BYTES = 28_672

/** Beside terms there is less room, because what is chosen may be larger than what was asked for. */
const isTooLargeWith = (terms: TermValues, bytes: number, decided: number): boolean =>
  termsSize(terms) > MAX_TERMS_BYTES ||
  bytes > MAX_REQUEST_BYTES - MAX_TERMS_BYTES ||
  decided > MAX_DECIDED_BYTES - MAX_TERMS_BYTES

/** Longer ones are nobody's name, and a login page gets them in its URL, of which servers take about 16 KB with all headers. */
const MAX_LOGIN_HINT_LENGTH = 320

function parseLoginHint(text: string | undefined): string | undefined {
  return text !== undefined && text.length <= MAX_LOGIN_HINT_LENGTH ? text : undefined
}

/** A challenge binds the code, also where it could have been left out. */
function readPkce(
  client: ClientSettings,
  parameters: Parameters,
): Pkce | (Pick<AuthorizationRefusal, 'reason' | 'description'> & { readonly hint?: string | undefined }) {
  const challenge = parameters.get('code_challenge')
  const method = parameters.get('code_challenge_method')
  if (challenge === undefined) {
    // A method without a challenge was meant as PKCE, and what it meant got lost.
    if (method === undefined && mayOmitPkce(client)) return { exempt: true }
    return {
      reason: 'challenge_missing',
      description: 'code_challenge is missing: PKCE is required.',
      hint: isPublicClient(client)
        ? switchOnPkce
        : `${switchOnPkce} If it has none, allow_missing_pkce in its record lets it do without.`,
    }
  }
  // RFC 7636 §4.3: without a method it would be plain, which does not exist here.
  if (method !== 'S256') {
    return {
      reason: 'challenge_method_wrong',
      description: 'code_challenge_method must be S256.',
      hint: method === undefined ? 'There is none.' : `Received code_challenge_method=${quoted(method)}.`,
    }
  }
  if (isCodeChallenge(challenge)) return { challenge }
  return {
    reason: 'challenge_malformed',
    description: 'code_challenge must be 43 characters of base64url.',
    hint: `Received code_challenge=${quoted(challenge)}.`,
  }
}

function parsePromptOrNone(text: string | undefined): readonly Prompt[] | null {
  return text === undefined ? [] : parsePrompt(text)
}

/**
 * OpenID Connect Core §3.1.2.1: locales that are not supported are no error. At most ten, so that pages stay quick. Tags have hyphens (RFC 5646
 * §2.1), but what a client takes from its platform often has underscores.
 */
function parseLocales(text: string | undefined): readonly string[] {
  const locales = text
    ?.replaceAll('_', '-')
    .split(' ')
    .filter((locale) => /^[A-Za-z0-9]{1,8}(?:-[A-Za-z0-9]{1,8}){0,7}$/.test(locale))
  return [...new Set(locales)].slice(0, 10)
}
