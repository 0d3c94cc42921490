/**
 * A valid authorization request on its way.
 *
 * @module
 */
import type { Browser } from '../browser/browser.js'
import type { Client } from '../clients/client.js'
import type { Deployed } from '../points/tables.js'
import type { AuthorizationRequest } from '../protocol/authorization-request.js'
import { isPublicClient } from '../protocol/client-settings.js'
import { matchRedirectUri } from '../protocol/redirect-uri.js'
import { responseModeOf } from './authorization-response.js'
import type { Pending } from './pending-request.js'

/** `pending` is null until there is a reason to store it. */
export interface Visit {
  readonly client: Client
  readonly asked: AuthorizationRequest
  readonly pending: Pending | null
  readonly browser: Browser
}

/** Goes on with a pending request, if its client and its redirect URI are still registered; else null. @throws {Unavailable} for a response mode that is not served. */
export async function visitOf(
  deployment: Deployed,
  pending: Pending,
): Promise<(Visit & { readonly pending: Pending }) | null> {
  const { request: asked } = pending.value
  responseModeOf(deployment, asked)
  const client = await deployment.clients.find(asked.client_id)
  if (!client || !matchRedirectUri(client.redirect_uris, asked.redirectUri, isPublicClient(client))) return null
  return { client, asked, pending, browser: pending.browser }
}
