/**
 * What users have granted, for an app's own settings page and for support staff.
 *
 * @module
 */
import type { Deployment } from './deployment.js'
import { endGrant } from './endpoints/issue-tokens.js'
import type { Grant } from './grant/state.js'
import type { Access } from './protocol/resource.js'

/** A grant as its user may see it. Times in epoch milliseconds. */
export interface GrantView {
  readonly id: string
  readonly client_id: string
  readonly subject: string
  /** The granted scope, per resource. */
  readonly access: Access
  readonly createdAt: number
  /** The last time that something was issued from it or changed in it. */
  readonly touchedAt: number
  readonly endsAt: number
}

export interface GrantRegistry {
  /** The live grants of a user, in an order without meaning. `next` is the `after` of the next page, null on the last. */
  list(filter: {
    readonly subject: string
    readonly after?: string | undefined
    /** @default 100 */
    readonly limit?: number | undefined
  }): Promise<{ readonly grants: readonly GrantView[]; readonly next: string | null }>
  /**
   * Ends a grant: its refresh token at once, its access tokens wherever this server is asked about them. A JWT that somebody only
   * verifies offline lives on until it expires.
   *
   * @returns false when it had ended before, or there is none.
   */
  revoke(id: string): Promise<boolean>
}

export function grantRegistry(deployment: Deployment): GrantRegistry {
  return {
    async list({ subject, after, limit = 100 }) {
      const page = await deployment.grants.list(subject, { after, limit })
      return { grants: page.values.filter((grant) => isLive(grant, deployment.now())).map(viewOf), next: page.next }
    },
    revoke: (id) => endGrant(deployment, id, 'user_request'),
  }
}

type LiveGrant = Extract<Grant, { status: 'active' }>

/** A code that nobody has redeemed yet is not something that a user could recognise. */
function isLive(grant: Grant, now: number): grant is LiveGrant {
  return grant.status === 'active' && now < Math.min(grant.endsAt, grant.refresh?.idleUntil ?? grant.endsAt)
}

const viewOf = ({ id, clientId, subject, access, createdAt, touchedAt, endsAt }: LiveGrant): GrantView => ({
  id,
  client_id: clientId,
  subject,
  access,
  createdAt,
  touchedAt,
  endsAt,
})
