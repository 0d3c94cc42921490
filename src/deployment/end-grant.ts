/**
 * Ending a grant, and what every event about one says.
 *
 * @module
 */
import { revokeGrant } from '../grant/revoke.js'
import type { Grant } from '../grant/state.js'
import { advance } from '../storage/advance.js'
import type { Deployment } from './deployment.js'

/** Ends a grant on the server's own authority. False when it had ended before, or there is none. */
export async function endGrant(
  deployment: Deployment,
  grantId: string,
  reason: 'subject_gone' | 'term_ended' | 'user_request',
): Promise<boolean> {
  const outcome = await advance(
    deployment.grants,
    grantId,
    (grant) => revokeGrant(grant, reason, deployment.now()),
    () => null,
  )
  if (outcome.moved && outcome.grant) emitIfRevoked(deployment, outcome.grant)
  return outcome.moved
}

/** The event of the swap that ended a grant. */
export function emitIfRevoked(deployment: Deployment, grant: Grant): void {
  if (grant.status === 'revoked') {
    deployment.emit({ type: 'grant_revoked', reason: grant.because, ...grantFacts(grant) })
  }
}

/** What every event about a grant tells. */
export const grantFacts = ({ id, clientId, subject }: Grant) => ({ grantId: id, clientId, subject })
