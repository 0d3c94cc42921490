/**
 * Client metadata: what an operator writes about a client, under the names of RFC 7591. Pure.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc7591#section-2 RFC 7591 §2}
 * @module
 */

/** A value that every server knows, or one that a feature brings. */
type Open<Known extends string> = Known | (string & {})

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
   * loopback hosts only, where a public client may use any port, and a confidential one if none is written; for public clients
   * also schemes with a dot in them, and what the option `privateUseRedirectUris` lists.
   */
  readonly redirect_uris?: readonly string[] | undefined
  /**
   * What the client may do at the token endpoint. RFC 7591 §2 defaults to `authorization_code` alone; here `refresh_token`
   * belongs to the default, because this registration is what decides whether refresh tokens are issued. Empty for a client
   * that only introspects.
   *
   * @default ['authorization_code', 'refresh_token']
   */
  readonly grant_types?: readonly Open<'authorization_code' | 'refresh_token' | 'client_credentials'>[] | undefined
  /**
   * How the client proves who it is, and the only way that is accepted. `none` makes it public; `private_key_jwt` comes with the feature
   * `privateKeyJwt()`. Without it: with its secret, in the Authorization header or in the form, whichever it uses.
   */
  readonly token_endpoint_auth_method?:
    | Open<'client_secret_basic' | 'client_secret_post' | 'none' | 'private_key_jwt'>
    | undefined
  /**
   * The client's public keys, a JWK Set (RFC 7517 §5): at most 50 keys and 16 KB, none of them private or symmetric. With the feature
   * `privateKeyJwt()`. Not beside `jwks_uri`.
   */
  readonly jwks?: { readonly keys: readonly object[] } | undefined
  /** Where the client publishes them, so that it can change them by itself: `https`. With the feature `privateKeyJwt()`. */
  readonly jwks_uri?: string | undefined
  /** The only algorithm that the client's assertions may be signed with. Without it: any that the feature `privateKeyJwt()` has. */
  readonly token_endpoint_auth_signing_alg?: string | undefined
  /** What the client's ID tokens are signed with, of those that the feature `openid()` has. Without it: the first of them, RS256 by default. */
  readonly id_token_signed_response_alg?: string | undefined
  /** What answers of UserInfo are signed with for the client. With the feature `openid()`. Without it they are plain JSON. */
  readonly userinfo_signed_response_alg?: string | undefined
  /** Seconds since the login, at most, for requests without `max_age`. With the feature `openid()`. */
  readonly default_max_age?: number | undefined
  /** Whether ID tokens must say when the user has logged in. They do whenever it is known. With the feature `openid()`. */
  readonly require_auth_time?: boolean | undefined
  /** What the login should reach, the best first, for requests without `acr_values`. With the feature `openid()`. */
  readonly default_acr_values?: readonly string[] | undefined
  /**
   * `pairwise`: a `sub` of its own for each user, which clients on other hosts do not get. `public`: the one that everybody gets. Without it: `public`. With the feature
   * `openid()`.
   */
  readonly subject_type?: string | undefined
  /** Whose host stands for the client with `pairwise`: an `https` URL of a JSON list that has all of its redirect URIs. With the feature `openid()`. */
  readonly sector_identifier_uri?: string | undefined
  /** The only algorithm that the client's request objects may be signed with. With the feature `openid()`. Without it: any that the metadata name. */
  readonly request_object_signing_alg?: string | undefined
  /** From which URLs request objects are fetched (`request_uri`): at most 50, `https` on port 443, compared as strings. With the feature `openid()`. */
  readonly request_uris?: readonly string[] | undefined
  /**
   * Where the browser may go after a logout that the client has asked for (`post_logout_redirect_uri`): at most 50, of the same forms as redirect URIs, compared as
   * strings. With the feature `openid()`.
   */
  readonly post_logout_redirect_uris?: readonly string[] | undefined
  /** Where the client wants to be told, server to server, that a user has logged out: `https` on port 443. With the feature `openid()`. */
  readonly backchannel_logout_uri?: string | undefined
  /** Whether the client must be told which session has ended. It always is. With the feature `openid()`. */
  readonly backchannel_logout_session_required?: boolean | undefined
  /**
   * All scope that the client may ask for, separated by spaces: names of the resources that it may ask for. Without it, or empty, every scope.
   */
  readonly scope?: string | undefined
  /** The scope of a request that names none, within `scope`. Without it, what is usual at the resource, within `scope`. */
  readonly default_scope?: string | undefined
  /** The resources that the client may ask for. Without it, every one. */
  readonly resources?: readonly string[] | undefined
  /** The resources that the client is itself: it may introspect their access tokens. Only for confidential clients. */
  readonly serves?: readonly string[] | undefined
  /** Whether each refresh gives a new refresh token. For public clients it always does. @default true */
  readonly rotate_refresh_tokens?: boolean | undefined
  /**
   * Whether authorization requests without PKCE are taken, for a confidential client that cannot send it: a departure from OAuth 2.1 §7.5.1.
   * A code that somebody else has come by can then be slipped into a session with the client, which only the client's own `state` prevents.
   * The token request must have `redirect_uri`. A challenge that is sent binds as ever. For operators only.
   *
   * @default false
   */
  readonly allow_missing_pkce?: boolean | undefined
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
