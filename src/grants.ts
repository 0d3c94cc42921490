/**
 * What users have granted, for an app's own settings page and for support staff.
 *
 * @module
 */
import type { Deployment } from './deployment.js'
import { endGrant } from './endpoints/issue-tokens.js'
import { Unavailable } from './errors.js'
import type { Grant } from './grant/state.js'
import type { Access } from './protocol/resource.js'
import type { Repository } from './storage/repositories.js'

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
  /**
   * Ends all grants of a user, or those of one client, and forgets what was agreed to; so a request that is under way has to ask
   * again.
   *
   * @returns how many were ended.
   * @throws {Unavailable} when the store fails; what was ended by then stays ended.
   */
  revokeAll(filter: { readonly subject: string; readonly client_id?: string | undefined }): Promise<number>
}

export function grantRegistry(deployment: Deployment): GrantRegistry {
  return {
    async list({ subject, after, limit = 100 }) {
      const page = await deployment.grants.list(subject, { after, limit })
      return { grants: page.values.filter((grant) => isLive(grant, deployment.now())).map(viewOf), next: page.next }
    },
    revoke: (id) => endGrant(deployment, id, 'user_request'),
    async revokeAll({ subject, client_id }) {
      const concerns = (record: { readonly clientId: string }) =>
        client_id === undefined || record.clientId === client_id
      // The consent first: a grant that comes of it while the others are ended is found by the next pass.
      await eachOf(deployment.consents, subject, async (consent) => {
        if (!concerns(consent)) return false
        await deployment.consents.remove(consent.id)
        return true
      })
      return eachOf(deployment.grants, subject, async (grant) =>
        grant.status !== 'revoked' && concerns(grant) ? endGrant(deployment, grant.id, 'user_request') : false,
      )
    },
  }
}

/** Visits all records of a subject. A listing may lag behind the writes, so only a pass without any effect is the last. */
async function eachOf<T>(
  records: Repository<T>,
  subject: string,
  visit: (value: T) => Promise<boolean>,
): Promise<number> {
  let total = 0
  for (let pass = 0; pass < MAX_PASSES; pass++) {
    let affected = 0
    for (let after: string | undefined; ; ) {
      const page = await records.list(subject, { after, limit: 100 })
      for (const value of page.values) if (await visit(value)) affected++
      if (page.next === null) break
      after = page.next
    }
    if (affected === 0) return total
    total += affected
  }
  throw new Unavailable('The storage goes on listing records that were ended.')
}

const MAX_PASSES = 50

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
