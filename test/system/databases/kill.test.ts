/**
 * A server that is killed with SIGKILL at random moments, 200 times, while it redeems and rotates. What a client was told stays
 * true, and a client that was told nothing gets in again.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { secretHash } from '../../../src/protocol/token-string.js'
import { type Approved, issueCodes, parsedToken, refreshForm, storedGrant } from './approvals.js'
import { type Engine, engines } from './engines.js'
import type { Answer } from './server.js'
import { prepareWorkers, type Worker, type Workers } from './workers.js'

// The clock stands still: however long a test takes, a retry comes inside the retry window.
const now = Date.now()
const rounds = 200
const clientCount = 16
/** A family is rotated so often, then its client asks for a new authorization. */
const lastGeneration = 3

/** A client with what it was told last, and whether the answer to its last request was lost. */
interface Client {
  approved: Approved
  token: string | undefined
  isLost: boolean
}

describe.each(engines)('servers on $name that are killed', ({ start }) => {
  let engine: Engine
  let workers: Workers
  beforeAll(async () => {
    engine = await start()
    workers = await prepareWorkers()
  })
  afterAll(async () => {
    await workers?.stop()
    await engine?.stop()
  })

  it('keep every answer that they have given, and let everybody in again', async () => {
    const { name, place, storage } = engine
    const fresh = await issueCodes(storage, clientCount, now)
    const clients = fresh.map((approved): Client => ({ approved, token: undefined, isLost: false }))
    const redeemed: Approved[] = []
    const finished: Client[] = []
    const lost = { committed: 0, 'not committed': 0, 'new authorization': 0 }

    /** What a client presents next: the newest token that it was given, or its code. */
    const formOf = ({ token, approved }: Client) => (token === undefined ? approved.form : refreshForm(token))

    async function authorize(client: Client): Promise<void> {
      const [approved] = await issueCodes(storage, 1, now)
      if (!approved) throw new Error('no code')
      Object.assign(client, { approved, token: undefined, isLost: false })
    }

    /** Every answer must be the one that the client can go on with. */
    async function accept(client: Client, { status, token, body }: Answer): Promise<void> {
      if (client.token === undefined && client.isLost && status === 400) {
        // Its code was redeemed, but nobody heard of it: the second use has ended the grant.
        expect((await storedGrant(storage, client.approved.grantId)).status).toBe('revoked')
        lost['new authorization']++
        return authorize(client)
      }
      if (status !== 200) {
        const stored = await storedGrant(storage, client.approved.grantId).catch(String)
        throw new Error(`A client was locked out: ${status} ${body}; ${JSON.stringify({ client, stored })}`)
      }
      const generation = client.token === undefined ? 0 : parsedToken(client.token).generation + 1
      expect(parsedToken(token).generation).toBe(generation)
      if (generation === 0) redeemed.push(client.approved)
      Object.assign(client, { token, isLost: false })
      if (generation === lastGeneration) {
        finished.push({ ...client })
        await authorize(client)
      }
    }

    /** One request after the other, until the server is gone. */
    async function useUntilGone(client: Client, worker: Worker, answered: () => void): Promise<void> {
      for (;;) {
        const answers = await worker.present([formOf(client)], now)
        if (!answers?.[0]) {
          client.isLost = true
          return
        }
        await accept(client, answers[0])
        answered()
      }
    }

    /** Compares what a client was told with what is stored, after a kill. */
    async function compare({ approved, token, isLost }: Client): Promise<void> {
      const grant = await storedGrant(storage, approved.grantId)
      const told = token === undefined ? null : parsedToken(token)
      const family = grant.status === 'active' ? grant.refresh : null
      if (isLost && !told && grant.status === 'revoked') {
        // Both answers were lost: of the redemption, and of the second one, which has ended the grant.
        lost.committed++
        return
      }
      const isAhead = told ? family?.generation === told.generation + 1 : family?.generation === 0
      if (isLost) lost[isAhead ? 'committed' : 'not committed']++
      if (isLost && isAhead) {
        // The store is one step ahead, and can still tell the step that the client knows.
        if (told) expect(family?.retries.at(-1)).toMatchObject(known(told))
        return
      }
      if (told) expect(family).toMatchObject(known(told))
      else expect(grant.status).toBe('code_issued')
    }

    /** All clients use a server, which is killed after some answers, or before the first. */
    async function useUntilKilled(worker: Worker): Promise<void> {
      let left = Math.floor(Math.random() * 40)
      let enough = () => {}
      const enoughAnswers = new Promise<void>((resolve) => {
        enough = resolve
      })
      const answered = () => {
        if (left-- <= 0) enough()
      }
      answered()
      const used = Promise.all(clients.map((client) => useUntilGone(client, worker, answered)))
      await Promise.race([enoughAnswers, used])
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 4))
      await worker.kill()
      await used
    }

    let next = workers.start(name, place)
    for (let round = 0; round < rounds; round++) {
      const worker = await next
      next = workers.start(name, place)
      await useUntilKilled(worker)
      for (const client of clients) await compare(client)
    }

    // The last server is left alive.
    const worker = await next
    for (const client of clients) {
      const [answer] = (await worker.present([formOf(client)], now)) ?? []
      if (answer) await accept(client, answer)
      expect(client.isLost).toBe(false)
    }
    for (const { approved, token } of finished) {
      const grant = await storedGrant(storage, approved.grantId)
      expect(grant).toMatchObject({ status: 'active', refresh: known(parsedToken(token)) })
    }
    const again = await worker.present(
      redeemed.map(({ form }) => form),
      now,
    )
    expect(again?.filter(({ status }) => status === 400)).toHaveLength(redeemed.length)
    for (const { grantId } of redeemed) expect((await storedGrant(storage, grantId)).status).toBe('revoked')

    // Moments of every kind were hit, else the test has shown nothing.
    for (const count of Object.values(lost)) expect(count).toBeGreaterThan(0)
    expect(finished.length).toBeGreaterThan(rounds)
  }, 300_000)
})

/** How a record knows a refresh token. */
const known = ({ generation, secret }: { readonly generation: number; readonly secret: Uint8Array }) => ({
  generation,
  hash: secretHash('refresh', secret),
})
