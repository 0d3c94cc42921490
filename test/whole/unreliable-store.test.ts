/**
 * A store on which everything goes wrong that can: verbs fail, hang, are carried out unheard or late. Clients come again as they are told, to
 * the one instance that there is, and nobody loses what they came for.
 */
import { describe, expect, it } from 'vitest'
import { pause } from '../../src/runtime/deadline.js'
import type { Storage } from '../../src/storage/contract.js'
import { memoryStorage } from '../../src/storage/memory.js'
import { type Harness, harness, obtainCode, redeemForm, refreshForm } from '../support/harness.js'

/** The same numbers in each run; whom they meet depends on the event loop, and what is promised does not. */
function numbers(seed: number): () => number {
  let last = seed
  return () => {
    last = (last * 1_103_515_245 + 12_345) & 0x7fff_ffff
    return last / 0x7fff_ffff
  }
}

function unreliableStorage(random: () => number): Storage & { trouble: boolean } {
  const { settlesByItself: _, ...inner } = memoryStorage()
  const hang = () => new Promise<never>(() => {})
  async function perhaps<T>(run: () => Promise<T>): Promise<T> {
    const fate = storage.trouble ? random() : 0
    if (fate < 0.55) return run()
    if (fate < 0.62) throw new Error('It was not carried out.')
    if (fate < 0.88) {
      if (fate < 0.82) await run()
      if (fate < 0.74) throw new Error('The reply was lost.')
      return hang()
    }
    const late = pause(random() * 150).then(run)
    if (fate < 0.94) throw new Error('It is carried out late.')
    return late
  }
  const storage = {
    ...inner,
    trouble: false,
    get: (...[kind, id]: Parameters<Storage['get']>) => perhaps(() => inner.get(kind, id)),
    replace: (...[kind, record, expected]: Parameters<Storage['replace']>) =>
      perhaps(() => inner.replace(kind, record, expected)),
  }
  return storage
}

/** Presents a form until it is answered with anything but 503; at once, or after a moment. */
async function comeAgain(h: Harness, form: Parameters<Harness['token']>[0], moment: number) {
  for (let attempt = 0; attempt < 100; attempt++) {
    const answer = await h.token(form)
    if (answer.status !== 503) return answer
    if (moment > 0) await pause(moment)
  }
  throw new Error('A hundred times 503')
}

describe.each([
  [0, 30],
  [0, 0],
  [30, 30],
  [30, 0],
])('clients that come again after %d ms', (moment, retryWindow) => {
  it(`all get their tokens and their successors, once (retry window ${retryWindow} s)`, {
    timeout: 60_000,
  }, async () => {
    const random = numbers(7)
    const storage = unreliableStorage(random)
    // One verb may take 0.1 s and a request 0.27, so some are over before their claims are there.
    const h = harness({ storage, storageTimeout: 0.1, retryWindow, codeLifetime: 600 })
    h.claims = async () => {
      if (storage.trouble) await pause(random() * 180)
      return {}
    }
    const codes = []
    for (let i = 0; i < 40; i++) codes.push(redeemForm(await obtainCode(h)))
    storage.trouble = true
    const statuses = await Promise.all(
      codes.map(async (form) => {
        const redeemed = await comeAgain(h, form, moment)
        const refreshed = await comeAgain(h, refreshForm(redeemed.body.refresh_token), moment)
        return [redeemed.status, refreshed.status]
      }),
    )
    expect(statuses).toEqual(codes.map(() => [200, 200]))
    expect(h.events.filter(({ type }) => type === 'code_redeemed')).toHaveLength(codes.length)
    expect(h.events.filter(({ type }) => type === 'grant_revoked')).toEqual([])
  })
})
