/**
 * The terms of a grant, when something is issued from it or asked about it; and what a grant needs that no feature brings any more.
 *
 * @module
 */
import { Unavailable } from '../edge/errors.js'
import type { Active, Approved, Grant } from '../grant/state.js'
import type { Deployed } from '../points/tables.js'
import type { TermIssue } from '../points/term.js'
import { type TermValues, unknownRestriction } from '../protocol/terms.js'
import type { Claims } from '../users/contract.js'

/**
 * What was approved with a value that restricts is worth nothing where nobody knows how: not that the grant is at fault, the deployment has
 * lost a feature.
 *
 * @throws {Unavailable} for the operator to see.
 */
export function checkRestrictions({ tables }: Deployed, terms: TermValues | undefined): void {
  const unknown = unknownRestriction(terms, tables.terms)
  if (unknown !== undefined) throw missing(`What was approved has the term '${unknown}', which no feature brings`)
}

/**
 * A grant that somebody narrowed by a term, or bound to a key, must not lose that because a feature is missing.
 *
 * @throws {Unavailable} for the operator to see; the grant stays as it is.
 */
export function checkServed(deployment: Deployed, grant: Grant): void {
  if (grant.status === 'revoked') return
  if (grant.terms) checkRestrictions(deployment, grant.terms)
  if (grant.status === 'active' && isKeyUnread(deployment, grant)) {
    throw missing('A grant is bound to a key, and no feature reads proofs of keys')
  }
}

/** Whether the refresh tokens of a grant are bound to a key, and nobody reads proofs of keys. */
export const isKeyUnread = ({ tables }: Deployed, { refresh }: Active): boolean =>
  typeof refresh?.jkt === 'string' && tables.keyProofs.size === 0

const missing = (what: string): Unavailable =>
  new Unavailable(`${what} any more. Give that feature to the server again.`)

/** Whether everything that was granted still stands. */
export async function termsStand(deployment: Deployed, grant: Approved): Promise<boolean> {
  for (const [name, value] of Object.entries(grant.terms ?? {})) {
    const term = deployment.tables.terms.get(name)
    if (!term?.stands) continue
    const stands: unknown = await term.stands(value, grant, deployment)
    // The end of a grant is final: it takes a no, and not a hook that forgot to answer.
    if (typeof stands !== 'boolean')
      throw new Error(`The term '${name}' does not say whether it stands: true or false.`)
    if (!stands) return false
  }
  return true
}

/** What terms say in access tokens and introspection. */
export function termClaims({ tables }: Deployed, terms: TermValues | undefined): Claims {
  const claims = Object.entries(terms ?? {}).map(([name, value]) => tables.terms.get(name)?.claims?.(value))
  return Object.assign({}, ...claims)
}

/** What terms add to the token response. */
export async function termMembers(deployment: Deployed, issue: Omit<TermIssue, 'deployment'>): Promise<object> {
  const members = {}
  for (const [name, value] of Object.entries(issue.grant.terms ?? {})) {
    const term = deployment.tables.terms.get(name)
    if (term?.members) Object.assign(members, await term.members(value, { ...issue, deployment }))
  }
  return members
}
