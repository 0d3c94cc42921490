/**
 * Waiting, but not for ever.
 *
 * @module
 */

// Taken at load: the host's tests replace timers, and must not stop a server.
const { setTimeout, clearTimeout } = globalThis

/** Settles as `work` does, or after `milliseconds` rejects with what `late` makes. The work itself cannot be stopped, and goes on. */
export function within<T>(milliseconds: number, work: Promise<T>, late: () => Error): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(late()), milliseconds)
    work.then(
      (value) => {
        clearTimeout(timer)
        resolve(value)
      },
      (error: unknown) => {
        clearTimeout(timer)
        reject(error)
      },
    )
  })
}

/** Calls `ring` after `milliseconds`, unless what is returned is called before. */
export function alarm(milliseconds: number, ring: () => void): () => void {
  const timer = setTimeout(ring, milliseconds)
  return () => clearTimeout(timer)
}

/** The same, but it keeps no process alive. */
export function quietAlarm(milliseconds: number, ring: () => void): () => void {
  const timer: ReturnType<typeof setTimeout> | number = setTimeout(ring, milliseconds)
  // On Deno a timer is a number.
  if (typeof timer === 'object') timer.unref()
  else (globalThis as { Deno?: { unrefTimer?(timer: number): void } }).Deno?.unrefTimer?.(timer)
  return () => clearTimeout(timer)
}

export const pause = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds))
