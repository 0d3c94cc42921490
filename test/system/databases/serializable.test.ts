/**
 * A Postgres on which every transaction is serializable, and whose tables are so small that statements on different rows fail
 * each other: hardly anybody hears of it.
 */
import { CompiledQuery, type LogEvent } from 'kysely'
import { afterEach, describe, expect, it } from 'vitest'
import type { AuthorizationServer } from '../../../src/server.js'
import { migrate, sqlStorage } from '../../../src/storage/sql.js'
import { issueCodes, refreshForm } from './approvals.js'
import { connectPostgres } from './connect-postgres.js'
import { type RestartablePostgres, startPostgres } from './engines.js'
import { type Answer, post, serverOver } from './server.js'

const now = Date.now()

// A commit takes as long as on a disk that is not this machine's own.
const settings = '-c default_transaction_isolation=serializable -c commit_delay=5000 -c commit_siblings=0'

describe('on a serializable Postgres with small tables', () => {
  let server: RestartablePostgres | undefined
  afterEach(() => server?.remove())

  it.each([16, 50])(
    'of %i clients that redeem and rotate at once, not one in a hundred is told to come again',
    async (count) => {
      server = await startPostgres(['fsync=on'])
      let conflicts = 0
      const log = (event: LogEvent) => {
        if (event.level === 'error' && String(event.error).includes('could not serialize access')) conflicts++
      }
      const db = connectPostgres(server.port, { options: settings }, { log })
      try {
        await migrate(db)
        const storage = sqlStorage(db)
        const auth = serverOver(storage, () => now)
        await auth.ready()
        const codes = await issueCodes(storage, count, now)
        // Now the planner knows how small the tables are.
        await db.executeQuery(CompiledQuery.raw('ANALYZE'))

        conflicts = 0
        const told = (await Promise.all(codes.map(({ form }) => redeemAndRotate(auth, form)))).flat()
        const refused = told.filter(({ status }) => status === 503)
        expect(told.filter(({ status }) => status === 200)).toHaveLength(count * steps)
        expect(told.length).toBe(count * steps + refused.length)
        expect(conflicts).toBeGreaterThan(count)
        expect(refused.length).toBeLessThan(told.length / 100)
      } finally {
        await db.destroy()
      }
    },
  )
})

const steps = 12

/** Redeems a code and rotates on, and repeats what was refused. Everything that was answered. */
async function redeemAndRotate(auth: AuthorizationServer, code: string): Promise<Answer[]> {
  const told: Answer[] = []
  let form = code
  for (let step = 0; step < steps && told.length < 100; ) {
    const answer = await post(auth, form)
    told.push(answer)
    if (answer.status === 503) continue
    if (answer.token === undefined) return told
    form = refreshForm(answer.token)
    step++
  }
  return told
}
