/**
 * Work that several requests wait for: the first begins it, and those that come while it is under way share its outcome.
 *
 * Not on Cloudflare Workers. What a request has begun there ends with it, without settling: when its response is complete, or
 * when its client hangs up. Whoever waits for it waits for ever. So there each request does its own work, and waits for it.
 *
 * @see {@link https://developers.cloudflare.com/workers/observability/errors/#the-script-will-never-generate-a-response-errors Errors of Workers}
 * @module
 */

/** Whether what a request has begun goes on when the request is over, and may be waited for by others. */
export const outlivesRequest = globalThis.navigator?.userAgent !== 'Cloudflare-Workers'

export interface Shared<T> {
  /** Begins the work, or joins what is under way. */
  start(): Promise<T>
  /** What can be joined now. */
  readonly underWay: Promise<T> | undefined
}

/** @param now epoch milliseconds. */
export function shared<T>(run: () => Promise<T>, now: () => number): Shared<T> {
  let begun: { readonly work: Promise<T>; readonly at: number } | undefined
  const joinable = () => (begun && Math.abs(now() - begun.at) < PATIENCE ? begun.work : undefined)
  return {
    start() {
      if (!outlivesRequest) return run()
      const underWay = joinable()
      if (underWay) return underWay
      // Before the work: a clock that fails must not leave work behind that nobody waits for.
      const at = now()
      const work = run().finally(() => {
        if (begun?.work === work) begun = undefined
      })
      begun = { work, at }
      return work
    },
    get underWay() {
      return joinable()
    },
  }
}

/** The same for many things at once, by their keys. All of the work has a deadline of its own. */
export function sharedByKey<T>(): (key: string, run: () => Promise<T>) => Promise<T> {
  const underWay = new Map<string, Promise<T>>()
  return (key, run) => {
    if (!outlivesRequest) return run()
    const running = underWay.get(key)
    if (running) return running
    const started = run().finally(() => underWay.delete(key))
    underWay.set(key, started)
    return started
  }
}

/** Work that has not settled for so long may never do so: a database that hangs without a time limit. The next one begins anew. */
const PATIENCE = 10_000
