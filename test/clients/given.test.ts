/**
 * Clients that come from another server, with their id and their secret or its digest.
 */
import { createHash, randomBytes } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import type { NewClient } from '../../src/clients/given.js'
import { clientRecordId } from '../../src/clients/record.js'
import { createClientRegistry } from '../../src/clients/registry.js'
import { parseStaticClients } from '../../src/clients/static.js'
import { memoryStorage } from '../../src/storage/memory.js'
import { vocabulary } from '../support/tables.js'

const issuer = 'https://as.example.com'
const redirect_uris = ['https://app.example.com/cb']
const secret = 'a-secret-of-32-characters-or-more'
const sha256 = createHash('sha256').update('short')
const bytes = sha256.digest()
const hex = bytes.toString('hex')
const configured = parseStaticClients([{ client_id: 'static', client_secret: secret, redirect_uris }], vocabulary)

function setup() {
  const storage = memoryStorage()
  const registry = createClientRegistry({ issuer, storage, now: () => 1_000_000, randomBytes, vocabulary, configured })
  const stored = async (id: string) => (await storage.get('client', clientRecordId(issuer, id)))?.document ?? ''
  return { registry, storage, stored }
}

it('keeps the id and the secret, and shows the secret to nobody', async () => {
  const { registry, stored } = setup()
  const made = await registry.create({ client_id: 'notes: 1', client_secret: secret, redirect_uris })
  expect(made).toEqual({ client: expect.objectContaining({ client_id: 'notes: 1', createdAt: 1_000_000 }) })
  expect(await stored('notes: 1')).not.toContain(secret)
  expect((await registry.find('notes: 1'))?.secrets).toEqual([{ hash: expect.any(String), expiresAt: null }])
})

it('makes a secret when only the id is kept, and none for a public client', async () => {
  const { registry } = setup()
  const made = await registry.create({ client_id: 'a', redirect_uris })
  expect(made.clientSecret).toMatch(/^gwcs_/)
  const open = await registry.create({ client_id: 'b', redirect_uris, token_endpoint_auth_method: 'none' })
  expect([open.clientSecret, (await registry.find('b'))?.secrets]).toEqual([undefined, []])
})

it.each([
  ['hexadecimal', hex],
  ['hexadecimal in capitals', hex.toUpperCase()],
  ['base64', bytes.toString('base64')],
  ['base64url', bytes.toString('base64url')],
])('takes a SHA-256 in %s, and notes that nobody knows how strong the secret is', async (_, client_secret_sha256) => {
  const { registry, stored } = setup()
  await registry.create({ client_id: 'a', client_secret_sha256, redirect_uris })
  const [kept] = (await registry.find('a'))?.secrets ?? []
  expect(kept).toEqual({ hash: expect.stringMatching(/^[\w-]{43}$/), expiresAt: null, strength: 'unknown' })
  const document = await stored('a')
  for (const form of [hex, bytes.toString('base64url')]) expect(document).not.toContain(form)
  const { registry: other } = setup()
  await other.create({ client_id: 'a', client_secret_sha256: hex, redirect_uris })
  expect((await other.find('a'))?.secrets).toEqual([kept])
})

it('keeps the note when the secret is rotated and when the client is updated', async () => {
  const { registry } = setup()
  await registry.create({ client_id: 'a', client_secret_sha256: hex, redirect_uris })
  await registry.update('a', { client_name: 'A', redirect_uris })
  expect((await registry.find('a'))?.secrets).toMatchObject([{ strength: 'unknown' }])
  await registry.rotateSecret('a', { keepOldFor: 60 })
  const secrets = (await registry.find('a'))?.secrets
  expect(secrets?.map(({ strength, expiresAt }) => [strength, expiresAt])).toEqual([
    [undefined, null],
    ['unknown', 1_060_000],
  ])
})

describe('refuses, and writes nothing:', () => {
  const good = { client_id: 'a', client_secret: secret, redirect_uris }
  const none = { client_id: 'a', redirect_uris, token_endpoint_auth_method: 'none' }
  it.each<[string, object, RegExp]>([
    ['an empty id', { ...good, client_id: '' }, /client_id must be 1 to 255 characters/],
    ['an id of 256 characters', { ...good, client_id: 'x'.repeat(256) }, /client_id must be/],
    ['an id beyond ASCII', { ...good, client_id: 'wéb' }, /client_id must be/],
    ['an id that is null', { ...good, client_id: null }, /client_id must be/],
    [
      'an id that is an https URL',
      { ...good, client_id: 'https://app.example.com/client' },
      /client_id is an https URL/,
    ],
    ['the same in capitals', { ...good, client_id: 'HTTPS://app.example.com/client' }, /client_id is an https URL/],
    ['a secret of 31 characters', { ...good, client_secret: 'x'.repeat(31) }, /at least 32 .*client_secret_sha256/],
    ['a secret with a line break', { ...good, client_secret: `${secret}\n` }, /client_secret must be/],
    ['an empty secret', { ...good, client_secret: '' }, /client_secret must be/],
    ['both', { ...good, client_secret_sha256: hex }, /client_secret and client_secret_sha256 are set/],
    ['a secret of a public client', { ...none, client_secret: secret }, /client_secret is set, but .* none/],
    ['a digest of a public client', { ...none, client_secret_sha256: hex }, /client_secret_sha256 is set, but .* none/],
    ['wrong metadata', { ...good, redirect_uris: [] }, /redirect_uris is required/],
    ['a misspelt field', { ...good, client_secret_hash: hex }, /client_secret_hash is not known/],
    ['what is no object', null as never, /must be an object/],
  ])('%s', async (_, client, message) => {
    const { registry, storage } = setup()
    const attempt = registry.create(client as NewClient)
    await expect(attempt).rejects.toThrow(message)
    await expect(attempt).rejects.toBeInstanceOf(TypeError)
    await expect(attempt).rejects.not.toThrow(secret)
    expect(await storage.list('client', {}, { limit: 10 })).toEqual([])
  })

  it.each([
    ['a digest that is too short', hex.slice(2)],
    ['63 digits', hex.slice(1)],
    ['a bcrypt hash', '$2b$12$LQv3c1yqBWVHxkd0LHAkCOYz6TtxMQJqhN8/LewdBPj4J/HS.iK8i'],
    ['SHA-1', 'da39a3ee5e6b4b0d3255bfef95601890afd80709'],
    ['the digest of an empty secret', createHash('sha256').update('').digest('hex')],
    ['bytes', [...bytes]],
  ])('%s', async (_, digest) => {
    const { registry, storage } = setup()
    const client = { client_id: 'a', client_secret_sha256: digest, redirect_uris } as NewClient
    await expect(registry.create(client)).rejects.toThrow(
      /client_secret_sha256 (must be the SHA-256|is that of an empty)/,
    )
    expect(await storage.list('client', {}, { limit: 10 })).toEqual([])
  })
})

describe('an id that is taken', () => {
  const client = { client_id: 'a', client_secret_sha256: hex, redirect_uris, scope: 'x y' }

  it.each<[string, NewClient, boolean, string]>([
    ['by the same client', client, true, 'There is a client "a" already, just as it is.'],
    ['by another digest', { ...client, client_secret_sha256: '0'.repeat(64) }, false, 'differs in secrets.'],
    ['by other metadata', { ...client, scope: 'x', client_name: 'A' }, false, 'differs in client_name, scope.'],
    ['by one of the configuration', { ...client, client_id: 'static' }, false, 'in the option "clients".'],
  ])('%s is told, and nothing changes', async (_, again, isSame, message) => {
    const { registry, storage } = setup()
    await registry.create(client)
    const before = await storage.list('client', {}, { limit: 10 })
    const error = await registry.create(again).catch((caught: unknown) => caught)
    expect(error).toMatchObject({ name: 'ClientExists', isSame, message: expect.stringContaining(message) })
    expect(await storage.list('client', {}, { limit: 10 })).toEqual(before)
  })
})
