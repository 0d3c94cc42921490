import { describe, expect, it } from 'vitest'
import { nextChange, nextKey, publishedKeys, scheduleOf, signingKey } from '../../src/keys/schedule.js'

const day = 86_400_000
const schedule = scheduleOf(90 * day, 300_000, 600_000)
const lead = 420_000
const first = { createdAt: 0, signFrom: 0 }
const second = { createdAt: 90 * day, signFrom: 90 * day + lead }

it('leads by the cache of verifiers, a reload and a margin', () => {
  expect(schedule).toEqual({ rotateEvery: 90 * day, lead, keep: lead + 600_000 })
})

it('refuses to rotate faster than keys become known', () => {
  expect(() => scheduleOf(lead, 300_000, 600_000)).toThrow(
    /^keyRotationInterval must be more than 420 seconds, .* Raise it, or lower jwksMaxAge\.$/,
  )
  expect(() => scheduleOf(Number.NaN, 300_000, 600_000)).toThrow(
    /^keyRotationInterval must be more than 420 seconds, .* Raise it, or lower jwksMaxAge\.$/,
  )
})

describe('signingKey', () => {
  it('is the newest whose time has come', () => {
    expect(signingKey([first, second], second.signFrom - 1)).toBe(first)
    expect(signingKey([first, second], second.signFrom)).toBe(second)
  })

  it('is the oldest on a clock that is behind all of them', () => {
    expect(signingKey([first, second], -1)).toBe(first)
  })
})

it('publishes a key until its last token has expired and everybody has noticed its successor', () => {
  const end = second.signFrom + schedule.keep
  expect(publishedKeys([first, second], second.createdAt, schedule)).toEqual([first, second])
  expect(publishedKeys([first, second], end - 1, schedule)).toEqual([first, second])
  expect(publishedKeys([first, second], end, schedule)).toEqual([second])
  expect(publishedKeys([second], end * 2, schedule)).toEqual([second])
})

describe('nextKey', () => {
  it('signs at once when it is the first', () => {
    expect(nextKey([], 5, schedule, false)).toEqual({ createdAt: 5, signFrom: 5 })
  })

  it('is due when the newest is old enough', () => {
    expect(nextKey([first], 90 * day - 1, schedule, false)).toBeNull()
    expect(nextKey([first], 90 * day, schedule, false)).toEqual(second)
  })

  it('is due early on demand, but not while the newest has yet to begin', () => {
    expect(nextKey([first], day, schedule, true)).toEqual({ createdAt: day, signFrom: day + lead })
    expect(nextKey([first, second], second.signFrom - 1, schedule, true)).toBeNull()
    expect(nextKey([first, second], second.signFrom, schedule, true)).not.toBeNull()
  })
})

it('the next change is a key to append or a key to drop', () => {
  expect(nextChange([first], schedule)).toBe(90 * day)
  expect(nextChange([first, second], schedule)).toBe(second.signFrom + schedule.keep)
  expect(nextChange([second], schedule)).toBe(180 * day)
})
