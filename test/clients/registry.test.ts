import { randomBytes } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import type { Client } from '../../src/clients/client.js'
import { clientSecretHash } from '../../src/clients/client.js'
import { clientRecordId } from '../../src/clients/record.js'
import { type ClientRegistryOptions, createClientRegistry } from '../../src/clients/registry.js'
import { parseStaticClients } from '../../src/clients/static.js'
import { Unavailable } from '../../src/edge/errors.js'
import type { Storage } from '../../src/storage/contract.js'
import { memoryStorage } from '../../src/storage/memory.js'
import { vocabulary } from '../support/tables.js'

const issuer = 'https://as.example.com'
const redirect_uris = ['https://app.example.com/cb']
const staticClient = { client_id: 'static', client_secret: 'x'.repeat(32), redirect_uris }

function setup(options: Partial<ClientRegistryOptions> = {}) {
  const clock = { now: 1_000_000 }
  const calls: string[] = []
  const storage = options.storage ?? memoryStorage()
  const count = <T>(verb: keyof Storage, outcome: T): T => {
    calls.push(verb)
    return outcome
  }
  const counted: Storage = {
    get: (...of) => count('get', storage.get(...of)),
    insert: (...of) => count('insert', storage.insert(...of)),
    replace: (...of) => count('replace', storage.replace(...of)),
    remove: (...of) => count('remove', storage.remove(...of)),
    list: (...of) => count('list', storage.list(...of)),
    purge: (...of) => count('purge', storage.purge(...of)),
  }
  const registry = createClientRegistry({
    issuer,
    now: () => clock.now,
    randomBytes,
    vocabulary,
    configured: parseStaticClients([staticClient], vocabulary),
    ...options,
    storage: counted,
  })
  return { registry, storage, calls, clock }
}

/** The client as the endpoints see it, which must exist. */
async function found(registry: ReturnType<typeof setup>['registry'], client_id: string): Promise<Client> {
  const client = await registry.find(client_id)
  if (!client) throw new Error('no such client')
  return client
}

describe('create', () => {
  it('makes ids of 128 and secrets of 256 random bits with prefixes that scanners can find', async () => {
    const { client, clientSecret } = await setup().registry.create({ redirect_uris })
    expect(client.client_id).toMatch(/^gwcl_[A-Za-z0-9_-]{22}$/)
    expect(clientSecret).toMatch(/^gwcs_[A-Za-z0-9_-]{43}$/)
  })

  it('answers with the settings and without secrets', async () => {
    const { client } = await setup().registry.create({ redirect_uris, client_name: 'Notes' })
    expect(client).toMatchObject({ client_name: 'Notes', redirect_uris, createdAt: 1_000_000 })
    expect(client).not.toHaveProperty('secrets')
  })

  it('stores a digest of the secret and nothing of the secret itself', async () => {
    const { registry, storage } = setup()
    const { client, clientSecret = '' } = await registry.create({ redirect_uris })
    const record = await storage.get('client', clientRecordId(issuer, client.client_id))
    expect(record?.document).toContain(clientSecretHash(clientSecret))
    expect(record?.document).not.toContain(clientSecret)
    expect(record?.document).not.toContain(clientSecret.slice(5))
  })

  it('writes a record as the storage contract wants it', async () => {
    const { registry, storage } = setup()
    const { client } = await registry.create({ redirect_uris })
    const [record] = await storage.list('client', {}, { limit: 10 })
    expect(record).toMatchObject({ subject: null, expiresAt: null, clientId: client.client_id })
    expect(record?.id).toMatch(/^[A-Za-z0-9_-]{43}$/)
    expect(record?.version).toMatch(/^[A-Za-z0-9_-]{16}$/)
    expect(JSON.parse(record?.document ?? '')).toMatchObject({ issuer })
  })

  it('writes format 1 where a way of authentication is written, and 2 without one, which earlier versions refuse', async () => {
    for (const [token_endpoint_auth_method, v] of [
      ['client_secret_basic', 1],
      ['client_secret_post', 1],
      ['none', 1],
      [undefined, 2],
    ] as const) {
      const { registry, storage } = setup()
      const { client } = await registry.create({ redirect_uris, token_endpoint_auth_method })
      expect(client.token_endpoint_auth_method).toBe(token_endpoint_auth_method)
      const [record] = await storage.list('client', {}, { limit: 10 })
      const document = JSON.parse(record?.document ?? '')
      expect([document.v, document.token_endpoint_auth_method]).toEqual([v, token_endpoint_auth_method])
      expect('token_endpoint_auth_method' in document).toBe(v === 1)
    }
  })

  it('gives a public client no secret', async () => {
    const made = await setup().registry.create({ redirect_uris, token_endpoint_auth_method: 'none' })
    expect(made).not.toHaveProperty('clientSecret')
  })

  it('makes a client that is found at once, also by an instance that looked for it before', async () => {
    const { registry, storage } = setup()
    const id = `gwcl_${'A'.repeat(22)}`
    expect(await registry.find(id)).toBeNull()
    const other = setup({ storage, randomBytes: (length) => new Uint8Array(length) }).registry
    await other.create({ redirect_uris })
    expect(await registry.find(id)).toMatchObject({ client_id: id })
  })

  it('refuses wrong metadata and writes nothing', async () => {
    const { registry, calls } = setup()
    await expect(registry.create({ redirect_uris: ['http://app.example.com/cb'] })).rejects.toThrow(TypeError)
    expect(calls).toEqual([])
  })

  it('refuses metadata that does not fit into a record, and writes nothing', async () => {
    const { registry, calls } = setup()
    const many = Array.from({ length: 40 }, (_, i) => `https://app.example.com/${i}/${'x'.repeat(1000)}`)
    await expect(registry.create({ redirect_uris: many })).rejects.toThrow(/larger than 32 KB/)
    expect(calls).toEqual([])
  })

  it('reports random bytes that repeat rather than overwrite a client', async () => {
    let fill = 0
    const { registry } = setup({ randomBytes: (length) => new Uint8Array(length).fill(length === 16 ? 0 : ++fill) })
    await registry.create({ redirect_uris })
    await expect(registry.create({ redirect_uris })).rejects.toThrow(/random/)
  })
})

describe('find', () => {
  it('has configured clients at hand without a promise and without the store', () => {
    const { registry, calls } = setup()
    expect(registry.find('static')).toMatchObject({ client_id: 'static', createdAt: null })
    expect(calls).toEqual([])
  })

  it('reads a stored client once within the lifetime, and then has it at hand', async () => {
    const { registry, calls, clock } = setup()
    const { client } = await registry.create({ redirect_uris })
    calls.length = 0
    await registry.find(client.client_id)
    clock.now += 29_999
    expect(registry.find(client.client_id)).toMatchObject({ client_id: client.client_id })
    expect(calls).toEqual(['get'])
    clock.now += 1
    expect(registry.find(client.client_id)).toBeInstanceOf(Promise)
    expect(calls).toEqual(['get', 'get'])
  })

  it('reads every time when it may remember nothing', async () => {
    const { registry, calls } = setup({ cacheFor: 0 })
    const { client } = await registry.create({ redirect_uris })
    await registry.find(client.client_id)
    await registry.find(client.client_id)
    expect(calls).toEqual(['insert', 'get', 'get'])
  })

  it('does not remember that a client does not exist', async () => {
    const { registry, calls } = setup()
    expect([await registry.find('nobody'), await registry.find('nobody')]).toEqual([null, null])
    expect(calls).toEqual(['get', 'get'])
  })

  it('gives back exactly the settings that were made', async () => {
    const { registry } = setup()
    const made = await registry.create({ redirect_uris, scope: 'a b', resources: ['https://api'], client_name: 'N' })
    const { secrets, ...rest } = await found(registry, made.client.client_id)
    expect(rest).toEqual(made.client)
    expect(secrets).toHaveLength(1)
  })

  it('does not find the client of another issuer in the same store', async () => {
    const { registry, storage } = setup()
    const { client } = await registry.create({ redirect_uris })
    const other = setup({ storage, issuer: 'https://other.example.com' }).registry
    expect(await other.find(client.client_id)).toBeNull()
  })

  it('says clearly that a newer version has written the record', async () => {
    const { registry, storage } = setup()
    const { client } = await registry.create({ redirect_uris })
    const id = clientRecordId(issuer, client.client_id)
    const record = await storage.get('client', id)
    if (!record) throw new Error('no record')
    const newer = { ...record, version: 'B'.repeat(16), document: record.document.replace('"v":2', '"v":3') }
    await storage.replace('client', newer, record.version)
    await expect(registry.find(client.client_id)).rejects.toThrow(/format 3.*Upgrade grantwright/)
  })

  it('does not remember what was read while it was being changed', async () => {
    const memory = memoryStorage()
    let release = () => {}
    const held = new Promise<void>((resolve) => {
      release = resolve
    })
    const slow: Storage = {
      ...memory,
      async get(kind, id) {
        const record = await memory.get(kind, id)
        await held
        return record
      },
    }
    const { registry } = setup({ storage: slow })
    const { client } = await registry.create({ redirect_uris })
    const reading = registry.find(client.client_id)
    await registry.remove(client.client_id)
    release()
    expect(await reading).toMatchObject({ client_id: client.client_id })
    expect(await registry.find(client.client_id)).toBeNull()
  })

  it('prefers the configuration to the store', async () => {
    const { registry, storage } = setup({ configured: new Map(), randomBytes: (length) => new Uint8Array(length) })
    const { client } = await registry.create({ redirect_uris })
    const both = setup({
      storage,
      configured: parseStaticClients(
        [{ ...staticClient, client_id: client.client_id, client_name: 'Configured' }],
        vocabulary,
      ),
    })
    expect(both.registry.find(client.client_id)).toMatchObject({ client_name: 'Configured' })
  })
})

describe('get and list', () => {
  it('gets configured and stored clients, never their secrets, and null for others', async () => {
    const { registry } = setup()
    const { client } = await registry.create({ redirect_uris })
    expect(await registry.get(client.client_id)).toEqual(client)
    expect(await registry.get('static')).toMatchObject({ client_id: 'static' })
    expect(await registry.get('static')).not.toHaveProperty('secrets')
    expect(await registry.get('nobody')).toBeNull()
  })

  it('pages through its own clients and skips those of another issuer', async () => {
    const { registry, storage } = setup()
    const other = setup({ storage, issuer: 'https://other.example.com' }).registry
    const mine = new Set<string>()
    for (let i = 0; i < 7; i++) {
      mine.add((await registry.create({ redirect_uris })).client.client_id)
      await other.create({ redirect_uris })
    }
    const seen: string[] = []
    let after: string | undefined
    do {
      const page = await registry.list({ after, limit: 3 })
      expect(page.clients.length).toBeLessThanOrEqual(3)
      for (const client of page.clients) {
        expect(client).not.toHaveProperty('secrets')
        seen.push(client.client_id)
      }
      after = page.next
    } while (after !== undefined)
    expect(seen).toHaveLength(7)
    expect(new Set(seen)).toEqual(mine)
  })

  it.each([0, -1, 1.5, 1001, Number.NaN])('refuses the limit %s', async (limit) => {
    await expect(setup().registry.list({ limit })).rejects.toThrow(TypeError)
  })
})

describe('update', () => {
  it('replaces all metadata and keeps id, secret and time of creation', async () => {
    const { registry } = setup()
    const { client } = await registry.create({ redirect_uris, client_name: 'Old', scope: 'a' })
    const before = await found(registry, client.client_id)
    const updated = await registry.update(client.client_id, { redirect_uris: ['https://new.example.com/cb'] })
    expect(updated).toEqual({
      ...client,
      client_name: undefined,
      scope: undefined,
      redirect_uris: ['https://new.example.com/cb'],
    })
    expect((await found(registry, client.client_id)).secrets).toEqual(before.secrets)
  })

  it('is seen by its own instance at once', async () => {
    const { registry } = setup()
    const { client } = await registry.create({ redirect_uris })
    await registry.find(client.client_id)
    await registry.update(client.client_id, { redirect_uris, client_name: 'New' })
    expect(await registry.find(client.client_id)).toMatchObject({ client_name: 'New' })
  })

  it('checks everything again, and a refusal changes nothing', async () => {
    const { registry } = setup()
    const { client } = await registry.create({ redirect_uris })
    await expect(registry.update(client.client_id, { redirect_uris: ['https://a#b'] })).rejects.toThrow(TypeError)
    expect(await registry.get(client.client_id)).toEqual(client)
  })

  it('takes the secrets of a client that becomes public, for good', async () => {
    const { registry } = setup()
    const { client } = await registry.create({ redirect_uris })
    await registry.update(client.client_id, { redirect_uris, token_endpoint_auth_method: 'none' })
    await registry.update(client.client_id, { redirect_uris })
    expect((await found(registry, client.client_id)).secrets).toEqual([])
  })

  it('decides again on what won a race, so that both changes stay', async () => {
    const storage = memoryStorage()
    const { registry } = setup({ storage })
    const { client } = await registry.create({ redirect_uris })
    const [, rotated] = await Promise.all([
      registry.update(client.client_id, { redirect_uris, client_name: 'New' }),
      registry.rotateSecret(client.client_id),
    ])
    const now = await found(registry, client.client_id)
    expect(now.client_name).toBe('New')
    expect(now.secrets[0]?.hash).toBe(clientSecretHash(rotated.clientSecret))
  })

  it('gives up with a temporary error after four lost swaps', async () => {
    const storage = memoryStorage()
    const { client } = await setup({ storage }).registry.create({ redirect_uris })
    const losing: Storage = { ...storage, replace: async () => false }
    const { registry, calls } = setup({ storage: losing })
    await expect(registry.update(client.client_id, { redirect_uris })).rejects.toThrow(Unavailable)
    expect(calls.filter((verb) => verb === 'replace')).toHaveLength(4)
  })

  it('refuses a client that does not exist', async () => {
    await expect(setup().registry.update('nobody', { redirect_uris })).rejects.toThrow(/no client "nobody"/)
  })
})

describe('rotateSecret', () => {
  it('keeps the old secret for a day, beside the new one', async () => {
    const { registry, clock } = setup()
    const { client, clientSecret = '' } = await registry.create({ redirect_uris })
    const rotated = await registry.rotateSecret(client.client_id)
    expect((await found(registry, client.client_id)).secrets).toEqual([
      { hash: clientSecretHash(rotated.clientSecret), expiresAt: null },
      { hash: clientSecretHash(clientSecret), expiresAt: clock.now + 86_400_000 },
    ])
    expect(rotated.client).not.toHaveProperty('secrets')
  })

  it('ends the old secret at once when asked to', async () => {
    const { registry } = setup()
    const { client } = await registry.create({ redirect_uris })
    const { clientSecret } = await registry.rotateSecret(client.client_id, { keepOldFor: 0 })
    expect((await found(registry, client.client_id)).secrets).toEqual([
      { hash: clientSecretHash(clientSecret), expiresAt: null },
    ])
  })

  it('never keeps more than two', async () => {
    const { registry } = setup()
    const { client } = await registry.create({ redirect_uris })
    const second = await registry.rotateSecret(client.client_id)
    const third = await registry.rotateSecret(client.client_id)
    const hashes = (await found(registry, client.client_id)).secrets.map(({ hash }) => hash)
    expect(hashes).toEqual([clientSecretHash(third.clientSecret), clientSecretHash(second.clientSecret)])
  })

  it('gives a first secret to a client that has become confidential', async () => {
    const { registry } = setup()
    const { client } = await registry.create({ redirect_uris, token_endpoint_auth_method: 'none' })
    await registry.update(client.client_id, { redirect_uris })
    await registry.rotateSecret(client.client_id)
    expect((await found(registry, client.client_id)).secrets).toHaveLength(1)
  })

  it('refuses a public client and changes nothing', async () => {
    const { registry } = setup()
    const { client } = await registry.create({ redirect_uris, token_endpoint_auth_method: 'none' })
    await expect(registry.rotateSecret(client.client_id)).rejects.toThrow(/is public/)
    expect((await found(registry, client.client_id)).secrets).toEqual([])
  })

  it.each([-1, Number.NaN, Number.POSITIVE_INFINITY])(
    'refuses to keep the old one for %s seconds',
    async (keepOldFor) => {
      await expect(setup().registry.rotateSecret('nobody', { keepOldFor })).rejects.toThrow(TypeError)
    },
  )
})

describe('remove', () => {
  it('removes a client from store and memory', async () => {
    const { registry } = setup()
    const { client } = await registry.create({ redirect_uris })
    await registry.find(client.client_id)
    await registry.remove(client.client_id)
    expect(await registry.find(client.client_id)).toBeNull()
  })

  it('is content when there is none', async () => {
    await expect(setup().registry.remove('nobody')).resolves.toBeUndefined()
  })
})

it.each([
  ['update', (r: ReturnType<typeof setup>['registry']) => r.update('static', { redirect_uris })],
  ['rotateSecret', (r: ReturnType<typeof setup>['registry']) => r.rotateSecret('static')],
  ['remove', (r: ReturnType<typeof setup>['registry']) => r.remove('static')],
])('%s of a configured client says where to change it, and touches no store', async (_, act) => {
  const { registry, calls } = setup()
  await expect(act(registry)).rejects.toThrow(/option "clients"/)
  expect(calls).toEqual([])
})
