/**
 * Suite: the whole life of tokens (redeem, rotate, retry, replay, revoke), concurrently and with the real grant machine. What
 * the six verbs promise must add up to what OAuth promises.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc9700#section-4.14.2 RFC 9700 §4.14.2}
 * @module
 */
import type { Storage } from '../contract.js'
import { type Approval, forgedFrom, grantsIn, newApproval, retryWindow, type Told } from './approval.js'
import { equal, eventually, freshId, minute, now, upTo } from './fixture.js'
import type { StorageTest } from './part.js'

export function lifecycleTests(test: StorageTest): void {
  test('of 20 that redeem a code at once, one gets tokens, and the replay ends the grant', async (storage) => {
    const approval = await newApproval(storage)
    const told = await atOnce(20, () => approval.redeem())
    equal('redemptions', told.filter(({ ok }) => ok).length, 1)
    equal('refusals', refusalsOf(told), 'replayed,revoked')
    equal('the first token', refusalOf(await approval.refresh(newest(approval))), 'revoked')
    await endedBecause(approval, 'replay')
  })

  test('wrong verifiers that come at once are all counted', async (storage) => {
    for (const { wrong, ends } of [
      { wrong: 4, ends: false },
      { wrong: 5, ends: true },
    ]) {
      const approval = await newApproval(storage)
      equal('refusals', refusalsOf(await atOnce(wrong, () => approval.redeem('wrong verifier'))), 'verifier_mismatch')
      equal(`the code after ${wrong}`, refusalOf(await approval.redeem()), ends ? 'revoked' : null)
      await approval.check()
    }
  })

  test('of 20 that refresh with one token at once, one rotates, and all get the same successor', async (storage) => {
    const approval = await redeemed(storage)
    for (const round of upTo(10)) {
      const token = newest(approval)
      const told = await atOnce(20, () => approval.refresh(token))
      equal('refusals', refusalsOf(told), '')
      equal('rotations', told.filter((each) => each.ok && !each.retried).length, 1)
      equal('generations', approval.tokens.length, round + 2)
    }
    await approval.check()
  })

  test('an answer that was lost is given again inside the retry window', async (storage) => {
    const approval = await redeemed(storage)
    await rotate(approval, 4)
    const told = await Promise.all(approval.tokens.slice(0, 4).map((token) => approval.refresh(token)))
    for (const each of told) equal('the successor', each.ok && each.token, newest(approval))
    await approval.check()
  })

  test('a replay ends the grant, whatever is refreshed at that moment', async (storage) => {
    for (const rotations of [1, 6]) {
      const approval = await redeemed(storage)
      await rotate(approval, rotations)
      const [spent = '', current] = [approval.tokens[0], newest(approval)]
      const late = now + retryWindow + minute
      const told = await Promise.all([
        ...upTo(5).map(() => approval.refresh(current, late)),
        ...upTo(5).map(() => approval.refresh(spent, late)),
      ])
      equal('replays that were given a token', told.slice(5).filter(({ ok }) => ok).length, 0)
      equal('afterwards', refusalOf(await approval.refresh(newest(approval), late)), 'revoked')
      await endedBecause(approval, 'replay')
    }
  })

  test('what is forged changes nothing, whatever is refreshed at that moment', async (storage) => {
    const approval = await redeemed(storage)
    for (const _ of upTo(5)) {
      const token = newest(approval)
      const guesses = upTo(10).map(() => approval.refresh(forgedFrom(token)))
      const told = await Promise.all([approval.refresh(token), approval.redeem('wrong verifier'), ...guesses])
      equal('refusals', refusalsOf(told), 'forged,verifier_mismatch')
      await approval.check()
    }
    equal('generations', approval.tokens.length, 6)
  })

  test('nothing is issued once a revocation has been answered', async (storage) => {
    for (const revoke of [
      (approval: Approval) => approval.revoke(approval.tokens[0] ?? ''),
      (approval: Approval) => approval.withdraw(),
    ]) {
      const approvals = await Promise.all(upTo(8).map(() => redeemed(storage)))
      // `check` finds an answer that came too late.
      const clients = approvals.map(refreshBusily)
      for (const approval of approvals) {
        equal('revoked', (await atOnce(5, () => revoke(approval))).filter(Boolean).length, 1)
      }
      await Promise.all(clients)
      for (const approval of approvals) {
        equal('afterwards', refusalOf(await approval.refresh(newest(approval))), 'revoked')
        await approval.check()
      }
    }
  })

  test('access tokens that are revoked at once are all remembered', async (storage) => {
    const approval = await redeemed(storage)
    const ids = upTo(20).map((index) => `access-${index}`)
    const revoked = Promise.all(ids.map((id) => approval.revokeAccess(id)))
    await Promise.all([revoked, approval.refresh(newest(approval))])
    for (const id of ids) equal(id, await approval.isAccessLive(id), false)
    await approval.check()
  })

  test('a user who withdraws everything ends each grant, whatever is refreshed at that moment', async (storage) => {
    const subject = freshId()
    const approvals = await Promise.all(upTo(12).map(() => newApproval(storage, subject)))
    await Promise.all(approvals.map((approval) => approval.redeem()))
    const clients = approvals.map(refreshBusily)
    await eventually(async () => {
      const { values } = await grantsIn(storage).list(subject, { limit: 100 })
      equal('the grants in the list', values.length, approvals.length)
      await Promise.all(approvals.map((approval) => approval.withdraw()))
    })
    await Promise.all(clients)
    for (const approval of approvals) await endedBecause(approval, 'user_request')
  })

  test('whatever 6 clients do with each of 12 grants, what they were told and what is stored agree', async (storage) => {
    const approvals = await Promise.all(upTo(12).map((index) => (index < 4 ? newApproval : redeemed)(storage)))
    const clients = upTo(6 * approvals.length).map((seed) => anyLife(approvals[seed % approvals.length], seed))
    await Promise.all(clients)
    for (const approval of approvals) await approval.check()
  })
}

async function redeemed(storage: Storage): Promise<Approval> {
  const approval = await newApproval(storage)
  equal('the redemption', refusalOf(await approval.redeem()), null)
  return approval
}

async function rotate(approval: Approval, times: number): Promise<void> {
  for (const _ of upTo(times)) equal('the rotation', refusalOf(await approval.refresh(newest(approval))), null)
}

async function endedBecause(approval: Approval, because: string): Promise<void> {
  const grant = await approval.stored()
  equal('why it has ended', grant.status === 'revoked' ? grant.because : grant.status, because)
  await approval.check()
}

/** An honest client in a hurry: each token that it is given is refreshed at once, until that is refused. */
async function refreshBusily(approval: Approval): Promise<void> {
  let told = await approval.refresh(newest(approval))
  for (let times = 1; told.ok && times < 50; times++) told = await approval.refresh(told.token)
}

/** A client that does this and that, mostly refreshing. The seed says what; when it happens is up to the store. */
async function anyLife(approval: Approval | undefined, seed: number): Promise<void> {
  if (!approval) throw new Error('no grant')
  let random = seed * 7919 + 17
  const below = (limit: number): number => {
    random = (random * 1_103_515_245 + 12_345) % 2_147_483_648
    return Math.floor((random / 2_147_483_648) * limit)
  }
  for (const _ of upTo(8)) {
    const held = approval.tokens[below(approval.tokens.length)]
    // Clocks of instances differ by up to 5 seconds.
    const at = now + below(5000)
    if (held === undefined) await approval.redeem(below(3) === 0 ? 'wrong verifier' : undefined)
    else if (below(10) > 1) await approval.refresh(below(4) === 0 ? held : newest(approval), at)
    else {
      const acts = [
        () => approval.refresh(forgedFrom(held), at),
        () => approval.redeem('wrong verifier'),
        () => approval.revokeAccess(freshId()),
        () => approval.revokeAccess(freshId()),
        () => approval.redeem(),
        () => approval.revoke(held),
        () => approval.refresh(held, at + 2 * retryWindow),
        () => approval.withdraw(),
      ]
      await acts[below(acts.length)]?.()
    }
  }
}

const atOnce = <Result>(count: number, run: () => Promise<Result>): Promise<Result[]> =>
  Promise.all(upTo(count).map(run))

const newest = (approval: Approval): string => approval.tokens.at(-1) ?? ''

const refusalOf = (told: Told): string | null => (told.ok ? null : told.refusal)

/** Each refusal once, in alphabetical order. */
const refusalsOf = (told: readonly Told[]): string =>
  [...new Set(told.flatMap((each) => (each.ok ? [] : [each.refusal])))].sort().join()
