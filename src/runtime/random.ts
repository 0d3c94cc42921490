/**
 * Random bytes from the runtime's cryptographic source, drawn 4 KB at a time: a token request needs three small pieces, and
 * each call into the source costs more than the bytes.
 *
 * @module
 */

/** A source with a pool of its own. No byte is given out twice, and none stays behind in the pool. */
export function pooledRandomBytes(): (length: number) => Uint8Array {
  let pool = new Uint8Array(0)
  let at = 0
  return (length) => {
    if (length > POOL / 4) return crypto.getRandomValues(new Uint8Array(length))
    if (at + length > pool.length) {
      pool = crypto.getRandomValues(new Uint8Array(POOL))
      at = 0
    }
    const drawn = pool.slice(at, at + length)
    pool.fill(0, at, at + length)
    at += length
    return drawn
  }
}

const POOL = 4096
