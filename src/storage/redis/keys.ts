/**
 * The names of things in Redis: the key of a record, the sorted sets that list records, and the members of these.
 *
 * A member is `<id> <entry>`, its entry `<version> <time>`: the version that was entered, and the time (`-` for never) until
 * which it may stand for the record. So no two writers ever enter the same member, and nobody can take out another's. All
 * scores are 0, so that members are ordered by their bytes.
 *
 * @module
 */
import type { Kind, StoredRecord } from '../contract.js'

/** Everything of one record is in one slot of a cluster. */
export const recordKey = (kind: Kind, id: string): string => `grantwright:{${kind}:${id}}`

/** The set that lists a user's records of one kind, or without a user all clients. */
export function indexKey(kind: Kind, subject: string | undefined): string {
  if (subject !== undefined) return bySubject(kind, subject)
  if (kind === 'client') return clients
  throw new TypeError(`Only clients are listed without a subject, not the kind '${kind}'.`)
}

/** The sets that list a record; none for a record of nobody that is no client. */
export function indexKeys(kind: Kind, subject: string | null): string[] {
  const indexes = subject === null ? [] : [bySubject(kind, subject)]
  return kind === 'client' ? [...indexes, clients] : indexes
}

/** All clients. */
export const clients = 'grantwright:{clients}'

/** No id has a colon in it, so no record has this key. */
const bySubject = (kind: Kind, subject: string): string => `grantwright:{${kind}:by-subject:${subject}}`

/** How a version of a record is listed. */
export interface Listing {
  readonly indexes: readonly string[]
  readonly member: string
  readonly entry: string
  /** When the member may go; empty for never. */
  readonly last: string
}

/** The listing of a record that is about to be written; null when nothing lists it. */
export function listingOf(kind: Kind, { id, version, subject, expiresAt }: StoredRecord): Listing | null {
  const indexes = indexKeys(kind, subject)
  if (indexes.length === 0) return null
  const last = expiresAt === null ? '' : `${expiresAt + slack}`
  const entry = `${version} ${last || '-'}`
  return { indexes, member: `${id} ${entry}`, entry, last }
}

/** A life that is extended by less needs no new member: a grant in steady use is entered once a day. */
const slack = 24 * 60 * 60_000
