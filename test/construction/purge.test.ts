/**
 * The server deletes expired records by itself, and disturbs nobody with it.
 */
import { execFileSync } from 'node:child_process'
import { build } from 'esbuild'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { ServerOptions } from '../../src/construction/options.js'
import type { ServerEvent } from '../../src/edge/events.js'
import type { Storage } from '../../src/storage/contract.js'
import { memoryStorage } from '../../src/storage/memory.js'
import { redisStorage } from '../../src/storage/redis.js'

const minute = 60_000
const issuer = 'https://auth.example.com'

let create: typeof import('../../src/server.js').createAuthorizationServer

/** Timers are taken when modules are loaded, so the server is loaded when they are fake. */
async function load(): Promise<void> {
  vi.resetModules()
  create = (await import('../../src/server.js')).createAuthorizationServer
}

beforeEach(async () => {
  vi.useFakeTimers({ now: 0 })
  await load()
})
afterEach(() => {
  vi.useRealTimers()
  vi.restoreAllMocks()
  vi.unstubAllGlobals()
})

function serverOn(storage: Storage, options: Partial<ServerOptions> = {}) {
  return create({
    issuer,
    storage,
    users: { current: async () => null, challenge: async () => ({ status: 303, headers: [], body: '' }) },
    secret: 'a secret of at least thirty-two bytes, for tests only',
    resources: { 'https://api.example.com': { scopes: { read: 'Read' } } },
    ...options,
  })
}

/** A storage that remembers its purges and leaves none of its own to do. */
function purged(purge: (now: number, limit: number) => Promise<number> = async () => 0) {
  const spy = vi.fn(purge)
  return { ...memoryStorage(), purge: spy }
}

const request = (server: { fetch(request: Request): Promise<Response> }, path = '/oauth/token') =>
  server.fetch(new Request(issuer + path))

describe('a server purges its storage', () => {
  it('from its first request on, and not when it is made or made ready', async () => {
    const storage = purged()
    const server = serverOn(storage)
    await server.ready()
    await request(server, '/somewhere/else')
    expect(vi.getTimerCount()).toBe(0)
    await vi.advanceTimersByTimeAsync(10 * minute)
    expect(storage.purge).not.toHaveBeenCalled()
    await request(server)
    await request(server)
    expect(vi.getTimerCount()).toBe(1)
    await vi.advanceTimersByTimeAsync(10 * minute)
    expect(storage.purge.mock.calls.length).toBeGreaterThanOrEqual(6)
    await server.close()
  })

  it('at random times, once a minute on average, and never in the first half of one', async () => {
    for (const [random, first] of [
      [0, minute / 2],
      [0.5, minute],
      [0.999_999, 1.5 * minute - 1],
    ] as const) {
      vi.spyOn(Math, 'random').mockReturnValue(random)
      const storage = purged()
      const server = serverOn(storage)
      await request(server)
      await vi.advanceTimersByTimeAsync(first - 1)
      expect(storage.purge).not.toHaveBeenCalled()
      await vi.advanceTimersByTimeAsync(2)
      expect(storage.purge).toHaveBeenCalledTimes(1)
      await vi.advanceTimersByTimeAsync(first + 2)
      expect(storage.purge).toHaveBeenCalledTimes(2)
      await server.close()
    }
  })

  it('as often as `purge.every` says, in seconds', async () => {
    const storage = purged()
    const server = serverOn(storage, { purge: { every: 3600 } })
    await request(server)
    await vi.advanceTimersByTimeAsync(30 * minute - 1)
    expect(storage.purge).not.toHaveBeenCalled()
    await vi.advanceTimersByTimeAsync(60 * minute)
    expect(storage.purge.mock.calls.length).toBeGreaterThanOrEqual(1)
    await server.close()
  })

  it('by its own clock', async () => {
    const storage = purged()
    const server = serverOn(storage, { now: () => 7 })
    await request(server)
    await vi.advanceTimersByTimeAsync(2 * minute)
    expect(storage.purge.mock.calls[0]).toEqual([7, 1])
    await server.close()
  })

  it('of what has expired and of nothing else, together with another instance', async () => {
    const storage = memoryStorage()
    const record = (id: string, expiresAt: number | null) => ({
      ...{ id, version: id, subject: null, clientId: null, document: '{}' },
      expiresAt,
    })
    for (let i = 0; i < 2500; i++) await storage.insert('once', record(`${i}`, 1), 0)
    await storage.insert('once', record('living', 60 * minute), 0)
    await storage.insert('once', record('eternal', null), 0)
    const counts: Promise<number>[] = []
    const counted = {
      ...storage,
      purge(now: number, limit: number) {
        const count = storage.purge(now, limit)
        counts.push(count)
        return count
      },
    }
    const servers = [serverOn(counted), serverOn(counted)]
    for (const server of servers) await request(server)
    await vi.advanceTimersByTimeAsync(5 * minute)
    expect((await Promise.all(counts)).reduce((sum, count) => sum + count)).toBe(2500)
    expect(await storage.get('once', 'living')).not.toBeNull()
    expect(await storage.get('once', 'eternal')).not.toBeNull()
    await Promise.all(servers.map((server) => server.close()))
    expect(vi.getTimerCount()).toBe(0)
  })

  it('until it is closed, which waits for the batch that is running; a later request does not begin it again', async () => {
    let finish: (count: number) => void = () => {}
    const storage = purged(() => new Promise((resolve) => (finish = resolve)))
    const server = serverOn(storage)
    await request(server)
    await vi.advanceTimersByTimeAsync(2 * minute)
    expect(storage.purge).toHaveBeenCalledTimes(1)
    const closed = vi.fn()
    const closing = server.close().then(closed)
    await vi.advanceTimersByTimeAsync(minute)
    expect(closed).not.toHaveBeenCalled()
    finish(1)
    await closing
    await request(server)
    await vi.advanceTimersByTimeAsync(5 * minute)
    expect(storage.purge).toHaveBeenCalledTimes(1)
    expect(vi.getTimerCount()).toBe(0)
  })

  it('and not when it was closed before its first request', async () => {
    const server = serverOn(purged())
    await server.close()
    await request(server)
    expect(vi.getTimerCount()).toBe(0)
  })

  it('and tells of a failure once, until a round has gone well', async () => {
    let isAway = true
    const storage = purged(async () => {
      if (isAway) throw new Error('away')
      return 0
    })
    const events: ServerEvent[] = []
    const server = serverOn(storage, { onEvent: (event) => events.push(event) })
    await request(server)
    const failures = () => events.filter(({ type }) => type === 'failed')
    await vi.advanceTimersByTimeAsync(5 * minute)
    expect(storage.purge.mock.calls.length).toBeGreaterThanOrEqual(3)
    expect(failures()).toEqual([
      expect.objectContaining({
        endpoint: 'purge',
        reference: '',
        cause: expect.objectContaining({ cause: new Error('away') }),
      }),
    ])
    isAway = false
    await vi.advanceTimersByTimeAsync(2 * minute)
    isAway = true
    await vi.advanceTimersByTimeAsync(5 * minute)
    expect(failures()).toHaveLength(2)
    await server.close()
  })
})

describe('a server leaves purging alone', () => {
  const neverPurges = async (storage: Storage, options: Partial<ServerOptions> = {}) => {
    const purge = vi.spyOn(storage, 'purge')
    const server = serverOn(storage, options)
    await request(server)
    await vi.advanceTimersByTimeAsync(10 * minute)
    expect(purge).not.toHaveBeenCalled()
    expect(vi.getTimerCount()).toBe(0)
    await server.close()
  }

  it('with `purge: false`', () => neverPurges(purged(), { purge: false }))

  it('where the storage expires by itself', () => neverPurges({ ...purged(), expiresByItself: true }))

  it('on Redis', async () => {
    expect(redisStorage({ eval: async () => null, evalsha: async () => null } as never).expiresByItself).toBe(true)
  })

  it('on Cloudflare Workers, where no timer outlives a request', async () => {
    vi.stubGlobal('navigator', { userAgent: 'Cloudflare-Workers' })
    await load()
    await neverPurges(purged())
  })
})

it('keeps no process alive, and closes in the middle of a round', async () => {
  const { outputFiles } = await build({
    entryPoints: [new URL('../../src/index.ts', import.meta.url).pathname],
    bundle: true,
    format: 'esm',
    platform: 'node',
    external: ['@node-rs/argon2'],
    write: false,
  })
  const run = (code: string) => {
    const input = `${outputFiles[0]?.text}
      const storage = { get: async () => null, insert: async () => true, replace: async () => true, remove: async () => {}, list: async () => [] }
      const auth = createAuthorizationServer({
        issuer: 'http://localhost:3000',
        storage: { ...storage, purge },
        users: { current: async () => null, challenge: async () => ({ status: 303, headers: [], body: '' }) },
        resources: { 'http://localhost:3000/api': { scopes: { read: 'Read' } } },
        purge: { every: 1 },
      })
      const { status } = await auth.fetch(new Request('http://localhost:3000/oauth/token'))
      console.log(status)
      ${code}`
    return execFileSync(process.execPath, ['--input-type=module'], { input, timeout: 10_000, encoding: 'utf8' })
  }
  expect(run('async function purge() { return 0 }')).toBe('405\n')
  const midway = `
    let begun
    async function purge(_, limit) { begun?.(); return limit }
    const alive = setInterval(() => {}, 1000)
    await new Promise((resolve) => (begun = resolve))
    clearInterval(alive)
    await auth.close()
    console.log('closed')`
  expect(run(midway)).toBe('405\nclosed\n')
})
