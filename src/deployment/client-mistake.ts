/**
 * A request of a client that cannot be answered to it, because nothing is certain of where: the person sees a page, and the operator is told.
 *
 * @module
 */
import type { Client } from '../clients/client.js'
import type { RefusalReason } from '../edge/errors.js'
import type { ErrorView } from '../pages/error.js'
import { asker, problemPage } from '../pages/problem-pages.js'
import type { PageAnswer } from '../pages/views.js'
import type { Deployment } from './deployment.js'
import { newReference } from './reference.js'

export interface ClientMistake {
  readonly endpoint: string
  readonly reason: RefusalReason
  /** For the client's developers. */
  readonly description: string
  readonly hint: string | undefined
  /** As it was received. */
  readonly clientId: string | undefined
  readonly redirectUri?: string | undefined
}

/**
 * @param client who is known to have asked; null for nobody.
 * @param more what else the page shows.
 */
export function clientMistake(
  deployment: Deployment,
  mistake: ClientMistake,
  client: Client | null,
  more: Partial<Pick<ErrorView, 'redirectUri' | 'logoutUrl'>> = {},
): PageAnswer {
  const error = 'invalid_request'
  const reference = newReference(deployment)
  deployment.emit({ type: 'refused', error, reference, ...mistake })
  const page = { code: error, detail: mistake.description, reference, ...more }
  return problemPage('clientMistake', { ...page, ...(client && asker(client)) })
}
