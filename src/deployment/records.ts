/**
 * What is stored besides grants, consents and clients.
 *
 * @module
 */
import type { AuthorizationRequest } from '../protocol/authorization-request.js'
import type { Pkce } from '../protocol/pkce.js'
import type { LoginReason, LoginTrace } from '../protocol/prompt.js'
import type { Access } from '../protocol/resource.js'
import type { TermValues } from '../protocol/terms.js'

/** What is stored: no usable secret. */
export interface PendingRequest {
  /** 128 random bits in base64url; also the id of the grant that comes of it. */
  readonly id: string
  readonly issuer: string
  readonly secretHash: string
  /** Null until the first GET of a request that another site posted: no cookie of ours comes with such a post. */
  readonly browserHash: string | null
  /**
   * 128 random bits in base64url, mixed into the code's secret: who knows the cookie but not the store computes no code. Absent in
   * records of earlier versions, which live for minutes; their code follows from the cookie alone.
   */
  readonly salt?: string | undefined
  readonly request: StoredRequest
  /** When its use ends. The record is there for an hour more: {@link keptUntil}. */
  readonly expiresAt: number
  /** Only earlier versions look at it, which may run beside this one. */
  readonly requestedAt?: number | undefined
  /** The login at the time of the request; undefined while it was not looked at. */
  readonly loginAtRequest: LoginTrace | null | undefined
  readonly challenges: number
  readonly lastReason: LoginReason | null
  /** What the person agreed to, nothing when they denied. It is final. */
  readonly decision: Decision | null
}

/** An authorization request as it is kept. */
export interface StoredRequest extends Omit<AuthorizationRequest, 'pkce'> {
  /** Absent in records of earlier versions, which knew `codeChallenge` alone. */
  readonly pkce?: Pkce | undefined
  /** The challenge of `pkce`, for earlier versions, which may run beside this one. */
  readonly codeChallenge?: string | undefined
}

/**
 * Until when a request that has ended is kept, for one purpose: together with its handle and its browser's cookie it says which request
 * may begin anew. What a URL or a form says of that counts for nothing.
 */
export const keptUntil = ({ expiresAt }: PendingRequest): number => expiresAt + 3_600_000

/** What somebody agreed to of a request, and what they left out. */
export interface Decision {
  readonly access: Access
  readonly refused: Access
  /** The values of terms, those that were asked for and those that were chosen. Absent for none. */
  readonly terms?: TermValues | undefined
  readonly subject: string
}

/** How often a window was used. */
export interface WindowCounter {
  readonly id: string
  readonly issuer: string
  readonly count: number
  readonly expiresAt: number
}

/** What counts only once: an access token without a grant that was revoked, or a name that was used up. Remembered until it would have expired. */
export interface UsedOnce {
  readonly id: string
  readonly issuer: string
  readonly expiresAt: number
}
