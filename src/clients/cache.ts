/**
 * A small memory of clients that were read, so that most requests need no store for the client. What does not exist is never
 * remembered: a client that has just been made must work at once.
 *
 * @module
 */
import { type Client, isThere } from './client.js'

export interface ClientCache {
  /** The client, when it was read within the lifetime. */
  get(client_id: string): Client | undefined
  /** Remembers what `read` returns, unless something was forgotten while it was being read. */
  fill(read: () => Promise<Client | null>): Promise<Client | null>
  /** To be called after each write. */
  forget(client_id: string): void
}

/** Most clients that one instance remembers. */
const MAX_ENTRIES = 10_000

/** @param lifetime Milliseconds; 0 remembers nothing. */
export function createClientCache(now: () => number, lifetime: number): ClientCache {
  const entries = new Map<string, { readonly client: Client; readonly until: number }>()
  let writes = 0
  return {
    get(client_id) {
      const entry = entries.get(client_id)
      if (!entry) return undefined
      const at = now()
      if (at < entry.until && isThere(entry.client, at)) return entry.client
      entries.delete(client_id)
      return undefined
    },
    async fill(read) {
      const before = writes
      // Taken before the read, so that nothing lives longer than the lifetime after it was true.
      const until = now() + lifetime
      const client = await read()
      if (client && lifetime > 0 && writes === before) {
        const [oldest] = entries.keys()
        if (entries.size >= MAX_ENTRIES && oldest !== undefined) entries.delete(oldest)
        entries.set(client.client_id, { client, until })
      }
      return client
    },
    forget(client_id) {
      writes++
      entries.delete(client_id)
    },
  }
}
