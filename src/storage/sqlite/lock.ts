/**
 * Waiting for a lock that another connection holds, for as long as its transaction lasts. SQLite's own waiting stops the whole
 * process: it gets milliseconds, enough for a neighbour's commit, and the rest is waited for between turns of the event loop.
 *
 * @module
 */
import { pause } from '../../runtime/deadline.js'

// Kept from the start: tests of the app may put others in their place.
const { performance } = globalThis

/** Milliseconds that SQLite itself may wait. */
export const busyTimeout = 5

/** Milliseconds after which a verb gives up. */
export const patience = 3000

/**
 * Whether another connection was in the way, so that the same may succeed later. `libsql` and `better-sqlite3` say so with a `code`
 * such as SQLITE_BUSY_SNAPSHOT, `node:sqlite` with the number, whose lowest byte is the kind of error; the text is SQLite's own.
 */
export function isBusy(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  const { code, errcode, message }: Error & { readonly code?: unknown; readonly errcode?: unknown } = error
  if (typeof code === 'string' && code.startsWith('SQLITE_BUSY')) return true
  if (typeof errcode === 'number') return (errcode & 0xff) === SQLITE_BUSY
  return message.includes('database is locked')
}

const SQLITE_BUSY = 5

/** Milliseconds to the next attempt: longer each time, and never the same for two processes. */
export const pauseAfter = (failures: number): number => Math.min(50, 2 * 1.5 ** failures) * (0.5 + Math.random() / 2)

export const heldTooLong = (cause: unknown): Error =>
  new Error(
    `The SQLite database is locked: another connection has held its write lock for ${patience / 1000} seconds. Keep transactions on this file short.`,
    { cause },
  )

/** Runs a read at once. In WAL mode a lock meets one only in rare moments, such as the recovery after a crash. */
export function patiently<Result>(read: () => Result): Result | Promise<Result> {
  try {
    return read()
  } catch (error) {
    if (!isBusy(error)) throw error
    return retry(read)
  }
}

async function retry<Result>(read: () => Result): Promise<Result> {
  const until = performance.now() + patience
  for (let failures = 0; ; failures++) {
    await pause(pauseAfter(failures))
    try {
      return read()
    } catch (error) {
      if (!isBusy(error)) throw error
      if (performance.now() >= until) throw heldTooLong(error)
    }
  }
}
