/**
 * What grantwright asks of a database: six verbs over versioned records, each one its own autocommitted statement, never
 * inside a transaction of the app. Whoever fulfils these promises (and proves it with `grantwright/testing/storage`) has a
 * race-free authorization server: every step of the protocol is one compare-and-swap on one record. All text is well-formed
 * Unicode without U+0000, which several engines cannot hold.
 *
 * @module
 */

/**
 * What a record is about. A driver treats all kinds alike.
 *
 * - `client` a registered client · `grant` one approval and its life · `consent` what a user has agreed to
 * - `session` a browser's login · `request` a pending or pushed authorization request · `key` the key ring
 * - `once` ids that may be used only once · `pointer` a record found by another name · `counter` limits
 */
export type Kind = 'client' | 'grant' | 'consent' | 'session' | 'request' | 'key' | 'once' | 'pointer' | 'counter'

/** Every {@link Kind}, for drivers that create a table or a key space for each. */
export const kinds: readonly Kind[] = [
  'client',
  'grant',
  'consent',
  'session',
  'request',
  'key',
  'once',
  'pointer',
  'counter',
]

/** A record as it is stored. Drivers copy it; they never interpret `document`. */
export interface StoredRecord {
  /** 1 to 64 bytes of `[A-Za-z0-9_-]`, compared bytewise. Made or hashed by the library. */
  readonly id: string
  /** 96 random bits (16 characters), chosen by the library for exactly this content. It never recurs. */
  readonly version: string
  /** The user a record belongs to, for {@link Storage.list}; compared bytewise, at most 255 characters. */
  readonly subject: string | null
  /** The client a record belongs to, for the eyes of operators. */
  readonly clientId: string | null
  /** Epoch milliseconds after which the record may be deleted, or null for never. Garbage collection only. */
  readonly expiresAt: number | null
  /** Opaque text of at most 32,768 bytes of UTF-8 (not json or jsonb, which rewrite it). */
  readonly document: string
}

/**
 * The storage contract.
 *
 * A verb that rejects means "not known whether it was written": the library reads again before it goes on. Serialization
 * failures and busy locks must reject, never answer false. Both conditional verbs are idempotent through the version, so a
 * command that a database client sends twice after a lost connection does no harm.
 */
export interface Storage {
  /**
   * The driver's own promise that each verb settles within a few seconds, whatever happens, because there is no network behind it. Nobody then
   * watches its verbs, or a request as a whole, with a timer. @default false
   */
  readonly settlesByItself?: true | undefined
  /** The last committed record, read from the primary; null when there is none. May return records past `expiresAt`. */
  get(kind: Kind, id: string): Promise<StoredRecord | null>
  /**
   * Writes a new record. True when the id was free, or its record had expired at `now` (`expiresAt <= now`), or the record
   * there already has this `version`. Otherwise false, and nothing is written.
   */
  insert(kind: Kind, record: StoredRecord, now: number): Promise<boolean>
  /**
   * Compare-and-swap. True when the stored version was `expected` or already is `record.version`. Otherwise (also when
   * there is no such record) false, and nothing is written.
   */
  replace(kind: Kind, record: StoredRecord, expected: string): Promise<boolean>
  /** Deletes a record; no error when there is none. */
  remove(kind: Kind, id: string): Promise<void>
  /**
   * Records in ascending order of id (bytewise), starting after the id `after`. May lag behind writes. Without `subject` it
   * is only asked for `client`. May include expired records.
   */
  list(
    kind: Kind,
    filter: { readonly subject?: string | undefined },
    page: { readonly after?: string | undefined; readonly limit: number },
  ): Promise<readonly StoredRecord[]>
  /** Deletes at most `limit` records with `expiresAt <= now`, of whatever kind, and says how many. */
  purge(now: number, limit: number): Promise<number>
  /**
   * True when the engine deletes expired records by itself, so that nobody need ever call `purge`. Left out, the server purges
   * from time to time.
   */
  readonly expiresByItself?: true | undefined
}
