import { describe, expect, it } from 'vitest'
import { isCurrent, type Refresh, refresh } from '../../src/grant/refresh.js'
import type { Active } from '../../src/grant/state.js'
import { formatRefreshToken, type RefreshToken } from '../../src/protocol/token-string.js'
import {
  accepted,
  api,
  app,
  bytes,
  day,
  expectUnchanged,
  type Family,
  frozen,
  garbled,
  mail,
  redeemed,
  refreshing,
  rotated,
  rules,
  second,
  start,
} from './fixtures.js'

/** The instant from which a token spent at `start` is not retried any more: the window and the difference of clocks. */
const over = start + 35 * second

const present = (grant: Active, token: RefreshToken, changes: Partial<Refresh> = {}, at = start) =>
  refresh(grant, refreshing(token, changes), at, bytes(16, 77))
const withRules = (changes: Partial<Refresh['rules']>) => ({ rules: { ...rules, ...changes } })

/** A family of `times` + 1 tokens, refreshed once a millisecond. */
function rotatedTimes(
  times: number,
  changes: Partial<Refresh> = {},
): { grant: Active; tokens: readonly RefreshToken[] } {
  let family: Family = redeemed()
  const tokens = [family.token]
  for (let i = 0; i < times; i++) {
    family = rotated(family, start + i, i, changes)
    tokens.push(family.token)
  }
  return { grant: family.grant, tokens }
}

const token = ({ tokens }: { tokens: readonly RefreshToken[] }, generation: number): RefreshToken => {
  const found = tokens[generation]
  if (!found) throw new Error(`no generation ${generation}`)
  return found
}
const replayed = (grant: Active, touchedAt: number) => ({
  status: 'revoked',
  id: grant.id,
  ...app,
  subject: grant.subject,
  touchedAt,
  because: 'replay',
})

describe('a retry', () => {
  it('gets the successor that the first answer had', () => {
    const family = rotatedTimes(1)
    const answer = accepted(present(family.grant, token(family, 0), {}, start + 10 * second))
    expect(answer).toMatchObject({
      refreshToken: formatRefreshToken(token(family, 1)),
      presented: 0,
      retried: true,
      resource: api,
      scope: ['read', 'write'],
    })
    expect(isCurrent(answer.grant, token(family, 1), start)).toBe(true)
  })

  it('writes nothing, so that neither the window nor the idle end slides', () => {
    const family = rotatedTimes(1)
    for (const at of [start, start + 20 * second, over - 1]) {
      const step = present(family.grant, token(family, 0), {}, at)
      expect(accepted(step).retried).toBe(true)
      expect(step.grant).toBe(family.grant)
    }
    expect(present(family.grant, token(family, 0), {}, over).answer.ok).toBe(false)
  })

  it('of any of the last 16 spent tokens gets the current token, over several generations', () => {
    const family = rotatedTimes(16)
    for (const spent of family.tokens.slice(0, 16)) {
      const answer = accepted(present(family.grant, spent, {}, start + 16))
      expect(answer).toMatchObject({
        refreshToken: formatRefreshToken(token(family, 16)),
        presented: spent.generation,
        retried: true,
      })
    }
  })

  it('may choose another granted resource, or less scope, than the first try', () => {
    const family = rotatedTimes(1)
    const choice = { resource: mail, scope: undefined, defaultResource: undefined }
    expect(accepted(present(family.grant, token(family, 0), { choice }))).toMatchObject({
      resource: mail,
      scope: ['send'],
      refreshToken: formatRefreshToken(token(family, 1)),
    })
  })

  it.each([
    ['a resource', { resource: 'https://new.example', scope: undefined }, 'invalid_target'],
    ['a scope', { resource: api, scope: ['admin'] }, 'invalid_scope'],
  ] as const)('that asks for %s outside the grant is refused and changes nothing', (_, wanted, refusal) => {
    const family = rotatedTimes(1)
    const choice = { ...wanted, defaultResource: undefined }
    expectUnchanged(present(family.grant, token(family, 0), { choice }), family.grant, refusal)
  })

  it('after which the successor is refreshed goes on with one family', () => {
    const family = rotatedTimes(1)
    present(family.grant, token(family, 0))
    const next = rotated({ grant: family.grant, token: token(family, 1) }, start + second, 9)
    expect(next.token.generation).toBe(2)
  })

  it('is possible for a client whose tokens are not rotated any more', () => {
    const family = rotatedTimes(1)
    const answer = accepted(present(family.grant, token(family, 0), withRules({ rotate: false })))
    expect(answer.refreshToken).toBe(formatRefreshToken(token(family, 1)))
  })
})

describe('a token that was refreshed more than 16 times inside its window', () => {
  it('is refused without ending anything until its window is over, and is a replay then', () => {
    const family = rotatedTimes(40)
    for (const generation of [0, 1, 22, 23]) {
      const spent = token(family, generation)
      for (const at of [start + 40, over - 1]) {
        expectUnchanged(present(family.grant, spent, {}, at), family.grant, 'crowded_out')
      }
      // All of them were spent within a moment, so one window stands for all.
      const step = present(family.grant, spent, {}, over + 40)
      expect(step.answer).toEqual({ ok: false, refusal: 'replayed' })
      expect(step.grant).toEqual(replayed(family.grant, over + 40))
    }
    expect(present(family.grant, token(family, 24), {}, start + 40).answer.ok).toBe(true)
  })

  it('does not end with a wrong secret either', () => {
    const family = rotatedTimes(17)
    expectUnchanged(present(family.grant, garbled(token(family, 0), 'secret')), family.grant, 'crowded_out')
  })

  it('is a replay at once where there is no window', () => {
    const none = withRules({ retryWindow: 0 })
    const family = rotatedTimes(17, none)
    expect(present(family.grant, token(family, 0), none, start + 17).grant).toEqual(replayed(family.grant, start + 17))
  })

  it('is a replay in a record of an earlier version, which did not say until when', () => {
    const { grant, tokens } = rotatedTimes(17)
    if (!grant.refresh) throw new Error('no family')
    const { crowdedOut: _, ...refresh } = grant.refresh
    const [spent] = tokens
    const step = spent && present({ ...grant, refresh }, spent, {}, start + 17)
    expect(step?.grant.status).toBe('revoked')
  })

  it('tells a theft 5 seconds late at most, however long and fast somebody refreshes', () => {
    let family: Family = redeemed()
    const spentAt: number[] = []
    const tokens = [family.token]
    for (let i = 0; i < 400; i++) {
      const at = start + i * 300
      family = rotated(family, at, i % 200)
      tokens.push(family.token)
      spentAt.push(at)
    }
    const now = start + 400 * 300
    const { retries, crowdedOut } = family.grant.refresh ?? { retries: [] }
    expect(retries).toHaveLength(16)
    expect(crowdedOut?.length).toBeLessThanOrEqual(10)
    for (const [generation, at] of spentAt.entries()) {
      const { answer } = present(family.grant, tokens[generation] ?? family.token, {}, now)
      const age = now - at
      if (age >= 40 * second) expect(answer).toEqual({ ok: false, refusal: 'replayed' })
      else if (age < 35 * second) expect(answer.ok || answer.refusal === 'crowded_out').toBe(true)
      expect(answer.ok).toBe(generation >= 384)
    }
  })

  it('takes no more room where instances have clocks that differ by more than they should', () => {
    let family: Family = redeemed()
    const tokens = [family.token]
    const clock = (i: number) => start + i * 50 + (i % 2) * 10 * second
    for (let i = 0; i < 400; i++) {
      family = rotated(family, clock(i), i % 200)
      tokens.push(family.token)
      expect(family.grant.refresh?.crowdedOut?.length ?? 0).toBeLessThanOrEqual(10)
    }
    for (const spent of tokens.slice(0, -17)) {
      expectUnchanged(present(family.grant, spent, {}, clock(400)), family.grant, 'crowded_out')
    }
    const late = clock(400) + 46 * second
    expect(present(family.grant, token({ tokens }, 0), {}, late).answer).toEqual({ ok: false, refusal: 'replayed' })
  })

  it('leaves no trace in the record once its window is over and something is written', () => {
    const crowded = rotatedTimes(30)
    const later = rotated({ grant: crowded.grant, token: token(crowded, 30) }, over + 60, 9)
    expect(later.grant.refresh?.retries).toHaveLength(1)
    expect(later.grant.refresh?.crowdedOut).toBeUndefined()
    const kept = refresh(
      crowded.grant,
      refreshing(token(crowded, 30), withRules({ rotate: false })),
      start + 2 * day,
      bytes(16, 1),
    )
    expect(kept.grant).toMatchObject({ status: 'active', refresh: { retries: [] } })
  })
})

it('a retry changes nothing where the window was shortened since, so that a later entry is gone before an earlier one', () => {
  const first = redeemed()
  const once = rotated(first, start, 1, withRules({ retryWindow: 600 * second }))
  const twice = rotated(once, start, 2, withRules({ retryWindow: second }))
  const thrice = rotated(twice, start + 10 * second, 3)
  expect(thrice.grant.refresh?.retries.map(({ generation }) => generation)).toEqual([0, 2])
  expectUnchanged(present(thrice.grant, first.token, {}, start + 10 * second), thrice.grant, 'expired')
})

describe('a wrong secret for a spent generation', () => {
  it('whose digest is still held changes nothing, inside the window and after it', () => {
    const family = rotatedTimes(1)
    for (const at of [start, over, start + day]) {
      expectUnchanged(present(family.grant, garbled(token(family, 0), 'secret'), {}, at), family.grant, 'forged')
    }
  })

  it('changes nothing when the window is 0', () => {
    const family = rotatedTimes(1, withRules({ retryWindow: 0 }))
    const forged = garbled(token(family, 0), 'secret')
    expectUnchanged(present(family.grant, forged, withRules({ retryWindow: 0 })), family.grant, 'forged')
  })

  it('whose digest is gone ends the grant: the family proof says that it was genuine once', () => {
    const family = rotatedTimes(1)
    const next = rotated({ grant: family.grant, token: token(family, 1) }, over, 5)
    const step = present(next.grant, garbled(token(family, 0), 'secret'), {}, over)
    expect(step.grant).toEqual(replayed(next.grant, over))
  })
})

describe('an entry that a clock has written which was ahead by an hour', () => {
  const hour = 3600 * second
  const family = { grant: rotated(redeemed(), start + hour, 1).grant, token: redeemed().token }

  it('proves neither a retry nor a replay: the token is refused, and the grant stays', () => {
    for (const at of [start, start + hour - 5 * second - 1]) {
      expectUnchanged(present(family.grant, family.token, {}, at), family.grant, 'expired')
    }
  })

  it('opens no window of an hour: only the one that the clock was thought to have', () => {
    expect(present(family.grant, family.token, {}, start + hour - 5 * second).answer.ok).toBe(true)
    expect(present(family.grant, family.token, {}, start + hour).answer.ok).toBe(true)
    const { answer } = present(family.grant, family.token, {}, start + hour + 35 * second)
    expect(answer).toEqual({ ok: false, refusal: 'replayed' })
  })

  it('does not make the windows of later steps end an hour late, too', () => {
    let steps = rotated(redeemed(), start + hour, 1)
    const spent = steps.token
    steps = rotated(steps, start + second, 2)
    expect(present(steps.grant, spent, {}, start + 2 * second).answer.ok).toBe(true)
    const { answer } = present(steps.grant, spent, {}, start + second + 35 * second)
    expect(answer).toEqual({ ok: false, refusal: 'replayed' })
  })

  it('makes no token that was garbled anything but forged', () => {
    expectUnchanged(present(family.grant, garbled(family.token, 'secret')), family.grant, 'forged')
  })

  it('leaves the current token as good as any', () => {
    const current = rotated(redeemed(), start + hour, 1)
    expect(present(current.grant, current.token, {}, start).answer.ok).toBe(true)
  })
})

describe('a replay', () => {
  it('begins exactly 5 seconds after the window has ended', () => {
    const family = rotatedTimes(1)
    expect(present(family.grant, token(family, 0), {}, over - 1).answer.ok).toBe(true)
    const step = present(family.grant, token(family, 0), {}, over)
    expect(step.answer).toEqual({ ok: false, refusal: 'replayed' })
    expect(step.grant).toEqual(replayed(family.grant, over))
  })

  it('ends the grant with a token whose entry is gone, however old', () => {
    let family: Family = redeemed()
    const oldest = family.token
    for (let i = 1; i <= 40; i++) family = rotated(family, start + i * day, i)
    const step = present(family.grant, oldest, {}, start + 41 * day)
    expect(step.grant).toEqual(replayed(family.grant, start + 41 * day))
  })

  it('ends the grant also when it asks for a resource that was not granted', () => {
    const family = rotatedTimes(1)
    const choice = { resource: 'https://new.example', scope: undefined, defaultResource: undefined }
    expect(present(family.grant, token(family, 0), { choice }, over).grant.status).toBe('revoked')
  })

  it('takes the current token along', () => {
    const family = rotatedTimes(1)
    const revoked = present(family.grant, token(family, 0), {}, over).grant
    expectUnchanged(refresh(revoked, refreshing(token(family, 1)), over, bytes(16, 1)), revoked, 'revoked')
  })
})

describe('with a window of 0', () => {
  it('a spent token is never retried, not even in the same millisecond', () => {
    const family = rotatedTimes(1, withRules({ retryWindow: 0 }))
    const step = present(family.grant, token(family, 0), withRules({ retryWindow: 0 }), start)
    expect(step.answer).toEqual({ ok: false, refusal: 'replayed' })
    expect(step.grant).toEqual(replayed(family.grant, start))
  })

  it('not even one that was spent while the window was longer', () => {
    const family = rotatedTimes(1)
    const step = present(family.grant, token(family, 0), withRules({ retryWindow: 0 }), start)
    expect(step.grant.status).toBe('revoked')
  })
})

describe('with the secret of the deployment', () => {
  const [older, newer] = [bytes(32, 101), bytes(32, 102)]
  const peppered = (...peppers: Uint8Array[]) => withRules({ peppers })

  it('the successor is another one, for each secret', () => {
    const secrets = [[], [older], [newer]].map((peppers) => token(rotatedTimes(1, withRules({ peppers })), 1).secret)
    expect(new Set(secrets.map((secret) => Buffer.from(secret).toString('hex'))).size).toBe(3)
  })

  it('the newest of the list is the one that counts', () => {
    const ofBoth = token(rotatedTimes(1, peppered(newer, older)), 1)
    expect([...ofBoth.secret]).toEqual([...token(rotatedTimes(1, peppered(newer)), 1).secret])
  })

  it('a retry works when the list was rotated in between', () => {
    const family = rotatedTimes(1, peppered(older))
    const answer = accepted(present(family.grant, token(family, 0), peppered(newer, older)))
    expect(answer.refreshToken).toBe(formatRefreshToken(token(family, 1)))
  })

  it('a retry over several generations works when the list was rotated between two of them', () => {
    const before = rotatedTimes(1, peppered(older))
    const after = rotated({ grant: before.grant, token: token(before, 1) }, start + 1, 8, peppered(newer, older))
    const answer = accepted(present(after.grant, token(before, 0), peppered(newer, older)))
    expect(answer.refreshToken).toBe(formatRefreshToken(after.token))
  })

  it('a retry changes nothing when the secret has left the list: nobody is at fault', () => {
    const family = rotatedTimes(1, peppered(older))
    expectUnchanged(present(family.grant, token(family, 0), peppered(newer)), family.grant, 'expired')
    expect(present(family.grant, token(family, 1), peppered(newer)).answer.ok).toBe(true)
  })

  it('a stolen record and a spent token do not give the successor without it', () => {
    const family = rotatedTimes(1, peppered(older))
    const answer = present(family.grant, token(family, 0), peppered()).answer
    expect(answer.ok).toBe(false)
  })
})

describe('clocks that differ', () => {
  it('an instance that is behind retries what another one has just spent', () => {
    const family = rotated(redeemed(), start + 4 * second, 3)
    const answer = accepted(present(family.grant, redeemed().token, {}, start))
    expect(answer.refreshToken).toBe(formatRefreshToken(family.token))
  })

  it('time never runs backwards: a later touch of the grant closes the window for a clock that is behind', () => {
    const family = rotatedTimes(1)
    const touched = frozen({ ...family.grant, touchedAt: over })
    const behind = over - 5 * second
    expect(present(touched, token(family, 0), {}, behind).grant).toEqual(replayed(family.grant, over))
    // Further ahead than clocks differ, it was the other clock that was wrong.
    expect(present(touched, token(family, 0), {}, behind - 1).answer.ok).toBe(true)
  })
})
