/**
 * Token buckets, one for each key: so many at once, and then so many each second. A bounded number of them is kept; the one that nobody
 * has looked at for longest goes first, and it is the fullest or will soon be.
 *
 * @module
 */

export interface TokenBucket {
  /** Taking one is for the caller to write. */
  tokens: number
}

export interface TokenBuckets {
  /** The bucket of a key, as full as it is now. */
  of(key: string, now: number): TokenBucket
}

const MAX_BUCKETS = 10_000

export function tokenBuckets(
  { most, perSecond }: { readonly most: number; readonly perSecond: number },
  kept = MAX_BUCKETS,
): TokenBuckets {
  const buckets = new Map<string, { tokens: number; at: number }>()
  return {
    of(key, now) {
      const bucket = buckets.get(key) ?? { tokens: most, at: now }
      // A clock that goes back takes nothing away.
      bucket.tokens = Math.min(most, bucket.tokens + (Math.max(0, now - bucket.at) / 1000) * perSecond)
      bucket.at = now
      buckets.delete(key)
      const [stalest] = buckets.keys()
      if (buckets.size >= kept && stalest !== undefined) buckets.delete(stalest)
      buckets.set(key, bucket)
      return bucket
    },
  }
}
