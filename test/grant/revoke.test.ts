import { describe, expect, it } from 'vitest'
import { redeemCode } from '../../src/grant/redeem-code.js'
import {
  isAccessLive,
  isGenuine,
  revokeAccessToken,
  revokeByRefreshToken,
  revokeGrant,
} from '../../src/grant/revoke.js'
import type { Active, Grant, RevocationReason } from '../../src/grant/state.js'
import {
  app,
  approved,
  bytes,
  code,
  day,
  expectUnchanged,
  frozen,
  garbled,
  otherClient,
  otherIssuer,
  redeemed,
  redeeming,
  rotated,
  second,
  start,
} from './fixtures.js'

const ended = (because: RevocationReason, touchedAt = start) => ({
  status: 'revoked',
  id: code.grantId,
  ...app,
  subject: 'user-1',
  touchedAt,
  because,
})
const strangers = [
  ['another client', otherClient, 'client_mismatch'],
  ['another issuer', otherIssuer, 'issuer_mismatch'],
] as const
const asWasAsked = { ok: true, revoked: false }

/** Six tokens of one family: the first two have no retry entry any more, the last one is current. */
function longFamily() {
  let family = redeemed()
  const tokens = [family.token]
  for (let i = 0; i < 5; i++) {
    family = rotated(family, start, i)
    tokens.push(family.token)
  }
  return { grant: family.grant, tokens }
}

describe('revoking a grant on the server’s own authority', () => {
  it.each(['user_request', 'subject_gone'] as const)('because of %s ends it in either state', (because) => {
    for (const grant of [approved(), redeemed().grant]) {
      const step = revokeGrant(grant, because, start + second)
      expect(step.answer).toEqual({ ok: true, revoked: true })
      expect(step.grant).toEqual(ended(because, start + second))
    }
  })

  it('is final: the first reason and the first instant stay', () => {
    const revoked = frozen(revokeGrant(approved(), 'user_request', start).grant)
    const again = revokeGrant(revoked, 'subject_gone', start + day)
    expect(again.grant).toBe(revoked)
    expect(again.answer).toEqual(asWasAsked)
  })

  it('takes an unredeemed code along', () => {
    const revoked = frozen(revokeGrant(approved(), 'user_request', start).grant)
    expectUnchanged(redeemCode(revoked, redeeming(), start, bytes(48, 1)), revoked, 'revoked')
  })

  it('is never dated before the last touch', () => {
    const late = rotated(redeemed(), start + day, 1).grant
    expect(revokeGrant(late, 'user_request', start).grant.touchedAt).toBe(start + day)
  })
})

describe('revoking a refresh token', () => {
  it.each([
    ['the current one', 5],
    ['a spent one that could still be retried', 2],
    ['a spent one whose digest is gone', 0],
  ])('ends the grant with %s', (_, generation) => {
    const { grant, tokens } = longFamily()
    const token = tokens[generation] ?? redeemed().token
    const step = revokeByRefreshToken(grant, app, token, start + second)
    expect(step.answer).toEqual({ ok: true, revoked: true })
    expect(step.grant).toEqual(ended('client_request', start + second))
  })

  it('ends the grant also when the token has expired', () => {
    const { grant, token } = redeemed()
    expect(revokeByRefreshToken(grant, app, token, start + 31 * day).grant.status).toBe('revoked')
  })

  it.each(strangers)('changes nothing for %s', (_, by, refusal) => {
    const { grant, token } = redeemed()
    expectUnchanged(revokeByRefreshToken(grant, by, token, start), grant, refusal)
  })

  it.each([
    ['another family proof', (token) => garbled(token, 'family')],
    ['a wrong secret for the current generation', (token) => garbled(token, 'secret')],
    ['a generation that does not exist yet', (token) => ({ ...token, generation: token.generation + 1 })],
    ['a wrong secret for a generation whose digest is held', (token) => ({ ...token, generation: 3 })],
    [
      'another family proof for a generation whose digest is gone',
      (token) => ({ ...garbled(token, 'family'), generation: 0 }),
    ],
  ] as const satisfies [string, (token: Parameters<typeof isGenuine>[1]) => Parameters<typeof isGenuine>[1]][])(
    'changes nothing with %s',
    (_, forge) => {
      const { grant, tokens } = longFamily()
      const token = forge(tokens[5] ?? redeemed().token)
      expect(grant.refresh && isGenuine(grant.refresh, token)).toBe(false)
      expectUnchanged(revokeByRefreshToken(grant, app, token, start), grant, 'forged')
    },
  )

  it('changes nothing where the grant has no refresh token', () => {
    const { grant, token } = redeemed()
    const code = approved()
    expectUnchanged(revokeByRefreshToken(code, app, token, start), code, 'forged')
    const without = frozen({ ...grant, refresh: null })
    expectUnchanged(revokeByRefreshToken(without, app, token, start), without, 'forged')
  })

  it('of a grant that has ended is done already', () => {
    const { grant, token } = redeemed()
    const revoked = frozen(revokeGrant(grant, 'user_request', start).grant)
    const step = revokeByRefreshToken(revoked, app, token, start)
    expect(step.grant).toBe(revoked)
    expect(step.answer).toEqual(asWasAsked)
  })
})

describe('revoking an access token', () => {
  const issuedAt = start
  const expiresAt = start + 600 * second
  const access = (tokenId: string, changes: { issuedAt?: number; expiresAt?: number } = {}) => ({
    issuer: app.issuer,
    clientId: app.clientId,
    tokenId,
    issuedAt,
    expiresAt,
    ...changes,
  })
  const revoke = (grant: Grant, tokenId: string, at = start + second) =>
    revokeAccessToken(grant, app, { tokenId, issuedAt, expiresAt }, at)

  function afterRevoking(count: number, at = start + second): Active {
    let grant = redeemed().grant
    for (let i = 0; i < count; i++) grant = active(revoke(grant, `token-${i}`, at).grant)
    return grant
  }

  it('ends that token and nothing else', () => {
    const before = redeemed()
    const { grant, answer } = revoke(before.grant, 'token-0')
    expect(answer).toEqual({ ok: true, revoked: true })
    expect(grant).toEqual({
      ...before.grant,
      touchedAt: start + second,
      revokedAccess: [{ tokenId: 'token-0', issuedAt, expiresAt }],
    })
    expect(isAccessLive(grant, access('token-0'), start + second)).toBe(false)
    expect(isAccessLive(grant, access('token-1'), start + second)).toBe(true)
    expect(() => rotated({ ...before, grant: active(grant) }, start + second, 1)).not.toThrow()
  })

  it('a second time is done already', () => {
    const grant = afterRevoking(1)
    const again = revoke(grant, 'token-0')
    expect(again.grant).toBe(grant)
    expect(again.answer).toEqual(asWasAsked)
  })

  it.each(strangers)('changes nothing for %s', (_, by, refusal) => {
    const { grant } = redeemed()
    expectUnchanged(revokeAccessToken(grant, by, { tokenId: 'token-0', issuedAt, expiresAt }, start), grant, refusal)
  })

  it('that has expired writes nothing', () => {
    const { grant } = redeemed()
    expect(revoke(grant, 'token-0', expiresAt).grant).toBe(grant)
    expect(revoke(grant, 'token-0', expiresAt - 1).grant).not.toBe(grant)
  })

  it.each([
    ['not active yet', approved()],
    ['revoked', frozen(revokeGrant(approved(), 'user_request', start).grant)],
  ])('of a grant that is %s writes nothing', (_, grant) => {
    const step = revoke(grant, 'token-0')
    expect(step.grant).toBe(grant)
    expect(step.answer).toEqual(asWasAsked)
  })

  it('keeps a list of 16, and tokens that are not on it stay live', () => {
    const grant = afterRevoking(16)
    expect(grant.revokedAccess).toHaveLength(16)
    expect(grant.accessNotBefore).toBe(0)
    expect(isAccessLive(grant, access('token-16'), start + second)).toBe(true)
  })

  it('lets the list become an instant with the 17th: what was issued until the latest of them is revoked', () => {
    const grant = afterRevoking(17)
    expect(grant.revokedAccess).toEqual([])
    for (const tokenId of ['token-0', 'token-16', 'never revoked']) {
      expect(isAccessLive(grant, access(tokenId), start + second)).toBe(false)
    }
    expect(isAccessLive(grant, access('new', { issuedAt: issuedAt + 1 }), start + second)).toBe(true)
  })

  it('revokes the 17th also when the clock that issued it was ahead', () => {
    const ahead = { tokenId: 'ahead', issuedAt: start + 5 * second, expiresAt }
    const { grant } = revokeAccessToken(afterRevoking(16), app, ahead, start + second)
    expect(isAccessLive(grant, access('ahead', ahead), start + 5 * second)).toBe(false)
  })

  it('never moves the instant back', () => {
    const late = { tokenId: 'late', issuedAt: start + 60 * second, expiresAt }
    let grant = active(revokeAccessToken(afterRevoking(16), app, late, start + 61 * second).grant)
    for (let i = 0; i < 17; i++) grant = active(revoke(grant, `again-${i}`, start + 62 * second).grant)
    expect(isAccessLive(grant, access('late', late), start + 62 * second)).toBe(false)
  })

  it('begins a new list after the overflow', () => {
    const grant = afterRevoking(18)
    expect(grant.revokedAccess).toEqual([{ tokenId: 'token-17', issuedAt, expiresAt }])
    expect(grant.accessNotBefore).toBeGreaterThan(start)
  })

  it('forgets tokens that have expired, so that they do not fill the list', () => {
    const grant = afterRevoking(16)
    const late = { tokenId: 'late', issuedAt: expiresAt, expiresAt: expiresAt + day }
    expect(revokeAccessToken(grant, app, late, expiresAt).grant).toMatchObject({
      revokedAccess: [late],
      accessNotBefore: 0,
    })
  })

  it('survives a refresh', () => {
    const family = redeemed()
    const revoked = active(revoke(family.grant, 'token-0').grant)
    const { grant } = rotated({ grant: revoked, token: family.token }, start + 2 * second, 1)
    expect(isAccessLive(grant, access('token-0'), start + 2 * second)).toBe(false)
  })

  describe('isAccessLive', () => {
    it('ends at the very millisecond of the token’s expiry', () => {
      const { grant } = redeemed()
      expect(isAccessLive(grant, access('a'), expiresAt - 1)).toBe(true)
      expect(isAccessLive(grant, access('a'), expiresAt)).toBe(false)
    })

    it('ends with the grant, whatever the token says', () => {
      const { grant } = redeemed({ approval: { grantLifetime: day } })
      const long = access('a', { expiresAt: start + 2 * day })
      expect(isAccessLive(grant, long, start + day - 1)).toBe(true)
      expect(isAccessLive(grant, long, start + day)).toBe(false)
    })

    it('is not ended by the idle end of the refresh token', () => {
      const { grant } = redeemed()
      const long = access('a', { expiresAt: start + 40 * day })
      expect(isAccessLive(grant, long, start + 31 * day)).toBe(true)
    })

    it('is false for a grant that is not active', () => {
      expect(isAccessLive(approved(), access('a'), start)).toBe(false)
      expect(isAccessLive(revokeGrant(redeemed().grant, 'user_request', start).grant, access('a'), start)).toBe(false)
    })

    it('is false for a token of another issuer or client', () => {
      const { grant } = redeemed()
      expect(isAccessLive(grant, { ...access('a'), issuer: otherIssuer.issuer }, start)).toBe(false)
      expect(isAccessLive(grant, { ...access('a'), clientId: otherClient.clientId }, start)).toBe(false)
    })

    it('never lets time run backwards', () => {
      const touched = frozen({ ...redeemed().grant, touchedAt: expiresAt })
      expect(isAccessLive(touched, access('a'), start)).toBe(false)
    })
  })

  function active(grant: Grant): Active {
    if (grant.status !== 'active') throw new Error(`the grant is ${grant.status}`)
    return frozen(grant)
  }
})
