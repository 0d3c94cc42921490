/**
 * How much of something strangers may have done. By default it is counted in the storage, in fixed windows; the app's own limiters take the
 * place of that, one by one. Keys are hashed before they are stored or handed on, so no address lies about in clear.
 *
 * @module
 */
import { OAuthError } from '../edge/errors.js'
import type { ServerEventBody } from '../edge/events.js'
import { within } from '../runtime/deadline.js'
import { type Counting, countInWindow } from './window.js'

/** A limiter of the app's own: one of rate-limiter-flexible, or whatever has this function. */
export interface RateLimiter {
  /**
   * Counts one more for a key: 43 characters, a digest of what is counted, another for each limit and issuer.
   *
   * @returns what it likes, when one more is allowed.
   * @throws an object with `msBeforeNext`, how many milliseconds to wait, when it is not. Anything else says that the limiter is broken.
   */
  consume(key: string): Promise<unknown>
}

/** The default: so many in a window, which begins with the first. */
export interface LimitWindow {
  readonly limit: number
  /** In milliseconds. */
  readonly length: number
  /** In the id of the counter, where an earlier version has counted the same under another name. @default the name */
  readonly purpose?: string | undefined
}

export interface Limits {
  /**
   * Counts one more, when there is room. A refusal is told by the event `limited`.
   *
   * @param name what is limited, as the option `limiter` calls it: `registrationsPerAddress`. A feature lists its own in `limits`.
   * @param key who or what is counted. Of an address take `networkOf(address)`.
   * @param window what holds where the app has no limiter for it.
   * @param address where the request comes from, for the event.
   * @returns 0 when it may go ahead, else how many milliseconds to wait.
   */
  take(name: string, key: string, window: LimitWindow, address?: string): Promise<number>
  /**
   * The same for endpoints that answer with JSON.
   *
   * @throws {OAuthError} `temporarily_unavailable` with the status 429 and `Retry-After`, when there is no room.
   * @see {@link https://www.rfc-editor.org/rfc/rfc6585#section-4 RFC 6585 §4}
   */
  enforce(name: string, key: string, window: LimitWindow, address?: string): Promise<void>
}

/** What limits need of a server. */
interface Parts extends Counting {
  recordId(purpose: string, name: string): string
  emit(event: ServerEventBody): void
}

/**
 * @param own the app's limiters, by name.
 * @param patience milliseconds that one of them may take.
 */
export function limitsOf(parts: Parts, own: { readonly [name: string]: RateLimiter }, patience: number): Limits {
  const { emit, now, recordId } = parts
  const limiters = new Map(Object.entries(own))
  /** When each was seen to be broken. */
  const brokenAt = new Map<string, number>()

  const isBroken = (name: string): boolean => {
    const at = brokenAt.get(name)
    return at !== undefined && Math.abs(now() - at) < REST
  }

  /** Milliseconds to wait; null where the app has no limiter that works. */
  async function ownWait(name: string, id: string): Promise<number | null> {
    const limiter = limiters.get(name)
    if (!limiter || isBroken(name)) return null
    try {
      return await consumed(limiter, id, patience)
    } catch (cause) {
      // Of many that fail at once the first is told.
      if (isBroken(name)) return null
      brokenAt.set(name, now())
      const told = new Error(`limiter.${name} failed; for ${REST / 1000} s the default counts in its place.`, { cause })
      emit({ type: 'failed', endpoint: 'limiter', cause: told, reference: '' })
      return null
    }
  }

  const take: Limits['take'] = async (name, key, { limit, length, purpose = `limit ${name}` }, address) => {
    const id = recordId(purpose, key)
    // A limiter that is broken neither lets everybody through nor keeps anybody out: the default is there for that.
    const wait = (await ownWait(name, id)) ?? (await countInWindow(parts, { id, limit, length }))
    if (wait > 0) emit({ type: 'limited', limit: name, wait: inSeconds(wait), address })
    return wait
  }

  return {
    take,
    async enforce(...taking) {
      const wait = await take(...taking)
      if (wait > 0) throw tooMany(wait)
    },
  }
}

/** A limiter that has failed is not asked for so many milliseconds: else each request would wait for it. */
const REST = 10_000

async function consumed(limiter: RateLimiter, id: string, patience: number): Promise<number> {
  try {
    await within(patience, Promise.resolve(limiter.consume(id)), () => new Error(`No answer in ${patience / 1000} s.`))
    return 0
  } catch (refusal) {
    const wait = waitIn(refusal)
    if (wait === null) throw refusal
    return wait
  }
}

/** rate-limiter-flexible says -1 for never. A page that says so helps nobody, so the longest wait is a day. */
function waitIn(refusal: unknown): number | null {
  const { msBeforeNext } = Object(refusal) as { readonly msBeforeNext?: unknown }
  if (typeof msBeforeNext !== 'number' || Number.isNaN(msBeforeNext)) return null
  return msBeforeNext < 0 ? DAY : Math.min(Math.max(msBeforeNext, 1), DAY)
}

const DAY = 86_400_000

/**
 * RFC 6585 §4 leaves the words to us. None that a client drops something on: `temporarily_unavailable` (RFC 6749 §4.1.2.1) is registered, and
 * a client that knows it keeps its tokens and its registration. `too_many_requests`, which some servers say, is not.
 */
function tooMany(wait: number): OAuthError {
  const seconds = inSeconds(wait)
  return new OAuthError('temporarily_unavailable', `Too many requests. Try again in ${seconds} s.`, {
    status: 429,
    headers: [['retry-after', String(seconds)]],
    reason: 'too_many_requests',
  })
}

const inSeconds = (milliseconds: number): number => Math.ceil(milliseconds / 1000)
