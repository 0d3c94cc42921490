import { randomBytes } from 'node:crypto'
import { compactVerify, createLocalJWKSet } from 'jose'
import { expect, it } from 'vitest'
import { signJws, verifyJws } from '../../src/keys/jws.js'
import { type Keyrings, openKeyrings } from '../../src/keys/keyrings.js'
import { recordStore } from './record-store.js'

const minute = 60_000
const hour = 60 * minute
const jwksMaxAge = 5 * minute
const tokenLifetime = 40 * minute

/**
 * Two instances with clocks 30 seconds apart and a verifier that trusts its copy of the JWK Set for as long as it may, over
 * ten rotations. Instances sleep for minutes to hours, so that their copies of the keys get stale.
 */
it.each([
  ['the first ring', undefined],
  ['a ring beside it', 'EdDSA'],
] as const)(
  'no verification of what %s signs fails through rotations, on any instance or at a verifier that caches',
  async (_, algorithm) => {
    const store = recordStore()
    let time = 1_800_000_000_000
    const secrets = [randomBytes(32).toString('base64')]
    const open = (skew: number): Keyrings =>
      openKeyrings({
        storage: store,
        issuer: 'https://issuer.example',
        secrets,
        allowUnwrappedKeys: false,
        now: () => time + skew,
        randomBytes,
        algorithms: algorithm && [algorithm],
        rotateEvery: 6 * hour,
        jwksMaxAge,
        longestTokenLifetime: tokenLifetime,
        onFailure: (cause) => {
          throw cause
        },
      })
    const instances = [open(-15_000), open(15_000)] as const
    const chance = pseudoRandom(7)
    const any = () => instances[chance() < 0.5 ? 0 : 1]

    let cached = { text: await instances[0].jwks(), until: time + jwksMaxAge }
    const alive: { token: string; macId: string; until: number }[] = []
    const signedWith = new Set<string>()
    const end = time + 60 * hour

    while (time < end) {
      const signing = any()
      const signer = await signing.current(algorithm)
      signedWith.add(signer.kid)
      const token = await signJws(signer, 'at+jwt', '{}')
      alive.push({ token, macId: (await signing.macKey()).id, until: time + tokenLifetime })

      if (time >= cached.until) cached = { text: await any().jwks(), until: time + jwksMaxAge }
      const verifierKeys = createLocalJWKSet(JSON.parse(cached.text))
      const oldest = alive[0]
      for (const { token, macId } of oldest ? [oldest, ...alive.slice(-1)] : []) {
        await compactVerify(token, verifierKeys)
        for (const instance of instances.filter(() => chance() < 0.7)) {
          expect(await verifyJws(token, instance.find, 'at+jwt'), `at ${new Date(time).toISOString()}`).not.toBeNull()
          expect(await instance.findMacKey(macId)).toBeDefined()
        }
      }

      // Sometimes the background work is done before the next request, sometimes it goes on during it.
      if (chance() < 0.5) await Promise.all(instances.map((instance) => instance.idle()))
      // Requests come seconds apart, now and then an hour; near a rotation the steps stay short enough to meet it.
      time += chance() < 0.02 ? chance() * hour : chance() * 90_000
      while (alive[0] && alive[0].until <= time) alive.shift()
    }
    expect(signedWith.size).toBeGreaterThanOrEqual(9)
    await Promise.all(instances.map((instance) => instance.idle()))
    const records = [...store.records.values()].map(({ document }) => JSON.parse(document))
    expect(records).toHaveLength(algorithm ? 2 : 1)
    for (const { signing } of records) expect(signing.length).toBeLessThanOrEqual(3)
  },
)

/** The same numbers in every run (mulberry32), so that a failure can be repeated. */
function pseudoRandom(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}
