/**
 * Group commit: the writes of one turn of the event loop run in one transaction, each in a savepoint of its own, and their
 * promises settle after the commit. Nobody is told of a write that is not on disk. While another connection holds the lock, the
 * group waits for it without stopping the process, and later writes join it.
 *
 * @module
 */
import { alarm } from '../../runtime/deadline.js'
import type { SqliteDatabase } from './database.js'
import { heldTooLong, isBusy, patience, pauseAfter } from './lock.js'

// Kept from the start: tests of the app may put others in their place.
const { performance, setImmediate } = globalThis

export interface GroupCommit {
  /**
   * Runs `statements` in the next group. Rejects when they fail, when the group as a whole could not be committed, and when another
   * connection holds the lock for too long.
   */
  write<Result>(statements: () => Result): Promise<Result>
  /** The same in a transaction of its own, for what takes long: nobody who came before waits until it is done. */
  writeAlone<Result>(statements: () => Result): Promise<Result>
  /** Runs what waits now, and waits for no lock: all of it has settled then. */
  close(): void
}

export function groupCommit(db: SqliteDatabase): GroupCommit {
  const begin = db.prepare('BEGIN IMMEDIATE')
  const commit = db.prepare('COMMIT')
  const rollback = db.prepare('ROLLBACK')
  const save = db.prepare('SAVEPOINT grantwright_write')
  const release = db.prepare('RELEASE grantwright_write')
  const undo = db.prepare('ROLLBACK TO grantwright_write')
  /** In order of arrival. As long as there are any, the next group is arranged. */
  let waiting: Waiting[] = []
  let failures = 0
  let disarm = (): void => {}

  function flush(): void {
    const group = nextGroup()
    if (group.length === 0) return
    try {
      for (const settle of runGroup(group)) settle()
      failures = 0
    } catch (error) {
      if (isBusy(error)) {
        waitForLock([...group, ...waiting], error)
        return
      }
      rejectAll(group, error)
    }
    if (waiting.length > 0) setImmediate(flush)
  }

  /** What piled up behind a lock must not stop the process in its turn. */
  function nextGroup(): Waiting[] {
    const alone = waiting.slice(0, largestGroup).findIndex((one) => one.alone)
    return waiting.splice(0, alone < 0 ? largestGroup : Math.max(alone, 1))
  }

  function waitForLock(all: readonly Waiting[], error: unknown): void {
    const now = performance.now()
    waiting = all.filter(({ until }) => now < until)
    rejectAll(
      all.filter(({ until }) => now >= until),
      heldTooLong(error),
    )
    if (waiting.length > 0) disarm = alarm(pauseAfter(failures++), flush)
    else failures = 0
  }

  function close(): void {
    disarm()
    for (let group = nextGroup(); group.length > 0; group = nextGroup()) {
      try {
        for (const settle of runGroup(group)) settle()
      } catch (error) {
        rejectAll(group, error)
      }
    }
  }

  /** Throws when nothing of the group was written. */
  function runGroup(group: readonly Waiting[]): (() => void)[] {
    // Outside the try: when BEGIN fails, a transaction that is open on this connection is not ours to roll back.
    begin.run()
    try {
      const settles = group.map(runOne)
      commit.run()
      return settles
    } catch (error) {
      try {
        rollback.run()
      } catch {
        // SQLite has rolled back by itself, as it does when the disk is full. The first error says why.
      }
      throw error
    }
  }

  /** Throws only when SQLite gave up the whole transaction: then the savepoint is gone, and undoing it fails. */
  function runOne({ statements, resolve, reject }: Waiting): () => void {
    save.run()
    try {
      const result = statements()
      release.run()
      return () => resolve(result)
    } catch (error) {
      undo.run()
      release.run()
      return () => reject(error)
    }
  }

  const join = <Result>(statements: () => Result, alone: boolean): Promise<Result> =>
    new Promise((resolve, reject) => {
      const until = performance.now() + patience
      // `resolve` only ever gets what these `statements` returned.
      waiting.push({ statements, alone, until, resolve: resolve as (result: unknown) => void, reject })
      if (waiting.length === 1) setImmediate(flush)
    })

  return {
    write: (statements) => join(statements, false),
    writeAlone: (statements) => join(statements, true),
    close,
  }
}

const largestGroup = 256

interface Waiting {
  readonly statements: () => unknown
  readonly alone: boolean
  /** When it stops waiting for a lock. */
  readonly until: number
  readonly resolve: (result: unknown) => void
  readonly reject: (error: unknown) => void
}

function rejectAll(group: readonly Waiting[], error: unknown): void {
  for (const { reject } of group) reject(error)
}
