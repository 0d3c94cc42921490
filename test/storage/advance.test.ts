import { describe, expect, it } from 'vitest'
import { Unavailable } from '../../src/edge/errors.js'
import { redeemCode } from '../../src/grant/redeem-code.js'
import { isCurrent, type RefreshRules, refresh } from '../../src/grant/refresh.js'
import { revokeGrant } from '../../src/grant/revoke.js'
import type { Grant } from '../../src/grant/state.js'
import { formatRefreshToken, type RefreshToken } from '../../src/protocol/token-string.js'
import { advance } from '../../src/storage/advance.js'
import type { Storage } from '../../src/storage/contract.js'
import { memoryStorage } from '../../src/storage/memory.js'
import { unsentAnswers } from '../../src/storage/unsent-answers.js'
import {
  api,
  approved,
  bytes,
  code,
  type Family,
  mail,
  parsed,
  redeemed,
  redeeming,
  refreshing,
  rotated,
  rules,
  second,
  start,
} from '../grant/fixtures.js'
import { grantsIn, storedGrant } from './grants-in.js'

const now = start + second
const noWindow = { ...rules, retryWindow: 0 }
const nothing = () => null

const redeem = (seed: number) => (grant: Grant) => redeemCode(grant, redeeming(), now, bytes(48, seed))
const refreshOf =
  ({ token }: Pick<Family, 'token'>, seed: number, withRules: RefreshRules = rules, resource = api) =>
  (grant: Grant) => {
    const choice = { resource, scope: undefined, defaultResource: undefined }
    return refresh(grant, refreshing(token, { rules: withRules, choice }), now, bytes(16, seed))
  }

interface Watched extends Storage {
  /** The same records, unwatched. */
  readonly inner: Storage
  readonly calls: string[]
  /** Called before each `get` and `replace` takes effect, and after each `replace` did. May throw. */
  before: (verb: string) => void | Promise<void>
  after: () => void | Promise<void>
}

/** A storage that holds one grant and tells what it is asked. */
async function storageWith(grant: Grant): Promise<Watched> {
  const inner = memoryStorage()
  await grantsIn(inner).insert(grant)
  const watched: Watched = {
    ...inner,
    inner,
    calls: [],
    before: () => {},
    after: () => {},
    async get(kind, id) {
      watched.calls.push('get')
      await watched.before('get')
      return inner.get(kind, id)
    },
    async replace(kind, record, expected) {
      watched.calls.push('replace')
      await watched.before('replace')
      const answer = await inner.replace(kind, record, expected)
      await watched.after()
      return answer
    },
  }
  return watched
}

/** Somebody else's step, in between. */
async function meddle({ inner }: Watched, change = (grant: Grant): Grant => grant): Promise<void> {
  const grants = grantsIn(inner)
  const found = await grants.get(code.grantId)
  if (found) await grants.replace(change(found.value), found.version)
}

/** Does something at the first swap only. */
const atFirstSwap = (act: () => void | Promise<void>) => {
  let done = false
  return async (verb: string) => {
    if (verb !== 'replace' || done) return
    done = true
    await act()
  }
}
const stored = ({ inner }: Watched) => storedGrant(inner, code.grantId)
const broken = () => {
  throw new Error('the connection broke')
}
const advanceOn = <Answer extends { readonly ok: true }>(
  storage: Storage,
  decide: Parameters<typeof advance<Answer, null>>[2],
) => advance(grantsIn(storage), code.grantId, decide, nothing)

describe('one step', () => {
  it('that changes the grant costs one get and one swap, and is stored before it is answered', async () => {
    const storage = await storageWith(approved())
    const done = await advanceOn(storage, redeem(1))
    expect(storage.calls).toEqual(['get', 'replace'])
    expect(done).toMatchObject({ ok: true, moved: true })
    expect(await stored(storage)).toEqual(done.grant)
  })

  it('that changes nothing costs one get and no swap', async () => {
    const first = redeemed()
    const storage = await storageWith(rotated(first, start, 1).grant)
    const done = await advanceOn(storage, refreshOf(first, 2))
    expect(done).toMatchObject({ ok: true, moved: false, answer: { retried: true } })
    expect(storage.calls).toEqual(['get'])
  })

  it('that is refused and changes nothing costs one get and no swap', async () => {
    const storage = await storageWith(approved())
    const done = await advanceOn(storage, (grant) =>
      redeemCode(grant, redeeming({ verifier: undefined }), now, bytes(48, 1)),
    )
    expect(done).toEqual({ ok: false, refusal: 'verifier_missing', grant: approved(), moved: false })
    expect(storage.calls).toEqual(['get'])
  })

  it('that is refused and ends the grant is stored, and says so', async () => {
    const storage = await storageWith(redeemed().grant)
    const done = await advanceOn(storage, redeem(1))
    expect(done).toMatchObject({ ok: false, refusal: 'replayed', moved: true, grant: { status: 'revoked' } })
    expect(await stored(storage)).toEqual(done.grant)
  })

  it('on a grant that does not exist is refused like a forgery, and decides nothing', async () => {
    const decide = () => {
      throw new Error('there is nothing to decide on')
    }
    const done = await advance(grantsIn(memoryStorage()), code.grantId, decide, decide)
    expect(done).toEqual({ ok: false, refusal: 'forged', grant: null, moved: false })
  })
})

describe('what must be prepared', () => {
  it('is prepared before the swap, and handed out', async () => {
    const storage = await storageWith(approved())
    const done = await advance(grantsIn(storage), code.grantId, redeem(1), async ({ resource }) => {
      storage.calls.push('sign')
      return `token for ${resource}`
    })
    expect(storage.calls).toEqual(['get', 'sign', 'replace'])
    expect(done).toMatchObject({ ok: true, prepared: `token for ${api}` })
  })

  it('is not prepared for a refusal', async () => {
    const storage = await storageWith(redeemed().grant)
    await advance(grantsIn(storage), code.grantId, redeem(1), () => storage.calls.push('sign'))
    expect(storage.calls).toEqual(['get', 'replace'])
  })

  it('burns nothing when it fails: the code can be redeemed again', async () => {
    const storage = await storageWith(approved())
    const failing = advance(grantsIn(storage), code.grantId, redeem(1), () => Promise.reject(new Error('no key')))
    await expect(failing).rejects.toThrow('no key')
    expect(await stored(storage)).toEqual(approved())
    expect((await advanceOn(storage, redeem(2))).ok).toBe(true)
  })

  it('is prepared again after a lost swap, for what is decided then', async () => {
    const storage = await storageWith(redeemed().grant)
    storage.before = atFirstSwap(() => meddle(storage))
    const prepared: number[] = []
    await advance(grantsIn(storage), code.grantId, refreshOf(redeemed(), 1), ({ presented }) =>
      prepared.push(presented),
    )
    expect(prepared).toEqual([0, 0])
  })
})

describe('a lost swap', () => {
  it('steps again on what won: a refresh that lost to a refresh is a retry', async () => {
    const first = redeemed()
    const winner = rotated(first, now, 1)
    const storage = await storageWith(first.grant)
    storage.before = atFirstSwap(() => meddle(storage, () => winner.grant))
    const done = await advanceOn(storage, refreshOf(first, 2))
    expect(done).toMatchObject({
      ok: true,
      moved: false,
      answer: { retried: true, refreshToken: formatRefreshToken(winner.token) },
    })
    expect(storage.calls).toEqual(['get', 'replace', 'get'])
  })

  it('gives nothing to whoever lost against a revocation', async () => {
    const first = redeemed()
    const storage = await storageWith(first.grant)
    storage.before = atFirstSwap(() => meddle(storage, (grant) => revokeGrant(grant, 'user_request', now).grant))
    const done = await advanceOn(storage, refreshOf(first, 2))
    expect(done).toMatchObject({ ok: false, refusal: 'revoked', moved: false })
  })

  it('may happen three times', async () => {
    const storage = await storageWith(approved())
    let times = 0
    storage.before = async (verb) => {
      if (verb === 'replace' && ++times <= 3) await meddle(storage)
    }
    expect(await advanceOn(storage, redeem(1))).toMatchObject({ ok: true, moved: true })
  })

  it('for the fourth time is Unavailable, never a refusal, and nothing was changed', async () => {
    const storage = await storageWith(approved())
    storage.before = async (verb) => {
      if (verb === 'replace') await meddle(storage)
    }
    await expect(advanceOn(storage, redeem(1))).rejects.toBeInstanceOf(Unavailable)
    expect(storage.calls).toEqual(Array(4).fill(['get', 'replace']).flat())
    expect(await stored(storage)).toEqual(approved())
  })
})

describe('a store that fails', () => {
  it('at the read is Unavailable', async () => {
    const storage = await storageWith(approved())
    storage.before = broken
    await expect(advanceOn(storage, redeem(1))).rejects.toBeInstanceOf(Unavailable)
    expect(storage.calls).toEqual(['get'])
  })

  it('before the swap took effect is Unavailable, and nothing is burned', async () => {
    const storage = await storageWith(approved())
    storage.before = atFirstSwap(broken)
    await expect(advanceOn(storage, redeem(1))).rejects.toBeInstanceOf(Unavailable)
    expect(storage.calls).toEqual(['get', 'replace', 'get'])
    expect(await stored(storage)).toEqual(approved())
    expect((await advanceOn(storage, redeem(2))).ok).toBe(true)
  })

  it('after the swap took effect is noticed: the step is committed and goes on', async () => {
    const storage = await storageWith(approved())
    storage.after = broken
    const done = await advanceOn(storage, redeem(1))
    expect(done).toMatchObject({ ok: true, moved: true })
    expect(storage.calls).toEqual(['get', 'replace', 'get'])
    expect(await stored(storage)).toEqual(done.grant)
  })

  it('at the swap while another wrote steps again on what is there', async () => {
    const first = redeemed()
    const winner = rotated(first, now, 1)
    const storage = await storageWith(first.grant)
    storage.before = atFirstSwap(async () => {
      await meddle(storage, () => winner.grant)
      broken()
    })
    const done = await advanceOn(storage, refreshOf(first, 2))
    expect(done).toMatchObject({ ok: true, moved: false, answer: { retried: true } })
    expect(await stored(storage)).toEqual(winner.grant)
  })

  it('after the swap, which another then wrote over, steps again and stays one family', async () => {
    const first = redeemed()
    const storage = await storageWith(first.grant)
    storage.after = async () => {
      storage.after = () => {}
      await meddle(storage)
      broken()
    }
    const done = await advanceOn(storage, refreshOf(first, 2))
    expect(done).toMatchObject({ ok: true, moved: false, answer: { retried: true } })
    const text = done.ok ? done.answer.refreshToken : null
    const grant = await stored(storage)
    expect(grant.status === 'active' && isCurrent(grant, parsed(text), now)).toBe(true)
  })

  it('at the swap and at the read after it is Unavailable; a retry gets the successor that nobody received', async () => {
    const first = redeemed()
    const storage = await storageWith(first.grant)
    storage.after = () => {
      storage.before = broken
      broken()
    }
    await expect(advanceOn(storage, refreshOf(first, 1))).rejects.toBeInstanceOf(Unavailable)
    storage.before = () => {}
    expect(await advanceOn(storage, refreshOf(first, 2))).toMatchObject({
      ok: true,
      answer: { retried: true, refreshToken: formatRefreshToken(rotated(first, now, 1).token) },
    })
  })

  it('only in its answer, which comes when the request has been answered already: it is kept for who asks again', async () => {
    const storage = await storageWith(approved())
    let overdue = false
    const sender = { unsent: unsentAnswers(() => now), fingerprint: () => 'same', isOverdue: () => overdue }
    const step = (by: typeof sender) => advance(grantsIn(storage), code.grantId, redeem(1), nothing, by)
    storage.after = () => {
      overdue = true
    }
    await expect(step(sender)).rejects.toBeInstanceOf(Unavailable)
    expect(await stored(storage)).toMatchObject({ status: 'active' })
    overdue = false
    const calls = storage.calls.length
    const outcome = await step(sender)
    expect(outcome).toMatchObject({ ok: true, moved: true, grant: await stored(storage) })
    expect(storage.calls.slice(calls)).toEqual(['get'])
  })

  it('gives a kept answer to nobody whose request has been answered already', async () => {
    const storage = await storageWith(approved())
    const sender = { unsent: unsentAnswers(() => now), fingerprint: () => 'same', isOverdue: () => false }
    const step = (by: typeof sender) => advance(grantsIn(storage), code.grantId, redeem(1), nothing, by)
    storage.after = broken
    // The record cannot be read again.
    storage.before = (verb) => (verb === 'get' && storage.calls.includes('replace') ? broken() : undefined)
    await expect(step(sender)).rejects.toBeInstanceOf(Unavailable)
    storage.before = () => {}
    await expect(step({ ...sender, isOverdue: () => true })).rejects.toThrow('too late')
    expect(await step(sender)).toMatchObject({ ok: true, moved: true })
  })

  it('writes nothing for a request that has been answered already', async () => {
    const storage = await storageWith(approved())
    const sender = { unsent: unsentAnswers(() => now), fingerprint: () => 'same', isOverdue: () => true }
    await expect(advance(grantsIn(storage), code.grantId, redeem(1), nothing, sender)).rejects.toThrow('too late')
    expect(storage.calls).toEqual(['get'])
    expect(await stored(storage)).toEqual(approved())
  })

  it('at the swap, and has lost the grant, is Unavailable', async () => {
    const storage = await storageWith(approved())
    storage.before = atFirstSwap(async () => {
      await storage.inner.remove('grant', code.grantId)
      broken()
    })
    await expect(advanceOn(storage, redeem(1))).rejects.toBeInstanceOf(Unavailable)
  })
})

describe('200 at once', () => {
  const all = Array.from({ length: 200 }, (_, i) => i)

  it('redeem one code: exactly one gets tokens, and the grant ends', async () => {
    const storage = await storageWith(approved())
    const outcomes = await Promise.all(all.map((i) => advanceOn(storage, redeem(i))))
    expect(outcomes.filter(({ ok }) => ok)).toHaveLength(1)
    const refusals = outcomes.flatMap((done) => (done.ok ? [] : [done.refusal]))
    expect(refusals.filter((refusal) => refusal === 'replayed')).not.toHaveLength(0)
    expect(new Set(refusals)).toEqual(new Set(['replayed', 'revoked']))
    expect(await stored(storage)).toMatchObject({ status: 'revoked', because: 'replay' })
    expect(outcomes.filter(({ moved }) => moved)).toHaveLength(2)
  })

  it('refresh with one token: everybody gets the same successor, and there is one family', async () => {
    const first = redeemed()
    const storage = await storageWith(first.grant)
    const outcomes = await Promise.all(all.map((i) => advanceOn(storage, refreshOf(first, i))))
    const tokens = new Set(outcomes.map((done) => (done.ok ? done.answer.refreshToken : done.refusal)))
    expect(tokens.size).toBe(1)
    expect(outcomes.filter(({ moved }) => moved)).toHaveLength(1)
    const grant = await stored(storage)
    expect(grant).toMatchObject({ status: 'active', refresh: { generation: 1 } })
    expect(grant.status === 'active' && isCurrent(grant, parsed([...tokens][0] ?? null), now)).toBe(true)
  })

  it('refresh with one token without a retry window: at most one gets in, and the grant ends', async () => {
    const first = redeemed()
    const storage = await storageWith(first.grant)
    const outcomes = await Promise.all(all.map((i) => advanceOn(storage, refreshOf(first, i, noWindow))))
    expect(outcomes.filter(({ ok }) => ok)).toHaveLength(1)
    expect(await stored(storage)).toMatchObject({ status: 'revoked', because: 'replay' })
  })
})

it('two tabs that interleave refreshes for two resources both stay logged in', async () => {
  const first = redeemed()
  const storage = await storageWith(first.grant)
  const held: Record<string, RefreshToken> = { [api]: first.token, [mail]: first.token }
  for (let seed = 0; seed < 20; seed += 2) {
    const outcomes = await Promise.all(
      [api, mail].map((resource, i) =>
        advanceOn(storage, refreshOf({ token: held[resource] ?? first.token }, seed + i, rules, resource)),
      ),
    )
    for (const done of outcomes) {
      if (!done.ok) throw new Error(done.refusal)
      held[done.answer.resource] = parsed(done.answer.refreshToken)
    }
    expect(formatRefreshToken(held[api] ?? first.token)).toBe(formatRefreshToken(held[mail] ?? first.token))
  }
  expect(await stored(storage)).toMatchObject({ status: 'active', refresh: { generation: 10 } })
})
