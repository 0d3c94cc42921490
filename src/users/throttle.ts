/**
 * Limits attempts to log in: 5 per user and 30 per address in a minute; after that a wait of 1, 2, 4, 8 and then always 15
 * minutes, and a fifth of the attempts (1 and 6) between two waits. The counters are in the storage, moved by compare-and-swap,
 * so that several instances share them and parallel guesses are all counted. Users who do not exist are counted like those
 * who do.
 *
 * @module
 */
import { Unavailable } from '../errors.js'
import { networkOf } from '../network.js'
import type { Repository } from '../storage/repositories.js'
import { repository } from '../storage/repositories.js'
import { foldName } from './fold-name.js'
import type { UserServices } from './services.js'

/** Who tries to log in. */
export interface LoginAttempt {
  /**
   * As it was typed: 1 to 320 characters (UTF-16 code units). Empty for a longer one, which is nobody's: then the attempt counts
   * for the address alone.
   */
  readonly username: string
  /** Where it comes from. Unknown: only the user's attempts are counted. */
  readonly address: string | undefined
}

/** Bounds how often passwords can be tried. The one that ships counts in the storage. */
export interface Limiter {
  /**
   * Counts an attempt, before the password is looked at.
   *
   * @returns 0 when it may go ahead, else how many seconds to wait.
   */
  reserve(attempt: LoginAttempt): Promise<number>
  /** The password was right: the user's attempts are forgiven, and this one is not held against the address. */
  succeed(attempt: LoginAttempt): Promise<void>
}

/** Attempts in the first minute. */
const USER_LIMIT = 5
const ADDRESS_LIMIT = 30

const MINUTE = 60_000
const LONGEST_WAIT = 15 * MINUTE
/** After this long without an attempt, all is forgotten. */
const MEMORY = 60 * MINUTE

export function limiterIn(services: UserServices): Limiter {
  const { issuer, storage, now, recordId } = services
  const counters = repository<Counter>(storage, services, {
    kind: 'counter',
    id: (counter) => counter.id,
    expiresAt: (counter) => counter.last + MEMORY,
    belongs: (counter) => counter.issuer === issuer,
  })
  const places = repository<Place>(storage, services, {
    kind: 'counter',
    id: (place) => place.id,
    expiresAt: (place) => place.readyAt + LONGEST_WAIT,
    belongs: (place) => place.issuer === issuer,
  })

  const userId = ({ username }: LoginAttempt) => recordId('counter', `user\0${foldName(username)}`)
  const addressId = (address: string) => recordId('counter', `address\0${networkOf(address)}`)

  /** Milliseconds to wait, 0 when the attempt is counted and may go ahead. */
  async function take(id: string, limit: number): Promise<number> {
    return swapUntilWon(counters, id, (stored) => {
      const counter = stored ?? { id, issuer, tries: 0, since: now(), last: now() }
      const { next, wait } = step(counter, limit, Math.max(now(), counter.last))
      return { next, result: wait }
    })
  }

  /**
   * Whoever was told to wait and has waited may try once, even if strangers have used up the user's attempts meanwhile: so
   * nobody can lock somebody else out for longer than the longest wait. The price is one more guess per address and wait.
   */
  async function claimPlace(attempt: LoginAttempt, address: string, wait: number): Promise<number> {
    const id = recordId('counter', `place\0${foldName(attempt.username)}\0${networkOf(address)}`)
    return swapUntilWon(places, id, (stored) => {
      const at = now()
      const place = stored && at < stored.readyAt + LONGEST_WAIT ? stored : null
      if (!place) return { next: { id, issuer, readyAt: at + wait }, result: wait }
      if (at < place.readyAt) return { next: place, result: Math.min(wait, place.readyAt - at) }
      return { next: { ...place, readyAt: at + LONGEST_WAIT }, result: 0 }
    })
  }

  return {
    async reserve(attempt) {
      const { address } = attempt
      // The address first: who is refused there must not use up the attempts of a user.
      const addressWait = address === undefined ? 0 : await take(addressId(address), ADDRESS_LIMIT)
      if (addressWait > 0) return inSeconds(addressWait)
      const userWait = attempt.username === '' ? 0 : await take(userId(attempt), USER_LIMIT)
      if (userWait === 0 || address === undefined) return inSeconds(userWait)
      return inSeconds(await claimPlace(attempt, address, userWait))
    },
    async succeed(attempt) {
      await counters.remove(userId(attempt))
      if (attempt.address === undefined) return
      await swapUntilWon(counters, addressId(attempt.address), (stored) => ({
        next: stored && giveBack(stored, ADDRESS_LIMIT),
        result: undefined,
      }))
    },
  }
}

interface Counter {
  readonly id: string
  readonly issuer: string
  readonly tries: number
  /** When the first of `tries` was. */
  readonly since: number
  /** When the latest was. A wait is counted from there. */
  readonly last: number
}

/** A place in the queue of those who wait to try one user's name, one per address. */
interface Place {
  readonly id: string
  readonly issuer: string
  readonly readyAt: number
}

function step(counter: Counter, limit: number, at: number): { readonly next: Counter; readonly wait: number } {
  const { tries, since, last } = counter
  const beyond = tries - limit
  const forgotten = beyond < 0 ? at >= since + MINUTE : at >= last + MEMORY
  if (forgotten) return { next: { ...counter, tries: 1, since: at, last: at }, wait: 0 }
  if (mustWait(tries, limit)) {
    const until = last + Math.min(MINUTE * 2 ** (beyond / burstOf(limit)), LONGEST_WAIT)
    if (at < until) return { next: counter, wait: until - at }
  }
  return { next: { ...counter, tries: tries + 1, last: at }, wait: 0 }
}

/** One try less, unless that would be back at the start of a wait that is over. */
function giveBack(counter: Counter, limit: number): Counter {
  const tries = counter.tries - 1
  return tries < 0 || mustWait(tries, limit) ? counter : { ...counter, tries }
}

const mustWait = (tries: number, limit: number): boolean => tries >= limit && (tries - limit) % burstOf(limit) === 0

/** Attempts between two waits. */
const burstOf = (limit: number): number => Math.ceil(limit / 5)

/** Enough for everybody who may pass in one burst to be overtaken by everybody else. */
const MAX_LOST_SWAPS = 2 * ADDRESS_LIMIT

/** Reads, decides, swaps; again when somebody else was faster. `next` is what was read when nothing changes. */
async function swapUntilWon<T extends object, Result>(
  records: Repository<T>,
  id: string,
  decide: (stored: T | null) => { readonly next: T | null; readonly result: Result },
): Promise<Result> {
  for (let lost = 0; lost <= MAX_LOST_SWAPS; lost++) {
    const stored = await records.get(id)
    const { next, result } = decide(stored?.value ?? null)
    if (next === null || next === stored?.value) return result
    if (await (stored ? records.replace(next, stored.version) : records.insert(next))) return result
  }
  throw new Unavailable('An attempt counter is written by too many at once.')
}

const inSeconds = (milliseconds: number): number => Math.ceil(milliseconds / 1000)
