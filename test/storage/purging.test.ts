import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { build } from 'esbuild'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { memoryStorage } from '../../src/storage/memory.js'

const minute = 60_000

describe('purging', () => {
  /** It takes its timers when it is loaded, so it is loaded when they are fake. */
  let startPurging: typeof import('../../src/storage/purging.js').startPurging
  beforeEach(async () => {
    vi.useFakeTimers({ now: 0 })
    vi.resetModules()
    startPurging = (await import('../../src/storage/purging.js')).startPurging
  })
  afterEach(() => {
    vi.useRealTimers()
  })

  it('deletes what has expired when the time has come, and not before', async () => {
    const storage = memoryStorage()
    await storage.insert('once', expiring('a', minute), 0)
    await storage.insert('once', expiring('b', minute + 10_000), 0)
    const stop = startPurging(storage, { every: 60 })
    await vi.advanceTimersByTimeAsync(minute - 1)
    expect(await storage.get('once', 'a')).not.toBeNull()
    await vi.advanceTimersByTimeAsync(1)
    expect(await storage.get('once', 'a')).toBeNull()
    expect(await storage.get('once', 'b')).not.toBeNull()
    await vi.advanceTimersByTimeAsync(minute + 100)
    expect(await storage.get('once', 'b')).toBeNull()
    await stop()
  })

  it('goes by the clock that it is given', async () => {
    const storage = { purge: vi.fn(async (_now: number, _limit: number) => 0) }
    const stop = startPurging(storage, { every: 60, now: () => 7 })
    await vi.advanceTimersByTimeAsync(minute)
    expect(storage.purge.mock.calls).toEqual([[7, 1]])
    await stop()
  })

  it('takes larger batches as long as they are quick, up to 1,000, until one is not full', async () => {
    const storage = backlog(5000, () => 0)
    const stop = startPurging(storage, { every: 60 })
    await vi.advanceTimersByTimeAsync(2 * minute - 1)
    expect(storage.sizes).toEqual([1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1000, 1000, 1000, 1000])
    expect(storage.left).toBe(0)
    await vi.advanceTimersByTimeAsync(minute)
    expect(storage.sizes).toHaveLength(15)
    await stop()
  })

  it('settles where the records of a batch take 10 to 20 ms, and rests nine times as long as each batch took', async () => {
    const storage = backlog(1_000_000, (size) => 1 + size * 0.2)
    const stop = startPurging(storage, { every: 600 })
    await vi.advanceTimersByTimeAsync(10 * minute + 30_000)
    expect(storage.sizes.slice(0, 7)).toEqual([1, 2, 4, 8, 16, 32, 64])
    expect(new Set(storage.sizes.slice(7))).toEqual(new Set([64]))
    // Of the first 30 seconds.
    expect(storage.worked).toBeGreaterThan(2500)
    expect(storage.worked).toBeLessThan(3300)
    await ended(stop)
  })

  it('makes them smaller when the store has become slower', async () => {
    let each = 0.02
    const storage = backlog(1_000_000, (size) => 1 + size * each)
    const stop = startPurging(storage, { every: 600 })
    await vi.advanceTimersByTimeAsync(10 * minute + 30_000)
    expect(storage.sizes.at(-1)).toBe(512)
    each = 2
    await vi.advanceTimersByTimeAsync(minute)
    expect(storage.sizes.at(-1)).toBe(8)
    await ended(stop)
  })

  it('does not take the way to a database far away for the work of a batch', async () => {
    const storage = backlog(1_000_000, () => 200)
    const stop = startPurging(storage, { every: 600 })
    await vi.advanceTimersByTimeAsync(11 * minute)
    expect(storage.sizes.at(-1)).toBe(1000)
    await ended(stop)
  })

  it('leaves the rest of a large backlog to the next round', async () => {
    const storage = backlog(1_000_000, () => 100)
    const stop = startPurging(storage, { every: 60 })
    await vi.advanceTimersByTimeAsync(2 * minute + 1000)
    const first = storage.sizes.length
    expect(first).toBeGreaterThan(50)
    await vi.advanceTimersByTimeAsync(minute - 2000)
    expect(storage.sizes).toHaveLength(first)
    await vi.advanceTimersByTimeAsync(minute)
    expect(storage.sizes.length).toBeGreaterThan(first + 50)
    await ended(stop)
  })

  it('purges one batch at a time, and does not begin a round while one is running', async () => {
    const finish: ((count: number) => void)[] = []
    const storage = { purge: vi.fn(() => new Promise<number>((resolve) => finish.push(resolve))) }
    const stop = startPurging(storage, { every: 60 })
    await vi.advanceTimersByTimeAsync(5 * minute)
    expect(storage.purge).toHaveBeenCalledTimes(1)
    finish[0]?.(0)
    await vi.advanceTimersByTimeAsync(minute)
    expect(storage.purge).toHaveBeenCalledTimes(2)
    finish[1]?.(0)
    await stop()
  })

  it('tells of a failure, and tries again next time', async () => {
    const storage = { purge: vi.fn(async () => 0) }
    storage.purge.mockRejectedValueOnce(new Error('away'))
    const errors: unknown[] = []
    const stop = startPurging(storage, { every: 60, onError: (error) => errors.push(error) })
    await vi.advanceTimersByTimeAsync(minute)
    expect(errors).toEqual([new Error('away')])
    await vi.advanceTimersByTimeAsync(minute)
    expect(storage.purge).toHaveBeenCalledTimes(2)
    expect(errors).toHaveLength(1)
    await stop()
  })

  it.each([
    ['nobody wants to know', undefined],
    [
      'who is told fails, too',
      () => {
        throw new Error('no logger')
      },
    ],
  ])('goes on when %s', async (_, onError) => {
    const print = vi.spyOn(console, 'error').mockImplementation(() => {})
    const storage = { purge: vi.fn(() => Promise.reject(new Error('away'))) }
    const stop = startPurging(storage, { every: 60, onError })
    await vi.advanceTimersByTimeAsync(2 * minute)
    expect(storage.purge).toHaveBeenCalledTimes(2)
    print.mockRestore()
    await stop()
  })

  it('stops at once when it is waiting for a round, or resting between batches', async () => {
    const storage = backlog(1_000_000, () => 100)
    const stop = startPurging(storage, { every: 60 })
    const other = startPurging(storage, { every: 30 })
    await vi.advanceTimersByTimeAsync(minute / 2 + 500)
    expect(storage.sizes).toEqual([1])
    await Promise.all([stop(), other()])
    await stop()
    expect(vi.getTimerCount()).toBe(0)
    await vi.advanceTimersByTimeAsync(2 * minute)
    expect(storage.sizes).toEqual([1])
  })

  it('stops after the batch that is running, and says when', async () => {
    let finish: (count: number) => void = () => {}
    const storage = { purge: vi.fn(() => new Promise<number>((resolve) => (finish = resolve))) }
    const stop = startPurging(storage, { every: 60 })
    await vi.advanceTimersByTimeAsync(minute)
    const stopped = vi.fn()
    const stopping = stop().then(stopped)
    await vi.advanceTimersByTimeAsync(minute)
    expect(stopped).not.toHaveBeenCalled()
    finish(1)
    await stopping
    await vi.advanceTimersByTimeAsync(2 * minute)
    expect(storage.purge).toHaveBeenCalledTimes(1)
    expect(vi.getTimerCount()).toBe(0)
  })

  it('deletes everything once, when several instances purge one storage', async () => {
    const storage = memoryStorage()
    for (let index = 0; index < 2500; index++) await storage.insert('once', expiring(`${index}`, 1), 0)
    await storage.insert('once', expiring('living', 5 * minute), 0)
    const counted = vi.fn((now: number, limit: number) => storage.purge(now, limit))
    const stops = [0, 1, 2].map(() => startPurging({ purge: counted }, { every: 60 }))
    await vi.advanceTimersByTimeAsync(2 * minute - 1)
    const counts = await Promise.all(counted.mock.results.map(({ value }) => value))
    expect(counts.reduce((sum, count) => sum + count)).toBe(2500)
    expect(await storage.get('once', 'living')).not.toBeNull()
    await Promise.all(stops.map((stop) => stop()))
  })

  it('keeps its timers when the app puts others in their place', async () => {
    const storage = { purge: vi.fn(async () => 0) }
    const replaced = vi.spyOn(globalThis, 'setTimeout')
    const stop = startPurging(storage, { every: 60 })
    expect(replaced).not.toHaveBeenCalled()
    replaced.mockRestore()
    await stop()
  })

  it.each([0, -1, 0.5, Number.NaN, Number.POSITIVE_INFINITY, 86_401, '60', undefined])(
    'refuses to run every %s seconds',
    (every) => {
      expect(() => startPurging(memoryStorage(), { every: every as number })).toThrow(
        /^startPurging: every must be a number of seconds between 1 and 86400\. Write for example `every: 60`\./,
      )
      expect(vi.getTimerCount()).toBe(0)
    },
  )

  it('converts what was meant as milliseconds', () => {
    expect(() => startPurging(memoryStorage(), { every: 600_000 })).toThrow(
      /It was 600000\. If those are milliseconds, write `every: 600`\.$/,
    )
  })

  it('refuses a server, which purges by itself, and whatever else is no storage', () => {
    const server = { handle: () => null, fetch: () => null }
    const begin = (storage: unknown, options: unknown = { every: 60 }) =>
      expect(() => startPurging(storage as never, options as never))
    begin(server).toThrow(/^startPurging takes a storage\. A server purges its own by itself.*`startPurging\(storage, /)
    for (const wrong of [undefined, 'auth.db', {}]) begin(wrong).toThrow(/^startPurging takes a storage\. Write /)
    begin(memoryStorage(), 60).toThrow(/^startPurging: write how often, in seconds: .* It was 60\.$/)
    begin(memoryStorage(), { every: 60, onFailure: null }).toThrow('there is no option `onFailure`')
    begin(memoryStorage(), { every: 60, onError: 'x' }).toThrow(
      "startPurging: onError must be a function. Write one, or leave it out. It was 'x'.",
    )
    expect(vi.getTimerCount()).toBe(0)
  })

  it('prints what fails when nobody takes it, once until a round goes well', async () => {
    const print = vi.spyOn(console, 'error').mockImplementation(() => {})
    const storage = { purge: vi.fn(() => Promise.reject<number>(new Error('away'))) }
    const stop = startPurging(storage, { every: 60 })
    await vi.advanceTimersByTimeAsync(3 * minute)
    expect(print.mock.calls).toEqual([['grantwright: purging failed', new Error('away')]])
    storage.purge.mockResolvedValueOnce(0)
    await vi.advanceTimersByTimeAsync(2 * minute)
    expect(print).toHaveBeenCalledTimes(2)
    print.mockRestore()
    await stop()
  })
})

it('keeps no process alive, neither between rounds nor between batches', async () => {
  const { outputFiles } = await build({
    entryPoints: [join(import.meta.dirname, '../../src/storage/purging.ts')],
    bundle: true,
    format: 'esm',
    write: false,
  })
  const run = (code: string) =>
    execFileSync(process.execPath, ['--input-type=module', '-e', `${outputFiles[0]?.text}\n${code}`], {
      timeout: 10_000,
      encoding: 'utf8',
    })
  run('startPurging({ purge: async () => 0 }, { every: 600 })')
  // A batch that took 5 seconds is followed by a rest of 45.
  const resting = `let time = 0
    performance.now = () => (time += 5000)
    const begun = new Promise((resolve) => {
      startPurging({ purge: async (_, limit) => (console.log('batch'), resolve(), limit) }, { every: 1 })
      setTimeout(() => {}, 1500)
    })
    await begun`
  expect(run(resting)).toBe('batch\n')
})

/** Stops it, and lets the time go on that its last batch takes. */
async function ended(stop: () => Promise<void>): Promise<void> {
  const stopping = stop()
  await vi.advanceTimersByTimeAsync(1000)
  await stopping
}

/** A storage of so many expired records, in which a batch takes so many milliseconds. */
function backlog(count: number, cost: (size: number) => number) {
  const storage = {
    left: count,
    worked: 0,
    sizes: [] as number[],
    async purge(_now: number, limit: number): Promise<number> {
      storage.sizes.push(limit)
      const took = cost(limit)
      storage.worked += took
      await new Promise((resolve) => setTimeout(resolve, took))
      const purged = Math.min(storage.left, limit)
      storage.left -= purged
      return purged
    },
  }
  return storage
}

const expiring = (id: string, expiresAt: number) => ({
  id,
  version: id,
  subject: null,
  clientId: null,
  expiresAt,
  document: '{}',
})
