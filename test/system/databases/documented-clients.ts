/**
 * The clients of docs/storage.md ("When the database hangs"), set up with exactly the code that stands there.
 *
 * @module
 */
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { transform } from 'esbuild'
import type { Redis } from 'ioredis'
import { Kysely, MysqlDialect, PostgresDialect } from 'kysely'
import type { Pool } from 'mysql2'
import type pg from 'pg'
import type { createClientPool } from 'redis'
import type { Storage } from '../../../src/storage/contract.js'
import { redisStorage } from '../../../src/storage/redis.js'
import { migrate, sqlStorage } from '../../../src/storage/sql.js'

export interface Connected {
  readonly storage: Storage
  end(): unknown
}

/** Each block of the page that begins with the name of its file. */
export function documentedBlocks(): Map<string, string> {
  const page = readFileSync(join(import.meta.dirname, '../../../docs/storage.md'), 'utf8')
  return new Map(
    [...page.matchAll(/```ts\n\/\/ (\S+)\.ts\n([\s\S]*?)```/g)].map(([, name = '', code = '']) => [name, code]),
  )
}

export async function documentedPostgres(url: string): Promise<Connected> {
  const { pool } = await run<{ pool: pg.Pool }>('postgres', url)
  return overKysely(new Kysely<unknown>({ dialect: new PostgresDialect({ pool }) }))
}

export async function documentedMysql(url: string): Promise<Connected> {
  const { pool } = await run<{ pool: Pool }>('mysql', url)
  return overKysely(new Kysely<unknown>({ dialect: new MysqlDialect({ pool }) }))
}

export async function documentedIoredis(url: string): Promise<Connected> {
  const { client } = await run<{ client: Redis }>('ioredis', url)
  return { storage: redisStorage(client), end: () => client.disconnect() }
}

export async function documentedNodeRedis(url: string): Promise<Connected> {
  const { client } = await run<{ client: ReturnType<typeof createClientPool> }>('node-redis', url)
  return { storage: redisStorage(client), end: () => client.destroy() }
}

async function overKysely(db: Kysely<unknown>): Promise<Connected> {
  await migrate(db)
  return { storage: sqlStorage(db), end: () => db.destroy() }
}

let count = 0

/** The code as it stands there, but for its log of what is expected here: that connections are lost. */
async function run<Module>(name: string, url: string): Promise<Module> {
  const block = documentedBlocks().get(name)
  if (block === undefined) throw new Error(`docs/storage.md has no block ${name}.ts`)
  const { code } = await transform(block.replaceAll('console.error', '(() => {})'), { loader: 'ts', format: 'esm' })
  // Beside this file, where packages are found.
  const file = join(import.meta.dirname, `documented-${process.pid}-${++count}.mjs`)
  writeFileSync(file, code)
  process.env.DATABASE_URL = process.env.REDIS_URL = url
  try {
    return (await import(file)) as Module
  } finally {
    rmSync(file)
  }
}
