import { randomBytes } from 'node:crypto'
import { compactVerify, createLocalJWKSet } from 'jose'
import { describe, expect, it } from 'vitest'
import { hasPrivateMembers } from '../../src/keys/jwk.js'
import { signJws, verifyJws } from '../../src/keys/jws.js'
import { type Keyring, type KeyringOptions, openKeyring } from '../../src/keys/keyring.js'
import { generatePrivateJwk, importSigner } from '../../src/keys/signer.js'
import { type RecordStore, recordStore } from './record-store.js'

const minute = 60_000
const day = 86_400_000
const lead = 7 * minute
const secret = randomBytes(32).toString('base64')
const issuer = 'https://issuer.example'

/** A store, a clock that the test sets, and instances that share both. */
function world() {
  const store = recordStore()
  const failures: unknown[] = []
  const clock = { now: 1_800_000_000_000 }
  const instance = (options: Partial<KeyringOptions> = {}): Keyring =>
    openKeyring({
      storage: store,
      issuer,
      secrets: [secret],
      allowUnwrappedKeys: false,
      now: () => clock.now,
      randomBytes,
      longestTokenLifetime: 10 * minute,
      onFailure: (cause) => failures.push(cause),
      ...options,
    })
  return { store, clock, instance, failures }
}

const document = (store: RecordStore) => JSON.parse([...store.records.values()][0]?.document ?? 'null')
const kids = async (ring: Keyring) => (await ring.publicKeys()).map((key) => key.kid)
const breakStore = (store: RecordStore) => {
  store.before = () => {
    throw new Error('the store is down')
  }
}
/** Makes one kind of verb wait until the function it gives is called. */
function holdUp(store: RecordStore, when: 'before' | 'after', held: string): () => void {
  let release = () => {}
  const gate = new Promise<void>((resolve) => {
    release = resolve
  })
  store[when] = (verb) => (verb === held ? gate : undefined)
  return release
}
/** Lets everything that does not wait for the store come to rest. */
const settle = () => new Promise((resolve) => setImmediate(resolve))
const repairStore = (store: RecordStore) => {
  store.before = () => {}
}

describe('the first use', () => {
  it('makes an ES256 key and a MAC key, in one get and one insert', async () => {
    const { store, instance } = world()
    const ring = instance()
    expect(store.calls).toEqual([])
    expect((await ring.current()).alg).toBe('ES256')
    expect((await ring.macKey()).key).toHaveLength(32)
    expect(store.calls).toEqual(['get', 'insert'])
  })

  it('is shared by everybody who asks at that time', async () => {
    const { store, instance } = world()
    const ring = instance()
    const all = await Promise.all(Array.from({ length: 20 }, () => ring.current()))
    expect(new Set(all).size).toBe(1)
    expect(store.calls).toEqual(['get', 'insert'])
  })

  it('needs no promise any more afterwards', async () => {
    const { store, instance } = world()
    const ring = instance()
    const signer = await ring.current()
    const mac = await ring.macKey()
    expect(ring.current()).toBe(signer)
    expect(ring.macKey()).toBe(mac)
    expect(ring.findMacKey(mac.id)).toBe(mac)
    expect(ring.find(signer.kid)).toMatchObject({ kid: signer.kid })
    expect(ring.jwks()).toBe(ring.jwks())
    expect(store.calls).toEqual(['get', 'insert'])
  })

  it('finds the keys that another instance has made', async () => {
    const { store, instance } = world()
    const first = await instance().current()
    expect((await instance().current()).kid).toBe(first.kid)
    expect(store.calls).toEqual(['get', 'insert', 'get'])
  })

  it('agrees on one key when many instances start at once', async () => {
    const { store, instance } = world()
    const rings = Array.from({ length: 8 }, () => instance())
    const signers = await Promise.all(rings.map((ring) => ring.current()))
    const macKeys = await Promise.all(rings.map((ring) => ring.macKey()))
    expect(new Set(signers.map((signer) => signer.kid)).size).toBe(1)
    expect(new Set(macKeys.map((key) => key.id)).size).toBe(1)
    expect(store.calls.filter((verb) => verb === 'insert')).toHaveLength(8)
    expect(document(store)).toMatchObject({ signing: [{ kid: signers[0]?.kid }], mac: [{ id: macKeys[0]?.id }] })
  })

  it('keeps the keys of two issuers apart in one store', async () => {
    const { store, instance } = world()
    const [a, b] = [instance(), instance({ issuer: 'https://other.example' })]
    expect((await a.current()).kid).not.toBe((await b.current()).kid)
    expect(store.records.size).toBe(2)
    expect([...store.records.keys()].every((id) => /^key\/[A-Za-z0-9_-]{1,64}$/.test(id))).toBe(true)
  })

  it('generates keys of the algorithm that was chosen', async () => {
    for (const algorithm of ['ES384', 'RS256', 'EdDSA'] as const) {
      expect((await world().instance({ algorithm }).current()).alg).toBe(algorithm)
    }
  })
})

describe('what is stored and published', () => {
  it('shows no private member in the JWK Set, and jose verifies with it', async () => {
    const ring = world().instance()
    const set = JSON.parse(await ring.jwks())
    expect(set.keys).toEqual(await ring.publicKeys())
    expect(set.keys.some(hasPrivateMembers)).toBe(false)
    const token = await signJws(await ring.current(), 'at+jwt', '{}')
    await expect(compactVerify(token, createLocalJWKSet(set))).resolves.toBeDefined()
  })

  it('stores no private key that is not wrapped', async () => {
    const { store, instance } = world()
    const mac = await instance().macKey()
    const { signing, mac: macKeys } = document(store)
    for (const key of [...signing, ...macKeys]) expect(key.sealed).toMatch(/^a256gcm:/)
    expect(JSON.stringify([...store.records.values()])).not.toContain(Buffer.from(mac.key).toString('base64url'))
    expect(signing[0]).not.toHaveProperty('publicJwk')
  })

  it('needs a secret for a public issuer, and says so at construction', () => {
    const { instance } = world()
    expect(() => instance({ secrets: [] })).toThrow(/option `secret` is missing.*openssl rand/)
    expect(() => instance({ secrets: ['short'] })).toThrow('`secret`')
    expect(() => instance({ secrets: [], allowUnwrappedKeys: true })).not.toThrow()
    expect(() => instance({ secrets: [], issuer: 'http://localhost:3000' })).not.toThrow()
  })

  it('refuses to rotate more often than keys become known', () => {
    expect(() => world().instance({ rotateEvery: lead })).toThrow('keyRotationInterval must be more than')
  })
})

describe('a record that cannot be read', () => {
  const withDocument = async (change: (document: string) => string, options: Partial<KeyringOptions> = {}) => {
    const { store, instance } = world()
    await instance().current()
    for (const [key, record] of store.records) store.records.set(key, { ...record, document: change(record.document) })
    const before = document(store)
    const failed = await Promise.resolve(instance(options).current()).catch((error: Error) => error)
    expect(document(store)).toEqual(before)
    return failed
  }

  it('is not replaced when the secret is wrong: the error names the option', async () => {
    const wrong = { secrets: [randomBytes(32).toString('base64')] }
    expect(await withDocument((text) => text, wrong)).toMatchObject({
      message: expect.stringContaining('option `secret`'),
    })
  })

  it('is left alone when a newer release wrote it', async () => {
    const newer = await withDocument((text) => text.replace('"v":1', '"v":2'))
    expect(newer).toMatchObject({ message: expect.stringMatching(/format 2.*newer release/) })
  })

  it('is left alone when it is damaged, and the error says what to do', async () => {
    const cure = expect.stringMatching(/backup, or delete/)
    expect(await withDocument((text) => text.replace('"alg":"ES256"', '"alg":"none"'))).toMatchObject({ message: cure })
    const { store, instance } = world()
    await instance().current()
    for (const [key, record] of store.records) store.records.set(key, { ...record, document: '{' })
    await expect(instance().current()).rejects.toThrow(/backup, or delete/)
  })
})

describe('rotation', () => {
  it('publishes the new key at once, signs with it after the lead, and drops the old one last', async () => {
    const { store, clock, instance } = world()
    const ring = instance()
    const first = await ring.current()
    clock.now += 90 * day
    expect((await ring.current()).kid).toBe(first.kid)
    await ring.idle()
    const [, second] = await kids(ring)
    expect(await kids(ring)).toEqual([first.kid, second])
    expect((await ring.current()).kid).toBe(first.kid)

    clock.now += lead - 1
    expect((await ring.current()).kid).toBe(first.kid)
    clock.now += 1
    expect((await ring.current()).kid).toBe(second)

    clock.now += lead + 10 * minute - 1
    expect(await kids(ring)).toEqual([first.kid, second])
    expect(JSON.parse(await ring.jwks()).keys).toHaveLength(2)
    clock.now += 1
    expect(JSON.parse(await ring.jwks()).keys).toMatchObject([{ kid: second }])
    expect(await kids(ring)).toEqual([second])
    expect(await ring.find(first.kid)).toBeUndefined()
    await ring.idle()
    expect(document(store).signing).toMatchObject([{ kid: second }])
  })

  it('rotates the MAC keys alike', async () => {
    const { clock, instance } = world()
    const [a, b] = [instance(), instance()]
    const first = await a.macKey()
    await b.macKey()
    clock.now += 90 * day
    await a.macKey()
    await a.idle()
    clock.now += lead
    const second = await a.macKey()
    expect(second.id).not.toBe(first.id)
    expect((await b.findMacKey(second.id))?.key).toEqual(new Uint8Array(second.key))
    expect(await b.findMacKey(first.id)).toBeDefined()
    clock.now += lead + 10 * minute
    expect(await b.findMacKey(first.id)).toBeUndefined()
  })

  it('is done once when every instance sees that it is due', async () => {
    const { store, clock, instance } = world()
    const rings = Array.from({ length: 6 }, () => instance())
    await Promise.all(rings.map((ring) => ring.current()))
    clock.now += 90 * day
    await Promise.all(rings.map((ring) => ring.current()))
    await Promise.all(rings.map((ring) => ring.idle()))
    expect(document(store).signing).toHaveLength(2)
    expect(new Set((await Promise.all(rings.map(kids))).map(String)).size).toBe(1)
  })

  it('does no harm when the outcome of the swap is unknown', async () => {
    const { store, clock, instance, failures } = world()
    const ring = instance()
    const first = await ring.current()
    clock.now += 90 * day
    store.after = (verb) => {
      if (verb === 'replace') throw new Error('connection lost')
    }
    expect(await ring.current()).toBe(first)
    await ring.idle()
    expect(failures).toHaveLength(1)
    store.after = () => {}
    clock.now += lead
    const second = await ring.current()
    await ring.idle()
    expect(document(store).signing).toHaveLength(2)
    expect(second.kid).toBe(document(store).signing[1].kid)
  })

  it('on demand makes one new key, and no second one while that has yet to begin', async () => {
    const { store, clock, instance } = world()
    const ring = instance()
    const first = await ring.current()
    await ring.rotate()
    await ring.rotate()
    expect(document(store).signing).toHaveLength(2)
    expect((await ring.current()).kid).toBe(first.kid)
    clock.now += lead
    expect((await ring.current()).kid).toBe(document(store).signing[1].kid)
    await ring.rotate()
    expect(document(store).signing).toHaveLength(3)
  })

  it('on demand wraps every key anew, so that an old secret can go', async () => {
    const { instance } = world()
    const first = await instance().current()
    const next = randomBytes(32).toString('base64')
    const changing = instance({ secrets: [next, secret] })
    await changing.rotate()
    expect((await instance({ secrets: [next] }).current()).kid).toBe(first.kid)
    await expect(instance().current()).rejects.toThrow('`secret`')
  })

  it('on demand tells its caller when it failed', async () => {
    const { store, instance } = world()
    const ring = instance()
    await ring.current()
    store.before = (verb) => {
      if (verb === 'replace') throw new Error('the store is down')
    }
    await expect(ring.rotate()).rejects.toThrow('the store is down')
    expect(document(store).signing).toHaveLength(1)
  })

  it('is begun by the very first use of an instance, for those that live for one request', async () => {
    const { store, clock, instance } = world()
    await instance().current()
    clock.now += 90 * day
    const ring = instance()
    await ring.current()
    await ring.idle()
    expect(document(store).signing).toHaveLength(2)
  })

  it('is not forgotten by a read that began before it', async () => {
    const { store, clock, instance } = world()
    const ring = instance()
    await ring.current()
    clock.now += 90 * day
    const release = holdUp(store, 'after', 'get')
    const signer = ring.current()
    while (document(store).signing.length < 2) await settle()
    await settle()
    release()
    await signer
    await ring.idle()
    store.calls.length = 0
    expect(await kids(ring)).toHaveLength(2)
    expect(store.calls).toEqual([])
  })

  it('never holds up a request, however slow the store is', async () => {
    const { store, clock, instance } = world()
    const ring = instance()
    const first = await ring.current()
    clock.now += 2 * minute
    const release = holdUp(store, 'before', 'get')
    expect(ring.current()).toBe(first)
    expect(ring.find(first.kid)).toMatchObject({ kid: first.kid })
    release()
    await ring.idle()
  })
})

describe('reading again', () => {
  it('happens when the copy is older than a minute', async () => {
    const { store, clock, instance } = world()
    const ring = instance()
    await ring.current()
    clock.now += minute
    ring.current()
    await ring.idle()
    expect(store.calls).toEqual(['get', 'insert'])
    clock.now += 1
    ring.current()
    await ring.idle()
    expect(store.calls).toEqual(['get', 'insert', 'get'])
  })

  it('happens for an unknown kid, but at most once in five seconds', async () => {
    const { store, clock, instance } = world()
    const ring = instance()
    await ring.current()
    store.calls.length = 0
    expect(await Promise.all([ring.find('a'), ring.find('b'), ring.findMacKey('c')])).toEqual([
      undefined,
      undefined,
      undefined,
    ])
    for (let i = 0; i < 100; i++) expect(ring.find(`x${i}`)).toBeUndefined()
    expect(store.calls).toEqual(['get'])
    clock.now += 5_000
    await ring.find('a')
    expect(store.calls).toEqual(['get', 'get'])
  })

  it('finds the key of another instance at once', async () => {
    const { clock, instance } = world()
    const [a, b] = [instance(), instance()]
    await a.current()
    await b.rotate()
    const [, added = ''] = await kids(b)
    expect(await a.find(added)).toMatchObject({ kid: added })
    expect(clock.now).toBe(1_800_000_000_000)
  })

  it('comes before signing on an instance that slept through a rotation', async () => {
    const { clock, instance } = world()
    const [awake, asleep] = [instance(), instance()]
    const first = await asleep.current()
    clock.now += 90 * day
    await awake.current()
    await awake.idle()
    clock.now += lead
    const second = await awake.current()
    expect(second.kid).not.toBe(first.kid)
    expect((await asleep.current()).kid).toBe(second.kid)
  })

  it('comes before publishing on an instance that slept', async () => {
    const { clock, instance } = world()
    const [awake, asleep] = [instance(), instance()]
    await asleep.jwks()
    clock.now += minute + 1
    await awake.rotate()
    expect(JSON.parse(await asleep.jwks()).keys).toHaveLength(2)
  })

  it('makes new keys when somebody has deleted the record', async () => {
    const { store, clock, instance } = world()
    const ring = instance()
    const first = await ring.current()
    store.records.clear()
    clock.now += minute + 1
    ring.current()
    await ring.idle()
    expect((await ring.current()).kid).not.toBe(first.kid)
    expect(await kids(ring)).toHaveLength(1)
  })
})

describe('a store that is down', () => {
  it('fails the first use, and the next one tries again', async () => {
    const { store, instance } = world()
    const ring = instance()
    breakStore(store)
    for (const use of [ring.current, ring.macKey, ring.jwks, () => ring.find('x'), ring.rotate]) {
      await expect(use()).rejects.toThrow('the store is down')
    }
    repairStore(store)
    expect((await ring.current()).alg).toBe('ES256')
  })

  it('does not make a second key when the insert was written but not confirmed', async () => {
    const { store, instance } = world()
    const ring = instance()
    store.after = (verb) => {
      if (verb === 'insert') throw new Error('connection lost')
    }
    await expect(ring.current()).rejects.toThrow('connection lost')
    const [{ kid }] = document(store).signing
    expect((await ring.current()).kid).toBe(kid)
  })

  it('stops nothing once the keys are loaded, however long it lasts', async () => {
    const { store, clock, instance, failures } = world()
    const ring = instance()
    const signer = await ring.current()
    const mac = await ring.macKey()
    const published = await ring.jwks()
    breakStore(store)
    for (const pause of [minute + 1, 10 * minute, day, 100 * day]) {
      clock.now += pause
      expect(await ring.current()).toBe(signer)
      expect(await ring.macKey()).toBe(mac)
      expect(await ring.jwks()).toBe(published)
      expect(await ring.find(signer.kid)).toBeDefined()
      await ring.idle()
    }
    expect(failures.length).toBeGreaterThan(3)
    repairStore(store)
    clock.now += minute
    await ring.current()
    await ring.idle()
    expect(document(store).signing).toHaveLength(2)
  })

  it('is asked again at most every five seconds', async () => {
    const { store, clock, instance } = world()
    const ring = instance()
    await ring.current()
    breakStore(store)
    clock.now += day
    store.calls.length = 0
    for (let i = 0; i < 100; i++) await ring.current()
    expect(store.calls).toEqual(['get'])
  })

  it('is survived although the listener for failures throws', async () => {
    const { store, clock, instance } = world()
    const ring = instance({
      onFailure: () => {
        throw new Error('listener')
      },
    })
    const signer = await ring.current()
    breakStore(store)
    clock.now += day
    expect(await ring.current()).toBe(signer)
    await expect(ring.idle()).resolves.toBeUndefined()
  })
})

describe('keys of the operator', () => {
  const fixedSigner = async (kid: string) => importSigner(await generatePrivateJwk('ES256'), { kid })

  it('sign and are published without asking the store', async () => {
    const { store, instance } = world()
    const [a, b] = [await fixedSigner('a'), await fixedSigner('b')]
    const ring = instance({ fixedSigners: [a, b], secrets: [] })
    expect(ring.current()).toBe(a)
    expect(ring.publicKeys()).toEqual([a.publicJwk, b.publicJwk])
    expect(JSON.parse(await ring.jwks()).keys).toHaveLength(2)
    const token = await signJws(b, 'at+jwt', '{}')
    expect(await verifyJws(token, ring.find, 'at+jwt')).not.toBeNull()
    expect(ring.find('c')).toBeUndefined()
    expect(store.calls).toEqual([])
  })

  it('leave the MAC keys to the store, which needs the secret', async () => {
    const { store, instance } = world()
    const fixedSigners = [await fixedSigner('a')]
    expect((await instance({ fixedSigners }).macKey()).key).toHaveLength(32)
    expect(document(store)).toMatchObject({ signing: [], mac: [{}] })
    store.records.clear()
    await expect(instance({ fixedSigners, secrets: [] }).macKey()).rejects.toThrow('`secret`')
    expect(store.records.size).toBe(0)
  })

  it('can be given up: a key is then generated next to the MAC keys there are', async () => {
    const { instance } = world()
    const mac = await instance({ fixedSigners: [await fixedSigner('a')] }).macKey()
    const ring = instance()
    expect((await ring.current()).alg).toBe('ES256')
    expect((await ring.macKey()).id).toBe(mac.id)
  })

  it('are checked at construction', async () => {
    const { instance } = world()
    const { kid, alg, publicJwk, sign } = await fixedSigner('a')
    const signer = { kid, alg, publicJwk, sign }
    expect(() => instance({ fixedSigners: [] })).toThrow('empty')
    expect(() => instance({ fixedSigners: [signer, signer] })).toThrow('same `kid`')
    const leaking = { ...signer, publicJwk: { ...publicJwk, d: 'AAAA' } }
    expect(() => instance({ fixedSigners: [leaking] })).toThrow('private members')
  })
})
