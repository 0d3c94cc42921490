import { execFileSync } from 'node:child_process'
import { build } from 'esbuild'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { memoryStorage } from '../../src/storage/memory.js'
import { startPurging } from '../../src/storage/purging.js'

const minute = 60_000

describe('purging', () => {
  beforeEach(() => {
    vi.useFakeTimers({ now: 0 })
  })
  afterEach(() => {
    vi.useRealTimers()
  })

  it('deletes what has expired when the time has come, and not before', async () => {
    const storage = memoryStorage()
    await storage.insert('once', expiring('a', minute), 0)
    await storage.insert('once', expiring('b', minute + 1), 0)
    const stop = startPurging(storage, { every: minute })
    await vi.advanceTimersByTimeAsync(minute - 1)
    expect(await storage.get('once', 'a')).not.toBeNull()
    await vi.advanceTimersByTimeAsync(1)
    expect(await storage.get('once', 'a')).toBeNull()
    expect(await storage.get('once', 'b')).not.toBeNull()
    await vi.advanceTimersByTimeAsync(minute)
    expect(await storage.get('once', 'b')).toBeNull()
    await stop()
  })

  it('goes by the clock that it is given', async () => {
    const storage = { purge: vi.fn(async (_now: number, _limit: number) => 0) }
    const stop = startPurging(storage, { every: minute, now: () => 7 })
    await vi.advanceTimersByTimeAsync(minute)
    expect(storage.purge.mock.calls).toEqual([[7, 1000]])
    await stop()
  })

  it('takes batch after batch until one is not full, one at a time', async () => {
    const counts = [1000, 1000, 999, 0]
    let running = 0
    const storage = {
      purge: vi.fn(async (_now: number, _limit: number) => {
        expect(++running).toBe(1)
        await Promise.resolve()
        running--
        return counts.shift() ?? 0
      }),
    }
    const stop = startPurging(storage, { every: minute })
    await vi.advanceTimersByTimeAsync(minute)
    expect(storage.purge).toHaveBeenCalledTimes(3)
    await vi.advanceTimersByTimeAsync(minute)
    expect(storage.purge).toHaveBeenCalledTimes(4)
    await stop()
  })

  it('does not begin a round while one is running', async () => {
    const finish: ((count: number) => void)[] = []
    const storage = { purge: vi.fn(() => new Promise<number>((resolve) => finish.push(resolve))) }
    const stop = startPurging(storage, { every: minute })
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
    const stop = startPurging(storage, { every: minute, onError: (error) => errors.push(error) })
    await vi.advanceTimersByTimeAsync(minute)
    expect(errors).toEqual([new Error('away')])
    await vi.advanceTimersByTimeAsync(minute)
    expect(storage.purge).toHaveBeenCalledTimes(2)
    expect(errors).toHaveLength(1)
    await stop()
  })

  it('fails silently when nobody wants to know', async () => {
    const storage = { purge: vi.fn(() => Promise.reject(new Error('away'))) }
    const stop = startPurging(storage, { every: minute })
    await vi.advanceTimersByTimeAsync(2 * minute)
    expect(storage.purge).toHaveBeenCalledTimes(2)
    await stop()
  })

  it('stops at once when it is waiting', async () => {
    const storage = { purge: vi.fn(async () => 0) }
    const stop = startPurging(storage, { every: minute })
    await stop()
    await stop()
    await vi.advanceTimersByTimeAsync(2 * minute)
    expect(storage.purge).not.toHaveBeenCalled()
    expect(vi.getTimerCount()).toBe(0)
  })

  it('stops after the batch that is running, and says when', async () => {
    let finish: (count: number) => void = () => {}
    const storage = { purge: vi.fn(() => new Promise<number>((resolve) => (finish = resolve))) }
    const stop = startPurging(storage, { every: minute })
    await vi.advanceTimersByTimeAsync(minute)
    const stopped = vi.fn()
    const stopping = stop().then(stopped)
    await vi.advanceTimersByTimeAsync(minute)
    expect(stopped).not.toHaveBeenCalled()
    finish(1000)
    await stopping
    await vi.advanceTimersByTimeAsync(2 * minute)
    expect(storage.purge).toHaveBeenCalledTimes(1)
    expect(vi.getTimerCount()).toBe(0)
  })

  it('deletes everything once, when several instances purge one storage', async () => {
    const storage = memoryStorage()
    for (let index = 0; index < 2500; index++) await storage.insert('once', expiring(`${index}`, 1), 0)
    await storage.insert('once', expiring('living', 5 * minute), 0)
    const stops = [0, 1, 2].map(() => startPurging(storage, { every: minute }))
    await vi.advanceTimersByTimeAsync(minute)
    expect(await storage.purge(minute, 10)).toBe(0)
    expect(await storage.get('once', 'living')).not.toBeNull()
    await Promise.all(stops.map((stop) => stop()))
  })

  it.each([0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 31])('refuses to run every %d ms', (every) => {
    expect(() => startPurging(memoryStorage(), { every })).toThrow(/`every` must be.*60_000/)
    expect(vi.getTimerCount()).toBe(0)
  })
})

it('keeps no process alive', async () => {
  const { outputFiles } = await build({
    entryPoints: [new URL('../../src/storage/purging.ts', import.meta.url).pathname],
    bundle: true,
    format: 'esm',
    write: false,
  })
  const code = `${outputFiles[0]?.text}\nstartPurging({ purge: async () => 0 }, { every: 600_000 })`
  execFileSync(process.execPath, ['--input-type=module', '-e', code], { timeout: 10_000 })
})

const expiring = (id: string, expiresAt: number) => ({
  id,
  version: id,
  subject: null,
  clientId: null,
  expiresAt,
  document: '{}',
})
