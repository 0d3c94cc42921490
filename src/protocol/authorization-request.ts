/**
 * The authorization request, judged in two stages. The first finds out whose request it is and where an answer may go; what
 * it refuses is shown on a page. Only its result opens the second, whose refusals are sent to the client. Pure.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc6749#section-4.1.1 RFC 6749 §4.1.1}
 * @see {@link https://www.rfc-editor.org/rfc/rfc9700#section-4.11.2 RFC 9700 §4.11.2}
 * @module
 */
import { utf8 } from '../runtime/hash.js'
import { type ClientSettings, isPublicClient } from './client-settings.js'
import type { Json } from './json.js'
import { type Parameters, problemText } from './parameters.js'
import { isCodeChallenge } from './pkce.js'
import { type Prompt, parseMaxAge, parsePrompt } from './prompt.js'
import { isStillListed, matchRedirectUri } from './redirect-uri.js'
import type { OwnRefusal, RequestRefusal } from './refusal-reason.js'
import { type Access, type AccessRefusal, type ResourceDefinition, requestedAccess } from './resource.js'
import { orList } from './spelling.js'
import { checkedValue, MAX_TERMS_BYTES, someTerms, TermRefused, type TermValues, termsSize } from './terms.js'

/** What is known of a client that asks for authorization. */
export interface AuthorizingClient extends ClientSettings {
  readonly client_id: string
}

/** A problem that is shown to the person at the browser, because nobody is known to whom it could be sent. */
export interface PageProblem {
  readonly problem: RequestRefusal
  /** For developers; free of input. */
  readonly description: string
  /** For the operator, in the event: what was received and what would have been right. */
  readonly hint?: string | undefined
}

/** The outcome of the first stage. Nothing but {@link identifyClient} can make one. */
export interface IdentifiedRequest<C extends AuthorizingClient = AuthorizingClient> {
  readonly [identified]: true
  readonly client: C
  /** A URI to which an answer, also an error, may be sent. */
  readonly redirectUri: string
}

/** A valid authorization request: plain data that can be stored as JSON. */
export interface AuthorizationRequest {
  readonly client_id: string
  readonly redirectUri: string
  /** The name of a response mode. */
  readonly responseMode: string
  readonly state?: string | undefined
  /** PKCE, S256. */
  readonly codeChallenge: string
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

/**
 * First stage: the client, and a redirect URI that is its own.
 *
 * A query that could not be read completely is refused here too: what was lost may have been a second `redirect_uri`.
 *
 * @param client The registered client that `client_id` names, or null.
 * @param listed The option `privateUseRedirectUris`: what it lists no longer is registered no longer.
 */
export function identifyClient<C extends AuthorizingClient>(
  parameters: Parameters,
  client: C | null,
  listed: ReadonlySet<string> = new Set(),
): IdentifiedRequest<C> | PageProblem {
  const { problems } = parameters
  if (problems.has('')) return page('request_unreadable', 'The parameters of the request could not be read.')
  if (problems.get('client_id') === 'repeated') return page('client_id_repeated', 'client_id was sent more than once.')
  const client_id = parameters.get('client_id')
  if (client_id === undefined && !problems.has('client_id')) return page('client_id_missing', 'client_id is missing.')
  // A client other than the one that is named is a caller's mistake, and must not become somebody's redirect.
  if (client === null || client.client_id !== client_id) return page('client_unknown', 'There is no such client.')
  if (problems.get('redirect_uri') === 'repeated') {
    return page('redirect_uri_repeated', 'redirect_uri was sent more than once.')
  }
  const sent = parameters.get('redirect_uri')
  if (sent === undefined && !problems.has('redirect_uri')) {
    // RFC 6749 §3.1.2.3: with one registered URI the parameter may be left out.
    const [only, ...others] = client.redirect_uris
    if (only === undefined || others.length > 0) return page('redirect_uri_missing', 'redirect_uri is missing.')
    return registered(client, only, listed)
  }
  if (sent === undefined || !matchRedirectUri(client.redirect_uris, sent, isPublicClient(client))) {
    return page('redirect_uri_not_registered', 'redirect_uri is not one that is registered for the client.')
  }
  return registered(client, sent, listed)
}

const registered = <C extends AuthorizingClient>(
  client: C,
  redirectUri: string,
  listed: ReadonlySet<string>,
): IdentifiedRequest<C> | PageProblem =>
  isStillListed(redirectUri, listed)
    ? { [identified]: true, client, redirectUri }
    : page(
        'redirect_uri_not_listed',
        'redirect_uri has a scheme without a dot, and this server allows it no longer.',
        'The option privateUseRedirectUris lacks it; list it there, or take it from the client.',
      )

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

  for (const [name, problem] of parameters.problems)
    return refuse('invalid_request', `parameter_${problem}`, problemText(name, problem))
  // OpenID Connect Core §6: request objects, which this server does not read.
  if (parameters.get('request') !== undefined)
    return refuse('request_not_supported', 'request_not_supported', 'request is not supported.')
  if (parameters.get('request_uri') !== undefined)
    return refuse('request_uri_not_supported', 'request_uri_not_supported', 'request_uri is not supported.')

  const responseType = parameters.get('response_type')
  if (responseType === undefined) return refuse('invalid_request', 'response_type_missing', 'response_type is missing.')
  if (responseType !== 'code')
    return refuse('unsupported_response_type', 'response_type_wrong', 'response_type must be code.')
  if (!isServed)
    return refuse(
      'invalid_request',
      'response_mode_wrong',
      `response_mode must be ${orList([...rules.responseModes.keys()])}.`,
    )
  if (!client.grant_types.includes('authorization_code')) {
    return refuse(
      'unauthorized_client',
      'grant_type_not_registered',
      'This client is not registered for the authorization code flow.',
    )
  }

  const codeChallenge = parameters.get('code_challenge')
  if (codeChallenge === undefined)
    return refuse('invalid_request', 'challenge_missing', 'code_challenge is missing: PKCE is required.')
  // RFC 7636 §4.3: without a method it would be plain, which does not exist here.
  if (parameters.get('code_challenge_method') !== 'S256') {
    return refuse('invalid_request', 'challenge_method_wrong', 'code_challenge_method must be S256.')
  }
  if (!isCodeChallenge(codeChallenge)) {
    return refuse('invalid_request', 'challenge_malformed', 'code_challenge must be 43 characters of base64url.')
  }

  const asked = { resources: parameters.resources, scope: parameters.get('scope') }
  const granted = requestedAccess(asked, client, rules.resources)
  if (!granted.ok) return refuse(granted.error, granted.reason, granted.description, granted.hint)

  const prompt = parsePromptOrNone(parameters.get('prompt'))
  if (!prompt) return refuse('invalid_request', 'prompt_wrong', 'prompt has an unknown value, or none beside another.')
  const maxAgeText = parameters.get('max_age')
  const maxAge = maxAgeText === undefined ? undefined : parseMaxAge(maxAgeText)
  if (maxAge === null) return refuse('invalid_request', 'max_age_wrong', 'max_age must be a whole number of seconds.')

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
    codeChallenge,
    access: granted.access,
    scope: granted.scope,
    prompt,
    maxAge,
    loginHint: parameters.get('login_hint'),
    uiLocales: parseLocales(parameters.get('ui_locales')),
    ...(rules.terms.size > 0 && { terms: someTerms(terms) }),
  }
  const bytes = utf8(JSON.stringify(request)).length
  if (bytes > MAX_REQUEST_BYTES || (rules.terms.size > 0 && isTooLargeWith(terms, bytes))) {
    return refuse('invalid_request', 'request_too_large', 'The request is too large.')
  }
  return request
}

/** Exists so that an {@link IdentifiedRequest} cannot be written by hand. */
const identified: unique symbol = Symbol('identified')

/** Most bytes of a valid request as JSON. A stored record has room for 32,768, of which the decision takes 8,192 and terms. */
const MAX_REQUEST_BYTES = 24_576

/** Beside terms there is less room, because what is chosen may be larger than what was asked for. */
const isTooLargeWith = (terms: TermValues, bytes: number): boolean =>
  termsSize(terms) > MAX_TERMS_BYTES || bytes > MAX_REQUEST_BYTES - MAX_TERMS_BYTES

const page = (problem: RequestRefusal, description: string, hint?: string): PageProblem => ({
  problem,
  description,
  hint,
})

function parsePromptOrNone(text: string | undefined): readonly Prompt[] | null {
  return text === undefined ? [] : parsePrompt(text)
}

/** OpenID Connect Core §3.1.2.1: locales that are not supported are no error. At most ten, so that pages stay quick. */
function parseLocales(text: string | undefined): readonly string[] {
  const locales = text?.split(' ').filter((locale) => /^[A-Za-z0-9]{1,8}(?:-[A-Za-z0-9]{1,8}){0,7}$/.test(locale))
  return [...new Set(locales)].slice(0, 10)
}
