/**
 * What a user has agreed that a client may do, and whether that covers a request. Pure.
 *
 * @module
 */
import type { Access } from '../protocol/resource.js'

/** One record per user and client. */
export interface Consent {
  readonly id: string
  readonly issuer: string
  readonly subject: string
  readonly clientId: string
  readonly access: Access
  readonly givenAt: number
  readonly expiresAt: number
}

/** Whether everything that is asked for has been agreed to, resource by resource. */
export function covers(consent: Consent, asked: Access, now: number): boolean {
  if (now >= consent.expiresAt) return false
  return asked.every(({ resource, scope }) => {
    const agreed = consent.access.find((entry) => entry.resource === resource)
    return agreed !== undefined && scope.every((name) => agreed.scope.includes(name))
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
