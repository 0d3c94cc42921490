/**
 * What grantwright can stand on and under, each varied alone: the rest is the bare listener, over memory.
 *
 * @module
 */
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** @type {Record<string, (load: (file: string) => Promise<any>, auth: any) => Promise<(req: any, res: any) => void>>} */
export const mounts = {
  'node:http': async (load, auth) => (await load('node.js')).nodeListener(auth),
  async Express(load, auth) {
    const { default: express } = await import('express')
    return express().use((await load('express.js')).authorizationServer(auth))
  },
  async Hono(load, auth) {
    const { Hono } = await import('hono')
    const { getRequestListener } = await import('@hono/node-server')
    return getRequestListener(new Hono().use((await load('hono.js')).authorizationServer(auth)).fetch)
  },
}

/** @type {Record<string, (load: (file: string) => Promise<any>) => Promise<any>>} */
export const stores = {
  memory: async (load) => (await load('storage/memory.js')).memoryStorage(),
  async SQLite(load) {
    const { default: Database } = await import('libsql')
    const file = join(mkdtempSync(join(tmpdir(), 'grantwright-bench-')), 'auth.db')
    return (await load('storage/sqlite.js')).sqliteStorage(new Database(file))
  },
}

/** Beside the floor, as entries of one work. */
export const variants = [
  { label: 'floor', name: 'floor' },
  { label: 'grantwright', name: 'grantwright' },
  { label: 'on Express', name: 'grantwright', env: { BENCH_MOUNT: 'Express' } },
  { label: 'on Hono', name: 'grantwright', env: { BENCH_MOUNT: 'Hono' } },
  { label: 'over SQLite', name: 'grantwright', env: { BENCH_STORE: 'SQLite' } },
]
