/**
 * The last good copies of metadata documents: of clients to which somebody has agreed, so that they go on when the host of the document does not
 * answer. One record for each document, which every instance sees.
 *
 * A copy follows the document: a newer one takes its place at once, and when the host says that there is none any more, or sends what describes no
 * client, nothing is left but a note that it was so. The note is what brings the copy back when the document comes back.
 *
 * @module
 */
import type { Deployment } from '../../deployment/deployment.js'
import type { Versioned } from '../../storage/repositories.js'
import { pointersOf } from './pointers.js'
import type { Said } from './rules/self-described.js'

/** What is stored. */
export interface DocumentCopy {
  readonly id: string
  readonly issuer: string
  readonly client_id: string
  /** Null when there is none to be used: it was withdrawn, or never fetched. */
  readonly copy: FetchedDocument | null
  /** Epoch milliseconds at which the host had no such document, or not a good one. Absent while it has one. */
  readonly withdrawnAt?: number | undefined
  readonly expiresAt: number
}

/** A document that its host has sent. */
export interface FetchedDocument {
  readonly document: Said
  /** Epoch milliseconds. */
  readonly fetchedAt: number
}

export interface DocumentCopies {
  /** Null when nobody has agreed to the client, or not for a long time. Costs one read. */
  get(client_id: string): Promise<DocumentCopy | null>
  /** Somebody has agreed to the client. @param fetched null when no host has sent what it was seen by. */
  agreed(client_id: string, fetched: FetchedDocument | null): Promise<void>
  /** The host has sent a good document. Nothing is stored for a client to which nobody has agreed. */
  fetched(client_id: string, fetched: FetchedDocument): Promise<void>
  /** The host says that there is none, or has sent one that describes no client. `isShipped`: a copy of it ships, which must not count either. */
  withdrawn(client_id: string, at: number, isShipped: boolean): Promise<void>
}

const DAY = 86_400_000
const LIFETIME = 30 * DAY
/** Who comes first has written the same, or something newer. */
const MAX_ATTEMPTS = 4

export function documentCopies(deployment: Deployment): DocumentCopies {
  const { now, recordId, settings } = deployment
  const { issuer } = settings
  const copies = pointersOf<DocumentCopy>(deployment, ({ client_id }) => client_id)

  const idOf = (client_id: string) => recordId('metadata document', client_id)

  async function stored(client_id: string): Promise<Versioned<DocumentCopy> | null> {
    const found = await copies.get(idOf(client_id))
    return found && now() < found.value.expiresAt ? found : null
  }

  /** @param next what is to be stored; null for what is there. */
  async function change(client_id: string, next: (before: DocumentCopy | null) => Change | null): Promise<void> {
    for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
      const before = await stored(client_id)
      const changed = next(before?.value ?? null)
      if (!changed) return
      const value = { id: idOf(client_id), issuer, client_id, ...changed }
      if (await (before ? copies.replace(value, before.version) : copies.insert(value))) return
    }
  }

  /** It lives a day longer than it has to, so that it is written again once a day at most. */
  const lives = (before: DocumentCopy | null): number => {
    const least = now() + LIFETIME
    return before && before.expiresAt >= least ? before.expiresAt : least + DAY
  }

  return {
    async get(client_id) {
      return (await stored(client_id))?.value ?? null
    },
    agreed: (client_id, fetched) =>
      change(client_id, (before) => {
        const copy = newerOf(before?.copy ?? null, fetched)
        // What the host has taken back since is not put back.
        const isWithdrawn = before?.withdrawnAt !== undefined && before.withdrawnAt >= (copy?.fetchedAt ?? 0)
        return changeOf(before, isWithdrawn ? null : copy, lives(before), isWithdrawn ? before.withdrawnAt : undefined)
      }),
    fetched: (client_id, fetched) =>
      change(client_id, (before) => {
        if (!before || isLater(before, fetched.fetchedAt)) return null
        return changeOf(before, fetched, lives(before), undefined)
      }),
    withdrawn: (client_id, at, isShipped) =>
      change(client_id, (before) => {
        // Without a copy there is nothing to take back, but for one that ships.
        if (!before) return isShipped ? { copy: null, withdrawnAt: at, expiresAt: lives(null) } : null
        if (isLater(before, at) || before.withdrawnAt !== undefined) return null
        return { copy: null, withdrawnAt: at, expiresAt: before.expiresAt }
      }),
  }
}

type Change = Pick<DocumentCopy, 'copy' | 'withdrawnAt' | 'expiresAt'>

/** Null when it says nothing new. That the same document was fetched again is written when its end moves. */
function changeOf(
  before: DocumentCopy | null,
  copy: FetchedDocument | null,
  expiresAt: number,
  withdrawnAt: number | undefined,
): Change | null {
  const isSame =
    before !== null &&
    before.expiresAt === expiresAt &&
    before.withdrawnAt === withdrawnAt &&
    JSON.stringify(before.copy?.document) === JSON.stringify(copy?.document)
  return isSame ? null : { copy, expiresAt, ...(withdrawnAt !== undefined && { withdrawnAt }) }
}

const newerOf = (one: FetchedDocument | null, other: FetchedDocument | null): FetchedDocument | null =>
  one && other ? (one.fetchedAt > other.fetchedAt ? one : other) : (one ?? other)

/** Whether another instance has seen the document at a later time. */
const isLater = ({ copy, withdrawnAt = 0 }: DocumentCopy, at: number): boolean =>
  Math.max(copy?.fetchedAt ?? 0, withdrawnAt) > at
