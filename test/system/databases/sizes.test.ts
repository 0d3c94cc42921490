/**
 * How many bytes a grant takes in each engine, with its indexes: what docs/scaling.md reckons with.
 */
import { randomBytes, randomUUID } from 'node:crypto'
import { statSync } from 'node:fs'
import { Redis } from 'ioredis'
import { CompiledQuery } from 'kysely'
import Database from 'libsql'
import { expect, it } from 'vitest'
import type { Approved, Grant } from '../../../src/grant/state.js'
import { digest } from '../../../src/runtime/hash.js'
import type { StoredRecord } from '../../../src/storage/contract.js'
import { grantsIn } from './approvals.js'
import { connectPostgres } from './connect-postgres.js'
import { engines } from './engines.js'
import { clientId, issuer, redirectUri, resource } from './server.js'

const count = 20_000
const now = Date.now()
const day = 86_400_000

/** What docs/scaling.md says, in bytes; and how to ask the engine how much it holds. */
const documented: Record<string, { readonly grant: number; used(place: string): Promise<number> }> = {
  sqlite: {
    grant: 1200,
    async used(path) {
      const db = new Database(path)
      db.exec('PRAGMA wal_checkpoint(TRUNCATE)')
      db.close()
      return statSync(path).size
    },
  },
  postgres: {
    grant: 1400,
    async used(port) {
      const db = connectPostgres(Number(port))
      const sql = "SELECT pg_total_relation_size('grantwright_grants') AS bytes"
      const { rows } = await db.executeQuery<{ bytes: string }>(CompiledQuery.raw(sql))
      await db.destroy()
      return Number(rows[0]?.bytes)
    },
  },
  redis: {
    grant: 2000,
    async used(port) {
      const client = new Redis(Number(port), '127.0.0.1', { socketTimeout: 5000 })
      const memory = await client.info('memory')
      client.disconnect()
      return Number(/used_memory:(\d+)/.exec(memory)?.[1])
    },
  },
}

it.each(engines)('a grant takes about as much of $name as docs/scaling.md says', async ({ start }) => {
  const { name, place, storage, stop } = await start()
  try {
    const { grant: said, used } = documented[name] ?? { grant: 0, used: async () => 0 }
    const grants = grantsIn(storage)
    await grants.insert(activeGrant())
    const before = await used(place)
    for (let left = count; left > 0; left -= 1000) {
      await Promise.all(Array.from({ length: 1000 }, () => grants.insert(activeGrant())))
    }
    const bytes = Math.round(((await used(place)) - before) / count)
    expect(bytes).toBeGreaterThan(said * 0.85)
    expect(bytes).toBeLessThan(said * 1.15)
  } finally {
    await stop()
  }
})

it('the record of a grant has about 1 KB, and 1.3 KB when its token was rotated four times in half a minute', () => {
  expect(sizeOf(activeGrant())).toBeGreaterThan(900)
  expect(sizeOf(activeGrant())).toBeLessThan(1050)
  expect(sizeOf(activeGrant(4))).toBeLessThan(1400)
})

/** A grant for one resource, in use for a while. */
function activeGrant(retries = 1): Grant {
  const terms: Approved = {
    id: randomBytes(16).toString('base64url'),
    issuer,
    clientId,
    subject: randomUUID(),
    access: [{ resource, scope: ['read', 'write'] }],
    login: { authenticatedAt: now - 60_000, amr: ['pwd'] },
    createdAt: now,
    endsAt: now + 180 * day,
  }
  return {
    ...terms,
    status: 'active',
    touchedAt: now + 10 * day,
    code: { hash: someDigest(), redirectUri, pkce: { challenge: someDigest() } },
    refresh: {
      proof: someDigest(),
      generation: 1234,
      hash: someDigest(),
      idleUntil: now + 40 * day,
      jkt: null,
      retries: Array.from({ length: retries }, (_, index) => ({
        generation: 1233 - index,
        hash: someDigest(),
        salt: randomBytes(16).toString('base64url'),
        until: now + 10 * day,
      })),
    },
    revokedAccess: [],
    accessNotBefore: 0,
  }
}

const someDigest = (): string => digest(randomBytes(32))

/** The bytes of a record's six values. */
function sizeOf(grant: Grant): number {
  const record: Omit<StoredRecord, 'expiresAt'> = {
    id: grant.id,
    version: '0123456789abcdef',
    subject: grant.subject,
    clientId: grant.clientId,
    document: JSON.stringify({ v: 1, d: grant }),
  }
  return Object.values(record).reduce((bytes, value) => bytes + Buffer.byteLength(value ?? ''), 8)
}
