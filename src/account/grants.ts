/**
 * What users have granted, for an app's own settings page and for support staff.
 *
 * @module
 */
import type { Deployment } from '../deployment/deployment.js'
import { endGrant } from '../deployment/end-grant.js'
import { Unavailable } from '../edge/errors.js'
import type { Grant } from '../grant/state.js'
import { redirectHost } from '../protocol/redirect-uri.js'
import type { Access } from '../protocol/resource.js'
import { eachOf } from '../runtime/turn.js'
import { pagesOf } from '../storage/repositories.js'

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
  /** Where the answer went: host and port, or the scheme of an app. */
  readonly redirectHost: string
  /** What the browser called itself, such as `Chrome on macOS`. Absent when it was not recognised, and for older grants. */
  readonly device?: string | undefined
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
   * verifies offline lives on until it expires. With the last live grant of a client, what was agreed to is forgotten too.
   *
   * @param owner with `subject` only a grant of that user is ended: give it wherever the id comes from a user.
   * @returns false when it had ended before, or there is none (of that user).
   */
  revoke(id: string, owner?: { readonly subject: string }): Promise<boolean>
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
    async revoke(id, owner) {
      if (owner && (await deployment.grants.get(id))?.value.subject !== owner.subject) return false
      if (!(await endGrant(deployment, id, 'user_request'))) return false
      const ended = (await deployment.grants.get(id))?.value
      if (!ended) return true
      const { subject, clientId: client_id } = ended
      for await (const page of pagesOf(deployment.grants, subject)) {
        if (page.some((grant) => grant.clientId === client_id && isLive(grant, deployment.now()))) return true
      }
      await revokeAll(deployment, { subject, client_id })
      return true
    },
    revokeAll: (filter) => revokeAll(deployment, filter),
  }
}

/**
 * The consents first: a grant that comes of one while the others are ended is found by the next pass, and so is a consent that was
 * given meanwhile. A listing may lag behind the writes, so only a pass without any effect is the last.
 */
async function revokeAll(
  deployment: Deployment,
  { subject, client_id }: Parameters<GrantRegistry['revokeAll']>[0],
): Promise<number> {
  const { consents, grants } = deployment
  const concerns = ({ clientId }: { readonly clientId: string }) => client_id === undefined || clientId === client_id
  let total = 0
  for (let pass = 0; pass < MAX_PASSES; pass++) {
    let forgotten = 0
    let ended = 0
    for await (const page of pagesOf(consents, subject)) {
      const concerned = page.filter(concerns)
      await eachOf(concerned, ({ id }) => consents.remove(id))
      forgotten += concerned.length
    }
    for await (const page of pagesOf(grants, subject)) {
      const live = page.filter((grant) => grant.status !== 'revoked' && concerns(grant))
      await eachOf(live, async ({ id }) => {
        if (await endGrant(deployment, id, 'user_request')) ended++
      })
    }
    if (forgotten + ended === 0) return total
    total += ended
  }
  throw new Unavailable('The storage goes on listing records that were ended.')
}

const MAX_PASSES = 50

export type LiveGrant = Extract<Grant, { status: 'active' }>

/** A code that nobody has redeemed yet is not something that a user could recognise. */
export function isLive(grant: Grant, now: number): grant is LiveGrant {
  return grant.status === 'active' && now < Math.min(grant.endsAt, grant.refresh?.idleUntil ?? grant.endsAt)
}

const viewOf = ({
  id,
  clientId,
  subject,
  access,
  createdAt,
  touchedAt,
  endsAt,
  code,
  device,
}: LiveGrant): GrantView => ({
  id,
  client_id: clientId,
  subject,
  access,
  createdAt,
  touchedAt,
  endsAt,
  redirectHost: redirectHost(code.redirectUri),
  ...(device && { device }),
})
