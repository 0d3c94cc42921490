import { describe, expect, it } from 'vitest'
import { redeemCode } from '../../src/grant/redeem-code.js'
import { revokeGrant } from '../../src/grant/revoke.js'
import { deletableAt } from '../../src/grant/state.js'
import { accepted, approved, bytes, day, redeemed, redeeming, rotated, second, start } from './fixtures.js'

const longest = 600 * second
const withoutRefresh = () => accepted(redeemCode(approved(), redeeming({ refresh: null }), start, bytes(48, 1))).grant

describe('a grant may be deleted', () => {
  it('a minute after its code has expired when nobody redeemed it', () => {
    expect(deletableAt(approved(), longest)).toBe(start + 120 * second)
    expect(deletableAt(approved({ codeLifetime: 600 * second }), longest)).toBe(start + 660 * second)
  })

  it('but not before a pending request of its id has ended, which could be approved again', () => {
    const kept = (requestEndsAt: number) => deletableAt(approved({ requestEndsAt }), longest)
    expect(kept(start + 500 * second)).toBe(start + 560 * second)
    expect(kept(start + 10 * second)).toBe(start + 120 * second)
  })

  it('a day after its last touch when an earlier version wrote it', () => {
    const { keptUntil: _, ...code } = approved().code
    expect(deletableAt({ ...approved(), code }, longest)).toBe(start + day)
  })

  it('a day after it was revoked: its tokens are dead without it', () => {
    expect(deletableAt(revokeGrant(redeemed().grant, 'user_request', start + 5 * day).grant, longest)).toBe(
      start + 6 * day,
    )
  })

  it('in the day in which the last access token that a refresh could give expires', () => {
    expect(deletableAt(redeemed().grant, longest)).toBe(start + 31 * day)
    expect(deletableAt(redeemed().grant, day)).toBe(start + 31 * day)
    expect(deletableAt(redeemed().grant, day + 1)).toBe(start + 32 * day)
  })

  it('at the same time after nearly every refresh, so that indexes by expiry stay as they are', () => {
    const times = [0, second, day / 2, day - longest, day - longest + 1, day]
    const ends = times.map((time) => deletableAt(rotated(redeemed(), start + time, 1).grant, longest))
    expect(ends).toEqual([31, 31, 31, 31, 32, 32].map((days) => start + days * day))
  })

  it('less than a day later than the last access token after its end, however lately it was used', () => {
    const { grant } = redeemed({ approval: { grantLifetime: 10 * day } })
    expect(deletableAt(grant, longest)).toBe(start + 11 * day)
  })

  it('when its only access token has expired, if it has no refresh token', () => {
    expect(deletableAt(withoutRefresh(), 2 * day)).toBe(start + 2 * day)
  })

  it('never within a day of the approval, so that the id of a pending request does not become free', () => {
    expect(deletableAt(withoutRefresh(), longest)).toBe(start + day)
    const brief = redeemed({ redeem: { refresh: { idleLifetime: 60 * second, jkt: null } } }).grant
    expect(deletableAt(brief, longest)).toBe(start + day)
  })
})
