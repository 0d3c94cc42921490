/**
 * A registered client as the server holds it, and what others may see of it.
 *
 * @module
 */
import type { ClientSettings } from '../protocol/client-settings.js'
import { digest, encodeBase64url } from '../runtime/hash.js'

/** A registered client. */
export interface Client extends ClientSettings {
  readonly client_id: string
  /** Newest first; empty for public clients. */
  readonly secrets: readonly ClientSecret[]
  /** Epoch milliseconds; null for a client from the option `clients`. */
  readonly createdAt: number | null
  /**
   * Epoch milliseconds from which the client is there no more, unless somebody approves it before. For clients that registered themselves. Absent for
   * never.
   */
  readonly expiresAt?: number | undefined
  /**
   * The host of the document in which the client describes itself, for the eyes of people: it is all that is proven of such a client. Absent for one
   * that an operator has described, or that registered itself.
   */
  readonly documentHost?: string | undefined
  /** How a client registered itself. Absent for one that an operator has described, or a document of its own. */
  readonly registration?: Registration | undefined
}

export interface Registration {
  /** Digest of the token with which the client manages its registration (RFC 7592 §3); null for none, because the client is shared. */
  readonly tokenHash: string | null
}

/** Whether a client is there at a time. */
export const isThere = ({ expiresAt }: Client, now: number): boolean => expiresAt === undefined || now < expiresAt

/** A secret as it is kept: never the secret itself. */
export interface ClientSecret {
  readonly hash: string
  /** Epoch milliseconds from which it is refused; null for never. */
  readonly expiresAt: number | null
  /**
   * `unknown` for a secret of which only another server's digest is known: it may be one that can be guessed, so wrong ones are limited. Absent: it
   * is ours, or has 32 characters at least. A record that an earlier version has written again may lack it; then the secret is refused.
   */
  readonly strength?: 'unknown' | undefined
}

/** A client without its secrets. */
export type ClientView = Omit<Client, 'secrets' | 'registration'>

export function viewOf(client: Client): ClientView {
  const { secrets: _, registration: __, ...view } = client
  return view
}

/** Of a secret that another server has made. @param sha256 of it, in base64url; what is kept is in no list of digests of common words. */
export const importedSecretHash = (sha256: string): string => digest(`grantwright imported client secret\0${sha256}`)

/** 256 random bits, with a prefix that scanners can find. */
export const newClientSecret = (randomBytes: (length: number) => Uint8Array): string =>
  `gwcs_${encodeBase64url(randomBytes(32))}`

/** A plain digest is enough, because generated secrets have 256 bits. */
export function clientSecretHash(secret: string): string {
  return digest(`grantwright client secret\0${secret}`)
}

/** A secret as it is kept, which does not expire. */
export const lasting = (secret: string): ClientSecret => ({ hash: clientSecretHash(secret), expiresAt: null })
