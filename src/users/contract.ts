/**
 * How the app tells the server who is at the browser. The library never owns the users: an app fills this contract with
 * its own sessions ({@link externalLogin}) or lets the library keep a session ({@link passwordLogin}). Whether a login is
 * fresh enough (`prompt`, `max_age`) is judged by the library, never by the app's lines.
 *
 * @module
 */
import type { HttpRequest, HttpResponse } from '../edge/message.js'

/** Who is at this browser, and what is known about how they got there. */
export interface Login {
  /** The user's stable id, the `sub` of tokens: 1 to 255 characters, never given to somebody else later. */
  readonly subject: string
  /** How the consent page calls the user. @default the subject */
  readonly displayName?: string | undefined
  /**
   * An id of the app's session, the same until the user logs in anew. It lets the library recognise a new login when
   * `authenticatedAt` is not known, and binds its pages to the session. It is stored while a request waits for its user, so do not
   * give what the app's cookie holds.
   */
  readonly sessionId?: string | undefined
  /** When the user last proved who they are, in epoch milliseconds; not when they were last seen. Becomes `auth_time`. */
  readonly authenticatedAt?: number | undefined
  /** The authentication context class that was reached. */
  readonly acr?: string | undefined
  /** The methods that were used (RFC 8176), for example `['pwd', 'otp']`. */
  readonly amr?: readonly string[] | undefined
}

/** One visit of a browser. */
export interface LoginContext<Native = unknown> {
  readonly request: HttpRequest
  /** What the framework works with: Express' `req`, Hono's `c`, or the `Request`. */
  readonly native: Native
  /** The request's headers, for libraries that want them (`auth.api.getSession({ headers })`). */
  readonly headers: Headers
}

/** Why somebody must log in, and what is known about them. */
export interface LoginNeed {
  /** Absolute URL on the issuer to which the browser must come back after the login. Opaque; change nothing in it. */
  readonly returnTo: string
  /**
   * - `no_login` nobody is logged in
   * - `fresh` the client wants a new proof of who is there (`prompt=login`, `max_age`)
   * - `select_account` the client wants the user to choose who they are
   * - `create` the client would like the user to sign up (`prompt=create`)
   */
  readonly reason: 'no_login' | 'fresh' | 'select_account' | 'create'
  /** The client for which the login is needed; null for a page of this server itself, such as the connected apps. */
  readonly client: { readonly client_id: string; readonly client_name: string | undefined } | null
  /** The `login_hint` of the request, exactly as the client sent it, if it has at most 320 characters: not verified, escape it. */
  readonly loginHint: string | undefined
  /** The `ui_locales` of the request in order of preference. */
  readonly uiLocales: readonly string[]
  /** The authentication context classes that the client wants the login to reach, the best first (with `openid()`). Empty for none. */
  readonly acrValues: readonly string[]
}

/** Claims about a user. Those of the protocol win over claims of the same name. */
export interface Claims {
  readonly [name: string]: unknown
}

/** What claims are asked for. */
export interface ClaimsContext {
  readonly client_id: string
  /** Of the access token. */
  readonly scope: readonly string[]
  /** Of the access token. */
  readonly resource: string
  /**
   * - `access_token` all that you return goes into the access token, or into what introspection says of an opaque one
   * - `userinfo`, `id_token` (with `openid()`) of what you return the client gets what is in `claims`
   */
  readonly for: 'access_token' | 'userinfo' | 'id_token'
  /** For `userinfo` and `id_token`: the names that were granted, such as `['name', 'email', 'email_verified']`. Absent for access tokens. */
  readonly claims?: readonly string[] | undefined
}

/** Claims for tokens of the client_credentials grant, which have no user. */
export type ClientClaims = (
  client: { readonly client_id: string },
  context: { readonly scope: readonly string[]; readonly resource: string },
) => Promise<Claims> | Claims

/** The user-authentication contract. `Native` is what the adapter's framework works with. */
export interface UserAuthentication<Native = unknown> {
  /** WHO is at this browser; null when nobody is. A response when the app's own authentication needs one first. */
  current(context: LoginContext<Native>): Promise<Login | HttpResponse | null>
  /** Gets somebody logged in, then brings the browser back to `need.returnTo`. */
  challenge(context: LoginContext<Native>, need: LoginNeed): Promise<HttpResponse>
  /** Claims about a user; null when the user is gone or blocked, which ends the grant. */
  claims?(subject: string, context: ClaimsContext): Promise<Claims | null>
  /** Logs out of the app's own session at this browser, then brings the browser to `returnTo`. */
  end?(context: LoginContext<Native>, returnTo: string): Promise<HttpResponse>
  /**
   * Logs a user out in every browser: when it resolves, `current` no longer finds the user in any of them. On the logout page `end`
   * is called next, if there is one; `auth.users.signOut(subject)` calls this alone.
   */
  endAll?(subject: string): Promise<void>
  /** After how many milliseconds a login is over, however often it is used. Absent when that is not known. */
  readonly sessionLifetime?: number | undefined
}

/** What waits for a login, as a login page may know it: an authorization request, or a page of this server. */
export interface PendingLogin {
  /** What stands in URLs and forms. It works in the browser for which it was made, and nowhere else. */
  readonly handle: string
  /** Where the browser goes after the login: the `returnTo` of {@link LoginNeed}. */
  readonly returnTo: string
  /** Why: that of {@link LoginNeed}. */
  readonly reason: LoginNeed['reason']
  /**
   * Of a request whose time is over: begins it anew for somebody who is about to be logged in, and says where it goes on, in place of
   * `returnTo`. Call it before the new login can be seen.
   */
  readonly renew?: (() => Promise<string>) | undefined
  /** For a form, beside the handle: proves the browser also when what waits for the login is gone. */
  readonly pageToken?: string | undefined
  /** Null for a page of this server. */
  readonly client: { readonly client_id: string; readonly client_name: string | undefined } | null
  readonly loginHint: string | undefined
  readonly uiLocales: readonly string[]
  readonly acrValues: readonly string[]
}
