/**
 * Requests to other servers: what the standard `fetch` gives, and how much of it is read.
 *
 * @module
 */
import { concatBytes } from '../runtime/hash.js'

/** The part of the standard `fetch` that is used, so that an app can put its own in place. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>

/** The body of a response; null, and nothing more is read of it, when it has more than `most` bytes. */
export async function readWithin(response: Response, most: number): Promise<Uint8Array | null> {
  const chunks: Uint8Array[] = []
  let length = 0
  const reader = response.body?.getReader()
  while (reader) {
    const { done, value } = await reader.read()
    if (done) break
    length += value.length
    if (length > most) {
      await reader.cancel()
      return null
    }
    chunks.push(value)
  }
  return concatBytes(...chunks)
}
