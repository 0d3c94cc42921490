import { describe, expect, it } from 'vitest'
import { errorResponse, UncertainOutcome } from '../../src/edge/errors.js'
import { inTime, isOverdue } from '../../src/edge/in-time.js'
import type { HttpRequest } from '../../src/edge/message.js'

const request = (changes: Partial<HttpRequest> = {}): HttpRequest => ({
  method: 'GET',
  url: '/oauth/authorize',
  headerValues: (name) => [name],
  body: async () => new Uint8Array(),
  address: '203.0.113.9',
  native: 'native',
  ...changes,
})
const never = () => new Promise<never>(() => {})

describe('a request', () => {
  it('gets what the endpoint answers, at once or later, and what it throws', async () => {
    expect(await inTime(request(), 1000, () => 'now')).toBe('now')
    expect(await inTime(request(), 1000, async () => 'later')).toBe('later')
    const broken = () => {
      throw new Error('broken')
    }
    await expect(inTime(request(), 1000, broken)).rejects.toThrow('broken')
    await expect(inTime(request(), 1000, async () => broken())).rejects.toThrow('broken')
  })

  it('is the same to the endpoint as it came', async () => {
    const seen = await inTime(request(), 1000, async (timed) => [
      ...[timed.method, timed.url, timed.address, timed.native],
      ...timed.headerValues('cookie'),
      await timed.body(10),
    ])
    expect(seen).toEqual(['GET', '/oauth/authorize', '203.0.113.9', 'native', 'cookie', new Uint8Array()])
  })

  it('that takes too long is refused, and the endpoint can see that it is', async () => {
    let seen: HttpRequest | undefined
    const answer = (timed: HttpRequest) => {
      seen = timed
      expect(isOverdue(timed)).toBe(false)
      return never()
    }
    const error = await inTime(request(), 1, answer).catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(UncertainOutcome)
    expect(seen && isOverdue(seen)).toBe(true)
    const { status, headers, body } = errorResponse(error)
    expect([status, new Map(headers).get('retry-after')]).toEqual([503, '1'])
    expect(JSON.parse(body)).toEqual({
      error: 'temporarily_unavailable',
      error_description:
        'Try again in a moment. If the answer is invalid_grant then, start again with a new authorization request.',
    })
  })

  it('is not blamed for a client that sends its body slowly: its time begins when that has arrived', async () => {
    let arrive = () => {}
    const body = () => new Promise<Uint8Array>((resolve) => (arrive = () => resolve(new Uint8Array())))
    const post = request({ method: 'POST', body })
    const isLate = async (timed: HttpRequest) => {
      // More than its time, on a clock that runs beside it.
      setTimeout(() => arrive(), 20)
      await timed.body(10)
      return isOverdue(timed)
    }
    expect(await inTime(post, 5, isLate)).toBe(false)
    const slow = async (timed: HttpRequest) => {
      setTimeout(() => arrive(), 0)
      await timed.body(10)
      return never()
    }
    await expect(inTime(post, 1, slow)).rejects.toBeInstanceOf(UncertainOutcome)
  })

  it('that was answered in time leaves no timer behind', async () => {
    const timers = () => process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length
    const before = timers()
    await inTime(request(), 600_000, async () => 'done')
    await inTime(request({ method: 'POST' }), 600_000, (timed) => timed.body(10))
    expect(timers()).toBe(before)
  })
})
