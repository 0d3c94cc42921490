/**
 * Why a request is refused, for events and for the operator's eyes: more than the wire says. What the machine of grants says is in
 * `grant/refusal.ts`. `docs/events.md` explains each; a test holds it to these. Pure.
 *
 * @module
 */
import type { ParameterProblem } from './parameters.js'
import type { LoginReason } from './prompt.js'

/** Why a request is refused before a grant is asked, or without one. */
export type RequestRefusal =
  /** A parameter of the request or the form: sent twice, too long, with control characters … */
  | `parameter_${ParameterProblem}`
  /** A parameter that the endpoint needs, such as `grant_type`, `code` or `token`. */
  | 'parameter_missing'
  /** The body is no `application/x-www-form-urlencoded`. */
  | 'content_type_wrong'
  /** The body is compressed: its `Content-Encoding` is other than `identity`. */
  | 'body_compressed'
  /** More than 64 KB. */
  | 'body_too_large'
  /** The connection ended before the body did. */
  | 'body_incomplete'
  /** The body is not UTF-8. */
  | 'body_unreadable'
  /** A page of the app's own lacks a hidden field of the form. */
  | 'form_field_missing'
  // The authorization endpoint, before client and redirect URI are known. These are told on a page.
  /** The query cannot be read whole. */
  | 'request_unreadable'
  | 'client_id_missing'
  | 'client_id_repeated'
  /** There is no such client: at the authorization endpoint, or where clients authenticate. */
  | 'client_unknown'
  | 'redirect_uri_missing'
  | 'redirect_uri_repeated'
  /** It is none of those that the client is registered with. */
  | 'redirect_uri_not_registered'
  /** The client is registered with it, but its scheme has no dot, and the option `privateUseRedirectUris` lists it no longer. */
  | 'redirect_uri_not_listed'
  // The authorization request, told to the client by redirect.
  | 'request_not_supported'
  | 'request_uri_not_supported'
  | 'response_type_missing'
  /** Something other than `code`. */
  | 'response_type_wrong'
  /** A response mode that no feature brings. */
  | 'response_mode_wrong'
  /** PKCE: there is no `code_challenge`. */
  | 'challenge_missing'
  /** PKCE: `code_challenge_method` is not `S256`. */
  | 'challenge_method_wrong'
  /** PKCE: `code_challenge` is not 43 characters of base64url. */
  | 'challenge_malformed'
  /** `prompt` has an unknown value, or `none` beside another. */
  | 'prompt_wrong'
  /** `max_age` is not a whole number of seconds. */
  | 'max_age_wrong'
  /** The whole request is larger than what is kept of one. */
  | 'request_too_large'
  // What is asked for, at the authorization and the token endpoint.
  /** No `resource`, and none is the only one or the default. */
  | 'resource_missing'
  /** A `resource` that is not one of the option `resources`. */
  | 'resource_unknown'
  /** A `resource` that the client's record does not list. */
  | 'resource_not_allowed'
  /** No `scope`, and neither the client nor the resource has one by default. */
  | 'scope_missing'
  /** Not a list of names separated by spaces. */
  | 'scope_malformed'
  /** A name that none of the resources knows. */
  | 'scope_unknown'
  /** A name that the client's record does not list. */
  | 'scope_not_allowed'
  /** One of several resources gets none of the scope. */
  | 'scope_empty'
  /** A term of a feature says no. */
  | 'term_refused'
  // The person at the browser.
  /** With `prompt=none`: nobody is logged in. */
  | 'login_required'
  /** Somebody was sent to log in three times, and the login is still not what the request asks for: what it lacks. */
  | `login_${LoginReason}`
  | `login_lacks_${'subject' | 'acr'}`
  /** With `prompt=none`: nobody has agreed yet. */
  | 'consent_required'
  /** With `prompt=none`: there is something to choose. */
  | 'choice_open'
  /** With `prompt=none`: the client has got very many codes that nobody was asked about. */
  | 'silent_too_often'
  /** The person did not agree. */
  | 'denied'
  /** The person agreed, and took it back before the code left. */
  | 'consent_withdrawn'
  // Client authentication.
  /** Neither `client_id` nor any client authentication. */
  | 'client_auth_missing'
  /** A header that cannot be read as what it was meant to be. */
  | 'client_auth_malformed'
  /** Several ways of client authentication at once. */
  | 'client_auth_several'
  /** Not the way that the client is registered for. */
  | 'client_auth_method'
  /** What proves a client, such as the certificate of the connection, is another's. */
  | 'client_auth_other'
  /** `client_id` names another client than the one that authenticates. */
  | 'client_id_mismatch'
  | 'client_secret_wrong'
  /** A former secret whose time is over. */
  | 'client_secret_expired'
  /** Too many wrong secrets of a client that came with the digest of one, from this address. The right one is refused as well, for an hour. */
  | 'client_secret_limited'
  /** The client's assertion is signed by an algorithm that it may not use, such as `none`. */
  | 'client_assertion_algorithm'
  /** The header of the assertion says that it is something else, or has extensions. */
  | 'client_assertion_header'
  /** `iss` and `sub` are not both the client. */
  | 'client_assertion_client'
  /** `aud` is not this server, or not it alone. */
  | 'client_assertion_audience'
  /** No `exp`, one too far ahead, or `nbf` or `iat` in the future. */
  | 'client_assertion_time'
  | 'client_assertion_expired'
  /** No `jti`, or none that can be kept. */
  | 'client_assertion_jti'
  /** The client has no keys, or they cannot be fetched. */
  | 'client_assertion_keys_missing'
  /** None of the client's keys fits. */
  | 'client_assertion_key_unknown'
  /** Many of the client's keys fit, and the assertion names none. */
  | 'client_assertion_key_ambiguous'
  | 'client_assertion_signature_wrong'
  /** Its `jti` was used before. */
  | 'client_assertion_replayed'
  // The token endpoint, and the small ones.
  /** A `grant_type` that this server does not serve. */
  | 'grant_type_unknown'
  /** The client is registered for it, but the feature that brought it is not given. */
  | 'grant_type_not_served'
  /** The client is not registered for it. */
  | 'grant_type_not_registered'
  /** It is not for public clients. */
  | 'grant_type_confidential'
  /** Proofs of several keys at once. */
  | 'key_proofs_several'
  /** Too many from there, or in all. */
  | 'too_many_requests'
  /** A client without a secret asks to introspect. */
  | 'introspection_public'

/** What a person is told on a page that goes no further, and nobody else. */
export type PageRefusal =
  /** What waited for the person is over, or another browser's. */
  | 'page_expired'
  /** The same, and the browser sent no cookie at all. */
  | 'page_cookies'
  /** It has been decided before, or by somebody else. */
  | 'page_answered'
  /** The form came from another site. */
  | 'page_foreign'
  /** Too many requests, or tries, from there. */
  | 'page_tooMany'
  /** A form that no page of this server makes. */
  | 'page_unreadable'
  /** Back from the login, and nobody is logged in. */
  | 'page_loginMissing'
  /** In a frame, loaded by a script, or fetched ahead. */
  | 'page_embedded'

/** What features and apps bring: the name of the feature, a colon, and what is wrong. */
export type OwnRefusal = `${string}:${string}`
