/**
 * Clients that nobody registered here: who has the id says where they are.
 *
 * @module
 */
import type { HttpRequest } from '../edge/message.js'
import type { Client } from './client.js'

/** Who asks for a client. */
export type Asker = Pick<HttpRequest, 'address'>

/** A source of clients. Experimental: it may change in any version. */
export interface ClientSource {
  /**
   * What the ids of its clients begin with. Such a client is not looked for in the store; one of the option `clients` with the same id comes before it.
   */
  readonly prefix: string
  /**
   * The client; null when there is none of that id.
   *
   * @param from who asks. Without it nothing may be fetched: what is known must do.
   * @throws {OAuthError} `invalid_client` when what is there is wrong.
   */
  find(client_id: string, from: Asker | undefined): Client | null | Promise<Client | null>
  /** Somebody has agreed to the client, and a code will be issued to it. */
  approved?(client: Client): Promise<void>
}

export interface Sources {
  /** The one that an id belongs to. */
  of(client_id: string): ClientSource | undefined
}

/** Where the prefixes of several fit, the longest counts. */
export function clientSources(all: readonly ClientSource[]): Sources | undefined {
  if (all.length === 0) return undefined
  const longestFirst = [...all].sort((one, other) => other.prefix.length - one.prefix.length)
  return { of: (client_id) => longestFirst.find(({ prefix }) => client_id.startsWith(prefix)) }
}
