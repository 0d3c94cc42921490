/**
 * Two or three clients at once, in every order in which their commands can reach the store. Without failures the outcome must be one
 * that some order without interruption has, too; with lost answers anywhere the invariants must hold.
 */
import { describe, expect, it } from 'vitest'
import { Unavailable } from '../../src/edge/errors.js'
import { isCurrent, type RefreshRules, refresh } from '../../src/grant/refresh.js'
import { isAccessLive, revokeAccessToken, revokeByRefreshToken, revokeGrant } from '../../src/grant/revoke.js'
import type { Grant } from '../../src/grant/state.js'
import type { Step } from '../../src/grant/step.js'
import { formatRefreshToken } from '../../src/protocol/token-string.js'
import { advance } from '../../src/storage/advance.js'
import type { Storage } from '../../src/storage/contract.js'
import { presentation } from '../../src/token/authorization-code.js'
import {
  app,
  approved,
  bytes,
  code,
  day,
  parsed,
  redeemed,
  redeeming,
  refreshing,
  rotated,
  rules,
  second,
  start,
  wrongVerifier,
} from '../grant/fixtures.js'
import { grantsIn } from '../storage/grants-in.js'
import { type Act, everySchedule, everySequence, type Results } from './schedule.js'

const now = start + second
const family = redeemed()
const once = rotated(family, start, 90)
const noWindow = { ...rules, retryWindow: 0 }

/** `redeems`: how many of the clients begin with the same code. Of those that cross, it is as if the later ones had never come. */
const scenarios: { name: string; grant: Grant; clients: Act[][]; redeems?: readonly number[] }[] = [
  { name: 'two redemptions of one code', grant: approved(), clients: [[redeem(1)], [redeem(2)]], redeems: [0, 1] },
  {
    name: 'three redemptions of one code',
    grant: approved(),
    clients: [[redeem(1)], [redeem(2)], [redeem(3)]],
    redeems: [0, 1, 2],
  },
  {
    name: 'a redemption, a guess and a revocation by the user',
    grant: approved(),
    clients: [[redeem(1)], [redeem(2, { verifier: wrongVerifier })], [endByUser()]],
  },
  {
    name: 'a redemption that goes on to refresh, and a replay of its code',
    grant: approved(),
    clients: [[redeem(1), refreshHeld(2)], [redeem(3)]],
    redeems: [0, 1],
  },
  {
    name: 'two refreshes with one token',
    grant: family.grant,
    clients: [[refreshFirst(1)], [refreshFirst(2)]],
  },
  {
    name: 'three refreshes with one token',
    grant: family.grant,
    clients: [[refreshFirst(1)], [refreshFirst(2)], [refreshFirst(3)]],
  },
  {
    name: 'two tabs that each refresh twice',
    grant: family.grant,
    clients: [
      [refreshFirst(1), refreshHeld(2)],
      [refreshFirst(3), refreshHeld(4)],
    ],
  },
  {
    name: 'two refreshes with one token, without a retry window',
    grant: family.grant,
    clients: [[refreshFirst(1, noWindow)], [refreshFirst(2, noWindow)]],
  },
  {
    name: 'a refresh, a revocation of the refresh token and a retry',
    grant: family.grant,
    clients: [[refreshFirst(1)], [endByToken()], [refreshFirst(2)]],
  },
  {
    name: 'a replay of a spent token while the current one is refreshed',
    grant: once.grant,
    clients: [[refreshFirst(1, noWindow)], [refreshCurrent(2)]],
  },
  {
    name: 'revocations of two access tokens and a refresh',
    grant: family.grant,
    clients: [[endAccess('a')], [endAccess('b')], [refreshFirst(1)]],
  },
]

describe.each(scenarios)('$name', ({ grant, clients, redeems = [] }) => {
  const prepare = async (storage: Storage) => {
    expect(await grantsIn(storage).insert(grant)).not.toBeNull()
  }

  it('ends in every order as it could have ended without interruption', async () => {
    const possible = new Set<string>()
    for (const crossing of properSubsets(redeems)) {
      const acts = clients.map((own, i) => (crossing.includes(i) ? [crossed, ...own.slice(1)] : own))
      await everySequence(acts, prepare, async (results, storage) => {
        possible.add(await outcome(results, storage))
      })
    }
    let crossings = 0
    const schedules = await everySchedule(clients, prepare, 0, async (results, storage) => {
      expect(possible).toContain(await outcome(results, storage))
      crossings += results.flat().filter((result) => result === 'crossed').length
    })
    expect(schedules).toBeGreaterThan(3)
    expect(crossings > 0).toBe(redeems.length > 0)
  })

  it('forks nothing and burns nothing when answers of the store are lost', async () => {
    let lost = 0
    await everySchedule(clients, prepare, clients.length === 2 ? 2 : 1, async (results, storage, failed) => {
      lost += failed
      await expectInvariants(results, storage, failed)
    })
    expect(lost).toBeGreaterThan(5)
  })
})

/** Never all: one of those that cross is the first. */
function properSubsets(all: readonly number[]): number[][] {
  const subsets: number[][] = [[]]
  for (const one of all) subsets.push(...subsets.map((subset) => [...subset, one]))
  return all.length === 0 ? subsets : subsets.slice(0, -1)
}

const crossed: Act = async () => 'crossed'

async function outcome(results: Results, storage: Storage): Promise<string> {
  return JSON.stringify([results, await stored(storage)])
}

async function expectInvariants(results: Results, storage: Storage, failed: number): Promise<void> {
  const all = results.flat()
  const grant = await stored(storage)
  expect(all.filter((result) => result === 'unavailable').length).toBeLessThanOrEqual(failed)
  expect(all.filter((result) => result.startsWith('redeemed')).length).toBeLessThanOrEqual(1)

  const tokens = [
    ...new Set(all.filter((result) => result.includes(' gwrt_')).map((result) => result.split(' ')[1] ?? '')),
  ]
  const generations = tokens.map((text) => parsed(text).generation)
  expect(new Set(generations).size).toBe(generations.length)
  if (grant.status === 'active' && tokens.length > 0) {
    const newest = tokens.find((text) => parsed(text).generation === Math.max(...generations)) ?? ''
    expect(isCurrent(grant, parsed(newest), now)).toBe(true)
  }

  for (const result of all) {
    if (result === 'ended' || result === 'replayed') expect(grant.status).toBe('revoked')
    const [what, tokenId] = result.split(' ')
    if (what === 'revoked-access' && tokenId) expect(isAccessLive(grant, accessToken(tokenId), now)).toBe(false)
  }
}

function redeem(seed: number, changes: Parameters<typeof redeeming>[0] = {}): Act {
  return act(
    () => {
      const present = presentation(redeeming(changes))
      return (grant) => present(grant, now, bytes(48, seed))
    },
    (answer) => `redeemed ${answer.refreshToken}`,
  )
}

function refreshFirst(seed: number, withRules: RefreshRules = rules): Act {
  return refreshWith(() => formatRefreshToken(family.token), seed, withRules)
}

function refreshCurrent(seed: number): Act {
  return refreshWith(() => formatRefreshToken(once.token), seed, rules)
}

function refreshHeld(seed: number): Act {
  return refreshWith((held) => held, seed, rules)
}

function refreshWith(choose: (held: string | null) => string | null, seed: number, withRules: RefreshRules): Act {
  return act(
    (held) => {
      const text = choose(held)
      if (!text) return null
      const input = refreshing(parsed(text), { rules: withRules })
      return (grant) => refresh(grant, input, now, bytes(16, seed))
    },
    (answer) => `refreshed ${answer.refreshToken}`,
  )
}

function endByUser(): Act {
  return act(
    () => (grant) => revokeGrant(grant, 'user_request', now),
    () => 'ended',
  )
}

function endByToken(): Act {
  return act(
    () => (grant) => revokeByRefreshToken(grant, app, family.token, now),
    () => 'ended',
  )
}

function endAccess(tokenId: string): Act {
  return act(
    () => (grant) => revokeAccessToken(grant, app, accessToken(tokenId), now),
    () => `revoked-access ${tokenId}`,
  )
}

function accessToken(tokenId: string) {
  return { ...app, tokenId, issuedAt: start, expiresAt: start + day }
}

/** An act that takes one step; it is skipped when the client has nothing to present. */
function act<Answer extends { readonly ok: true }>(
  decision: (held: string | null) => ((grant: Grant) => Step<Answer>) | null,
  describeAnswer: (answer: Answer) => string,
): Act {
  return async (storage, memory) => {
    const decide = decision(memory.token)
    if (!decide) return 'nothing to present'
    try {
      const done = await advance(grantsIn(storage), code.grantId, decide, () => null)
      const result = done.ok ? describeAnswer(done.answer) : done.refusal
      if (result.includes(' gwrt_')) memory.token = result.split(' ')[1] ?? null
      return result
    } catch (error) {
      if (error instanceof Unavailable) return 'unavailable'
      throw error
    }
  }
}

async function stored(storage: Storage): Promise<Grant> {
  const found = await grantsIn(storage).get(code.grantId)
  if (!found) throw new Error('the grant is gone')
  return found.value
}
