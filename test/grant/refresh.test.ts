import { describe, expect, it } from 'vitest'
import { isCurrent, type Refresh, refresh } from '../../src/grant/refresh.js'
import type { Grant } from '../../src/grant/state.js'
import { formatRefreshToken, secretHash } from '../../src/protocol/token-string.js'
import {
  accepted,
  api,
  approved,
  bytes,
  code,
  day,
  expectUnchanged,
  type Family,
  frozen,
  garbled,
  mail,
  otherClient,
  otherIssuer,
  parsed,
  redeemed,
  refreshing,
  rotated,
  rules,
  second,
  start,
} from './fixtures.js'

const salt = bytes(16, 3)
const present = (
  { grant, token }: { grant: Grant; token: Family['token'] },
  changes: Partial<Refresh> = {},
  at = start,
) => refresh(grant, refreshing(token, changes), at, salt)
const wanting = (resource: string | undefined, scope?: readonly string[], defaultResource?: string) => ({
  choice: { resource, scope, defaultResource },
})
const kept = { rules: { ...rules, rotate: false } }

/** A family whose first token is spent. */
const spentOnce = () => {
  const first = redeemed()
  const current = rotated(first, start, 3)
  return { first, current, spent: { grant: current.grant, token: first.token } }
}

describe('who presents a refresh token', () => {
  it.each([
    ['another client', otherClient, 'client_mismatch'],
    ['another issuer', otherIssuer, 'issuer_mismatch'],
  ] as const)('%s with the current token is refused and changes nothing', (_, by, refusal) => {
    const family = redeemed()
    expectUnchanged(present(family, { by }), family.grant, refusal)
  })

  it.each([
    ['another client', otherClient, 'client_mismatch'],
    ['another issuer', otherIssuer, 'issuer_mismatch'],
  ] as const)('%s with a spent token does not end the grant', (_, by, refusal) => {
    const { spent } = spentOnce()
    expectUnchanged(present(spent, { by }, start + day), spent.grant, refusal)
  })
})

describe('a grant without a refresh family', () => {
  it('that is revoked refuses its current token for good', () => {
    const { spent, current } = spentOnce()
    const revoked = present(spent, {}, start + day).grant
    expectUnchanged(present({ grant: revoked, token: current.token }, {}, start + day), revoked, 'revoked')
  })

  it('because the code is not redeemed yet knows no refresh token', () => {
    const grant = approved()
    expectUnchanged(present({ grant, token: redeemed().token }), grant, 'forged')
  })

  it('because the client is not registered for it knows no refresh token', () => {
    const { grant } = redeemed()
    const without = frozen({ ...grant, refresh: null })
    expectUnchanged(present({ grant: without, token: redeemed().token }), without, 'forged')
  })
})

describe('a forged token', () => {
  it('without the family proof changes nothing', () => {
    const { grant, token } = redeemed()
    expectUnchanged(present({ grant, token: garbled(token, 'family') }), grant, 'forged')
  })

  it('without the family proof, of a spent generation, changes nothing', () => {
    const { spent } = spentOnce()
    const forged = { ...spent, token: garbled(spent.token, 'family') }
    expectUnchanged(present(forged, {}, start + day), spent.grant, 'forged')
  })

  it('of a generation that does not exist yet changes nothing', () => {
    const { grant, token } = redeemed()
    expectUnchanged(present({ grant, token: { ...token, generation: 1 } }), grant, 'forged')
  })

  it('with a wrong secret for the current generation changes nothing', () => {
    const { grant, token } = redeemed()
    expectUnchanged(present({ grant, token: garbled(token, 'secret') }), grant, 'forged')
  })

  it('made of a spent secret and the current generation changes nothing', () => {
    const { spent } = spentOnce()
    expectUnchanged(present({ ...spent, token: { ...spent.token, generation: 1 } }), spent.grant, 'forged')
  })
})

describe('a family that is bound to a key', () => {
  const bound = () => redeemed({ redeem: { refresh: { idleLifetime: 30 * day, jkt: 'mine' } } })

  it.each([[null], ['other']])('refuses the current token with the proof of key %j, and changes nothing', (jkt) => {
    const family = bound()
    expectUnchanged(present(family, { jkt }), family.grant, 'key_mismatch')
  })

  it.each([[null], ['other']])('does not end for a spent token with the proof of key %j (RFC 9449 §5)', (jkt) => {
    const first = bound()
    const { grant } = rotated(first, start, 3, { jkt: 'mine' })
    expectUnchanged(present({ grant, token: first.token }, { jkt }, start + day), grant, 'key_mismatch')
  })

  it('gives no retry without the key', () => {
    const first = bound()
    const { grant } = rotated(first, start, 3, { jkt: 'mine' })
    expectUnchanged(present({ grant, token: first.token }, { jkt: 'other' }), grant, 'key_mismatch')
  })

  it('goes on with the key, and stays bound to it', () => {
    expect(rotated(bound(), start, 3, { jkt: 'mine' }).grant.refresh?.jkt).toBe('mine')
  })

  it('is not what a family is that was never bound: a proof does not bind it later', () => {
    expect(rotated(redeemed(), start, 3, { jkt: 'mine' }).grant.refresh?.jkt).toBeNull()
  })
})

describe('expiry', () => {
  it('comes at the very millisecond at which the family was idle for too long', () => {
    const family = redeemed()
    expect(present(family, {}, start + 30 * day - 1).answer.ok).toBe(true)
    expectUnchanged(present(family, {}, start + 30 * day), family.grant, 'expired')
  })

  it('comes at the very millisecond of the end of the grant, however often it was refreshed', () => {
    let family = redeemed()
    for (let i = 1; i <= 7; i++) family = rotated(family, start + i * 25 * day, i)
    expect(family.grant.endsAt).toBe(start + 180 * day)
    expect(present(family, {}, start + 180 * day - 1).answer.ok).toBe(true)
    expectUnchanged(present(family, {}, start + 180 * day), family.grant, 'expired')
  })

  it('comes before any verdict of replay', () => {
    const { spent } = spentOnce()
    expectUnchanged(present(spent, {}, start + 30 * day), spent.grant, 'expired')
  })

  it('comes after the family proof, so that a forgery learns nothing of it', () => {
    const { grant, token } = redeemed()
    expectUnchanged(present({ grant, token: garbled(token, 'family') }, {}, start + 30 * day), grant, 'forged')
  })

  it('comes after the key', () => {
    const family = redeemed({ redeem: { refresh: { idleLifetime: day, jkt: 'mine' } } })
    expectUnchanged(present(family, {}, start + day), family.grant, 'key_mismatch')
  })

  it('is judged by a time that is never earlier than the last touch', () => {
    const late = rotated(redeemed(), start + day, 3)
    expect(rotated(late, start, 4).grant).toMatchObject({
      touchedAt: start + day,
      refresh: { idleUntil: start + 31 * day },
    })
  })
})

describe('the choice of resource and scope with the current token', () => {
  it.each([
    ['a resource that was not granted', wanting('https://new.example'), 'invalid_target'],
    ['no resource, although there are several and none is the default', wanting(undefined), 'invalid_target'],
    ['a scope that was never granted', wanting(api, ['read', 'admin']), 'invalid_scope'],
    ['a scope that was granted at another resource only', wanting(api, ['send']), 'invalid_scope'],
  ] as const)('%s is refused and changes nothing', (_, changes, refusal) => {
    const family = redeemed()
    expectUnchanged(present(family, changes), family.grant, refusal)
  })

  it('is judged after the secret, so that a forgery learns nothing of it', () => {
    const { grant, token } = redeemed()
    expectUnchanged(
      present({ grant, token: garbled(token, 'secret') }, wanting('https://new.example')),
      grant,
      'forged',
    )
  })

  it('narrows the access token alone: the next refresh may have everything again', () => {
    const family = redeemed()
    const narrowed = accepted(present(family, wanting(api, ['read'])))
    expect(narrowed.scope).toEqual(['read'])
    expect(narrowed.grant.access).toEqual(family.grant.access)
    const next = present({ grant: narrowed.grant, token: parsed(narrowed.refreshToken) })
    expect(accepted(next).scope).toEqual(['read', 'write'])
  })

  it('may name another granted resource at each refresh, or the default one by naming none', () => {
    const family = rotated(redeemed(), start, 3, wanting(mail))
    expect(accepted(present(family, wanting(undefined, undefined, api)))).toMatchObject({ resource: api })
  })
})

describe('rotation', () => {
  it('spends the current token and gives its successor', () => {
    const { grant, token } = redeemed()
    const step = present({ grant, token }, {}, start + second)
    const answer = accepted(step)
    const next = parsed(answer.refreshToken)
    expect(answer).toMatchObject({ resource: api, scope: ['read', 'write'], presented: 0, retried: false })
    expect(next).toMatchObject({ grantId: code.grantId, generation: 1 })
    expect([...next.family]).toEqual([...token.family])
    expect([...next.secret]).not.toEqual([...token.secret])
    expect(step.grant).toEqual({
      ...grant,
      touchedAt: start + second,
      refresh: {
        ...grant.refresh,
        generation: 1,
        hash: secretHash('refresh', next.secret),
        idleUntil: start + second + 30 * day,
        retries: [
          {
            generation: 0,
            hash: secretHash('refresh', token.secret),
            salt: Buffer.from(salt).toString('base64url'),
            until: start + 31 * second,
          },
        ],
      },
    })
  })

  it('answers with the grant that is stored', () => {
    const step = present(redeemed())
    expect(accepted(step).grant).toBe(step.grant)
  })

  it('leaves exactly one token current', () => {
    const { grant, token } = redeemed()
    const next = rotated({ grant, token }, start, 3)
    expect(isCurrent(next.grant, next.token, start)).toBe(true)
    expect(isCurrent(next.grant, token, start)).toBe(false)
  })

  it('makes another successor with another salt', () => {
    const family = redeemed()
    expect([...rotated(family, start, 3).token.secret]).not.toEqual([...rotated(family, start, 4).token.secret])
  })

  it('keeps at most 16 retry entries, the youngest', () => {
    let family = redeemed()
    for (let i = 0; i < 18; i++) family = rotated(family, start + i, i)
    const generations = family.grant.refresh?.retries.map(({ generation }) => generation)
    expect(generations).toEqual(Array.from({ length: 16 }, (_, i) => i + 2))
  })

  it('drops the retry entries that no clock within 5 seconds would still accept', () => {
    const once = rotated(redeemed(), start, 3)
    const justLive = rotated(once, start + 35 * second - 1, 4)
    expect(justLive.grant.refresh?.retries.map(({ generation }) => generation)).toEqual([0, 1])
    const justOver = rotated(once, start + 35 * second, 4)
    expect(justOver.grant.refresh?.retries.map(({ generation }) => generation)).toEqual([1])
  })

  it('keeps no secret in the record', () => {
    const { grant, token } = rotated(redeemed(), start, 3)
    expect(JSON.stringify(grant)).not.toContain(Buffer.from(token.secret).toString('base64url'))
    expect(JSON.stringify(grant)).not.toContain(Buffer.from(token.family).toString('base64url'))
  })

  it('stops at the last generation that a token can name', () => {
    const { grant, token } = redeemed()
    const last = { ...token, generation: 0xffff_ffff }
    const old = frozen({ ...grant, refresh: grant.refresh && { ...grant.refresh, generation: 0xffff_ffff } })
    expect(accepted(present({ grant: old, token: last })).refreshToken).toBe(formatRefreshToken(last))
  })
})

describe('a client whose tokens are not rotated', () => {
  it('gets the same token again and nothing is spent', () => {
    const { grant, token } = redeemed()
    const answer = accepted(present({ grant, token }, kept, start + 20 * day))
    expect(answer).toMatchObject({ refreshToken: formatRefreshToken(token), retried: false, presented: 0 })
    expect(answer.grant.refresh).toMatchObject({ generation: 0, hash: grant.refresh?.hash, retries: [] })
  })

  it('writes nothing while the idle end moves by no more than 1/24 of the lifetime', () => {
    const family = redeemed()
    const step = present(family, kept, start + (30 * day) / 24)
    expect(step.grant).toBe(family.grant)
    expect(step.answer.ok).toBe(true)
  })

  it('moves the idle end as soon as it moves by more', () => {
    const { grant, token } = redeemed()
    const now = start + (30 * day) / 24 + 1
    const step = present({ grant, token }, kept, now)
    expect(step.grant).toEqual({
      ...grant,
      touchedAt: now,
      refresh: { ...grant.refresh, idleUntil: now + 30 * day },
    })
  })

  it('is refused a scope or resource outside the grant, and the idle end does not move', () => {
    const family = redeemed()
    const step = present(family, { ...kept, ...wanting(api, ['admin']) }, start + 20 * day)
    expectUnchanged(step, family.grant, 'invalid_scope')
  })

  it('still ends its grant with a token that was spent before', () => {
    const { spent } = spentOnce()
    expect(present(spent, kept, start + day).grant.status).toBe('revoked')
  })
})

describe('isCurrent', () => {
  it('is true for the current token until it expires', () => {
    const { grant, token } = redeemed()
    expect(isCurrent(grant, token, start + 30 * day - 1)).toBe(true)
    expect(isCurrent(grant, token, start + 30 * day)).toBe(false)
  })

  it('is false at the end of the grant', () => {
    const { grant, token } = redeemed({ approval: { grantLifetime: day } })
    expect(isCurrent(grant, token, start + day - 1)).toBe(true)
    expect(isCurrent(grant, token, start + day)).toBe(false)
  })

  it('is false for a token that is forged, or that the grant does not have', () => {
    const { grant, token } = redeemed()
    expect(isCurrent(grant, garbled(token, 'family'), start)).toBe(false)
    expect(isCurrent(grant, garbled(token, 'secret'), start)).toBe(false)
    expect(isCurrent(grant, { ...token, generation: 1 }, start)).toBe(false)
    expect(isCurrent({ ...grant, refresh: null }, token, start)).toBe(false)
  })
})
