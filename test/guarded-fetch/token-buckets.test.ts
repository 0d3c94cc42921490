import { expect, it } from 'vitest'
import { keptFor } from '../../src/guarded-fetch/kept-for.js'
import { tokenBuckets } from '../../src/guarded-fetch/token-buckets.js'

it('of too many buckets, the one that nobody has looked at for longest is forgotten', () => {
  const buckets = tokenBuckets({ most: 5, perSecond: 1 }, 2)
  for (const key of ['a', 'b']) buckets.of(key, 0).tokens = 0
  expect(buckets.of('a', 0).tokens).toBe(0)
  buckets.of('c', 0)
  expect(buckets.of('a', 0).tokens).toBe(0)
  expect(buckets.of('b', 0).tokens).toBe(5)
})

it('of too many values, the one that was kept first is forgotten', () => {
  const kept = keptFor<number>(2)
  kept.keep('a', 1, 0, 1000)
  kept.keep('b', 2, 0, 1000)
  kept.keep('a', 3, 0, 1000)
  kept.keep('c', 4, 0, 1000)
  expect(['a', 'b', 'c'].map((key) => kept.get(key, 999))).toEqual([3, undefined, 4])
  expect(kept.get('a', 1000)).toBeUndefined()
})
