/**
 * What an access token says, in whatever format.
 *
 * @module
 */
import type { Grant, LoginFacts } from '../grant/state.js'
import type { Confirmation } from '../protocol/confirmation.js'
import type { Claims } from '../users/contract.js'

/** What an access token says. Times in epoch milliseconds. */
export interface AccessToken {
  /** Null for client_credentials, which have no grant. */
  readonly grantId: string | null
  /** 64 random bits beside a grant id, else 128. */
  readonly tokenId: string
  readonly clientId: string
  /** The user, or the client itself for client_credentials (RFC 9068 §2.2). */
  readonly subject: string
  readonly resource: string
  readonly scope: readonly string[]
  readonly issuedAt: number
  readonly expiresAt: number
  readonly login: LoginFacts
  /** Further claims, from the app and from terms. */
  readonly claims: Claims
  /** The key that it is bound to. */
  readonly confirmation?: Confirmation | undefined
}

/** A token that is genuine and live, and the grant behind it. */
export interface LiveAccessToken {
  readonly token: AccessToken
  readonly grant: Grant | null
}
