/**
 * Two instances on one Postgres. The swap that spends a code is carried out, and its instance does not hear of it: the reply is lost, or
 * the command was late. The client does as it is told.
 */
import type { Kysely } from 'kysely'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { AuthorizationServer } from '../../../src/server.js'
import type { Storage } from '../../../src/storage/contract.js'
import { migrate, sqlStorage } from '../../../src/storage/sql.js'
import { type Approved, issueCodes, refreshForm, storedGrant } from './approvals.js'
import { connectPostgres } from './connect-postgres.js'
import { type RestartablePostgres, startPostgres } from './engines.js'
import { type LossyProxy, startLossyProxy } from './lossy-proxy.js'
import { post, serverOver } from './server.js'

const now = Date.now()

let postgres: RestartablePostgres
let proxy: LossyProxy
let pools: Kysely<unknown>[]
let storage: Storage
let first: AuthorizationServer
let second: AuthorizationServer
/** What happens at the next swap of the first instance, before its statement is sent. */
let atSwap: (() => void) | null = null

beforeAll(async () => {
  postgres = await startPostgres()
  proxy = await startLossyProxy(postgres.port)
  const [direct, lossy] = [connectPostgres(postgres.port), connectPostgres(proxy.port)]
  pools = [direct, lossy]
  await migrate(direct)
  storage = sqlStorage(direct)
  const far = sqlStorage(lossy)
  const watched: Storage = {
    ...far,
    replace(kind, record, expected) {
      atSwap?.()
      atSwap = null
      return far.replace(kind, record, expected)
    },
  }
  first = serverOver(watched, () => now, { storageTimeout: 0.3 })
  second = serverOver(storage, () => now)
})
afterAll(async () => {
  await proxy?.stop()
  await Promise.all((pools ?? []).map((pool) => pool.destroy()))
  await postgres?.remove()
})

describe.each([
  ['whose reply is lost, with the connection', () => proxy.loseReplies()],
  ['that is carried out late', () => proxy.holdCommands()],
])('a swap %s', (_, trouble) => {
  /** A code that was redeemed at the first instance, which does not know it; the client was told to come again. */
  async function redeemedUnheard(): Promise<Approved> {
    const [code] = await issueCodes(storage, 1, now)
    if (!code) throw new Error('no code')
    atSwap = trouble
    const told = await post(first, code.form)
    expect(told).toMatchObject({ status: 503, retryAfter: '1', token: undefined })
    expect(told.body).toContain('If the answer is invalid_grant then, start again')
    proxy.heal()
    await until(async () => (await storedGrant(storage, code.grantId)).status === 'active')
    return code
  }

  it('gives the client its tokens when it comes again, ten times out of ten', async () => {
    for (let time = 0; time < 10; time++) {
      const code = await redeemedUnheard()
      const again = await post(first, code.form)
      expect(again.status).toBe(200)
      expect((await post(second, refreshForm(again.token ?? ''))).status).toBe(200)
    }
  })

  it('makes the code look spent to the other instance, as the client was told', async () => {
    const code = await redeemedUnheard()
    expect(await post(second, code.form)).toMatchObject({ status: 400, body: expect.stringContaining('invalid_grant') })
    expect(await storedGrant(storage, code.grantId)).toMatchObject({ status: 'revoked', because: 'replay' })
    expect(await post(first, code.form)).toMatchObject({ status: 400, body: expect.stringContaining('invalid_grant') })
  })
})

async function until(isSo: () => Promise<boolean>): Promise<void> {
  for (let attempt = 0; !(await isSo()); attempt++) {
    if (attempt === 1000) throw new Error('It did not come to that within ten seconds.')
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}
