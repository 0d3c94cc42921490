/**
 * A registered client as the server holds it, and what others may see of it.
 *
 * @module
 */
import type { ClientSettings } from '../protocol/client-settings.js'
import { digest } from '../runtime/hash.js'

/** A registered client. */
export interface Client extends ClientSettings {
  readonly client_id: string
  /** Newest first; empty for public clients. */
  readonly secrets: readonly ClientSecret[]
  /** Epoch milliseconds; null for a client from the option `clients`. */
  readonly createdAt: number | null
}

/** A secret as it is kept: never the secret itself. */
export interface ClientSecret {
  readonly hash: string
  /** Epoch milliseconds from which it is refused; null for never. */
  readonly expiresAt: number | null
}

/** A client without its secrets. */
export type ClientView = Omit<Client, 'secrets'>

export function viewOf(client: Client): ClientView {
  const { secrets: _, ...view } = client
  return view
}

/** A plain digest is enough, because generated secrets have 256 bits. */
export function clientSecretHash(secret: string): string {
  return digest(`grantwright client secret\0${secret}`)
}
