/**
 * A second algorithm, shown with a test feature that signs statements with RS256 beside the access tokens, which are signed with ES256.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { compactVerify, createLocalJWKSet, decodeProtectedHeader, type JSONWebKeySet } from 'jose'
import Database from 'libsql'
import { describe, expect, it } from 'vitest'
import { jsonResponse } from '../../src/edge/responses.js'
import type { SigningAlgorithm } from '../../src/keys/jwk.js'
import { signJws } from '../../src/keys/jws.js'
import { generatePrivateJwk, importSigner } from '../../src/keys/signer.js'
import { deploymentOf } from '../../src/points/deployments.js'
import type { Feature } from '../../src/points/feature.js'
import { createResourceServer } from '../../src/resource/index.js'
import { memoryStorage } from '../../src/storage/memory.js'
import { sqliteStorage } from '../../src/storage/sqlite.js'
import { putFixture, rowsOf, Site } from '../storage/fixture.js'
import {
  API,
  claimsOf,
  type Harness,
  harness,
  ISSUER,
  introspected,
  OTHER_API,
  obtainTokens,
  refreshForm,
} from '../support/harness.js'
import { observedStorage } from '../support/observed-storage.js'

/** Signs that whoever asks is alice. */
function statements(name = 'statements', algorithms: readonly SigningAlgorithm[] = ['RS256']): Feature {
  return {
    name,
    algorithms,
    endpoints: ({ keyring }) => [
      {
        name,
        paths: [`/${name}`],
        answers: 'json',
        cors: false,
        methods: {
          async GET() {
            const signer = await keyring.current('RS256')
            return jsonResponse(200, {
              jws: await signJws(signer, 'JWT', JSON.stringify({ iss: ISSUER, sub: 'alice' })),
            })
          },
        },
      },
    ],
  }
}

const features = [statements()]

async function jwksOf({ server }: Pick<Harness, 'server'>, issuer = ISSUER) {
  return (await (await server.fetch(new Request(`${issuer}/oauth/jwks`))).json()) as JSONWebKeySet
}

async function statementOf({ server }: Pick<Harness, 'server'>, path = '/statements', issuer = ISSUER) {
  const { jws } = (await (await server.fetch(new Request(issuer + path))).json()) as { jws: string }
  return { jws, ...decodeProtectedHeader(jws) }
}

const keyRecords = (h: Harness) => h.storage.list('key', {}, { limit: 100 })
const kidOf = (jws: string) => decodeProtectedHeader(jws).kid

describe('an algorithm of a feature', () => {
  it('signs what the feature says, and the JWKS has the keys of both, for somebody else’s library', async () => {
    const h = harness({ features })
    const { jws, alg } = await statementOf(h)
    const { access_token } = await obtainTokens(h)
    const set = await jwksOf(h)
    expect(alg).toBe('RS256')
    expect(decodeProtectedHeader(access_token).alg).toBe('ES256')
    expect(set.keys.map((key) => key.alg)).toEqual(['ES256', 'RS256'])
    expect(Object.keys(set.keys[1] ?? {}).sort()).toEqual(['alg', 'e', 'kid', 'kty', 'n', 'use'])
    for (const token of [jws, access_token]) {
      await expect(compactVerify(token, createLocalJWKSet(set))).resolves.toBeDefined()
    }
  })

  it('is in the JWKS before anything is signed with it', async () => {
    const h = harness({ features })
    const set = await jwksOf(h)
    expect(set.keys.map((key) => key.alg)).toEqual(['ES256', 'RS256'])
    expect((await statementOf(h)).kid).toBe(set.keys[1]?.kid)
  })

  it('has one key for all instances', async () => {
    const one = harness({ features })
    const two = harness({ features, storage: one.storage })
    const [a, b] = await Promise.all([statementOf(one), statementOf(two)])
    expect(a.kid).toBe(b.kid)
    expect(await jwksOf(one)).toEqual(await jwksOf(two))
    await expect(compactVerify(a.jws, createLocalJWKSet(await jwksOf(two)))).resolves.toBeDefined()
    expect(await keyRecords(one)).toHaveLength(2)
  })

  it('can be wanted by several features, and is that of the server where that has it already', async () => {
    const h = harness({ features: [...features, statements('more')] })
    expect((await statementOf(h)).kid).toBe((await statementOf(h, '/more')).kid)
    expect((await jwksOf(h)).keys).toHaveLength(2)
    expect(await keyRecords(h)).toHaveLength(2)
    expect(deploymentOf(h.server).tables.algorithms).toEqual(['RS256'])

    const same = harness({ features, signingAlgorithm: 'RS256' })
    const { access_token } = await obtainTokens(same)
    expect((await statementOf(same)).kid).toBe(kidOf(access_token))
    expect((await jwksOf(same)).keys).toHaveLength(1)
    expect(await keyRecords(same)).toHaveLength(1)
  })

  it('rotates with the other keys: the new one signs when everybody knows it, the old one is known as long as it is needed', async () => {
    const h = harness({ features })
    const before = await statementOf(h)
    const { access_token } = await obtainTokens(h)
    await h.server.keys.rotate()
    const { keys } = await jwksOf(h)
    expect(keys.map(({ alg }) => alg)).toEqual(['ES256', 'ES256', 'RS256', 'RS256'])
    expect((await statementOf(h)).kid).toBe(before.kid)
    h.now += 7 * 60_000
    expect((await statementOf(h)).kid).toBe(keys[3]?.kid)
    expect(kidOf((await obtainTokens(h)).access_token)).toBe(keys[1]?.kid)
    for (const token of [before.jws, access_token]) {
      await expect(compactVerify(token, createLocalJWKSet(await jwksOf(h)))).resolves.toBeDefined()
    }
    h.now += (7 + 10) * 60_000
    expect((await jwksOf(h)).keys).toEqual([keys[1], keys[3]])
  })

  it('makes nothing of what is signed an access token, not even if it says the same', async () => {
    const h = harness({ features })
    const { access_token } = await obtainTokens(h)
    const signer = await deploymentOf(h.server).keyring.current('RS256')
    const jws = await signJws(signer, 'JWT', JSON.stringify(claimsOf(access_token)))
    expect(await introspected(h, jws)).toEqual({ active: false })
    const request = {
      method: 'GET',
      url: '/',
      headerValues: (name: string) => (name === 'authorization' ? [`Bearer ${jws}`] : []),
      body: async () => new Uint8Array(),
      native: undefined,
    }
    const checked = await createResourceServer({ server: h.server, resource: API }).check(request)
    expect(checked).toMatchObject({ response: { status: 401 } })
  })

  it('that the feature has not named fails where it is used, and the operator is told what to write', async () => {
    const h = harness({ features: [statements('statements', [])] })
    const response = await h.server.fetch(new Request(`${ISSUER}/statements`))
    expect(response.status).toBe(500)
    const cause = expect.objectContaining({ message: expect.stringContaining("Write `algorithms: ['RS256']`") })
    expect(h.events).toEqual([expect.objectContaining({ type: 'failed', endpoint: 'statements', cause })])
  })
})

describe('what there was before', () => {
  it('stays as it is, and serves instances without the feature beside those with it', async () => {
    const bare = harness()
    const { access_token, refresh_token } = await obtainTokens(bare)
    const [first] = await keyRecords(bare)
    const h = harness({ features, storage: bare.storage })
    await statementOf(h)
    expect((await jwksOf(h)).keys.map(({ kid }) => kid)).toContain(kidOf(access_token))
    expect(kidOf((await h.token(refreshForm(refresh_token))).body.access_token)).toBe(kidOf(access_token))
    expect(await keyRecords(h)).toEqual(expect.arrayContaining([first]))

    const older = harness({ storage: bare.storage })
    expect(kidOf((await obtainTokens(older)).access_token)).toBe(kidOf(access_token))
    expect((await jwksOf(older)).keys.map(({ kid }) => kid)).toEqual([kidOf(access_token)])
  })

  it('stays as it is also when version 0.1.0 has written it', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'grantwright-algorithms-'))
    const file = join(folder, 'auth.db')
    const fixture = await putFixture('0.1.0', file)
    const before = rowsOf(file)
    const db = new Database(file)
    const storage = sqliteStorage(db)
    const { issuer } = fixture.options
    const site = new Site(
      { ...fixture, options: { ...fixture.options, features } },
      { storage, now: fixture.writtenAt + 1000 },
    )
    const { jws } = await statementOf(site, '/statements', issuer)
    const set = await jwksOf(site, issuer)
    await expect(compactVerify(jws, createLocalJWKSet(set))).resolves.toBeDefined()
    const bare = new Site(fixture, { storage, now: fixture.writtenAt + 1000 })
    const { keys } = await jwksOf(bare, issuer)
    expect(set.keys.slice(0, -1)).toEqual(keys)
    await Promise.all([site.server.close(), bare.server.close()])
    storage.close()
    db.close()
    const after = rowsOf(file)
    expect(after).toEqual(expect.arrayContaining(before))
    expect(after).toHaveLength(before.length + 1)
    rmSync(folder, { recursive: true })
  })

  it('makes opaque tokens that mean the same to instances with the feature and without it', async () => {
    const storage = memoryStorage()
    const [bare, h] = [harness({ storage }), harness({ storage, features })]
    await statementOf(h)
    for (const [one, other] of [
      [bare, h],
      [h, bare],
    ] as const) {
      const { access_token } = await obtainTokens(one, 'web', { resource: OTHER_API, scope: 'admin' })
      expect(access_token).toMatch(/^gwat_/)
      expect(await introspected(other, access_token, 'web')).toMatchObject({ active: true, sub: 'alice' })
    }
    const documents = (await keyRecords(h)).map(({ document }) => JSON.parse(document))
    expect(documents.map(({ mac }) => mac.length).sort()).toEqual([0, 1])
  })
})

describe('what it costs', () => {
  const keyCalls = ({ calls }: { calls: readonly string[] }) => calls.filter((call) => call.endsWith(' key'))

  it('is nothing without features: one record is read and written', async () => {
    const storage = observedStorage()
    const h = harness({ storage })
    await obtainTokens(h)
    await obtainTokens(h, 'web', { resource: OTHER_API, scope: 'admin' })
    await jwksOf(h)
    expect(keyCalls(storage)).toEqual(['get key', 'insert key'])
    expect(await keyRecords(h)).toHaveLength(1)
  })

  it('is nothing for token requests, and one read for the first use', async () => {
    const storage = observedStorage()
    const h = harness({ storage, features })
    await obtainTokens(h)
    expect(keyCalls(storage)).toEqual(['get key', 'insert key'])
    storage.calls.length = 0
    await statementOf(h)
    expect(storage.calls).toEqual(['get key', 'insert key'])
    storage.calls.length = 0
    await statementOf(h)
    await jwksOf(h)
    await obtainTokens(h)
    expect(keyCalls(storage)).toEqual([])
  })

  it('can be paid at the start, with ready()', async () => {
    const storage = observedStorage()
    const h = harness({ storage, features })
    await h.server.ready()
    storage.calls.length = 0
    await statementOf(h)
    await jwksOf(h)
    expect(storage.calls).toEqual([])
  })

  it('is an error of ready() when the key cannot be read, while access tokens are signed', async () => {
    const storage = memoryStorage()
    await obtainTokens(harness({ storage }))
    const other = 'another secret of at least thirty-two bytes, for tests'
    const first = 'a secret of at least thirty-two bytes, for tests only'
    await statementOf(harness({ storage, features, secret: [other, first] }))
    const h = harness({ storage, features, secret: first })
    await expect(h.server.ready()).rejects.toThrow('`secret`')
    expect((await obtainTokens(h)).access_token).toBeTruthy()
  })
})

describe('a mistake is told at construction', () => {
  it.each([
    [['HS256'], /features: 'statements': algorithms must be of ES256, ES384, RS256, .*, not "HS256"$/],
    [[undefined], /'statements': algorithms must be of .*, not undefined$/],
    ['RS256', /algorithms must be a list/],
  ])('in the algorithms %j', (algorithms, told) => {
    const wrong = { name: 'statements', algorithms } as unknown as Feature
    expect(() => harness({ features: [wrong] })).toThrow(TypeError)
    expect(() => harness({ features: [wrong] })).toThrow(told)
  })

  it('in the option signingKeys, which lacks one', async () => {
    const signingKeys = [await importSigner(await generatePrivateJwk('ES256'))]
    const make = () => harness({ features, signingKeys })
    expect(make).toThrow(TypeError)
    expect(make).toThrow("features: 'statements' signs with RS256. Append a key for RS256 to signingKeys.")
  })
})

it('the first of the operator’s own keys that has the algorithm signs, and no record is made', async () => {
  const signingKeys = await Promise.all(
    (['ES256', 'RS256', 'RS256'] as const).map(async (alg) => importSigner(await generatePrivateJwk(alg))),
  )
  const h = harness({ features, signingKeys })
  expect((await statementOf(h)).kid).toBe(signingKeys[1]?.kid)
  expect(kidOf((await obtainTokens(h)).access_token)).toBe(signingKeys[0]?.kid)
  expect((await jwksOf(h)).keys.map(({ kid }) => kid)).toEqual(signingKeys.map(({ kid }) => kid))
  expect(await keyRecords(h)).toEqual([])
})
