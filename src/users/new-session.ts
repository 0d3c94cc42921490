/**
 * The call that starts a session for whom the app has made sure of: `auth.users.startSession`.
 *
 * @module
 */

/** What carries a request's headers: a web-standard `Request` (Hono's `c.req.raw`), or the `req` of Express and `node:http`. */
export interface WithHeaders {
  readonly headers:
    | Pick<Headers, 'get'>
    | { readonly get?: never; readonly [name: string]: string | readonly string[] | undefined }
}

/** Who is logged in. */
export interface NewSession {
  /** The user's stable id, the `sub` of tokens: 1 to 255 characters, never given to somebody else later. */
  readonly subject: string
  /** How the consent page calls the user. @default the subject */
  readonly displayName?: string | undefined
  /** The methods that were used (RFC 8176). @default ['pwd'] */
  readonly amr?: readonly string[] | undefined
  /** The `return_to` that came to the app's page, of whatever type. */
  readonly returnTo?: unknown
}

export interface StartedSession {
  /** The value of a `set-cookie` header, which the response to this request must carry. */
  readonly setCookie: string
  /** Where the login was wanted, if `returnTo` says so for this browser: send it there. Else null: send it where you like. */
  readonly returnTo: string | null
}

export type StartSession = (request: WithHeaders, login: NewSession) => Promise<StartedSession | null>
