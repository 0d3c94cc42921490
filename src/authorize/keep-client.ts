/**
 * Clients that registered themselves expire, but not under what was begun with them: a request that waits, a grant.
 *
 * @module
 */
import type { Client } from '../clients/client.js'
import type { Deployment } from '../deployment/deployment.js'
import { OAuthError } from '../edge/errors.js'

/**
 * Before a request is stored: the client will be there until its code has been redeemed.
 *
 * @throws {OAuthError} `invalid_client` when it expired a moment ago.
 */
export async function keepForRequest({ clients, now, settings }: Deployment, client: Client): Promise<void> {
  const until = now() + settings.pendingRequestLifetime + settings.codeLifetime
  if (!(await clients.keepUntil(client, until))) throw expired(client)
}

/**
 * Before a grant is stored: no grant outlives its client.
 *
 * @param until when the grant ends.
 * @throws {OAuthError} `invalid_client` when the client expired a moment ago.
 */
export async function keepForGrant({ clients }: Deployment, client: Client, until: number): Promise<void> {
  if (!(await clients.approved(client, until))) throw expired(client)
}

const expired = ({ client_id }: Client): OAuthError =>
  new OAuthError('invalid_client', 'There is no such client any more.', {
    reason: 'client_unknown',
    clientId: client_id,
    hint: 'It had registered itself, and expired without being approved.',
  })
