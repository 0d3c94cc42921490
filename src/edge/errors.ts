/**
 * Protocol errors, and the one place where a refusal becomes a response. What is not an {@link OAuthError} is never shown:
 * it becomes `server_error` without detail, and an event with all of it.
 *
 * @module
 */
import type { Refusal } from '../grant/refusal.js'
import type { OwnRefusal, PageRefusal, RequestRefusal } from '../protocol/refusal-reason.js'
import type { HttpResponse } from './message.js'
import { jsonResponse } from './responses.js'

/** The error codes that the server's JSON endpoints answer with. */
export type OAuthErrorCode =
  | 'invalid_request'
  | 'invalid_client'
  | 'invalid_grant'
  | 'unauthorized_client'
  | 'unsupported_grant_type'
  | 'invalid_scope'
  | 'invalid_target'
  | 'invalid_token'
  | 'invalid_client_metadata'
  | 'invalid_redirect_uri'
  | 'insufficient_scope'
  | 'unsupported_token_type'
  | 'server_error'
  | 'temporarily_unavailable'

/**
 * Why a request was refused, for events: more than the wire says. Features write `name:what`, and so may apps; an {@link OAuthError} that
 * says no reason has its code.
 */
export type RefusalReason = Refusal | RequestRefusal | PageRefusal | OAuthErrorCode | OwnRefusal

const statusOf: Partial<Record<OAuthErrorCode, number>> = {
  invalid_client: 401,
  invalid_token: 401,
  insufficient_scope: 403,
  server_error: 500,
  temporarily_unavailable: 503,
}

/**
 * An error that a client may see. A hook of the app may throw one to refuse a request with a protocol error of its choice.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc6749#section-5.2 RFC 6749 §5.2}
 */
export class OAuthError extends Error {
  override readonly name = 'OAuthError'
  readonly code: OAuthErrorCode
  readonly status: number
  readonly headers: readonly (readonly [string, string])[]
  /** What the event says beyond the wire. Never sent. @default the code */
  readonly reason: RefusalReason
  /** Who was refused, where that is known, for the event. Never sent. */
  readonly clientId: string | undefined
  /** Where the answer would have gone, as it was received, for the event. Never sent. */
  readonly redirectUri: string | undefined
  /** For the operator: what was received and what would have been right, in a sentence or two, without secrets. Never sent. */
  readonly hint: string | undefined

  /**
   * @param description Helps an honest client; never echoes input. Characters outside those that RFC 6749 §5.2 allows are dropped.
   */
  constructor(
    code: OAuthErrorCode,
    description: string,
    options: {
      readonly status?: number | undefined
      readonly headers?: readonly (readonly [string, string])[] | undefined
      readonly reason?: RefusalReason | undefined
      readonly clientId?: string | undefined
      readonly redirectUri?: string | undefined
      readonly hint?: string | undefined
      readonly cause?: unknown
    } = {},
  ) {
    super(description.replaceAll(/[^\x20\x21\x23-\x5b\x5d-\x7e]/g, ''), { cause: options.cause })
    this.code = code
    this.status = options.status ?? statusOf[code] ?? 400
    this.headers = options.headers ?? []
    this.reason = options.reason ?? code
    this.clientId = options.clientId
    this.redirectUri = options.redirectUri
    this.hint = options.hint
  }

  /** The same refusal, of a client that is known by now. */
  by(clientId: string): OAuthError {
    const { status, headers, reason, cause, redirectUri, hint } = this
    return new OAuthError(this.code, this.message, { status, headers, reason, cause, redirectUri, hint, clientId })
  }
}

/** The store, or a key that lives in it, cannot be reached, or a grant is written by too many at once: try again. */
export class Unavailable extends Error {
  override readonly name = 'Unavailable'
}

/** Nobody knows whether what was asked for has been done, or will yet be. */
export class UncertainOutcome extends Unavailable {}

/** The JSON answer for whatever was thrown while an endpoint worked. */
export function errorResponse(error: unknown): HttpResponse {
  if (error instanceof OAuthError) {
    return jsonResponse(error.status, { error: error.code, error_description: error.message }, error.headers)
  }
  // Never `invalid_grant`: clients drop their tokens on it, although nothing is wrong with them.
  if (error instanceof Unavailable) {
    const error_description = error instanceof UncertainOutcome ? tryAgainOrStart : tryAgain
    return jsonResponse(503, { error: 'temporarily_unavailable', error_description }, [['retry-after', '1']])
  }
  return jsonResponse(500, { error: 'server_error', error_description: 'Something went wrong on the server.' })
}

const tryAgain = 'Try again in a moment.'
/** Another instance than the one that has the answer cannot know that nobody received it. */
const tryAgainOrStart = `${tryAgain} If the answer is invalid_grant then, start again with a new authorization request.`
