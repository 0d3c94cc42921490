import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { tell, within } from '../../src/cli/failure.js'
import { Unavailable } from '../../src/edge/errors.js'

describe('what an error says', () => {
  it('is the cause of a storage failure too, which no client of the server sees', () => {
    const cause = new Error('connect ECONNREFUSED 127.0.0.1:5432')
    expect(tell(new Unavailable('The storage failed.', { cause }))).toBe(
      'The storage failed. connect ECONNREFUSED 127.0.0.1:5432',
    )
  })

  it('is never nothing', () => {
    expect(tell(new AggregateError([new Error('refused by ::1'), new Error('refused by 127.0.0.1')]))).toBe(
      'refused by ::1; refused by 127.0.0.1',
    )
    expect(tell(Object.assign(new Error(), { code: 'ECONNRESET' }))).toBe('ECONNRESET')
    expect(tell(new TypeError())).toBe('TypeError')
    expect(tell('hm')).toBe('hm')
    expect(tell(undefined)).toBe('undefined')
  })
})

describe('a time limit', () => {
  beforeEach(() => void vi.useFakeTimers())
  afterEach(() => void vi.useRealTimers())

  it('ends the wait for what never answers', async () => {
    const waiting = expect(within(30, 'too late', new Promise(() => {}))).rejects.toThrow('too late')
    await vi.advanceTimersByTimeAsync(30_000)
    await waiting
  })

  it('leaves alone what answers or fails in time, and no timer behind', async () => {
    await expect(within(30, 'too late', Promise.resolve(1))).resolves.toBe(1)
    await expect(within(30, 'too late', Promise.reject(new Error('mine')))).rejects.toThrow('mine')
    await vi.advanceTimersByTimeAsync(0)
    expect(vi.getTimerCount()).toBe(0)
  })
})
