import { describe, expect, it } from 'vitest'
import { type Consent, covers, joinAccess, withoutAccess } from '../../src/grant/consent.js'
import { api, app, day, mail, start } from './fixtures.js'

const consent: Consent = {
  ...app,
  id: 'consent-1',
  subject: 'user-1',
  access: [
    { resource: api, scope: ['read', 'write'] },
    { resource: mail, scope: [] },
  ],
  givenAt: start,
  expiresAt: start + day,
}

describe('covers', () => {
  it('is true for what was agreed to and for less', () => {
    expect(covers(consent, consent.access, start)).toBe(true)
    expect(covers(consent, [{ resource: api, scope: ['write'] }], start)).toBe(true)
  })

  it('is false when one scope name is new, although it was agreed to at another resource', () => {
    expect(covers(consent, [{ resource: mail, scope: ['read'] }], start)).toBe(false)
    expect(covers(consent, [{ resource: api, scope: ['read', 'delete'] }], start)).toBe(false)
  })

  it('is false when a resource is new, even without any scope', () => {
    expect(covers(consent, [{ resource: 'https://new.example', scope: [] }], start)).toBe(false)
  })

  it('is false when one of several resources is not covered', () => {
    const asked = [
      { resource: api, scope: ['read'] },
      { resource: mail, scope: ['send'] },
    ]
    expect(covers(consent, asked, start)).toBe(false)
  })

  it('ends at the very millisecond of its expiry', () => {
    expect(covers(consent, consent.access, start + day - 1)).toBe(true)
    expect(covers(consent, consent.access, start + day)).toBe(false)
  })
})

describe('joinAccess', () => {
  it('adds new names to a resource and new resources at the end, each once', () => {
    const more = [
      { resource: 'https://new.example', scope: ['x'] },
      { resource: api, scope: ['read', 'delete'] },
    ]
    expect(joinAccess(consent.access, more)).toEqual([
      { resource: api, scope: ['read', 'write', 'delete'] },
      { resource: mail, scope: [] },
      { resource: 'https://new.example', scope: ['x'] },
    ])
  })

  it('forgets nothing when less is asked for', () => {
    expect(joinAccess(consent.access, [{ resource: api, scope: ['read'] }])).toEqual(consent.access)
  })
})

describe('withoutAccess', () => {
  it('takes names away at their own resource only', () => {
    const taken = [{ resource: api, scope: ['write'] }]
    expect(withoutAccess(consent.access, taken)).toEqual([
      { resource: api, scope: ['read'] },
      { resource: mail, scope: [] },
    ])
    expect(withoutAccess(consent.access, [{ resource: mail, scope: ['read'] }])).toEqual(consent.access)
  })

  it('lets a resource fall away of which nothing is left, but not one that never had scope', () => {
    const taken = [
      { resource: api, scope: ['write', 'read', 'more'] },
      { resource: mail, scope: ['x'] },
    ]
    expect(withoutAccess(consent.access, taken)).toEqual([{ resource: mail, scope: [] }])
  })
})
