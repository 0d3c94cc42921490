import { expect, it, vi } from 'vitest'
import { againAfterConflict } from '../../src/storage/sql/conflicts.js'
import { databaseError } from './support/scripted-kysely.js'

/** Time that passes only by waiting, and by as much as each run takes. */
function paced({ random = 0.5, runTakes = 0 } = {}) {
  let time = 0
  const waits: number[] = []
  const run = vi.fn(async (): Promise<string> => {
    time += runTakes
    throw databaseError('40001')
  })
  const pace = {
    now: () => time,
    wait: async (milliseconds: number) => {
      waits.push(milliseconds)
      time += milliseconds
    },
    random: () => random,
  }
  return { run, waits, elapsed: () => time, again: () => againAfterConflict(run, pace) }
}

it('waits longer from repeat to repeat, and never for more than a quarter of a second', async () => {
  const { again, waits, run } = paced({ random: 1 - Number.EPSILON })
  run.mockRejectedValueOnce(databaseError('40P01'))
  await expect(again()).rejects.toThrow('40001')
  expect(waits.slice(0, 7).map(Math.round)).toEqual([10, 20, 40, 80, 160, 250, 250])
})

it('waits for a random time, which may be none', async () => {
  const { again, waits } = paced({ random: 0 })
  await expect(again()).rejects.toThrow('40001')
  expect(waits).toEqual(Array(10).fill(0))
})

it('gives up after ten repeats', async () => {
  const { again, run } = paced()
  await expect(again()).rejects.toThrow('40001')
  expect(run).toHaveBeenCalledTimes(11)
})

it('begins no repeat later than 1.5 seconds after the first run, and does not wait in vain', async () => {
  const { again, run, elapsed, waits } = paced({ runTakes: 600 })
  await expect(again()).rejects.toThrow('40001')
  expect(run).toHaveBeenCalledTimes(3)
  expect(elapsed()).toBe(3 * 600 + waits.reduce((sum, wait) => sum + wait, 0))
  expect(waits).toHaveLength(2)
})

it('waits for nothing when nothing was met, and tells the outcome of the repeat that went well', async () => {
  const { again, run, waits } = paced()
  run.mockResolvedValueOnce('at once')
  expect(await again()).toBe('at once')
  expect(waits).toEqual([])
  run.mockRejectedValueOnce(databaseError('40001')).mockResolvedValueOnce('then')
  expect(await again()).toBe('then')
  expect(waits).toEqual([5])
})

it('repeats nothing after another error', async () => {
  const { again, run, waits } = paced()
  run.mockRejectedValueOnce(databaseError('57014'))
  await expect(again()).rejects.toThrow('57014')
  expect(run).toHaveBeenCalledTimes(1)
  expect(waits).toEqual([])
})
