/**
 * Four processes, each with a server of its own, over one store: what one of them has spent is spent for all, and what one of
 * them has issued is worth the same at all.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Approved, issueCodes, parsedToken, refreshForm, storedGrant } from './approvals.js'
import { type Engine, engines } from './engines.js'
import type { Answer } from './server.js'
import { prepareWorkers, type Worker, type Workers } from './workers.js'

const now = Date.now()
const hour = 3_600_000

describe.each(engines)('four processes on one $name', ({ start }) => {
  let engine: Engine
  let workers: Workers
  let four: Worker[]
  beforeAll(async () => {
    engine = await start()
    workers = await prepareWorkers()
    const { name, place } = engine
    four = await Promise.all(Array.from({ length: 4 }, () => workers.start(name, place)))
  })
  afterAll(async () => {
    await workers?.stop()
    await engine?.stop()
  })

  /** All four present the same forms at once, 100 at a time, and wait for each other; the four answers to each form. */
  async function presentedByAll(forms: readonly string[], at = now): Promise<Answer[][]> {
    const answers: Answer[][] = []
    for (const some of chunks(forms, 100)) {
      const byWorker = await Promise.all(four.map((worker) => worker.present(some, at)))
      answers.push(...some.map((_, index) => byWorker.map((each) => existing(each?.[index]))))
    }
    return answers
  }

  it('redeem each of 1,000 codes once, however many present it', async () => {
    const codes = await issueCodes(engine.storage, 1000, now)
    const answers = await presentedByAll(codes.map(({ form }) => form))
    const statuses = answers.map((four) => four.map(({ status }) => status).sort((a, b) => a - b))
    expect([...new Set(statuses.map(String))]).toEqual(['200,400,400,400'])
    expect(answers.flat().filter(({ token }) => token !== undefined)).toHaveLength(1000)
    // Those that crossed with the first have changed nothing; one that came after its answer has ended the grant.
    for (const { grantId } of codes) expect([0, 'replay']).toContain(await outcome(grantId))
    const again = await presentedByAll(codes.map(({ form }) => form))
    expect([...new Set(again.flat().map(({ status }) => status))]).toEqual([400])
    for (const { grantId } of codes) expect(await outcome(grantId)).toBe('replay')
  })

  it('rotate 1,000 families from all sides, without a fork and without a loss', async () => {
    const rotations = 5
    const codes = await issueCodes(engine.storage, 1000, now)
    const first = await redeemed(codes)
    let tokens = first
    for (let generation = 1; generation <= rotations; generation++) {
      tokens = await rotatedByAll(tokens, generation)
    }
    for (const { grantId } of codes) expect(await outcome(grantId)).toBe(rotations)

    // A replay at all four, long after the retry window: of every second family.
    const isStolen = (_: unknown, index: number) => index % 2 === 0
    const isSafe = (_: unknown, index: number) => index % 2 === 1
    for (const spent of [first, tokens]) {
      const refused = await presentedByAll(spent.filter(isStolen).map(refreshForm), now + hour)
      expect([...new Set(refused.flat().map(({ status }) => status))]).toEqual([400])
    }
    await rotatedByAll(tokens.filter(isSafe), rotations + 1)
    for (const { grantId } of codes.filter(isStolen)) expect(await outcome(grantId)).toBe('replay')
    for (const { grantId } of codes.filter(isSafe)) expect(await outcome(grantId)).toBe(rotations + 1)
  })

  /** The first tokens of codes that are each presented at one process. */
  async function redeemed(codes: readonly Approved[]): Promise<string[]> {
    const parts = await Promise.all(
      chunks(codes, codes.length / 4).map((part, index) =>
        existing(four[index]).present(
          part.map(({ form }) => form),
          now,
        ),
      ),
    )
    return parts.flat().map((answer) => existing(answer?.token))
  }

  /** A round: all four present the same current tokens, and must all get the same successors. */
  async function rotatedByAll(tokens: readonly string[], generation: number): Promise<string[]> {
    const answers = await presentedByAll(tokens.map(refreshForm))
    return answers.map((four) => {
      const successors = new Set(four.map(({ status, token }) => `${status} ${token}`))
      expect([...successors]).toEqual([`200 ${four[0]?.token}`])
      expect(parsedToken(four[0]?.token).generation).toBe(generation)
      return existing(four[0]?.token)
    })
  }

  /** The generation of a grant that lives, or why it has ended. */
  async function outcome(grantId: string): Promise<unknown> {
    const grant = await storedGrant(engine.storage, grantId)
    if (grant.status === 'revoked') return grant.because
    return grant.status === 'active' ? grant.refresh?.generation : grant.status
  }
})

const chunks = <Item>(items: readonly Item[], size: number): Item[][] =>
  Array.from({ length: Math.ceil(items.length / size) }, (_, index) => items.slice(index * size, (index + 1) * size))

function existing<Value>(value: Value | undefined): Value {
  if (value === undefined) throw new Error('There is no answer.')
  return value
}
