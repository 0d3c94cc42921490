/**
 * Long work gives everybody else a turn in between. A driver may answer without ever waiting for anything, and then a loop over its
 * answers would keep the whole process.
 *
 * @module
 */

// Taken at load: the host's tests replace timers, and must not stop a server.
const { setImmediate, setTimeout } = globalThis

/** Resolves when the event loop has come round once. */
export const nextTurn = (): Promise<void> =>
  new Promise((resolve) => (hasImmediate ? setImmediate(resolve) : setTimeout(resolve, 0)))

// Workers have no setImmediate, nor have Deno and browsers without Node's globals; that of Next's Edge runtime throws.
const hasImmediate = setImmediate !== undefined && !('EdgeRuntime' in globalThis)

/**
 * Does `work` for every item, some at the same time. Rejects with the first failure, and begins nothing after it.
 *
 * @param atOnce by default enough to keep a database busy, and few enough to leave connections of its pool to others.
 */
export async function eachOf<T>(items: Iterable<T>, work: (item: T) => Promise<void>, atOnce = 8): Promise<void> {
  const left = items[Symbol.iterator]()
  let failed = false
  const worker = async () => {
    for (let next = left.next(); !next.done && !failed; next = left.next()) {
      try {
        await work(next.value)
      } catch (error) {
        failed = true
        throw error
      }
    }
  }
  await Promise.all(Array.from({ length: atOnce }, worker))
}
