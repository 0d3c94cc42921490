/**
 * What challenges and the metadata document say about scope, to clients that take them at their word.
 */
import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { generatePrivateJwk, importSigner } from '../../src/keys/signer.js'
import type { Signer } from '../../src/keys/signer-contract.js'
import { type Access, type AccessNeed, createResourceServer, type ResourceServer } from '../../src/resource/index.js'
import { API, harness, obtainTokens } from '../support/harness.js'
import { foreignIssuer, type Issuer, outcome, request, show } from './issuer.js'

let signer: Signer
let issuer: Issuer
let api: ResourceServer

beforeAll(async () => {
  signer = await importSigner(await generatePrivateJwk('ES256'))
})
beforeEach(() => {
  issuer = foreignIssuer([signer.publicJwk])
  api = issuer.api({ metadata: true })
})

const scopeIn = (challenge: string | undefined) => /, scope="([^"]*)"|Bearer scope="([^"]*)"/.exec(challenge ?? '')
const asked = (challenge: string | undefined) => scopeIn(challenge)?.[1] ?? scopeIn(challenge)?.[2]
const shown = async (claims: object, need: AccessNeed) =>
  outcome(await show(api, await issuer.token(signer, claims), need))

const documentOf = (api: ResourceServer) =>
  JSON.parse(api.handle({ ...request({}), url: new URL(api.metadataUrl ?? '').pathname })?.body ?? '')

describe('a challenge without a good token', () => {
  it.each([
    ['no token', {}, ''],
    ['a wrong token', { authorization: 'Bearer wrong' }, 'error="invalid_token", error_description="[^"]+", '],
  ])('(%s) says what the route needs, and where the metadata is', async (_, headers, error) => {
    const { status, challenge } = outcome(
      await api.check(request(headers as Record<string, string>), { scope: 'read write' }),
    )
    expect(status).toBe(401)
    expect(challenge).toMatch(new RegExp(`^Bearer ${error}scope="read write", resource_metadata="${api.metadataUrl}"$`))
  })

  it('still has no error code and an empty body where no token came', async () => {
    const { challenge, body } = outcome(await issuer.api().check(request({}), { scope: 'read' }))
    expect([challenge, body]).toEqual(['Bearer scope="read"', '{}'])
  })

  it('has no scope where the route demands none', async () => {
    expect(asked(outcome(await api.check(request({}), { acr: 'mfa' })).challenge)).toBeUndefined()
  })
})

describe('step-up', () => {
  it.each([
    ['write', 'read', 'read write'],
    ['read write', 'read', 'read write'],
    ['write', 'openid read', 'openid read write'],
    ['write', '', 'write'],
    ['write', 'read offline_access', 'read write'],
    ['write', 'read a"b c\\d e\u00e9 f\r\ng', 'read write'],
  ])('to %j of a token with %j asks for %j', async (scope, held, told) => {
    const { status, challenge, body } = await shown({ scope: held }, { scope })
    expect([status, asked(challenge), JSON.parse(body).scope]).toEqual([403, told, told])
    expect(challenge).toContain(`, resource_metadata="${api.metadataUrl}"`)
  })

  it('for a login keeps the scope, too', async () => {
    const { status, challenge } = await shown({ scope: 'read write' }, { scope: 'read', acr: 'mfa' })
    expect([status, asked(challenge)]).toEqual([401, 'read write'])
  })

  it('names only what is needed when the rest would not fit into the headers of a proxy', async () => {
    const many = (length: number) => `${'x'.repeat(length - 'read write '.length - 1)} read`
    expect(asked((await shown({ scope: many(2_048) }, { scope: 'write' })).challenge)).toHaveLength(2_047)
    expect(asked((await shown({ scope: many(2_050) }, { scope: 'write' })).challenge)).toBe('write')
  })

  it('gives, taken at its word, a token with what was there and what was missing', async () => {
    const h = harness()
    const own = createResourceServer({ server: h.server, metadata: true })
    const { access_token } = await obtainTokens(h, 'web', { scope: 'read' })
    const scope = asked(outcome(await show(own, access_token, { scope: 'write' })).challenge)
    const next = await obtainTokens(h, 'web', { scope: scope ?? '' })
    expect(await show(own, next.access_token, { scope: 'write' })).toMatchObject({
      access: { scope: ['read', 'write'] },
    })
  })
})

describe('demand()', () => {
  const accessTo = async (claims: object = {}): Promise<Access> => {
    const decision = await show(api, await issuer.token(signer, claims))
    if (!decision.ok) throw new Error('There was no access')
    return decision.access
  }

  it('is content with access that is enough, and looks nothing up', async () => {
    const access = await accessTo()
    const before = issuer.asked.length
    expect(api.demand(access, { scope: 'read write' })).toBeNull()
    expect(issuer.asked).toHaveLength(before)
  })

  it.each<[string, AccessNeed, number]>([
    ['scope', { scope: 'admin' }, 403],
    ['a login', { maxAge: 60 }, 401],
    ['another kind of login', { acr: 'mfa', scope: 'read' }, 401],
  ])('answers access that lacks %s as check() does', async (_, need, status) => {
    const decision = await show(api, await issuer.token(signer), need)
    const response = api.demand(await accessTo(), need)
    expect(response?.status).toBe(status)
    expect(decision).toEqual({ ok: false, response })
  })

  it('takes no access to another API, and no need that means nothing', async () => {
    const access = await accessTo()
    const elsewhere = issuer.api({ resource: 'https://other.example.com' })
    expect(() => elsewhere.demand(access, { scope: 'read' })).toThrow(
      new TypeError(
        `demand takes access to https://other.example.com, as check() or accessOf gave it. It was '${API}'.`,
      ),
    )
    expect(() => api.demand(access, { scope: '' })).toThrow(/^demand: scope is "", which demands nothing/)
  })
})

describe('offline_access', () => {
  it('is nothing that a route can demand', async () => {
    for (const scope of ['offline_access', ['read', 'offline_access']]) {
      await expect(api.check(request({}), { scope })).rejects.toThrow(
        new TypeError(
          "check: scope has 'offline_access', which is no access to an API: clients ask the server for it. Leave it out.",
        ),
      )
    }
  })

  it('is not in the metadata of a resource, whoever says that it is a scope of it', () => {
    expect(() => issuer.api({ metadata: { scopes_supported: ['read', 'offline_access'] } })).toThrow(
      /^metadata\.scopes_supported has 'offline_access'.*Leave it out\.$/,
    )
    const resources = { [API]: { scopes: { read: 'Read', offline_access: 'Stay' } } }
    const own = createResourceServer({ server: harness({ resources, clients: [] }).server, metadata: true })
    expect(documentOf(own).scopes_supported).toEqual(['read'])
  })

  it('is not what is left where there is nothing else', () => {
    const resources = { [API]: { scopes: { offline_access: 'Stay' } } }
    const own = createResourceServer({ server: harness({ resources, clients: [] }).server, metadata: true })
    expect(documentOf(own)).not.toHaveProperty('scopes_supported')
    const told = issuer.api({ metadata: { scopes_supported: [] } })
    expect(documentOf(told)).not.toHaveProperty('scopes_supported')
  })
})

it('the metadata lists what a first request gets, unless the app says another; the rest is for step-up', () => {
  const listed = (definition: object, metadata: true | { scopes_supported: string[] } = true) => {
    const scopes = { read: 'Read', write: { text: 'Write', onRequest: true }, admin: 'Everything' }
    const { server } = harness({ resources: { [API]: { scopes, ...definition } }, clients: [] })
    return documentOf(createResourceServer({ server, metadata })).scopes_supported
  }
  expect(listed({})).toEqual(['read', 'admin'])
  expect(listed({ defaultScope: ['read'] })).toEqual(['read'])
  expect(listed({ defaultScope: [] })).toBeUndefined()
  expect(listed({ defaultScope: ['read'] }, { scopes_supported: ['write'] })).toEqual(['write'])
})

it('the name of the resource is in its metadata, in the first of its languages, unless the app says another', () => {
  const nameOf = (
    name: string | Record<string, string> | undefined,
    metadata: true | { resource_name: string } = true,
  ) => {
    const resources = { [API]: { ...(name !== undefined && { name }), scopes: { read: 'Read' } } }
    const own = createResourceServer({ server: harness({ resources, clients: [] }).server, metadata })
    return documentOf(own).resource_name
  }
  expect(nameOf('Notes')).toBe('Notes')
  expect(nameOf({ en: 'Notes', de: 'Notizen' })).toBe('Notes')
  expect(nameOf('Notes', { resource_name: 'My notes' })).toBe('My notes')
  expect(nameOf(undefined)).toBeUndefined()
})
