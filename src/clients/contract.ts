/**
 * What a registry of clients does, for the app and for the server itself.
 *
 * @module
 */
import type { ClientMetadata } from '../protocol/client-metadata.js'
import type { ClientSettings } from '../protocol/client-settings.js'
import type { Client, ClientView } from './client.js'
import type { NewClient } from './given.js'
import type { Asker } from './sources.js'

/** A client, and its secret if one was made: it is shown this once and cannot be read again. */
export interface ClientWithSecret {
  readonly client: ClientView
  readonly clientSecret?: string
}

/** The clients as the server itself works with them. */
export interface Clients extends ClientRegistry {
  /**
   * The client for a request. At once when it is configured or was read lately, so a change takes that long to be seen.
   *
   * @param from who asks, where a client may be looked for elsewhere. Without it nothing is fetched: what is known must do.
   * @throws {OAuthError} `invalid_client` when the client is elsewhere, and what is there is wrong.
   */
  find(client_id: string, from?: Asker): Client | null | Promise<Client | null>
  /**
   * Sees to it that a client that expires is there until then, before something is stored that needs it.
   *
   * @param until epoch milliseconds.
   * @returns false when it is gone already.
   */
  keepUntil(client: Client, until: number): Promise<boolean>
  /** The same, when somebody has agreed to the client. */
  approved(client: Client, until: number): Promise<boolean>
  /**
   * Registers a client that has described itself.
   *
   * @param settings what the parser of client metadata gave.
   */
  register(
    settings: ClientSettings,
    how: SelfRegistration,
  ): Promise<{ readonly client: Client; readonly clientSecret?: string }>
  /** Changes a client as it is stored now; null when there is none in the store. Writes nothing when `next` gives back what it got. */
  change(client_id: string, next: (client: Client) => Client): Promise<Client | null>
}

/** How a client registers itself. */
export type SelfRegistration = Pick<Client, 'expiresAt' | 'registration'>

export interface ClientRegistry {
  /**
   * Registers a client, with a new id and secret or those that it has already ({@link NewClient}).
   *
   * @throws {TypeError} when the metadata, the id or the secret is wrong.
   * @throws {Error} when the id is taken. Its `isSame` is true when by just this client, with this secret, so that nothing is left to do.
   */
  create(metadata: NewClient): Promise<ClientWithSecret>
  /** The client as it is in the configuration or the store now. */
  get(client_id: string): Promise<ClientView | null>
  /**
   * Clients in the store, not those of the configuration, in an order without meaning. `next` is the `after` of the next
   * page, undefined on the last.
   *
   * @param page `limit` is 1 to 1000, 100 by default.
   */
  list(page?: {
    readonly after?: string | undefined
    readonly limit?: number | undefined
  }): Promise<{ readonly clients: readonly ClientView[]; readonly next: string | undefined }>
  /**
   * Replaces all metadata; what is left out goes back to its default. A client that becomes public loses its secrets; one that
   * becomes confidential has none until {@link ClientRegistry.rotateSecret}.
   *
   * @throws {TypeError} when the metadata is wrong.
   * @throws {Error} when there is no such client, or it is part of the configuration.
   */
  update(client_id: string, metadata: ClientMetadata): Promise<ClientView>
  /**
   * Gives a confidential client a new secret. The one before it stays valid for `keepOldFor` seconds (default 86400); any older
   * one ends now.
   *
   * @throws {Error} when there is no such client, it is public, or it is part of the configuration.
   */
  rotateSecret(
    client_id: string,
    options?: { readonly keepOldFor?: number | undefined },
  ): Promise<{ readonly client: ClientView; readonly clientSecret: string }>
  /** Removes a client; no error when there is none. @throws {Error} when it is part of the configuration. */
  remove(client_id: string): Promise<void>
}
