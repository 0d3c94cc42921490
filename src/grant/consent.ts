/**
 * What a user has agreed that a client may do, what they refused, and whether that answers a request. Pure.
 *
 * @module
 */
import type { Access } from '../protocol/resource.js'
import type { TermValues } from '../protocol/terms.js'

/** One record per user and client. */
export interface Consent {
  readonly id: string
  readonly issuer: string
  readonly subject: string
  readonly clientId: string
  readonly access: Access
  /** What was left out of a request that was agreed to otherwise. Absent for nothing. */
  readonly refused?: Access | undefined
  /** With which values of terms. Absent for none. */
  readonly terms?: TermValues | undefined
  readonly givenAt: number
  readonly expiresAt: number
}

/** Whether everything that is asked for has been agreed to, resource by resource. */
export function covers(consent: Consent, asked: Access, now: number): boolean {
  return now < consent.expiresAt && includes(consent.access, asked)
}

/** Whether all of `asked` is in `agreed`. */
export function includes(agreed: Access, asked: Access): boolean {
  return asked.every(({ resource, scope }) => {
    const known = agreed.find((entry) => entry.resource === resource)
    return known !== undefined && scope.every((name) => known.scope.includes(name))
  })
}

/** What was agreed to before and what is agreed to now. */
export function joinAccess(before: Access, now: Access): Access {
  const joined = before.map(({ resource, scope }) => {
    const more = now.find((entry) => entry.resource === resource)?.scope ?? []
    return { resource, scope: [...new Set([...scope, ...more])] }
  })
  return [...joined, ...now.filter((entry) => !before.some(({ resource }) => resource === entry.resource))]
}

/** `access` without what is in `taken`. A resource of which no scope is left falls away; one that never had any stays. */
export function withoutAccess(access: Access, taken: Access): Access {
  return access.flatMap(({ resource, scope }) => {
    const names = taken.find((entry) => entry.resource === resource)?.scope ?? []
    const left = scope.filter((name) => !names.includes(name))
    return left.length === 0 && scope.length > 0 ? [] : [{ resource, scope: left }]
  })
}
