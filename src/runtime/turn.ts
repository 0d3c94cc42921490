/**
 * Long work gives everybody else a turn in between. A driver may answer without ever waiting for anything, and then a loop over its
 * answers would keep the whole process.
 *
 * @module
 */
import { outlivesRequest } from './shared.js'

// Taken at load: the host's tests replace timers, and must not stop a server.
const { setImmediate, setTimeout } = globalThis

/** Resolves when the event loop has come round once. */
export const nextTurn = (): Promise<void> =>
  new Promise((resolve) => (hasImmediate ? setImmediate(resolve) : setTimeout(resolve, 0)))

// Workers have no setImmediate, nor have Deno and browsers without Node's globals; that of Next's Edge runtime throws.
const hasImmediate = setImmediate !== undefined && !('EdgeRuntime' in globalThis)

/** What goes on when this turn is over. */
let waiting: (() => void)[] = []

/**
 * Resolves when everything that has arrived in this turn of the event loop has been taken in, for all callers at once: what they do next they do step
 * by step beside each other. Code that one of them has warmed up is warm for all, and between them nobody enters the kernel. For one caller alone it is
 * a turn that costs next to nothing. Where no request may wait for another (Workers) it resolves at once.
 */
export const together = <T>(value: T): Promise<T> =>
  new Promise((resolve) => {
    if (!hasImmediate || !outlivesRequest) return resolve(value)
    if (waiting.push(() => resolve(value)) === 1) setImmediate(goOn)
  })

function goOn(): void {
  const all = waiting
  waiting = []
  for (const go of all) go()
}

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
