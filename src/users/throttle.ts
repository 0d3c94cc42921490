/**
 * Limits attempts to log in: 5 per user and 30 per address in a minute; after that a wait of 1, 2, 4, 8 and then always 15
 * minutes, and a fifth of the attempts (1 and 6) between two waits. From the twentieth at one user within 24 hours on, each has
 * such a wait after it. All whose address is not known have 600 a minute together. The counters are in the storage, moved by compare-and-swap, so that several instances share them and
 * parallel guesses are all counted. Users who do not exist are counted like those who do, all spellings of a name as one user.
 *
 * @module
 */
import { Unavailable } from '../edge/errors.js'
import { networkOf } from '../edge/network.js'
import type { Repository } from '../storage/repositories.js'
import { repository } from '../storage/repositories.js'
import {
  type Counter,
  expiryOf,
  forgive,
  giveBack,
  isImpossible,
  LONGEST_WAIT,
  oneLess,
  tryOnce,
} from './attempt-counter.js'
import { foldName } from './fold-name.js'
import type { UserServices } from './services.js'

/** Who tries to log in. */
export interface LoginAttempt {
  /**
   * As it was typed: 1 to 320 characters (UTF-16 code units). Empty for a longer one, which is nobody's: then the attempt counts
   * for the address alone.
   */
  readonly username: string
  /** Where it comes from. Unknown: the user's attempts are counted, and those of all whose address is not known, together. */
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
  /**
   * The password was right: the attempts at the user are forgiven, and this one is not held against the address. Forgive no more
   * than those with exactly this `username`: a spelling that you count as the same user can be another account, the attacker's.
   */
  succeed(attempt: LoginAttempt): Promise<void>
  /**
   * The attempt was counted (`reserve` gave 0 for this very object), but nobody looked at the password, because the server had too
   * many to hash: it is as if the attempt had not been. The person gets a 503. Without this function it stays counted.
   */
  giveBack?(attempt: LoginAttempt): Promise<void>
}

/** Attempts in the first minute. */
const USER_LIMIT = 5
const ADDRESS_LIMIT = 30
/** Of everybody whose address is not known: else names that nobody has would fill the store. */
const withoutAddress = { limit: 600, length: 60_000 }

/** What came of counting. */
interface Counted {
  /** Milliseconds to wait; 0 when the attempt is counted and may go ahead. */
  readonly wait: number
  /** It came after a wait. */
  readonly waited?: boolean | undefined
  /** Then it is as if it had not been counted. */
  readonly undo: () => Promise<void>
}

export function limiterIn(services: UserServices): Required<Limiter> {
  const { issuer, storage, now, recordId, limits } = services
  const counters = repository<Counter>(storage, services, {
    kind: 'counter',
    id: (counter) => counter.id,
    expiresAt: expiryOf,
    belongs: (counter) => counter.issuer === issuer,
  })
  const places = repository<Place>(storage, services, {
    kind: 'counter',
    id: (place) => place.id,
    expiresAt: (place) => place.readyAt + LONGEST_WAIT,
    belongs: (place) => place.issuer === issuer,
  })
  const reserved = new WeakMap<LoginAttempt, readonly Counted[]>()

  const userId = ({ username }: LoginAttempt) => recordId('counter', `user\0${foldName(username)}`)
  const spellingOf = ({ username }: LoginAttempt) => recordId('spelling', username)
  const addressId = (address: string) => recordId('counter', `address\0${networkOf(address)}`)

  const take = (id: string, limit: number, spelling?: string): Promise<Counted> =>
    swapUntilWon(counters, id, (stored) => {
      const at = now()
      const counter = stored ?? { id, issuer, tries: 0, since: at, last: at }
      const { next, wait, waited } = tryOnce(counter, limit, at, spelling)
      const taken = { at: next.last, spelling, before: counter.last }
      const undo = () => change(counters, id, (current) => giveBack(current, limit, taken))
      return { next, result: { wait, waited, undo } }
    })

  const placeId = ({ username }: LoginAttempt, address: string) =>
    recordId('counter', `place\0${foldName(username)}\0${networkOf(address)}`)

  /**
   * Whoever was told to wait and has waited may try once, even if strangers have used up the user's attempts meanwhile: so
   * nobody can lock somebody else out for longer than the longest wait. The price is one more guess per address and wait.
   */
  async function claimPlace(attempt: LoginAttempt, address: string, wait: number): Promise<Counted> {
    const id = placeId(attempt, address)
    return swapUntilWon(places, id, (stored) => {
      const at = now()
      // Only a clock that was wrong can have made it ready later than after the longest wait.
      const isOpen = stored && at < stored.readyAt + LONGEST_WAIT && !isImpossible(stored.readyAt - LONGEST_WAIT, at)
      if (!isOpen) return { next: { id, issuer, readyAt: at + wait }, result: { ...uncounted, wait } }
      if (at < stored.readyAt) {
        return { next: stored, result: { ...uncounted, wait: Math.min(wait, stored.readyAt - at) } }
      }
      const next = { ...stored, readyAt: at + LONGEST_WAIT }
      const undo = () => change(places, id, (current) => (current.readyAt === next.readyAt ? stored : current))
      return { next, result: { wait: 0, undo } }
    })
  }

  return {
    async reserve(attempt) {
      const { address, username } = attempt
      // The address first: who is refused there must not use up the attempts of a user.
      const byAddress =
        address === undefined
          ? { ...uncounted, wait: await limits.take('loginsWithoutAddress', '', withoutAddress) }
          : await take(addressId(address), ADDRESS_LIMIT)
      if (byAddress.wait > 0) return inSeconds(byAddress.wait)
      let byUser = username === '' ? uncounted : await take(userId(attempt), USER_LIMIT, spellingOf(attempt))
      if (byUser.wait > 0 && address !== undefined) byUser = await claimPlace(attempt, address, byUser.wait)
      // One wait is for one try: whoever had a place and got in without it has used it up.
      else if (byUser.waited && address !== undefined) await places.remove(placeId(attempt, address))
      if (byUser.wait === 0) reserved.set(attempt, [byUser, byAddress])
      return inSeconds(byUser.wait)
    },
    async succeed(attempt) {
      const { address } = attempt
      await change(counters, userId(attempt), (counter) => forgive(counter, spellingOf(attempt)))
      if (address === undefined) return
      await change(counters, addressId(address), (counter) => oneLess(counter, ADDRESS_LIMIT))
    },
    async giveBack(attempt) {
      const counted = reserved.get(attempt) ?? []
      reserved.delete(attempt)
      for (const { undo } of counted) await undo()
    },
  }
}

const uncounted: Counted = { wait: 0, undo: async () => {} }

/** A place in the queue of those who wait to try one user's name, one per address. */
interface Place {
  readonly id: string
  readonly issuer: string
  readonly readyAt: number
}

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

/** Changes a record, if there is one. */
const change = <T extends object>(records: Repository<T>, id: string, next: (stored: T) => T): Promise<void> =>
  swapUntilWon(records, id, (stored) => ({ next: stored && next(stored), result: undefined }))

const inSeconds = (milliseconds: number): number => Math.ceil(milliseconds / 1000)
