/**
 * A grant: everything that one approval gave rise to, in one record. Each state carries only what is true in it; "used" is a
 * status, never a missing field. Pure data.
 *
 * @module
 */
import type { Pkce } from '../protocol/pkce.js'
import type { Access } from '../protocol/resource.js'
import type { TermValues } from '../protocol/terms.js'

export type Grant = CodeIssued | Active | Revoked

/** What was approved. It never changes and never grows. */
export interface Approved {
  /** 128 random bits in base64url. */
  readonly id: string
  readonly issuer: string
  readonly clientId: string
  readonly subject: string
  /** The granted scope, per resource. */
  readonly access: Access
  /** Names of scope that were asked for and left out by the person. Absent for none, as in records of earlier versions. */
  readonly unticked?: readonly string[] | undefined
  /** Whether token responses tell `offline_access` beside a refresh token. Absent for no, as in records of earlier versions. */
  readonly offlineAccess?: true | undefined
  /** How the user proved who they are, for `auth_time`, `acr` and `amr` of tokens. */
  readonly login: LoginFacts
  /** What features add to it. Absent for nothing: as in all records before there were features. */
  readonly terms?: TermValues | undefined
  /**
   * What the browser of the approval called itself, such as `Chrome on macOS`: at most 40 characters, for the eyes of its user. Absent when it was
   * not recognised, and in records of earlier versions.
   */
  readonly device?: string | undefined
  readonly createdAt: number
  /** Nothing is issued from this instant on, however often it was refreshed. */
  readonly endsAt: number
}

export interface LoginFacts {
  /** Epoch milliseconds. */
  readonly authenticatedAt?: number | undefined
  readonly acr?: string | undefined
  readonly amr?: readonly string[] | undefined
}

/** What a code is bound to. It stays when the code is spent, to tell a replay from a guess. */
export interface CodeBinding {
  readonly hash: string
  readonly redirectUri: string
  readonly pkce: Pkce
}

export interface CodeIssued extends Approved {
  readonly status: 'code_issued'
  /** The latest instant at which a step was taken; time never runs backwards for a grant. */
  readonly touchedAt: number
  readonly code: CodeBinding & {
    readonly expiresAt: number
    readonly wrongVerifiers: number
    /**
     * Until when the record stays although its code may have expired: a pending request whose id it has could still be approved, or begin anew. Absent in
     * records of earlier versions: a day from the last step.
     */
    readonly keptUntil?: number | undefined
  }
}

export interface Active extends Approved {
  readonly status: 'active'
  readonly touchedAt: number
  readonly code: CodeBinding
  /** Null when the client is not registered for the refresh grant type. */
  readonly refresh: RefreshFamily | null
  /** Access tokens that were revoked before their time, at most 16. */
  readonly revokedAccess: readonly { readonly tokenId: string; readonly issuedAt: number; readonly expiresAt: number }[]
  /** Access tokens issued before this instant are revoked: where `revokedAccess` went when it was full. */
  readonly accessNotBefore: number
}

export interface RefreshFamily {
  /** Digest of the family proof. */
  readonly proof: string
  /** Generation and digest of the only current token. */
  readonly generation: number
  readonly hash: string
  readonly idleUntil: number
  /** Thumbprint of the key to which a public client's tokens are bound, else null. */
  readonly jkt: string | null
  /** Spent tokens that may still be retried, oldest first, at most 16. */
  readonly retries: readonly RetryEntry[]
  /** Spent tokens for which `retries` had no room, oldest first, at most 10 spans. Absent for none: such a token is a replay then. */
  readonly crowdedOut?: readonly CrowdedOut[] | undefined
}

/** Enough to derive the successor of a spent token again, but only together with that token. */
export interface RetryEntry {
  readonly generation: number
  readonly hash: string
  readonly salt: string
  readonly until: number
}

/** Generations that were spent shortly after each other. Until the end of their window a token of theirs is refused, and ends nothing. */
export interface CrowdedOut {
  readonly from: number
  readonly through: number
  /** When the window of the first ends. */
  readonly since: number
  /** When the window of the last ends. */
  readonly until: number
}

/** Final. It keeps just what an operator asks about. */
export interface Revoked {
  readonly status: 'revoked'
  readonly id: string
  readonly issuer: string
  readonly clientId: string
  readonly subject: string
  readonly touchedAt: number
  readonly because: RevocationReason
}

/**
 * - `replay` a spent code or refresh token was presented again (RFC 9700 §4.14.2)
 * - `wrong_verifiers` a genuine code came five times with a wrong verifier
 * - `client_request` the client revoked its refresh token (RFC 7009)
 * - `user_request` the user, or somebody on their behalf, withdrew it
 * - `subject_gone` the user no longer exists or is blocked
 * - `term_ended` something that was approved does not stand any more, such as a membership
 */
export type RevocationReason =
  | 'replay'
  | 'wrong_verifiers'
  | 'client_request'
  | 'user_request'
  | 'subject_gone'
  | 'term_ended'

const DAY = 86_400_000

/**
 * When the record may be deleted: after the last instant at which anything issued from it could matter, and for a grant in use in
 * whole days from its approval. So nearly every refresh leaves it as it was, and with it the databases' indexes by expiry.
 *
 * @param longestAccessToken the longest lifetime of an access token, in milliseconds.
 */
export function deletableAt(grant: Grant, longestAccessToken: number): number {
  if (grant.status === 'code_issued' && grant.code.keptUntil !== undefined) return grant.code.keptUntil
  // A day is longer than any pending request, whose id is the grant's id and must not become free while it can be approved.
  if (grant.status !== 'active') return grant.touchedAt + DAY
  const last = grant.refresh ? Math.min(grant.refresh.idleUntil, grant.endsAt) : grant.touchedAt
  const days = Math.ceil((last + longestAccessToken - grant.createdAt) / DAY)
  return grant.createdAt + Math.max(days, 1) * DAY
}
