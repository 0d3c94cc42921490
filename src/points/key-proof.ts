/**
 * A key proof: the client shows with a token request that it has a key, and what it gets is bound to that.
 *
 * @module
 */
import type { Client } from '../clients/client.js'
import type { Deployment } from '../deployment/deployment.js'
import type { HttpRequest } from '../edge/message.js'
import type { Confirmation } from '../protocol/confirmation.js'

/** Experimental: it may change in any version. */
export interface KeyProof {
  /** How tokens name the key, in their claim `cnf`. */
  readonly member: Confirmation['member']
  /**
   * The SHA-256 thumbprint of the key in base64url, when the request proves one; null when it does not try.
   *
   * @throws {OAuthError} for a proof that is wrong, or one that this client had to bring.
   */
  read(http: HttpRequest, about: KeyProofTarget): Promise<string | null> | string | null
}

export interface KeyProofTarget {
  readonly client: Client
  /** The URL of the endpoint as clients know it. */
  readonly url: string
  readonly deployment: Deployment
}
