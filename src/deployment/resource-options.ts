/**
 * An API that access tokens are for, as it is written down.
 *
 * @module
 */

/** An API that access tokens are for. */
export interface ResourceOptions {
  /**
   * What people call the API, in one language or in several: consent page and connected apps show it in place of the URI, as text. @default the
   * URI without its scheme
   */
  readonly name?: string | ScopeWords | undefined
  /** Every scope of the API, with the words that the consent page shows, in one language or in several. */
  readonly scopes: { readonly [scope: string]: string | ScopeWords | ScopeOptions }
  /**
   * What a request gets that names no scope, from a client without a `default_scope`; of it, what the client's `scope` allows. Empty for
   * nothing: then such a request is refused. @default all scopes that are not marked `onRequest`
   */
  readonly defaultScope?: readonly string[] | undefined
  /**
   * `jwt`: verified without asking the server (RFC 9068); after a revocation it lives on, wherever it is only verified offline,
   * until it expires. `opaque`: means nothing without introspection, so a revocation counts at once. @default 'jwt'
   */
  readonly accessToken?: 'jwt' | 'opaque' | undefined
  /** Seconds. @default the server's accessTokenLifetime */
  readonly accessTokenLifetime?: number | undefined
  /** Meant when a request names no resource and there are several. @default false */
  readonly default?: boolean | undefined
}

/** What a feature has beside the APIs. */
export interface BesideOptions extends ResourceOptions {
  /** A scope without which none of the others is granted. @default none */
  readonly needs?: string | undefined
}

/** Words by language tag; the first is for all other languages. */
export interface ScopeWords {
  readonly [locale: string]: string
}

/** A scope that says more than its words. */
export interface ScopeOptions {
  /** What the consent page shows. */
  readonly text: string | ScopeWords
  /**
   * Whether the user may allow the rest without it. Then a client must be ready to get less than it asked for: the token response
   * tells the scope.
   *
   * @default false
   */
  readonly optional?: boolean | undefined
  /** Whether it is granted only to requests that name it, and to clients whose `default_scope` does. @default false */
  readonly onRequest?: boolean | undefined
}
