/**
 * Attacks on pages, adapters and keys.
 */
import { request as httpRequest } from 'node:http'
import express from 'express'
import { Hono } from 'hono'
import { cors } from 'hono/cors'
import { expect, it } from 'vitest'
import * as forExpress from '../../adapters/express.js'
import * as forHono from '../../adapters/hono.js'
import type { ServerOptions } from '../../src/construction/options.js'
import { createAuthorizationServer, externalLogin } from '../../src/index.js'
import type { Storage } from '../../src/storage/contract.js'
import { memoryStorage } from '../../src/storage/memory.js'
import { listen } from '../adapters/apps.js'

const issuer = 'http://localhost:4433'
const serverWith = (more: Partial<ServerOptions> = {}) =>
  createAuthorizationServer({
    issuer,
    storage: memoryStorage(),
    users: externalLogin({ current: () => 'user-1', loginUrl: '/login' }),
    resources: { [`${issuer}/api`]: { scopes: { 'notes:read': 'Read your notes' } } },
    ...more,
  })

it('a request in the absolute form does not get around what the app has put before an endpoint', async () => {
  const app = express()
  app.use('/oauth/jwks', (_req, res) => void res.sendStatus(403))
  app.use(forExpress.authorizationServer(serverWith()))
  const { port, close } = await listen(app)
  const status = (path: string) =>
    new Promise((resolve, reject) => {
      httpRequest({ host: '127.0.0.1', port, path }, (res) => resolve(res.resume().statusCode))
        .on('error', reject)
        .end()
    })
  try {
    expect(await status('/oauth/jwks')).toBe(403)
    expect(await status(`${issuer}/oauth/jwks`)).toBe(403)
    expect(await status(`${issuer}/x/../oauth/jwks`)).toBe(404)
    expect(await status(`${issuer}/x/%2e%2e/oauth/jwks`)).toBe(404)
  } finally {
    close()
  }
})

it('pages are not readable by scripts of other origins, whatever a middleware before has allowed (RFC 9700 §2.6)', async () => {
  const app = new Hono()
  app.use(cors({ origin: (origin) => origin, credentials: true }))
  app.use(forHono.authorizationServer(serverWith()))
  const response = await app.request(`${issuer}/oauth/apps`, { headers: { origin: 'https://evil.example' } })
  expect(response.status).toBe(200)
  expect(response.headers.get('access-control-allow-origin')).toBeNull()
})

it('a read of the keys that never settles does not keep later requests waiting', async () => {
  const memory = memoryStorage()
  let now = 1_800_000_000_000
  let hanging = true
  const storage: Storage = {
    ...memory,
    get: (kind, id) => (hanging && kind === 'key' ? new Promise(() => {}) : memory.get(kind, id)),
  }
  const auth = serverWith({ storage, now: () => now })
  void auth.fetch(new Request(`${issuer}/oauth/jwks`))
  hanging = false
  now += 3_600_000
  let status: number | undefined
  void auth.fetch(new Request(`${issuer}/oauth/jwks`)).then((response) => {
    status = response.status
  })
  for (let turn = 0; turn < 2_000 && status === undefined; turn++) await new Promise(setImmediate)
  expect(status).toBe(200)
})

it.each(['http://a;b.example', 'http://a,b.example', "http://a'b.example"])(
  'a front end that no policy can name, %s, is refused at construction and not at the first page',
  (frontEnd) => {
    expect(() => serverWith({ pages: { frontEnds: [frontEnd] } })).toThrow('pages.frontEnds')
  },
)

it('an audit listener that fails later than at once ends nobody’s process', async () => {
  const unheard: unknown[] = []
  const hear = (reason: unknown) => unheard.push(reason)
  process.on('unhandledRejection', hear)
  try {
    const auth = serverWith({ onEvent: () => Promise.reject(new Error('the audit database is away')) })
    expect((await auth.fetch(new Request(`${issuer}/oauth/authorize?client_id=x`))).status).toBe(400)
    for (let turn = 0; turn < 10; turn++) await new Promise(setImmediate)
  } finally {
    process.off('unhandledRejection', hear)
  }
  expect(unheard).toEqual([])
})

it('pages are not readable by scripts of other origins behind a middleware of Express either', async () => {
  const app = express()
  app.use((_req, res, next) => {
    res.set({ 'access-control-allow-origin': 'https://evil.example', 'access-control-allow-credentials': 'true' })
    next()
  })
  app.use(forExpress.authorizationServer(serverWith()))
  const { port, close } = await listen(app)
  try {
    const response = await fetch(`http://127.0.0.1:${port}/oauth/apps`)
    expect(response.status).toBe(200)
    expect(response.headers.get('access-control-allow-origin')).toBeNull()
    expect(response.headers.get('access-control-allow-credentials')).toBeNull()
  } finally {
    close()
  }
})
