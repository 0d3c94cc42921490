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
        scope: ['send', 'read', 'write'],
        access: [
          { resource: 'https://notes', scope: ['read', 'write'] },
          { resource: 'https://mail', scope: ['send', 'read'] },
        ],
      },
    )
  })

  it('refuses a name that no chosen resource knows', () => {
    expect(requestedAccess(ask(['https://notes'], 'read send'), anything, [notes, mail])).toMatchObject({
      error: 'invalid_scope',
    })
  })

  it('refuses a name that the client may not ask for', () => {
    const client = { ...anything, scope: ['read'] }
    expect(requestedAccess(ask([], 'read write'), client, [notes])).toMatchObject({ error: 'invalid_scope' })
  })

  it('refuses a malformed scope', () => {
    expect(requestedAccess(ask([], 'read  write'), anything, [notes])).toMatchObject({ error: 'invalid_scope' })
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

  it('refuses when none is named and the client has no default', () => {
    expect(requestedAccess(ask([]), anything, [notes])).toMatchObject({ ok: false, error: 'invalid_scope' })
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
  const said = (scope: string, definitions: readonly ResourceDefinition[] = [notes]) =>
    requestedAccess(ask([], scope), anything, definitions)

  it.each(['openid', 'profile', 'email', 'address', 'phone', 'offline_access'])(
    'is invalid_scope as ever, and words say what it was and what to do: %s',
    (name) => {
      expect(said(`read ${name}`)).toEqual({
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
    const people = { ...notes, scopes: ['read', 'profile'] }
    expect(said('profile', [people])).toMatchObject({ ok: true, scope: ['profile'] })
    expect(said('profile other', [people])).not.toMatchObject({ description: stray })
  })

  it('is not said where openid is served, nor of any other name', () => {
    const openid = { resource: 'https://auth', scopes: ['openid'], isDefault: false, isBeside: true }
    expect(said('read email', [notes, openid])).toMatchObject({ error: 'invalid_scope' })
    expect(said('read email', [notes, openid])).not.toMatchObject({ description: stray })
    expect(said('read openid2')).not.toMatchObject({ description: stray })
  })
})
