/**
 * A valid authorization request on its way.
 *
 * @module
 */
import type { Browser } from '../browser/browser.js'
import type { Client } from '../clients/client.js'
import type { AuthorizationRequest } from '../protocol/authorization-request.js'
import type { Pending } from './pending-request.js'

/** A valid request on its way. `pending` is null until there is a reason to store it. */
export interface Visit {
  readonly client: Client
  readonly asked: AuthorizationRequest
  readonly pending: Pending | null
  readonly browser: Browser
}
