import { describe, expect, it } from 'vitest'
import { requestedAccess } from '../../src/protocol/requested-access.js'
import type { ResourceDefinition } from '../../src/protocol/resource.js'
import { resourceNames } from '../../src/protocol/resource-uri.js'

const notes: ResourceDefinition = { resource: 'https://notes', scopes: ['read', 'write'], isDefault: false }
const mail: ResourceDefinition = { resource: 'https://mail', scopes: ['read', 'send'], isDefault: true }
const plain: ResourceDefinition = { resource: 'https://plain', scopes: [], isDefault: false }
const anything = { scope: undefined, default_scope: undefined, resources: undefined }
const ask = (resources: string[], scope?: string) => ({ resources, scope })

describe('requestedAccess: which resource', () => {
  it('takes the only one when none is named', () => {
    expect(requestedAccess(ask([], 'read'), anything, [notes])).toMatchObject({
      access: [{ resource: 'https://notes', scope: ['read'] }],
    })
  })

  it('takes the default one of several when none is named', () => {
    expect(requestedAccess(ask([], 'read'), anything, [notes, mail])).toMatchObject({
      access: [{ resource: 'https://mail' }],
    })
  })

  it('takes the only one that the client may ask for, before the default one', () => {
    const client = { ...anything, resources: ['https://notes'] }
    expect(requestedAccess(ask([], 'read'), client, [notes, mail])).toMatchObject({
      access: [{ resource: 'https://notes' }],
    })
  })

  it('refuses to guess among several without a default', () => {
    expect(requestedAccess(ask([], 'read'), anything, [notes, plain])).toMatchObject({
      ok: false,
      error: 'invalid_target',
    })
  })

  it('does not fall back to a default that the client may not ask for', () => {
    const client = { ...anything, resources: ['https://notes', 'https://plain'] }
    expect(requestedAccess(ask([], 'read'), client, [notes, mail, plain])).toMatchObject({ error: 'invalid_target' })
  })

  const named = resourceNames([notes.resource, mail.resource])

  it.each(['https://other', 'https://notes:443', 'https://notes/v1'])('refuses %s, which nobody has', (resource) => {
    expect(requestedAccess(ask(['https://notes', resource], 'read'), anything, [notes], named)).toMatchObject({
      error: 'invalid_target',
      hint: expect.stringContaining(`Received "${resource}"`),
    })
  })

  it.each(['https://notes/', 'HTTPS://Notes'])(
    'takes %s for the configured string, which is what is granted',
    (uri) => {
      expect(requestedAccess(ask([uri], 'read'), anything, [notes, mail], named)).toMatchObject({
        access: [{ resource: 'https://notes', scope: ['read'] }],
      })
    },
  )

  it('folds two spellings of one', () => {
    expect(requestedAccess(ask(['https://notes', 'https://notes/'], 'read'), anything, [notes], named)).toMatchObject({
      access: [{ resource: 'https://notes', scope: ['read'] }],
    })
  })

  it('refuses a resource that the client may not ask for, however it is spelt', () => {
    const client = { ...anything, resources: ['https://notes'] }
    expect(requestedAccess(ask(['https://MAIL/'], 'read'), client, [notes, mail], named)).toMatchObject({
      reason: 'resource_not_allowed',
    })
  })

  it('refuses a resource that the client may not ask for', () => {
    const client = { ...anything, resources: ['https://notes'] }
    expect(requestedAccess(ask(['https://mail'], 'read'), client, [notes, mail])).toMatchObject({
      error: 'invalid_target',
    })
  })

  it('folds a resource that is named twice', () => {
    const answer = requestedAccess(ask(['https://notes', 'https://notes'], 'read'), anything, [notes])
    expect(answer).toMatchObject({ ok: true, access: [{ resource: 'https://notes', scope: ['read'] }] })
  })
})

describe('requestedAccess: which scope', () => {
  it('gives each resource the names that it knows', () => {
    expect(requestedAccess(ask(['https://notes', 'https://mail'], 'send read write'), anything, [notes, mail])).toEqual(
      {
        ok: true,
        unknown: [],
        scope: ['send', 'read', 'write'],
        access: [
          { resource: 'https://notes', scope: ['read', 'write'] },
          { resource: 'https://mail', scope: ['send', 'read'] },
        ],
      },
    )
  })

  it('leaves out names that no chosen resource knows, while a known one remains', () => {
    expect(requestedAccess(ask(['https://notes'], 'fly read send'), anything, [notes, mail])).toEqual({
      ok: true,
      access: [{ resource: 'https://notes', scope: ['read'] }],
      scope: ['read'],
      unknown: ['fly', 'send'],
    })
  })

  it('takes the default where no name is known', () => {
    const client = { ...anything, scope: ['read', 'write'], default_scope: ['write'] }
    expect(requestedAccess(ask(['https://notes'], 'fly send'), client, [notes, mail])).toMatchObject({
      scope: ['write'],
      unknown: ['fly', 'send'],
    })
  })

  it('gives what stands beside the APIs with the default of the API that is named, or alone', () => {
    const openid = { resource: 'https://auth', scopes: ['openid', 'email'], isDefault: false, isBeside: true }
    const client = { ...anything, scope: ['read', 'openid', 'email'] }
    const both = requestedAccess(ask(['https://notes'], 'openid email fly'), client, [notes, openid])
    expect(both).toMatchObject({
      access: [
        { resource: 'https://notes', scope: ['read'] },
        { resource: 'https://auth', scope: ['openid', 'email'] },
      ],
      scope: ['read', 'openid', 'email'],
    })
    const alone = requestedAccess(ask([], 'openid fly'), client, [notes, openid])
    expect(alone).toMatchObject({ access: [{ resource: 'https://auth', scope: ['openid'] }], unknown: ['fly'] })
  })

  it.each(['read write', 'fly write', 'write'])(
    'refuses a name that is known and that the client may not ask for: %s',
    (scope) => {
      const client = { ...anything, scope: ['read'] }
      expect(requestedAccess(ask([], scope), client, [notes])).toMatchObject({ reason: 'scope_not_allowed' })
    },
  )

  it.each(['', ' ', '   '])('takes %j for no scope', (scope) => {
    const client = { ...anything, default_scope: ['read'] }
    expect(requestedAccess(ask([], scope), client, [notes])).toMatchObject({ scope: ['read'], unknown: [] })
  })

  it('refuses a malformed scope', () => {
    expect(requestedAccess(ask([], 'read\twrite'), anything, [notes])).toMatchObject({ error: 'invalid_scope' })
  })

  it('refuses when one of the resources would get no scope although it knows some', () => {
    const answer = requestedAccess(ask(['https://notes', 'https://mail'], 'send'), anything, [notes, mail])
    expect(answer).toMatchObject({ ok: false, error: 'invalid_scope' })
  })

  it('grants a resource without scopes as it is, alone or beside another', () => {
    expect(requestedAccess(ask(['https://plain']), anything, [notes, plain])).toMatchObject({
      ok: true,
      scope: [],
      access: [{ scope: [] }],
    })
    expect(requestedAccess(ask(['https://plain', 'https://notes'], 'read'), anything, [notes, plain])).toMatchObject({
      access: [
        { resource: 'https://plain', scope: [] },
        { resource: 'https://notes', scope: ['read'] },
      ],
    })
  })

  it('uses the default scope of the client when none is named', () => {
    const client = { ...anything, scope: ['read', 'write'], default_scope: ['read'] }
    expect(requestedAccess(ask([]), client, [notes])).toMatchObject({ ok: true, scope: ['read'] })
  })

  it('uses all scope of the client when it has no default scope, as far as the resource knows it', () => {
    const client = { ...anything, scope: ['send', 'write', 'read'] }
    expect(requestedAccess(ask(['https://notes']), client, [notes, mail])).toMatchObject({ scope: ['write', 'read'] })
  })

  const careful = { ...notes, scopes: ['read', 'write', 'erase'], defaultScope: ['read'] }

  it('uses what is usual at the resource for a client without any', () => {
    expect(requestedAccess(ask([]), anything, [notes])).toMatchObject({ scope: ['read', 'write'] })
    expect(requestedAccess(ask([]), anything, [careful])).toMatchObject({ scope: ['read'] })
  })

  it('gives no more of what is usual than the client may have, and what is not only by name', () => {
    const client = { ...anything, scope: ['erase', 'read'] }
    expect(requestedAccess(ask([]), client, [careful])).toMatchObject({ scope: ['read'] })
    expect(requestedAccess(ask([], 'erase'), client, [careful])).toMatchObject({ scope: ['erase'] })
    const other = { ...client, default_scope: ['erase'] }
    expect(requestedAccess(ask([]), other, [careful])).toMatchObject({ scope: ['erase'] })
  })

  it('gives each of several resources what is usual there, whatever the names mean elsewhere', () => {
    const both = requestedAccess(ask(['https://notes', 'https://mail']), anything, [
      { ...notes, defaultScope: ['write'] },
      mail,
    ])
    expect(both).toMatchObject({
      access: [
        { resource: 'https://notes', scope: ['write'] },
        { resource: 'https://mail', scope: ['read', 'send'] },
      ],
    })
  })

  it('gives nothing beside the APIs that was not asked for', () => {
    const beside = { resource: 'https://auth', scopes: ['openid'], isDefault: false, isBeside: true }
    expect(requestedAccess(ask([]), anything, [notes, beside])).toMatchObject({
      access: [{ resource: 'https://notes', scope: ['read', 'write'] }],
    })
  })

  it.each([undefined, 'fly'])('refuses the scope %s where nobody has a default', (scope) => {
    expect(requestedAccess(ask([], scope), anything, [{ ...notes, defaultScope: [] }])).toMatchObject({
      error: 'invalid_scope',
      reason: scope ? 'scope_unknown' : 'scope_missing',
    })
  })

  it('refuses when the default scope means nothing at the chosen resource', () => {
    const client = { ...anything, scope: ['send'] }
    expect(requestedAccess(ask(['https://notes']), client, [notes, mail])).toMatchObject({
      ok: false,
      error: 'invalid_scope',
    })
  })
})

describe('requestedAccess: scope of OpenID Connect, which is not served', () => {
  const stray = 'The scope has a name of OpenID Connect, which this server does not serve.'
  const careful = { ...notes, defaultScope: [] }
  const said = (scope: string, definitions: readonly ResourceDefinition[] = [careful]) =>
    requestedAccess(ask([], scope), anything, definitions)

  it.each(['openid', 'profile', 'email', 'address', 'phone', 'offline_access'])(
    'is left out beside other scope, and words say what it was and what to do where there is none: %s',
    (name) => {
      expect(said(`read ${name}`)).toMatchObject({ ok: true, scope: ['read'], unknown: [name] })
      expect(said(name)).toEqual({
        ok: false,
        error: 'invalid_scope',
        reason: 'scope_unknown',
        description: stray,
        hint:
          `Received "${name}"; right would be some of "read", "write". OpenID Connect is not served here: take its names out of the ` +
          'scope that the client asks for. Refresh tokens come without offline_access.',
      })
    },
  )

  it('is not meant by a name that an API has', () => {
    const people = { ...careful, scopes: ['read', 'profile'] }
    expect(said('profile', [people])).toMatchObject({ ok: true, scope: ['profile'] })
    expect(said('other', [people])).not.toMatchObject({ description: stray })
  })

  it('is not said where openid is served, nor of any other name', () => {
    const openid = { resource: 'https://auth', scopes: ['openid'], isDefault: false, isBeside: true }
    expect(said('email', [careful, openid])).toMatchObject({ error: 'invalid_scope' })
    expect(said('email', [careful, openid])).not.toMatchObject({ description: stray })
    expect(said('openid2')).not.toMatchObject({ description: stray })
  })
})
