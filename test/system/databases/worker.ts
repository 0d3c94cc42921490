/**
 * A process of its own with an authorization server, which answers the token requests that its parent sends. Bundled by
 * workers.ts. Arguments: the engine, and where it is.
 *
 * @module
 */
import type { Storage } from '../../../src/storage/contract.js'
import { type Answer, post, serverOver } from './server.js'

/** Forms to be presented at once, at a time. */
export interface Presentation {
  readonly id: number
  readonly forms: readonly string[]
  readonly now: number
}

export interface Presented {
  readonly id: number
  readonly answers: readonly Answer[]
}

// Each loads only what it needs: hundreds of these processes are started.
const storages: Record<string, (place: string) => Promise<Storage>> = {
  async sqlite(path) {
    const { sqliteStorage } = await import('../../../src/storage/sqlite.js')
    const { default: Database } = await import('libsql')
    return sqliteStorage(new Database(path))
  },
  async postgres(port) {
    const { sqlStorage } = await import('../../../src/storage/sql.js')
    const { connectPostgres } = await import('./connect-postgres.js')
    return sqlStorage(connectPostgres(Number(port)))
  },
  async redis(port) {
    const { redisStorage } = await import('../../../src/storage/redis.js')
    const { Redis } = await import('ioredis')
    return redisStorage(new Redis(Number(port), '127.0.0.1', { socketTimeout: 5000 }))
  },
}

const [engine = '', place = ''] = process.argv.slice(2)
let now = 0
const server = storages[engine]?.(place).then((storage) => serverOver(storage, () => now))

process.on('message', async (message: Presentation) => {
  now = message.now
  const auth = await server
  if (!auth) throw new Error(`There is no engine ${engine}.`)
  const answers = await Promise.all(message.forms.map((form) => post(auth, form)))
  process.send?.({ id: message.id, answers } satisfies Presented)
})
process.on('disconnect', () => process.exit())
server?.then(() => process.send?.('ready'))
