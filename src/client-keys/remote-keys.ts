/**
 * The keys that clients publish at a `jwks_uri`: fetched, kept for a while, and fetched again. One fetch of a URL is under way at a time, whoever
 * asks; a failure is remembered for a while; what is held serves on for a bounded time while its host is away.
 *
 * A key id that nobody knows may be a new key, and may be made up. It is looked for, but not more often than every 30 seconds for each URL.
 *
 * @module
 */
import type { Documents, Fetched } from '../guarded-fetch/contract.js'
import { quoted } from '../protocol/hint.js'
import { outlivesRequest, type Shared, shared } from '../runtime/shared.js'
import { type KeySet, readKeySet } from './key-set.js'

/** Who made us fetch, for the limits of the fetcher. */
export interface Asker {
  readonly address: string | undefined
}

/** There are no keys to be had now, and why: for the operator. */
export interface Unavailable {
  readonly keys: null
  readonly detail: string
}

export type Available = { readonly keys: KeySet } | Unavailable

export interface RemoteKeys {
  /** The keys at a URL, at most as old as they may be. */
  current(url: string, from: Asker): Promise<Available>
  /** The same, fetched again for somebody who misses one of them, if the last time is long enough ago. */
  renewed(url: string, from: Asker): Promise<Available>
}

/** How long keys are taken as they are, whatever their host says about caching. */
const MIN_AGE = 300_000
const MAX_AGE = 86_400_000
/** How long keys serve when they cannot be fetched again: from the fetch, so at least a day after they were fresh. */
const MAX_AGE_WHILE_AWAY = 2 * MAX_AGE
/** Floors between two fetches of a URL: after a failure, and for those who miss a key. */
const RETRY_FLOOR = 30_000
const RENEWAL_FLOOR = 30_000
/** Most URLs that are remembered: those that were asked for last. */
const MAX_URLS = 500

interface Entry {
  held: { readonly keys: KeySet; readonly loadedAt: number; readonly freshUntil: number } | undefined
  /** Set while the last attempt is one that failed. */
  failed: { readonly until: number; readonly detail: string } | undefined
  from: Asker
  readonly attempt: Shared<Attempted>
}

/** Why there was nothing; null when there was. */
type Attempted = { readonly detail: string; readonly isLimited: boolean } | null

/** @param now epoch milliseconds. */
export function remoteKeys(documents: Documents, now: () => number): RemoteKeys {
  const entries = new Map<string, Entry>()

  function entryOf(url: string, from: Asker): Entry {
    const known = entries.get(url)
    // Those that are in use are at the end.
    if (known) entries.delete(url)
    const [oldest] = entries.keys()
    if (!known && entries.size >= MAX_URLS && oldest !== undefined) entries.delete(oldest)
    const entry: Entry = known ?? {
      held: undefined,
      failed: undefined,
      from,
      attempt: shared(() => load(url, entry), now),
    }
    entries.set(url, entry)
    return entry
  }

  async function load(url: string, entry: Entry): Promise<Attempted> {
    const fetched = await documents.get(url, entry.from)
    const at = now()
    const keys = fetched.ok ? readKeySet(fetched.json) : null
    if (fetched.ok && keys) {
      const { freshFor = MIN_AGE } = fetched
      entry.held = { keys, loadedAt: at, freshUntil: at + Math.min(Math.max(freshFor, MIN_AGE), MAX_AGE) }
      entry.failed = undefined
      return null
    }
    const detail = whyNot(fetched)
    // What somebody's address may not do says nothing about the host: others try for themselves.
    if (!fetched.ok && fetched.problem === 'limited') return { detail, isLimited: true }
    // RFC 9110 §15.5.5, §15.5.11: the client has taken its keys away.
    if (!fetched.ok && (fetched.status === 404 || fetched.status === 410)) entry.held = undefined
    entry.failed = { until: at + RETRY_FLOOR, detail }
    return { detail, isLimited: false }
  }

  async function attempt(entry: Entry, from: Asker): Promise<Attempted> {
    const isOthers = entry.attempt.underWay !== undefined
    if (!isOthers) entry.from = from
    const attempted = await entry.attempt.start()
    if (!isOthers || !attempted?.isLimited) return attempted
    entry.from = from
    return entry.attempt.start()
  }

  const usable = ({ held }: Entry) => (held && now() < held.loadedAt + MAX_AGE_WHILE_AWAY ? held : undefined)

  return {
    async current(url, from) {
      const entry = entryOf(url, from)
      if (entry.held && now() < entry.held.freshUntil) return entry.held
      let why: { readonly detail: string } | null = entry.failed ?? null
      if (!entry.failed || now() >= entry.failed.until) {
        const attempted = attempt(entry, from)
        // A host that is known to be away is not waited for, as long as there is something to serve.
        if (entry.failed && usable(entry) && outlivesRequest) attempted.catch(() => undefined)
        else why = await attempted
      }
      return usable(entry) ?? { keys: null, detail: why?.detail ?? notFetched }
    },
    async renewed(url, from) {
      const entry = entryOf(url, from)
      const floor = entry.failed?.until ?? (entry.held ? entry.held.loadedAt + RENEWAL_FLOOR : 0)
      let why: { readonly detail: string } | null = entry.failed ?? null
      if (entry.attempt.underWay || now() >= floor) why = await attempt(entry, from)
      return why || !entry.held ? { keys: null, detail: why?.detail ?? notFetched } : entry.held
    },
  }
}

const notFetched = 'It has not been fetched.'

const whyNot = (fetched: Fetched): string =>
  fetched.ok
    ? 'What it answers is no JWK Set, or one of more than 50 keys.'
    : `Fetching them failed (${fetched.problem}): ${quoted(fetched.detail)}.`
