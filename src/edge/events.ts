/**
 * Typed audit events. They are emitted after the fact, by the request that committed it, and never carry a usable
 * credential.
 *
 * @module
 */
import type { RevocationReason } from '../grant/state.js'
import type { RefusalReason } from './errors.js'

interface GrantFacts {
  readonly grantId: string
  readonly clientId: string
  readonly subject: string
}

/** What happened. `at` is in epoch milliseconds. */
export type ServerEvent = { readonly at: number } & (
  | ({
      readonly type: 'code_issued'
      readonly scope: readonly string[]
      readonly resources: readonly string[]
    } & GrantFacts)
  | ({ readonly type: 'code_redeemed' } & GrantFacts)
  | ({ readonly type: 'refreshed'; readonly generation: number } & GrantFacts)
  /** A refresh token presented again inside the retry window: harmless by design, but worth counting. */
  | ({ readonly type: 'refresh_retried'; readonly generation: number } & GrantFacts)
  | ({ readonly type: 'grant_revoked'; readonly reason: RevocationReason } & GrantFacts)
  | ({ readonly type: 'access_token_revoked'; readonly tokenId: string } & GrantFacts)
  | { readonly type: 'client_token_issued'; readonly clientId: string; readonly resource: string }
  | {
      readonly type: 'consent_given'
      readonly clientId: string
      readonly subject: string
      readonly scope: readonly string[]
    }
  /** A client registered itself. `isReused` when it got the client of those that registered with the same words before. */
  | {
      readonly type: 'client_registered'
      readonly clientId: string
      readonly redirectUris: readonly string[]
      readonly isReused: boolean
      /** What was left out of what it asked for. */
      readonly hint?: string | undefined
    }
  /** A client has changed its own registration. */
  | {
      readonly type: 'client_changed'
      readonly clientId: string
      readonly redirectUris: readonly string[]
      readonly hint?: string | undefined
    }
  /** A client has removed its own registration. */
  | { readonly type: 'client_removed'; readonly clientId: string }
  | { readonly type: 'consent_denied'; readonly clientId: string; readonly subject: string }
  | { readonly type: 'login_succeeded'; readonly subject: string; readonly address: string | undefined }
  /** `username` as it was typed, shortened to 128 characters. */
  | { readonly type: 'login_failed'; readonly username: string; readonly address: string | undefined }
  | { readonly type: 'login_throttled'; readonly username: string; readonly address: string | undefined }
  /**
   * A client's own metadata document was read: as its `host` sent it, or, because that did not, a `copy` of earlier or one that was `shipped` with the
   * software. `asOf` is when it was like that, in epoch milliseconds. `hint` says why no newer one was to be had, and what of it was left out.
   */
  | {
      readonly type: 'document_read'
      readonly clientId: string
      readonly source: 'host' | 'copy' | 'shipped'
      readonly asOf: number
      readonly hint?: string | undefined
    }
  /** On the logout page, or sent to log out by a client. `everywhere` when every browser of the user was logged out. */
  | { readonly type: 'logged_out'; readonly subject: string; readonly everywhere: boolean }
  /**
   * A client was to be told that a user has logged out (with `openid()`): it has been `told`; it `failed`, and is tried again; or it is `given_up`, a day after
   * the logout. `hint` says what went wrong.
   */
  | {
      readonly type: 'client_logged_out'
      readonly clientId: string
      readonly subject: string
      readonly outcome: 'told' | 'failed' | 'given_up'
      readonly hint?: string | undefined
    }
  /**
   * Too many of something. `limit` is its name, as in the option `limiter`; `wait` is in seconds. What came of it may be another event, such
   * as `refused`.
   */
  | { readonly type: 'limited'; readonly limit: string; readonly wait: number; readonly address: string | undefined }
  /** A request for scope that nobody knows, beside some that is known or in place of the default. `hint` says what it was, and what is asked for now. */
  | { readonly type: 'scope_left_out'; readonly endpoint: string; readonly clientId: string; readonly hint: string }
  /** A request that was answered with a protocol error, or a page that goes no further. `reason` says more than the wire shows. */
  | {
      readonly type: 'refused'
      readonly endpoint: string
      readonly error: string
      readonly reason: RefusalReason
      /** As it was received: there may be no such client. */
      readonly clientId: string | undefined
      /** As it was received, at the authorization endpoint: it may be nobody's. */
      readonly redirectUri?: string | undefined
      /** What the client, or the person, was told. */
      readonly description?: string | undefined
      /** For the operator: what was received and what would have been right. Without secrets. */
      readonly hint?: string | undefined
      /** What the page showed, when a person was told. */
      readonly reference?: string | undefined
    }
  /** Something broke. `reference` is what the page showed; empty when the answer was no page. */
  | { readonly type: 'failed'; readonly endpoint: string; readonly cause: unknown; readonly reference: string }
)

/** An event before it is stamped with the time. */
export type ServerEventBody = ServerEvent extends infer E ? (E extends ServerEvent ? Omit<E, 'at'> : never) : never
