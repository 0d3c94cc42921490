import { expect, it, vi } from 'vitest'
import { shared } from '../../src/runtime/shared.js'

it('begins no work that nobody waits for when the clock fails', () => {
  const run = vi.fn(async () => {})
  const { start } = shared(run, () => {
    throw new Error('no clock')
  })
  expect(() => start()).toThrow('no clock')
  expect(run).not.toHaveBeenCalled()
})

it('lets everybody join what is under way, for ten seconds, and begins anew then', async () => {
  let time = 0
  const waiting: (() => void)[] = []
  const run = vi.fn(() => new Promise<void>((done) => waiting.push(done)))
  const work = shared(run, () => time)
  const first = work.start()
  time = 9_999
  expect(work.start()).toBe(first)
  expect(work.underWay).toBe(first)
  time = 10_000
  expect(work.underWay).toBeUndefined()
  const second = work.start()
  expect(second).not.toBe(first)
  expect(run).toHaveBeenCalledTimes(2)
  // What is late ends itself alone.
  waiting[0]?.()
  await first
  expect(work.underWay).toBe(second)
})
