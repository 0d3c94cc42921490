/**
 * Storage in Redis 6.2 or newer (or an engine that speaks its protocol and runs its scripts): one server or a Redis Cluster,
 * through the app's own ioredis or node-redis. A record is one hash, and each verb one script on it, so that a swap is atomic
 * and no verb needs two records at once. Redis deletes expired records by itself.
 *
 * @module
 */
import type { Kind, Storage, StoredRecord } from './contract.js'
import { firstCheck } from './first-check.js'
import { checkServer } from './redis/check.js'
import { connect, type IoredisClient, type NodeRedisClient } from './redis/client.js'
import { indexKey, indexKeys, type Listing, listingOf, recordKey } from './redis/keys.js'
import { watched } from './redis/recovery.js'
import * as scripts from './redis/scripts.js'

export type { IoredisClient, NodeRedisClient } from './redis/client.js'

/** A client that the app has made: `Redis` or `Cluster` of ioredis, or `createClient` or `createCluster` of node-redis. */
export type RedisClient = IoredisClient | NodeRedisClient

/**
 * Storage over a client. Connecting and closing it are the app's; node-redis must be connected before the first verb. All keys
 * begin with `grantwright:`, after the client's own `keyPrefix`.
 *
 * A spent code stays spent exactly as long as Redis remembers the write that spent it, so its settings decide what an answer
 * from this storage is worth:
 *
 * - **Crash.** With `appendonly yes` and `appendfsync always`, every answered write is on disk. With `everysec`, a crash may
 *   forget the last one or two seconds: a code spent then works once more until it expires, and a refresh token rotated then is
 *   the old one again, so that its client must log in anew. Without `appendonly`, everything since the last snapshot is
 *   forgotten, and revoked grants come back.
 * - **Failover.** Replication is asynchronous. A promoted replica lacks the writes that had not reached it, with the same
 *   consequences as a crash, whatever `appendfsync` says. `min-replicas-to-write` makes that window smaller; neither it nor
 *   `WAIT` closes it. Who cannot accept the window wants SQLite on one machine, or Postgres or MySQL with synchronous
 *   replication, which neither has unless it is switched on.
 * - **Eviction.** Redis may drop any record when its memory is full, unless `maxmemory-policy` is `noeviction`: a client's
 *   assertion could be used twice, login limits would start again, users would lose what they granted. So the first verb rejects
 *   when another policy is in force. Where `CONFIG GET` is forbidden this cannot be seen: look it up.
 *
 * Redis keeps a record for 5 minutes longer than `expiresAt`, so that its clock may differ from the app's. Everything is read
 * from masters, also when the client is set to read from replicas.
 *
 * Connections die unnoticed, and most clients wait on them for ever unless they are told otherwise: set up yours as
 * docs/storage.md shows under "When the database hangs". A client that shows that it was not is told of with `console.warn`,
 * and so is, once, an answer that takes 15 seconds.
 *
 * Verbs reject when Redis is away, and the first verb also when scripts are not allowed. Text with lone surrogates is refused,
 * since UTF-8 cannot hold it.
 *
 * @throws {TypeError} when `client` is of neither kind.
 */
export function redisStorage(client: RedisClient): Storage {
  const redis = watched(client, connect(client))
  const ready = firstCheck(() => checkServer(redis), Date.now)

  async function get(kind: Kind, id: string): Promise<StoredRecord | null> {
    return toRecord(id, await redis.run(scripts.get, recordKey(kind, id), []))
  }

  /** Before the record, so that a record is never missing from its lists; a member without a record does no harm. */
  async function enter({ indexes, member, last }: Listing): Promise<void> {
    await Promise.all(indexes.map((index) => redis.run(scripts.enter, index, [member, last])))
  }

  /** After the record. A failure changes nothing about what was written, and leaves a member that lists pass over. */
  async function leave(indexes: readonly string[], id: string, entry: string): Promise<void> {
    const left = indexes.map((index) => redis.run(scripts.leave, index, [`${id} ${entry}`]))
    await Promise.allSettled(left)
  }

  /** Takes the member out of the lists that a write has made superfluous: the old one, or our own when we lost. */
  async function tidy(kind: Kind, id: string, entered: Listing | null, outcome: Outcome): Promise<void> {
    const { written, subject, entry } = outcome
    if (written && entry !== null) await leave(indexKeys(kind, subject), id, entry)
    if (!written && entered && entered.entry !== entry) await leave(entered.indexes, id, entered.entry)
  }

  return {
    async get(kind, id) {
      await ready()
      return get(kind, id)
    },

    async insert(kind, record, now) {
      const fields = fieldsOf(record)
      const listing = listingOf(kind, record)
      await ready()
      if (listing) await enter(listing)
      const reply = await redis.run(scripts.insert, recordKey(kind, record.id), [
        ...[`${now}`, expiryOf(record), ''],
        ...fields,
        ...listedAs(listing),
      ])
      const outcome = toOutcome(reply)
      await tidy(kind, record.id, listing, outcome)
      return outcome.written
    },

    async replace(kind, record, expected) {
      const fields = fieldsOf(record)
      const listing = listingOf(kind, record)
      const key = recordKey(kind, record.id)
      await ready()
      // Most swaps change neither the user nor much of the expiry, and leave the lists as they are.
      const keeps = listing ? 'keep' : ''
      const kept = await redis.run(scripts.replace, key, [expected, expiryOf(record), keeps, ...fields])
      let outcome = toOutcome(kept)
      if (listing && outcome.mustEnter) {
        await enter(listing)
        const entered = [expected, expiryOf(record), '', ...fields, ...listedAs(listing)]
        outcome = toOutcome(await redis.run(scripts.replace, key, entered))
        await tidy(kind, record.id, listing, outcome)
      } else {
        await tidy(kind, record.id, null, outcome)
      }
      return outcome.written
    },

    async remove(kind, id) {
      await ready()
      const outcome = toOutcome(await redis.run(scripts.remove, recordKey(kind, id), []))
      await tidy(kind, id, null, outcome)
    },

    async list(kind, { subject }, { after, limit }) {
      const index = indexKey(kind, subject)
      await ready()
      const found: StoredRecord[] = []
      let from = after
      while (found.length < limit) {
        // A member is `<id> <entry>`, and a space comes before every character of an id, `!` right after the space.
        const start = from === undefined ? '-' : `[${from}!`
        const members = texts(await redis.run(scripts.members, index, [start, `${limit}`]))
        const ids = [...new Set(members.map((member) => member.slice(0, member.indexOf(' '))))]
        for (const record of await Promise.all(ids.map((id) => get(kind, id)))) {
          if (record && (subject === undefined || record.subject === subject)) found.push(record)
        }
        if (members.length < limit) break
        from = ids.at(-1)
      }
      return found.slice(0, limit)
    },

    /** Nothing is left to do: records and lists carry their expiry, and what a list holds in vain goes as it is used. */
    async purge() {
      return 0
    },
    expiresByItself: true,
  }
}

/** What a conditional script says it did. */
interface Outcome {
  readonly written: boolean
  /** Nothing was written: the record must first be entered in its lists. */
  readonly mustEnter: boolean
  /** The listing that the write has superseded; when nothing was written, the one that stands. */
  readonly subject: string | null
  readonly entry: string | null
}

function toOutcome(reply: unknown): Outcome {
  const [verdict, subject = null, entry = null] = textsOrNulls(reply)
  return { written: verdict === 'yes', mustEnter: verdict === 'enter', subject, entry }
}

/** Names and values of a record's fields; a field that is null is absent. */
function fieldsOf({ version, subject, clientId, expiresAt, document }: StoredRecord): string[] {
  for (const text of [subject, clientId, document]) {
    if (text !== null && loneSurrogate.test(text)) {
      throw new TypeError('Redis cannot hold text with a lone surrogate in it: UTF-8 has no bytes for one.')
    }
  }
  if (expiresAt !== null && (!Number.isSafeInteger(expiresAt) || expiresAt < 0)) {
    throw new TypeError(`expiresAt must be null or a time in whole milliseconds, not ${expiresAt}`)
  }
  const fields = ['version', version, 'document', document]
  if (subject !== null) fields.push('subject', subject)
  if (clientId !== null) fields.push('client_id', clientId)
  if (expiresAt !== null) fields.push('expires_at', `${expiresAt}`)
  return fields
}

const loneSurrogate = /\p{Surrogate}/u

const listedAs = (listing: Listing | null): string[] => (listing ? ['listed', listing.entry] : [])

/** When Redis deletes the record; empty for never. */
const expiryOf = ({ expiresAt }: StoredRecord): string => (expiresAt === null ? '' : `${expiresAt + clockMargin}`)
const clockMargin = 5 * 60_000

function toRecord(id: string, reply: unknown): StoredRecord | null {
  const [version = null, subject = null, clientId = null, expiresAt = null, document = null] = textsOrNulls(reply)
  if (version === null || document === null) return null
  return { id, version, subject, clientId, expiresAt: expiresAt === null ? null : Number(expiresAt), document }
}

function textsOrNulls(reply: unknown): (string | null)[] {
  if (!Array.isArray(reply)) throw new TypeError('Redis answered a script with something that is not a list.')
  return reply.map((each) => (each === null || each === undefined ? null : String(each)))
}

const texts = (reply: unknown): string[] => textsOrNulls(reply).filter((text) => text !== null)
