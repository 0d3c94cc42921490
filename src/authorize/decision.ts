/**
 * What a person decided, written down: final, so that a second click changes nothing.
 *
 * @module
 */
import type { Deployment } from '../deployment/deployment.js'
import type { Decision } from '../deployment/records.js'
import { isSameJson } from '../protocol/terms.js'
import { changePending, type Pending } from './pending-request.js'

/** The request with the decision in it; null when it was decided otherwise before. */
export async function recordDecision(
  deployment: Deployment,
  pending: Pending,
  decision: Decision,
): Promise<Pending | null> {
  const recorded = await changePending(deployment, pending, (value) =>
    value.decision ? (isSame(value.decision, decision) ? value : null) : { ...value, decision },
  )
  if (recorded && !pending.value.decision) {
    const { access, subject } = decision
    const about = { clientId: pending.value.request.client_id, subject }
    if (access.length === 0) deployment.emit({ type: 'consent_denied', ...about })
    else deployment.emit({ type: 'consent_given', ...about, scope: access.flatMap(({ scope }) => scope) })
  }
  return recorded
}

const isSame = (one: Decision, other: Decision): boolean =>
  one.subject === other.subject && isSameJson([one.access, one.terms], [other.access, other.terms])
