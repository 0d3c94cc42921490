import { randomBytes } from 'node:crypto'
import { beforeAll, describe, expect, it, vi } from 'vitest'
import type { SigningAlgorithm } from '../../src/keys/jwk.js'
import type { Keyrings } from '../../src/keys/keyrings.js'
import { recordStore } from './record-store.js'

const minute = 60_000

/** The module as it is when the runtime says that it is Cloudflare Workers. */
let openKeyrings: typeof import('../../src/keys/keyrings.js').openKeyrings
beforeAll(async () => {
  vi.stubGlobal('navigator', { userAgent: 'Cloudflare-Workers' })
  vi.resetModules()
  openKeyrings = (await import('../../src/keys/keyrings.js')).openKeyrings
  vi.unstubAllGlobals()
})

function world(algorithms: readonly SigningAlgorithm[] = []) {
  const store = recordStore()
  const clock = { now: 1_800_000_000_000 }
  const ring = openKeyrings({
    storage: store,
    issuer: 'https://issuer.example',
    secrets: [randomBytes(32).toString('base64')],
    allowUnwrappedKeys: false,
    now: () => clock.now,
    randomBytes,
    algorithms,
    longestTokenLifetime: 10 * minute,
  })
  return { store, clock, ring }
}

/** The next verb never settles, as when the request that wanted it is cancelled; those after it do. Gives whether it came to that. */
function cancelNext(store: ReturnType<typeof recordStore>): () => boolean {
  let isCancelled = false
  store.before = () => {
    isCancelled = true
    store.before = () => {}
    return new Promise(() => {})
  }
  return () => isCancelled
}

describe('on Cloudflare Workers, where a request that is cancelled leaves its work unsettled', () => {
  it.each(['current', 'macKey', 'publicKeys', 'jwks'] as const)(
    '%s() does not wait for the first use of another request',
    async (ask) => {
      const { store, ring } = world()
      cancelNext(store)
      void ring[ask]()
      expect(await ring[ask]()).toBeTruthy()
    },
  )

  it('all who come first at the same time get the same key', async () => {
    const { ring } = world()
    const all = await Promise.all(Array.from({ length: 5 }, async () => (await ring.current()).kid))
    expect(new Set(all).size).toBe(1)
  })

  it.each(['current', 'jwks'] as const)('%s() waits for a reload that it needs, and for nobody else’s', async (ask) => {
    const { store, clock, ring } = world()
    await ring[ask]()
    clock.now += 10 * minute
    cancelNext(store)
    void ring[ask]()
    expect(await ring[ask]()).toBeTruthy()
    const { length } = store.calls
    expect(await ring[ask]()).toBeTruthy()
    expect(store.calls).toHaveLength(length)
  })

  it('a key that is not known is looked for by each request that has one, but not in a copy of this moment', async () => {
    const { store, clock, ring } = world()
    await ring.current()
    clock.now += 10_000
    cancelNext(store)
    void ring.find('unknown')
    const { length } = store.calls
    expect(await ring.find('unknown')).toBeUndefined()
    expect(await ring.find('unknown')).toBeUndefined()
    expect(store.calls).toHaveLength(length + 1)
  })

  it('a rotation is waited for by the request that found it due', async () => {
    const { store, clock, ring } = world()
    await ring.current()
    clock.now += 90 * 24 * 60 * minute
    await ring.current()
    expect(store.calls.filter((verb) => verb === 'replace')).toHaveLength(1)
    expect(await ring.publicKeys()).toHaveLength(2)
  })

  describe('with a second algorithm', () => {
    it.each([
      ['current', (ring: Keyrings) => ring.current('EdDSA')],
      ['publicKeys', (ring: Keyrings) => ring.publicKeys()],
      ['jwks', (ring: Keyrings) => ring.jwks()],
      ['find', (ring: Keyrings) => ring.find('unknown')],
    ] as const)('%s() does not wait for what another request has begun in either ring', async (_, ask) => {
      const { store, ring, clock } = world(['EdDSA'])
      // Whoever comes first; who finds the first copy old; who finds only the second one old.
      for (const before of [async () => {}, async () => {}, () => ring.current()]) {
        await before()
        const isCancelled = cancelNext(store)
        void ask(ring)
        await ask(ring)
        expect(isCancelled()).toBe(true)
        clock.now += 10 * minute
      }
      expect((await ring.current('EdDSA')).alg).toBe('EdDSA')
    })

    it('all who come first at the same time get the same key', async () => {
      const { ring } = world(['EdDSA'])
      const all = await Promise.all(Array.from({ length: 5 }, async () => (await ring.current('EdDSA')).kid))
      expect(new Set(all).size).toBe(1)
    })

    it('its rotation is waited for by the request that found it due', async () => {
      const { store, clock, ring } = world(['EdDSA'])
      await ring.current('EdDSA')
      clock.now += 90 * 24 * 60 * minute
      await ring.current('EdDSA')
      expect(store.calls.filter((verb) => verb === 'replace')).toHaveLength(1)
      expect(await ring.publicKeys()).toHaveLength(3)
    })
  })
})
