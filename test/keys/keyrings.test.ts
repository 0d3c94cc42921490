import { randomBytes } from 'node:crypto'
import { compactVerify, createLocalJWKSet } from 'jose'
import { describe, expect, it } from 'vitest'
import type { SigningAlgorithm } from '../../src/keys/jwk.js'
import { signJws, verifyJws } from '../../src/keys/jws.js'
import { openKeyring } from '../../src/keys/keyring.js'
import { type Keyrings, type KeyringsOptions, openKeyrings } from '../../src/keys/keyrings.js'
import { generatePrivateJwk, importSigner } from '../../src/keys/signer.js'
import { recordStore } from './record-store.js'

const minute = 60_000
const day = 86_400_000
const lead = 7 * minute
const keep = lead + 10 * minute
const secret = randomBytes(32).toString('base64')

/** A store, a clock that the test sets, and instances that share both. The first ring has ES256. */
function world() {
  const store = recordStore()
  const failures: unknown[] = []
  const clock = { now: 1_800_000_000_000 }
  const options: KeyringsOptions = {
    storage: store,
    issuer: 'https://issuer.example',
    secrets: [secret],
    allowUnwrappedKeys: false,
    now: () => clock.now,
    randomBytes,
    longestTokenLifetime: 10 * minute,
    onFailure: (cause) => failures.push(cause),
  }
  const instance = (algorithms: readonly SigningAlgorithm[], more: Partial<KeyringsOptions> = {}): Keyrings =>
    openKeyrings({ ...options, algorithms, ...more })
  const documents = () => [...store.records.values()].map(({ document }) => JSON.parse(document))
  return { store, clock, failures, options, instance, documents }
}

const kids = async (ring: Keyrings) => (await ring.publicKeys()).map(({ kid }) => kid)
const algorithmsOf = async (ring: Keyrings) => (await ring.publicKeys()).map(({ alg }) => alg)

describe('without features', () => {
  it('exactly one record is read and written, whatever is asked', async () => {
    const { store, clock, instance } = world()
    const ring = instance([])
    const signer = await ring.current()
    expect(ring.current()).toBe(signer)
    await ring.macKey()
    await ring.jwks()
    await ring.publicKeys()
    expect(ring.find(signer.kid)).toMatchObject({ kid: signer.kid })
    expect(store.calls).toEqual(['get', 'insert'])
    clock.now += 2 * minute
    await ring.jwks()
    await ring.idle()
    await ring.rotate()
    expect(store.calls).toEqual(['get', 'insert', 'get', 'get', 'replace'])
    expect(store.records.size).toBe(1)
  })

  it('no algorithm can be asked for, not even that of the first ring, and the error says what to write', async () => {
    const { store, instance } = world()
    for (const algorithm of ['RS256', 'ES256'] as const) {
      expect(() => instance([]).current(algorithm)).toThrow(
        `Write \`algorithms: ['${algorithm}']\` in the feature that signs with ${algorithm}.`,
      )
    }
    expect(() => instance(['RS256']).current('PS256')).toThrow("`algorithms: ['PS256']`")
    expect(store.calls).toEqual([])
  })
})

describe('a second algorithm', () => {
  it('has a record of its own, wrapped, in format 1, without MAC keys, which is made when it is first used', async () => {
    const { store, instance, documents } = world()
    const ring = instance(['RS256'])
    await ring.current()
    await ring.macKey()
    expect(store.calls).toEqual(['get', 'insert'])
    const signer = await ring.current('RS256')
    expect(store.calls).toEqual(['get', 'insert', 'get', 'insert'])
    expect(signer.alg).toBe('RS256')
    expect(documents()).toMatchObject([
      { v: 1, signing: [{ alg: 'ES256' }], mac: [{}] },
      { v: 1, signing: [{ kid: signer.kid, alg: 'RS256', sealed: expect.stringMatching(/^a256gcm:/) }], mac: [] },
    ])
    expect(Object.keys(documents()[1])).toEqual(Object.keys(documents()[0]))
    expect(store.records.size).toBe(2)
    expect([...store.records.keys()].every((id) => /^key\/[A-Za-z0-9_-]{1,64}$/.test(id))).toBe(true)
  })

  it('is made when the keys are published, so that nobody learns a list without it', async () => {
    const { instance } = world()
    const { keys } = JSON.parse(await instance(['EdDSA', 'ES384']).jwks())
    expect(keys.map(({ alg }: { alg: string }) => alg)).toEqual(['ES256', 'EdDSA', 'ES384'])
  })

  it('leaves a first record that is there as it is, and an instance without the feature to its own key', async () => {
    const { store, options, instance } = world()
    const plain = openKeyring(options)
    const first = await plain.current()
    const before = [...store.records]
    const ring = instance(['EdDSA'])
    expect((await ring.current('EdDSA')).alg).toBe('EdDSA')
    await ring.jwks()
    expect((await ring.current()).kid).toBe(first.kid)
    expect([...store.records]).toEqual(expect.arrayContaining(before))
    const older = openKeyring(options)
    expect((await older.current()).kid).toBe(first.kid)
    expect(await older.publicKeys()).toHaveLength(1)
  })

  it('is one key for all instances, also when they start at once', async () => {
    const { store, instance } = world()
    const rings = Array.from({ length: 5 }, () => instance(['EdDSA']))
    const signers = await Promise.all(rings.map((ring) => ring.current('EdDSA')))
    expect(new Set(signers.map(({ kid }) => kid)).size).toBe(1)
    expect(new Set(await Promise.all(rings.map((ring) => ring.jwks()))).size).toBe(1)
    expect(store.records.size).toBe(2)
  })

  it.each(['before', 'after'] as const)(
    'is one key for all who come later, when whoever made it is gone %s any of its verbs',
    async (moment) => {
      const counting = world()
      await counting.instance(['EdDSA']).current('EdDSA')
      const verbs = counting.store.calls.length
      let stayed = 0
      for (let fatal = 1; fatal <= verbs; fatal++) {
        const { store, instance } = world()
        const first = await instance([]).current()
        const before = [...store.records]
        let left = fatal
        store[moment] = () => {
          if (--left <= 0) throw new Error('the process is gone')
        }
        const dying = async () => instance(['EdDSA']).current('EdDSA')
        await dying().catch(() => {})
        store[moment] = () => {}
        const made = [...store.records.values()][1]
        const signers = await Promise.all([1, 2].map(() => instance(['EdDSA']).current('EdDSA')))
        expect(new Set(signers.map(({ kid }) => kid)).size).toBe(1)
        if (made) {
          stayed++
          expect(made.document).toContain(signers[0]?.kid)
        }
        expect(store.records.size).toBe(2)
        expect([...store.records]).toEqual(expect.arrayContaining(before))
        expect((await instance(['EdDSA']).current()).kid).toBe(first.kid)
      }
      // The second record was there already, or else it was not: both have been seen where both can be.
      expect(stayed).toBe(moment === 'after' ? 1 : 0)
    },
  )

  it('needs no promise and no store any more afterwards', async () => {
    const { store, instance } = world()
    const ring = instance(['EdDSA'])
    await ring.jwks()
    const { length } = store.calls
    const signer = await ring.current('EdDSA')
    expect(ring.current()).toBe(await ring.current())
    expect(ring.current('EdDSA')).toBe(signer)
    expect(ring.find(signer.kid)).toMatchObject({ kid: signer.kid, alg: 'EdDSA' })
    expect(await ring.jwks()).toBe(await ring.jwks())
    expect(store.calls).toHaveLength(length)
  })

  it('is found by instances that have not used it, and a key that nobody has is looked for in each record once', async () => {
    const { store, instance } = world()
    const { kid } = await instance(['EdDSA']).current('EdDSA')
    const other = instance(['EdDSA'])
    await other.current()
    expect(await other.find(kid)).toMatchObject({ kid })
    store.calls.length = 0
    expect(await other.find('unknown')).toBeUndefined()
    expect(await other.find('another')).toBeUndefined()
    expect(store.calls.length).toBeLessThanOrEqual(2)
  })

  it('verifies with jose and here', async () => {
    const ring = world().instance(['EdDSA', 'RS256'])
    const set = createLocalJWKSet(JSON.parse(await ring.jwks()))
    for (const algorithm of [undefined, 'EdDSA', 'RS256'] as const) {
      const token = await signJws(await ring.current(algorithm), 'JWT', '{}')
      expect((await compactVerify(token, set)).protectedHeader.alg).toBe(algorithm ?? 'ES256')
      expect(await verifyJws(token, ring.find, 'JWT')).not.toBeNull()
    }
  })

  it('is kept apart by issuer and by algorithm', async () => {
    const { store, instance } = world()
    await instance(['EdDSA', 'Ed25519']).jwks()
    await instance(['EdDSA', 'Ed25519'], { issuer: 'https://other.example' }).jwks()
    expect(store.records.size).toBe(6)
  })

  it('fails by itself when its record cannot be read, and the first goes on', async () => {
    const { store, instance } = world()
    const ring = instance(['EdDSA'])
    await ring.current()
    const [firstId] = store.records.keys()
    await ring.current('EdDSA')
    for (const [id, record] of store.records) if (id !== firstId) store.records.set(id, { ...record, document: '{' })
    const next = instance(['EdDSA'])
    expect((await next.current()).alg).toBe('ES256')
    expect((await next.macKey()).key).toHaveLength(32)
    await expect(next.current('EdDSA')).rejects.toThrow(/backup, or delete/)
    // Whoever caches a list without it would refuse what others sign.
    await expect(next.jwks()).rejects.toThrow(/backup, or delete/)
  })
})

describe('the rotation of several rings', () => {
  it('publishes each new key at once, signs with it after the lead, and drops the old one last', async () => {
    const { clock, instance, documents, failures } = world()
    const ring = instance(['EdDSA'])
    const other = instance(['EdDSA'])
    const [first, second] = [await ring.current(), await ring.current('EdDSA')]
    await other.jwks()
    clock.now += 90 * day
    await ring.current()
    await ring.idle()
    expect(documents().map(({ signing }) => signing.length)).toEqual([2, 1])
    await ring.current('EdDSA')
    await ring.idle()
    expect(documents().map(({ signing }) => signing.length)).toEqual([2, 2])
    const published = await kids(ring)
    expect(published).toHaveLength(4)
    const [, nextFirst, , nextSecond] = published

    clock.now += lead - 1
    expect([(await ring.current()).kid, (await ring.current('EdDSA')).kid]).toEqual([first.kid, second.kid])
    clock.now += 1
    for (const one of [ring, other]) {
      expect([(await one.current()).kid, (await one.current('EdDSA')).kid]).toEqual([nextFirst, nextSecond])
    }
    clock.now += keep - 1
    expect(await kids(ring)).toEqual(published)
    expect(await ring.find(second.kid)).toBeDefined()
    clock.now += 1
    expect(await kids(ring)).toEqual([nextFirst, nextSecond])
    expect(await ring.find(second.kid)).toBeUndefined()
    await ring.idle()
    expect(documents().map(({ signing }) => signing.length)).toEqual([1, 1])
    expect(failures).toEqual([])
  })

  it('on demand makes a key in each, and wraps all anew, so that an old secret can go', async () => {
    const { instance, documents } = world()
    const { kid } = await instance(['EdDSA']).current('EdDSA')
    const next = randomBytes(32).toString('base64')
    const changing = instance(['EdDSA'], { secrets: [next, secret] })
    await changing.rotate()
    expect(documents().map(({ signing }) => signing.length)).toEqual([2, 2])
    expect(await algorithmsOf(changing)).toEqual(['ES256', 'ES256', 'EdDSA', 'EdDSA'])
    expect((await instance(['EdDSA'], { secrets: [next] }).current('EdDSA')).kid).toBe(kid)
  })

  it('is waited for by idle(), in whichever ring it goes on', async () => {
    const { store, clock, instance, documents } = world()
    const ring = instance(['EdDSA'])
    await ring.current()
    await ring.current('EdDSA')
    clock.now += 90 * day
    let release = () => {}
    const gate = new Promise<void>((resolve) => {
      release = resolve
    })
    store.before = (verb) => (verb === 'replace' ? gate : undefined)
    await ring.current('EdDSA')
    let isIdle = false
    const idle = ring.idle().then(() => {
      isIdle = true
    })
    await new Promise((resolve) => setImmediate(resolve))
    expect(isIdle).toBe(false)
    release()
    await idle
    expect(documents().map(({ signing }) => signing.length)).toEqual([1, 2])
  })
})

describe('an algorithm that is that of the first ring', () => {
  it('has no ring beside it: the same key signs', async () => {
    const { store, instance } = world()
    const ring = instance(['ES256'])
    expect(await ring.current('ES256')).toBe(await ring.current())
    expect(await kids(ring)).toHaveLength(1)
    await ring.rotate()
    expect(await ring.find('unknown')).toBeUndefined()
    expect(store.records.size).toBe(1)
  })

  it('has one for as long as the first still has keys of another algorithm, and nothing that it signed is lost', async () => {
    const { clock, instance, documents } = world()
    const old = await instance([]).current()
    const ring = instance(['EdDSA'], { algorithm: 'EdDSA' })
    expect((await ring.current()).kid).toBe(old.kid)
    const beside = await ring.current('EdDSA')
    expect(beside.alg).toBe('EdDSA')
    expect(await kids(ring)).toEqual([old.kid, beside.kid])
    await ring.rotate()
    expect(documents().map(({ signing }) => signing.map(({ alg }: { alg: string }) => alg))).toEqual([
      ['ES256', 'EdDSA'],
      ['EdDSA', 'EdDSA'],
    ])

    clock.now += lead - 1
    const last = await ring.current('EdDSA')
    expect(last.kid).toBe(beside.kid)
    clock.now += 1
    const first = await ring.current()
    expect(first.alg).toBe('EdDSA')
    expect(await ring.current('EdDSA')).toBe(first)

    // For an instance that starts now as well.
    clock.now += keep - 1
    for (const one of [ring, instance(['EdDSA'], { algorithm: 'EdDSA' })]) {
      expect(await kids(one)).toContain(beside.kid)
      expect(await one.find(last.kid)).toMatchObject({ kid: last.kid })
    }
    clock.now += 1
    expect(await kids(ring)).toEqual([first.kid])
  })

  it('gets a ring of its own at once when the first is to have another', async () => {
    const { clock, instance } = world()
    const shared = await instance(['ES256']).current('ES256')
    const ring = instance(['ES256'], { algorithm: 'EdDSA' })
    const signer = await ring.current('ES256')
    expect(signer.alg).toBe('ES256')
    expect(await kids(ring)).toEqual([shared.kid, signer.kid])
    clock.now += 90 * day
    await ring.current()
    await ring.idle()
    clock.now += lead
    expect([(await ring.current()).alg, (await ring.current('ES256')).kid]).toEqual(['EdDSA', signer.kid])
  })
})

describe('keys of the operator', () => {
  it('sign each with its algorithm: the first that has it, without asking the store', async () => {
    const { store, instance } = world()
    const fixedSigners = await Promise.all(
      (['ES256', 'EdDSA', 'ES384', 'EdDSA'] as const).map(async (alg, i) =>
        importSigner(await generatePrivateJwk(alg), { kid: `key ${i}` }),
      ),
    )
    const ring = instance(['EdDSA', 'ES256'], { fixedSigners, secrets: [] })
    expect(await ring.current()).toBe(fixedSigners[0])
    expect(await ring.current('ES256')).toBe(fixedSigners[0])
    expect(await ring.current('EdDSA')).toBe(fixedSigners[1])
    expect(await kids(ring)).toEqual(['key 0', 'key 1', 'key 2', 'key 3'])
    expect(JSON.parse(await ring.jwks()).keys).toHaveLength(4)
    expect(await ring.find('key 3')).toMatchObject({ kid: 'key 3' })
    expect(await ring.find('key 4')).toBeUndefined()
    expect(() => ring.current('ES384')).toThrow("`algorithms: ['ES384']`")
    const turned = instance(['ES256'], { fixedSigners: [...fixedSigners].reverse(), secrets: [] })
    expect((await turned.current()).alg).toBe('EdDSA')
    expect(await turned.current('ES256')).toBe(fixedSigners[0])
    await turned.jwks()
    expect(store.calls).toEqual([])
  })
})
