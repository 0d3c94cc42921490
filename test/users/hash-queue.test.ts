import { expect, it } from 'vitest'
import { Unavailable } from '../../src/edge/errors.js'
import { inTurn } from '../../src/users/hash-queue.js'

/** Work that ends when it is told to. */
function work() {
  let end: () => void = () => {}
  const done = new Promise<void>((resolve) => {
    end = resolve
  })
  return { done, end }
}

it('runs two at once, the next when one has ended, and refuses when too many wait', async () => {
  const jobs = Array.from({ length: 34 }, work)
  const started: number[] = []
  const running = jobs.map((job, i) =>
    inTurn(async () => {
      started.push(i)
      await job.done
    }),
  )
  await expect(inTurn(async () => {})).rejects.toBeInstanceOf(Unavailable)
  expect(started).toEqual([0, 1])
  jobs[1]?.end()
  await running[1]
  expect(started).toEqual([0, 1, 2])
  for (const job of jobs) job.end()
  await Promise.all(running)
  expect(started).toHaveLength(34)
  await expect(inTurn(async () => 'free again')).resolves.toBe('free again')
})

it('goes on after one that failed', async () => {
  await expect(inTurn(() => Promise.reject(new Error('no')))).rejects.toThrow('no')
  await expect(Promise.all([1, 2, 3].map((n) => inTurn(async () => n)))).resolves.toEqual([1, 2, 3])
})
