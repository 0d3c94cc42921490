/**
 * Group commit: the writes of one turn of the event loop run in one transaction, each in a savepoint of its own, and their
 * promises settle after the commit. Nobody is told of a write that is not on disk.
 *
 * @module
 */
import type { SqliteDatabase } from '../sqlite.js'

export interface GroupCommit {
  /** Runs `statements` in the next group. Rejects when they fail, or when the group as a whole could not be committed. */
  write<Result>(statements: () => Result): Promise<Result>
  /** Runs the waiting group now. */
  flush(): void
}

export function groupCommit(db: SqliteDatabase): GroupCommit {
  const begin = db.prepare('BEGIN IMMEDIATE')
  const commit = db.prepare('COMMIT')
  const rollback = db.prepare('ROLLBACK')
  const save = db.prepare('SAVEPOINT grantwright_write')
  const release = db.prepare('RELEASE grantwright_write')
  const undo = db.prepare('ROLLBACK TO grantwright_write')
  let waiting: Waiting[] = []

  function flush(): void {
    const group = waiting
    waiting = []
    if (group.length === 0) return
    try {
      for (const settle of runGroup(group)) settle()
    } catch (error) {
      for (const { reject } of group) reject(error)
    }
  }

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

  return {
    write: <Result>(statements: () => Result) =>
      new Promise<Result>((resolve, reject) => {
        // `resolve` only ever gets what these `statements` returned.
        waiting.push({ statements, resolve: resolve as (result: unknown) => void, reject })
        if (waiting.length === 1) setImmediate(flush)
      }),
    flush,
  }
}

interface Waiting {
  readonly statements: () => unknown
  readonly resolve: (result: unknown) => void
  readonly reject: (error: unknown) => void
}
