import { describe, expect, it } from 'vitest'
import { pooledRandomBytes } from '../../src/runtime/random.js'

describe('pooled random bytes', () => {
  it('have the length that was asked for, also beyond what the pool has left', () => {
    const randomBytes = pooledRandomBytes()
    for (const length of [0, 1, 12, 1024, 1000, 1024, 1024, 1025, 5000])
      expect(randomBytes(length)).toHaveLength(length)
  })

  it('are never given out twice, over many pools and from two sources', () => {
    const sources = [pooledRandomBytes(), pooledRandomBytes()]
    const seen = new Set<string>()
    for (let i = 0; i < 2000; i++) for (const draw of sources) seen.add(Buffer.from(draw(12)).toString('hex'))
    expect(seen.size).toBe(4000)
  })

  it('belong to whoever drew them: changing them changes no later ones, and none is zero by the clearing', () => {
    const randomBytes = pooledRandomBytes()
    const first = randomBytes(32)
    const copy = first.slice()
    randomBytes(32).fill(7)
    expect(first).toEqual(copy)
    expect(first.every((byte) => byte === 0)).toBe(false)
    expect(randomBytes(32).every((byte) => byte === 7)).toBe(false)
  })
})
