/** The invariants of the grant machine, each over random lives of a grant. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isCurrent, refresh } from '../../src/grant/refresh.js'
import { isAccessLive, revokeByRefreshToken } from '../../src/grant/revoke.js'
import type { Grant } from '../../src/grant/state.js'
import { CLOCK_SKEW } from '../../src/protocol/clock-skew.js'
import { secretHash } from '../../src/protocol/token-string.js'
import { api, app, bytes, callback, code, garbled, mail, parsed, second, verifier, wrongVerifier } from './fixtures.js'
import { type Happened, honestRefresh, type Setting, walks } from './walk.js'

const granted: Record<string, readonly string[]> = { [api]: ['read', 'write'], [mail]: ['send'] }
const ends = (grant: Grant): number => ('endsAt' in grant ? grant.endsAt : Number.NEGATIVE_INFINITY)

/** Asserts something about every move of every walk. */
function always(claim: (happened: Happened, setting: Setting) => void): void {
  fc.assert(
    fc.property(walks, ({ setting, happened }) => {
      for (const one of happened) claim(one, setting)
    }),
    { numRuns: 200 },
  )
}

/** The moves of one kind, with what they asked for. */
const refreshes = ({ move }: Happened) => (move.type === 'refresh' ? move.input : null)
const redemptions = ({ move }: Happened) => (move.type === 'redeem' ? move.input : null)
const isOwn = (by: typeof app) => by.issuer === app.issuer && by.clientId === app.clientId
const issues = ({ move, answer }: Happened) => answer.ok && (move.type === 'redeem' || move.type === 'refresh')
const unchanged = ({ before, after }: Happened) => expect(after).toBe(before)

/** Whether the verifier is the one that the code is bound to, or rightly none. */
const isProven = (
  input: { verifier: string | undefined; redirectUri: string | undefined; mayOmitPkce: boolean },
  { pkce }: Setting,
) =>
  pkce
    ? input.verifier === verifier && (input.redirectUri ?? callback) === callback
    : input.verifier === undefined && input.redirectUri === callback && input.mayOmitPkce

it('the walks reach what the invariants talk about', () => {
  const all = fc.sample(walks, { numRuns: 500, seed: 1 }).flatMap(({ happened }) => happened)
  const refusals = new Set(all.map(({ answer }) => (answer.ok ? 'accepted' : answer.refusal)))
  expect([...refusals].sort()).toEqual([
    'accepted',
    'client_mismatch',
    'exemption_ended',
    'expired',
    'forged',
    'invalid_scope',
    'invalid_target',
    'issuer_mismatch',
    'key_mismatch',
    'redirect_uri_mismatch',
    'redirect_uri_missing',
    'replayed',
    'revoked',
    'verifier_malformed',
    'verifier_mismatch',
    'verifier_missing',
    'verifier_unexpected',
  ])
  expect(all.filter(({ answer }) => answer.ok && answer.retried).length).toBeGreaterThan(100)
  expect(all.filter(({ after }) => after.status === 'active' && after.accessNotBefore > 0).length).toBeGreaterThan(10)
  const reasons = new Set(all.map(({ after }) => (after.status === 'revoked' ? after.because : 'live')))
  expect(reasons).toEqual(new Set(['live', 'replay', 'client_request', 'user_request', 'wrong_verifiers']))
})

describe('a code', () => {
  it('yields tokens at most once', () => {
    fc.assert(
      fc.property(walks, ({ happened }) => {
        const successes = happened.filter((one) => redemptions(one) && one.answer.ok)
        expect(successes.length).toBeLessThanOrEqual(1)
      }),
      { numRuns: 200 },
    )
  })

  it('yields tokens only for the client, redirect URI, verifier and resources that it was bound to, in its time', () => {
    always((one, setting) => {
      const input = redemptions(one)
      if (!input || !one.answer.ok) return
      expect(one.before.status).toBe('code_issued')
      expect(isOwn(input.by) && isProven(input, setting)).toBe(true)
      expect([...input.code.secret]).toEqual([...code.secret])
      expect(one.before.status === 'code_issued' && one.now < one.before.code.expiresAt).toBe(true)
    })
  })

  it('that is spent ends the grant exactly when its own client presents it with what it was bound to', () => {
    always((one, setting) => {
      const input = redemptions(one)
      if (!input || one.before.status !== 'active') return
      expect(one.answer.ok).toBe(false)
      const isGenuine = secretHash('code', input.code.secret) === one.before.code.hash
      if (isGenuine && isOwn(input.by) && isProven(input, setting)) {
        expect(one.after).toMatchObject({ status: 'revoked', because: 'replay' })
      } else unchanged(one)
    })
  })

  it('that is refused stays as it was, except that wrong verifiers for a genuine one are counted up to five', () => {
    always((one) => {
      const input = redemptions(one)
      if (!input || one.before.status !== 'code_issued' || one.answer.ok) return
      if (one.answer.refusal !== 'verifier_mismatch') return unchanged(one)
      expect(input.verifier === wrongVerifier || input.verifier === verifier).toBe(true)
      const count = one.before.code.wrongVerifiers + 1
      if (count < 5) expect(one.after).toMatchObject({ status: 'code_issued', code: { wrongVerifiers: count } })
      else expect(one.after).toMatchObject({ status: 'revoked', because: 'wrong_verifiers' })
    })
  })
})

describe('a refresh family', () => {
  it('has at most one current token, the newest that was handed out', () => {
    always(({ after, issued, now }) => {
      if (after.status !== 'active') return
      const current = issued.filter((text) => isCurrent(after, parsed(text), now))
      expect(current).toEqual(current.length === 0 ? [] : issued.slice(-1))
    })
  })

  it('never forks: whoever is answered holds the current token, and there is one token per generation', () => {
    always((one) => {
      if (!issues(one) || !one.answer.ok || !one.answer.refreshToken) return
      expect(one.answer.refreshToken).toBe(one.issued.at(-1))
      expect(one.issued.map((text) => parsed(text).generation)).toEqual(one.issued.map((_, i) => i))
    })
  })

  it('changes nothing for a token without a true family proof', () => {
    always((one) => {
      if (one.move.type === 'refresh' || one.move.type === 'revoke_refresh') {
        if (one.move.token.fault !== 'family' && one.move.token.fault !== 'ahead') return
        if (one.before.status !== 'revoked') expect(one.answer.ok).toBe(false)
        unchanged(one)
      }
    })
  })

  it('changes nothing for a token whose generation’s digest is still held and differs, inside the window and after it', () => {
    always(({ after, issued, now }, setting) => {
      if (after.status !== 'active' || !after.refresh) return
      for (const generation of [after.refresh.generation, ...after.refresh.retries.map((entry) => entry.generation)]) {
        const forged = garbled(parsed(issued[generation] ?? null), 'secret')
        for (const at of [now, now + 60 * second]) {
          expect(refresh(after, honestRefresh(forged, setting), at, bytes(16, 240)).grant).toBe(after)
        }
        expect(revokeByRefreshToken(after, app, forged, now).grant).toBe(after)
      }
    })
  })

  it('always ends for a genuine but spent token of its own client outside the retry window', () => {
    always((one, { jkt, retryWindow }) => {
      const input = refreshes(one)
      const generation = one.token?.generation ?? 0
      if (!input || !one.genuine || !isOwn(input.by) || input.jkt !== jkt || one.before.status !== 'active') return
      const { refresh: family, endsAt } = one.before
      if (!family || generation >= family.generation || one.now >= Math.min(family.idleUntil, endsAt)) return
      const until = (one.spentAt[generation] ?? 0) + retryWindow + CLOCK_SKEW
      if (retryWindow === 0 || one.now >= until) {
        expect(one.answer).toEqual({ ok: false, refusal: 'replayed' })
        expect(one.after).toMatchObject({ status: 'revoked', because: 'replay' })
      }
    })
  })

  it('does not end for one of the last 16 spent tokens inside the window: that is a retry, which writes nothing', () => {
    always((one, { jkt, retryWindow }) => {
      const input = refreshes(one)
      const generation = one.token?.generation ?? 0
      if (!input || !one.genuine || !isOwn(input.by) || input.jkt !== jkt || one.before.status !== 'active') return
      const { refresh: family } = one.before
      if (!family || generation >= family.generation || generation < family.generation - 16 || retryWindow === 0) return
      if (one.now < (one.spentAt[generation] ?? 0) + retryWindow + CLOCK_SKEW) unchanged(one)
    })
  })

  it('refuses everybody without its key, and nothing changes', () => {
    always((one, { jkt }) => {
      if (jkt === null || !refreshes(one) || refreshes(one)?.jkt === jkt) return
      expect(one.answer.ok).toBe(false)
      unchanged(one)
    })
  })

  it('keeps at most 16 retry entries and 10 spans without one', () => {
    always(({ after }) => {
      if (after.status !== 'active') return
      expect(after.refresh?.retries.length ?? 0).toBeLessThanOrEqual(16)
      expect(after.refresh?.crowdedOut?.length ?? 0).toBeLessThanOrEqual(10)
    })
  })
})

describe('scope and resource', () => {
  it('of what is issued lie within what was granted', () => {
    always(({ answer }) => {
      if (!answer.ok || !answer.scope || !answer.resource) return
      const { scope, resource } = answer
      expect(Object.keys(granted)).toContain(resource)
      for (const name of scope) expect(granted[resource]).toContain(name)
      expect(scope.length).toBeGreaterThan(0)
    })
  })

  it('of a grant never change, and neither do its other terms', () => {
    always(({ before, after }) => {
      if (after.status === 'revoked' || before.status === 'revoked') return
      const terms = ({ id, issuer, clientId, subject, access, login, createdAt, endsAt }: typeof before) => {
        return { id, issuer, clientId, subject, access, login, createdAt, endsAt }
      }
      expect(terms(after)).toEqual(terms(before))
    })
  })
})

describe('nothing is issued', () => {
  it('from a revoked grant', () => {
    always((one) => {
      if (one.before.status === 'revoked') expect(issues(one)).toBe(false)
    })
  })

  it('from an expired grant or an expired family', () => {
    always((one) => {
      if (!issues(one)) return
      expect(one.now).toBeLessThan(ends(one.before))
      const family = one.before.status === 'active' && one.before.refresh
      if (family) expect(one.now).toBeLessThan(family.idleUntil)
    })
  })

  it('to an honest client from the very end of the grant on', () => {
    always(({ after, issued }, setting) => {
      const newest = issued.at(-1)
      if (after.status !== 'active' || newest === undefined) return
      expect(refresh(after, honestRefresh(parsed(newest), setting), after.endsAt, bytes(16, 240)).answer).toEqual({
        ok: false,
        refusal: 'expired',
      })
    })
  })

  it('to another client or under another issuer, and nothing changes', () => {
    always((one) => {
      const by = 'input' in one.move ? one.move.input.by : 'by' in one.move ? one.move.by : app
      if (isOwn(by)) return
      expect(one.answer.ok).toBe(false)
      unchanged(one)
    })
  })
})

it('revoked is final', () => {
  always((one) => {
    if (one.before.status === 'revoked') unchanged(one)
  })
})

it('an access token that was revoked is never live again, whatever else is revoked or refreshed', () => {
  always(({ after, now, access, revokedAccess }) => {
    const live = access.filter((token) => isAccessLive(after, { ...app, ...token }, now))
    expect(live.filter((token) => revokedAccess.includes(token))).toEqual([])
  })
})

it('time never runs backwards for a grant', () => {
  always(({ before, after, now }) => {
    expect(after.touchedAt).toBeGreaterThanOrEqual(before.touchedAt)
    expect(after.touchedAt).toBeLessThanOrEqual(now)
  })
})

it('a record holds no secret, fits into 8 KB, and loses nothing when it is stored as JSON', () => {
  always(({ after, issued }) => {
    const document = JSON.stringify(after)
    for (const text of issued) {
      const { secret, family } = parsed(text)
      expect(document).not.toContain(Buffer.from(secret).toString('base64url'))
      expect(document).not.toContain(Buffer.from(family).toString('base64url'))
    }
    expect(document.length).toBeLessThan(8192)
    expect(JSON.parse(document)).toEqual(after)
  })
})

it('an honest client that holds the current token of a live grant gets in', () => {
  always((one, setting) => {
    const newest = one.issued.at(-1)
    if (one.after.status !== 'active' || newest === undefined) return
    const family = one.after.refresh
    if (!family || one.now >= Math.min(family.idleUntil, one.after.endsAt)) return
    expect(refresh(one.after, honestRefresh(parsed(newest), setting), one.now, bytes(16, 240)).answer.ok).toBe(true)
  })
})
