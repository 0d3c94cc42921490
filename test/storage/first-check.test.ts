import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { firstCheck } from '../../src/storage/first-check.js'
import { redisStorage } from '../../src/storage/redis.js'
import { sqlStorage } from '../../src/storage/sql.js'
import { databaseError, scriptedKysely } from './support/scripted-kysely.js'

const never = new Promise<never>(() => {})

it('a check that hangs is shared for ten seconds, and then begun anew', async () => {
  let time = 0
  const outcomes: Promise<void>[] = [never, Promise.resolve()]
  const check = vi.fn(() => outcomes.shift() ?? Promise.reject(new Error('checked too often')))
  const ready = firstCheck(check, () => time)
  void ready()
  time = 9_999
  void ready()
  expect(check).toHaveBeenCalledTimes(1)
  time = 10_000
  await ready()
  expect(check).toHaveBeenCalledTimes(2)
})

it('a check that has passed, however late, leaves nothing to wait for', async () => {
  let time = 0
  let pass = () => {}
  const check = vi.fn(() => new Promise<void>((resolve) => (pass = resolve)))
  const ready = firstCheck(check, () => time)
  const first = ready()
  time = 10_000
  const passFirst = pass
  void ready()
  passFirst()
  await first
  expect(ready()).toBeUndefined()
  expect(check).toHaveBeenCalledTimes(2)
})

it('a check that fails late does not undo one that has passed', async () => {
  let time = 0
  let fail = (_: Error) => {}
  const check = vi
    .fn<() => Promise<void>>()
    .mockImplementationOnce(() => new Promise((_, reject) => (fail = reject)))
    .mockResolvedValueOnce()
  const ready = firstCheck(check, () => time)
  const first = ready()
  time = 10_000
  await ready()
  fail(new Error('cut'))
  await expect(first).rejects.toThrow('cut')
  expect(ready()).toBeUndefined()
})

describe('on Cloudflare Workers, where a request that is cancelled leaves its work unsettled', () => {
  let firstCheckThere: typeof firstCheck
  beforeAll(async () => {
    vi.stubGlobal('navigator', { userAgent: 'Cloudflare-Workers' })
    vi.resetModules()
    firstCheckThere = (await import('../../src/storage/first-check.js')).firstCheck
    vi.unstubAllGlobals()
  })

  it('a check is not shared, but what came of it is', async () => {
    const check = vi.fn<() => Promise<void>>().mockReturnValueOnce(never).mockResolvedValue()
    const ready = firstCheckThere(check, () => 0)
    void ready()
    await ready()
    expect(ready()).toBeUndefined()
    expect(check).toHaveBeenCalledTimes(2)
  })
})

describe('over a database whose first answers never come', () => {
  const start = 1_800_000_000_000
  let time = start
  afterEach(() => void vi.restoreAllMocks())
  const clock = () => {
    time = start
    vi.spyOn(Date, 'now').mockImplementation(() => time)
  }

  it('sqlStorage asks again after ten seconds, and serves then', async () => {
    clock()
    let looks = 0
    const db = scriptedKysely('postgres', (sql) => {
      if (sql.includes('grantwright_schema')) {
        return ++looks === 1 ? never : { rows: [{ version: 1 }] }
      }
      return sql.includes('server_encoding') ? { rows: [{ server_encoding: 'UTF8' }] } : {}
    })
    const storage = sqlStorage(db)
    void storage.get('grant', 'a')
    time = start + 9_999
    void storage.get('grant', 'a')
    await new Promise(setImmediate)
    expect(looks).toBe(1)
    time = start + 10_000
    expect(await storage.get('grant', 'a')).toBeNull()
    expect(looks).toBe(2)
  })

  it('redisStorage asks again after ten seconds, and serves then', async () => {
    clock()
    const looks = vi.fn<() => Promise<unknown>>().mockReturnValueOnce(never).mockResolvedValue(['maxmemory', '0'])
    const storage = redisStorage({
      eval: () => Promise.reject(databaseError('not asked for')),
      evalsha: async () => [null, null, null, null, null],
      config: looks,
    })
    void storage.get('grant', 'a')
    time = start + 9_999
    void storage.get('grant', 'a')
    await new Promise(setImmediate)
    expect(looks).toHaveBeenCalledTimes(1)
    time = start + 10_000
    expect(await storage.get('grant', 'a')).toBeNull()
    expect(looks).toHaveBeenCalledTimes(2)
  })
})
