/**
 * Something of another server that is fetched, kept for a while and fetched again: its metadata, its keys. One fetch is under
 * way at a time, whoever asks (on Cloudflare Workers one for each request that has to wait); after a failure the next has to
 * wait; what is held serves on while the other server is away.
 *
 * @module
 */
import { outlivesRequest, shared } from '../runtime/shared.js'

/** What was fetched, and for how many milliseconds its server says it holds. */
export interface Loaded<T> {
  readonly value: T
  readonly maxAge: number | undefined
}

export interface Kept<T> {
  /** The value, at most as old as it may be. @throws {Unreachable} when there is none. */
  current(): Promise<T>
  /**
   * The value, fetched again for somebody who misses something in it, but not more often than every 30 seconds.
   *
   * @throws {Unreachable} when the last attempt failed: what is missing may be there.
   */
  renewed(): Promise<T>
}

/** The other server cannot be asked now. It has been reported already. */
export class Unreachable extends Error {
  override readonly name = 'Unreachable'
  /** @param retryAfter Milliseconds until it is worth asking again. */
  constructor(readonly retryAfter: number) {
    super('The authorization server cannot be asked now')
  }
}

/** How long a value is taken as it is, whatever its server says about caching. */
const MIN_AGE = 60_000
const DEFAULT_AGE = 300_000
const MAX_AGE = 3_600_000
/** How long a value serves on when it cannot be fetched again. */
const MAX_AGE_WHILE_AWAY = 86_400_000
/** Floors between two fetches: after a failure, and for those who miss something. */
const RETRY_FLOOR = 5_000
const RENEWAL_FLOOR = 30_000

/** @param failed Told of each attempt that failed. */
export function keep<T>(load: () => Promise<Loaded<T>>, now: () => number, failed: (cause: unknown) => void): Kept<T> {
  let held: { readonly value: T; readonly loadedAt: number; readonly freshUntil: number } | undefined
  /** Set while the last attempt is one that failed. */
  let retryAt: number | undefined

  const attempt = shared(
    () =>
      load().then(
        ({ value, maxAge = DEFAULT_AGE }) => {
          const loadedAt = now()
          held = { value, loadedAt, freshUntil: loadedAt + Math.min(Math.max(maxAge, MIN_AGE), MAX_AGE) }
          retryAt = undefined
        },
        (cause) => {
          retryAt = now() + RETRY_FLOOR
          // A server that is unreachable because another is: told already.
          if (!(cause instanceof Unreachable)) failed(cause)
        },
      ),
    now,
  )
  const usable = () => (held && now() < held.loadedAt + MAX_AGE_WHILE_AWAY ? held : undefined)
  const unreachable = () => new Unreachable(Math.max(0, (retryAt ?? 0) - now()))

  return {
    async current() {
      if (held && now() < held.freshUntil) return held.value
      if (retryAt === undefined) await attempt.start()
      else if (now() >= retryAt) {
        const attempted = attempt.start()
        // A server that is known to be away is not waited for, as long as there is something to serve.
        if (!usable() || !outlivesRequest) await attempted
      }
      const serving = usable()
      if (!serving) throw unreachable()
      return serving.value
    },
    async renewed() {
      const floor = retryAt ?? (held ? held.loadedAt + RENEWAL_FLOOR : 0)
      if (attempt.underWay || now() >= floor) await attempt.start()
      if (!held || retryAt !== undefined) throw unreachable()
      return held.value
    },
  }
}
