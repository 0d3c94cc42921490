import { describe, expect, it } from 'vitest'
import { chooseAccess } from '../../src/protocol/choose-access.js'

describe('chooseAccess', () => {
  const one = [{ resource: 'https://notes', scope: ['read', 'write'] }]
  const two = [...one, { resource: 'https://mail', scope: ['send', 'read'] }]
  const choice = { resource: undefined, scope: undefined, defaultResource: undefined }

  it('gives the only resource with all of its scope when nothing is named', () => {
    expect(chooseAccess(one, choice)).toEqual(one[0])
  })

  it('gives the only granted resource even when it is not the default one', () => {
    expect(chooseAccess(one, { ...choice, defaultResource: 'https://mail' })).toEqual(one[0])
  })

  it('gives the default one of several, if it was granted', () => {
    expect(chooseAccess(two, { ...choice, defaultResource: 'https://mail' })).toEqual(two[1])
    expect(chooseAccess(two, { ...choice, defaultResource: 'https://other' })).toBe('invalid_target')
  })

  it('refuses to guess among several', () => {
    expect(chooseAccess(two, choice)).toBe('invalid_target')
  })

  it('refuses a resource outside the grant (RFC 8707 §2.2)', () => {
    expect(chooseAccess(one, { ...choice, resource: 'https://mail' })).toBe('invalid_target')
  })

  it('narrows to the requested scope', () => {
    expect(chooseAccess(two, { ...choice, resource: 'https://notes', scope: ['write'] })).toEqual({
      resource: 'https://notes',
      scope: ['write'],
    })
  })

  it('leaves out requested scope that was granted at another resource', () => {
    expect(chooseAccess(two, { ...choice, resource: 'https://mail', scope: ['read', 'write'] })).toEqual({
      resource: 'https://mail',
      scope: ['read'],
    })
  })

  it('refuses scope that was granted nowhere, even beside some that was (RFC 6749 §6)', () => {
    expect(chooseAccess(two, { ...choice, resource: 'https://mail', scope: ['read', 'admin'] })).toBe('invalid_scope')
  })

  describe('where it is known what there is', () => {
    const definitions = [
      { resource: 'https://notes', scopes: ['read', 'write', 'erase'], isDefault: true },
      { resource: 'https://mail', scopes: ['read', 'send', 'admin'], isDefault: false },
    ]
    const at = (scope: string[]) => chooseAccess(two, { ...choice, resource: 'https://notes', scope, definitions })

    it('leaves out names that mean nothing at the resource, and gives all when no other is left', () => {
      expect(at(['read', 'fly', 'admin'])).toEqual({ resource: 'https://notes', scope: ['read'] })
      expect(at(['fly', 'openid'])).toEqual(one[0])
    })

    it('still refuses a name that means something there and was not granted, whatever is beside it', () => {
      expect(at(['read', 'erase'])).toBe('invalid_scope')
      expect(at(['erase', 'fly'])).toBe('invalid_scope')
      expect(at(['send', 'fly'])).toBe('invalid_scope')
    })
  })

  it('refuses when nothing of the requested scope is left at the resource', () => {
    expect(chooseAccess(two, { ...choice, resource: 'https://mail', scope: ['write'] })).toBe('invalid_scope')
  })

  it('leaves out what there is no more', () => {
    const defined = (scopes: readonly string[]) => [{ resource: 'https://notes', scopes, isDefault: false }]
    expect(chooseAccess(one, { ...choice, definitions: defined(['write', 'more']) })).toEqual({
      resource: 'https://notes',
      scope: ['write'],
    })
    expect(chooseAccess(one, { ...choice, definitions: defined(['more']) })).toBe('invalid_target')
    expect(chooseAccess(one, { ...choice, definitions: [] })).toBe('invalid_target')
    const without = [{ resource: 'https://notes', scope: [] }]
    expect(chooseAccess(without, { ...choice, definitions: defined(['read']) })).toEqual(without[0])
  })

  it('refuses everything for an access that is empty', () => {
    expect(chooseAccess([], choice)).toBe('invalid_target')
  })
})
