/**
 * A ring of keys: one stored record, moved by compare-and-swap, so that all instances agree. Nothing runs on a
 * timer: the record is read again and keys are rotated by the way, when the ring is used, and a request waits for that only
 * when it could otherwise use the wrong key.
 *
 * @module
 */
import { outlivesRequest, shared } from '../runtime/shared.js'
import type { Storage } from '../storage/contract.js'
import type { PublicJwk, SigningAlgorithm } from './jwk.js'
import { type VerificationKey, verificationKey } from './jws.js'
import { checkRoom, type MacKey } from './key-record.js'
import { margin, publishedKeys, reloadAfter, scheduleOf, signingKey } from './schedule.js'
import { acceptSigner } from './signer.js'
import type { Signer } from './signer-contract.js'
import { type Copy, type ReadyKey, storedKeys } from './stored-keys.js'
import { checkWrapping, openKeyWrap } from './wrap.js'

export type { MacKey } from './key-record.js'

export interface KeyringOptions {
  readonly storage: Storage
  readonly issuer: string
  /** Wrap the stored keys: the first wraps, all open. Each at least 32 bytes. */
  readonly secrets: readonly string[]
  /** Lets an `https` issuer store its keys without a secret: whoever reads the store can then sign tokens. */
  readonly allowUnwrappedKeys: boolean
  /** Epoch milliseconds. */
  readonly now: () => number
  readonly randomBytes: (length: number) => Uint8Array
  /** For keys that are generated from now on: those there are keep theirs. @default 'ES256' */
  readonly algorithm?: SigningAlgorithm | undefined
  /** A ring beside the first, for `algorithm` alone: it has a record of its own, and no MAC keys. @default false */
  readonly isExtra?: boolean | undefined
  /** Milliseconds after which a new key is made. @default 90 days */
  readonly rotateEvery?: number | undefined
  /** Milliseconds for which others may cache the published keys. @default 300,000 */
  readonly jwksMaxAge?: number | undefined
  /** Milliseconds that a signed token may live at most: how long an old key is needed. */
  readonly longestTokenLifetime: number
  /**
   * Keys of your own instead of generated ones: the first signs, all are published. To change over, append the new key,
   * deploy, wait until no verifier holds an older list, then move it to the front.
   */
  readonly fixedSigners?: readonly Signer[] | undefined
  /** Told of what fails in the background while the keys at hand still serve. */
  readonly onFailure?: ((cause: unknown) => void) | undefined
}

/**
 * What gives a promise gives it only when it has to wait for the store. Such a promise rejects only when no keys have ever
 * been loaded; the next call tries again.
 */
export interface Keyring {
  /** Signs now. */
  current(): Signer | Promise<Signer>
  /** Makes opaque tokens now. */
  macKey(): MacKey | Promise<MacKey>
  /** The MAC key of an opaque token. Undefined when it was never ours or is too old. */
  findMacKey(id: string): MacKey | undefined | Promise<MacKey | undefined>
  /** The key that a token names. Undefined when it was never ours or is too old. */
  find(kid: string): VerificationKey | undefined | Promise<VerificationKey | undefined>
  /** Whether the copy of the record at hand has the key that a token names. */
  knows(kid: string): boolean
  /** All keys that verifiers have to know now. */
  publicKeys(): readonly PublicJwk[] | Promise<readonly PublicJwk[]>
  /** The same as the JSON text of a JWK Set (RFC 7517 §5). */
  jwks(): string | Promise<string>
  /**
   * Makes new keys now, ahead of time, and wraps all stored keys anew. The new keys are published at once and sign as soon
   * as everybody knows them. Does not add another while the last one has yet to begin.
   */
  rotate(): Promise<void>
  /** Resolves when nothing is going on in the background. */
  idle(): Promise<void>
}

/** @throws {TypeError} when an option is wrong, and says what to write instead. */
export function openKeyring(options: KeyringOptions): Keyring {
  const { now, algorithm = 'ES256', isExtra = false } = options
  const schedule = scheduleOf(
    options.rotateEvery ?? 90 * 86_400_000,
    options.jwksMaxAge ?? 300_000,
    options.longestTokenLifetime,
  )
  const wrap = openKeyWrap(options)
  const fixed = options.fixedSigners && fixedKeys(options.fixedSigners)
  // With fixed signers only MAC keys are stored, and those only when they are used.
  if (!fixed) {
    checkWrapping(options)
    checkRoom(algorithm, schedule)
  }
  const stored = storedKeys({ ...options, wrap, schedule, isExtra, algorithm: fixed ? null : algorithm })

  let held: Copy | undefined
  let lastReload = Number.NEGATIVE_INFINITY
  let lastRotation = Number.NEGATIVE_INFINITY

  const load = shared(async () => {
    const before = held
    const copy = await stored.load(before)
    // A rotation that was committed meanwhile knows more than what was read before it.
    if (!held || held === before) held = copy
    return held
  }, now)

  async function rotate(copy: Copy, early: boolean): Promise<void> {
    held = await stored.rotate(copy, early)
  }

  const reloading = shared(() => load.start().then(() => {}, report), now)
  const rotating = shared(() => (held ? rotate(held, false).catch(report) : Promise.resolve()), now)

  /** Reads the record again, unless that was tried a moment ago. Never rejects. */
  function reload(): Promise<void> | undefined {
    // Where nobody can join what another has begun, only what came of it keeps anybody from doing the same.
    const last = outlivesRequest ? lastReload : (held?.loadedAt ?? lastReload)
    if (reloading.underWay || Math.abs(now() - last) < retryAfter) return reloading.underWay
    lastReload = now()
    return reloading.start()
  }

  /** Sees, in the background, to what the keys need. Where there is no background, it gives what has to be waited for. */
  function tend(copy: Copy): Promise<unknown> | undefined {
    const work: (Promise<void> | undefined)[] = []
    if (Math.abs(now() - copy.loadedAt) > reloadAfter) work.push(reload())
    if (now() >= stored.changeAt(copy) && !rotating.underWay && Math.abs(now() - lastRotation) >= retryAfter) {
      lastRotation = now()
      work.push(rotating.start())
    }
    return outlivesRequest || work.length === 0 ? undefined : Promise.all(work)
  }

  async function afterLoading<T>(pick: (copy: Copy) => T): Promise<T> {
    const copy = await load.start()
    await tend(copy)
    return pick(copy)
  }

  /** Answers from the copy at hand, after a reload when it is older than `limit` ms and the store can be reached. */
  function answer<T>(limit: number, pick: (copy: Copy) => T): T | Promise<T> {
    const copy = held
    if (!copy) return afterLoading(pick)
    const work = tend(copy) ?? (now() - copy.loadedAt > limit ? reloading.underWay : undefined)
    return work ? work.then(() => pick(held ?? copy)) : pick(copy)
  }

  /** Answers from the copy at hand, after a reload when that does not know it. */
  function lookUp<T>(pick: (copy: Copy) => T | undefined): T | undefined | Promise<T | undefined> {
    const copy = held
    if (!copy) return afterLoading(pick)
    const work = tend(copy)
    return pick(copy) ?? (work ?? reload())?.then(() => pick(held ?? copy))
  }

  /** A listener that fails must not fail the request that happened to be there. */
  function report(cause: unknown): void {
    try {
      options.onFailure?.(cause)
    } catch {}
  }

  const published = (copy: Copy) => publishedKeys(copy.keys, now(), schedule)
  let lastText: { readonly of: readonly ReadyKey[]; readonly count: number; readonly text: string } | undefined

  // A key that this copy does not know was appended after it was read, and signs not before `lead` from then.
  const signingLimit = schedule.lead - margin

  return {
    current: () => fixed?.first ?? answer(signingLimit, (copy) => present(signingKey(copy.keys, now())).signer),
    macKey: () => answer(signingLimit, (copy) => present(signingKey(copy.record.mac, now()))),
    findMacKey: (macId) =>
      lookUp((copy) => publishedKeys(copy.record.mac, now(), schedule).find((k) => k.id === macId)),
    find: (kid) =>
      fixed ? fixed.byKid.get(kid) : lookUp((copy) => published(copy).find((key) => key.kid === kid)?.verificationKey),
    knows: (kid) => held !== undefined && published(held).some((key) => key.kid === kid),
    publicKeys: () =>
      fixed?.publicKeys ?? answer(reloadAfter, (copy) => published(copy).map((key) => key.signer.publicJwk)),
    jwks: () =>
      fixed?.jwks ??
      answer(reloadAfter, (copy) => {
        const keys = published(copy)
        if (lastText?.of !== copy.keys || lastText.count !== keys.length) {
          lastText = { of: copy.keys, count: keys.length, text: jwkSet(keys.map((key) => key.signer.publicJwk)) }
        }
        return lastText.text
      }),
    rotate: async () => rotate(await load.start(), true),
    async idle() {
      while (reloading.underWay || rotating.underWay) await Promise.all([reloading.underWay, rotating.underWay])
    },
  }
}

/** A read or a rotation that failed, or found nothing new, is not repeated for this many milliseconds. */
const retryAfter = 5_000

function fixedKeys(signers: readonly Signer[]) {
  const accepted = signers.map(acceptSigner)
  const [first] = accepted
  if (!first) throw new TypeError('The list of keys is empty: give at least one, or leave the option out')
  const byKid = new Map(accepted.map(({ kid, publicJwk }) => [kid, verificationKey(publicJwk)]))
  if (byKid.size < accepted.length) throw new TypeError('Two of the given keys have the same `kid`')
  const publicKeys = accepted.map(({ publicJwk }) => publicJwk)
  return { first, byKid, publicKeys, jwks: jwkSet(publicKeys) }
}

/** The text of a JWK Set (RFC 7517 §5). */
export const jwkSet = (keys: readonly PublicJwk[]): string => JSON.stringify({ keys })

/** A loaded record always has keys. */
function present<T>(key: T | undefined): T {
  if (key === undefined) throw new Error('The key record is empty')
  return key
}
