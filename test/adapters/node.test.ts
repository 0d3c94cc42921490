import { constants } from 'node:http2'
import express from 'express'
import { describe, expect, it, onTestFinished } from 'vitest'
import { nodeListener } from '../../adapters/node.js'
import { adapterTestServer } from '../../adapters/testing.js'
import type { HttpRequest } from '../../src/edge/message.js'
import { createAuthorizationServer } from '../../src/server.js'
import { memoryStorage } from '../../src/storage/memory.js'
import { listen } from './apps.js'
import { serveHttp2 } from './http2.js'
import { exchange } from './raw.js'

const auth = adapterTestServer('http://localhost:4433')
const authorizeUrl = `/oauth/authorize?${new URLSearchParams({
  response_type: 'code',
  client_id: 'web:1',
  redirect_uri: 'https://client.example/callback',
  scope: 'notes:read',
  code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
  code_challenge_method: 'S256',
})}`
const credentials = new URLSearchParams({
  scope: 'notes:read',
  grant_type: 'client_credentials',
  client_id: 'poster',
  client_secret: 'a+b c&d=e%41?;:/@ and 32 characters',
})

async function start(app: Parameters<typeof listen>[0]) {
  const site = await listen(app)
  onTestFinished(() => site.close())
  return site
}

describe('nodeListener', () => {
  it('answers 404 to what is not the server’s when there is no app to go on to', async () => {
    const { origin } = await start(nodeListener(auth))
    const response = await fetch(`${origin}/elsewhere`)
    expect(response.status).toBe(404)
    expect(await response.text()).toBe('Not Found')
  })

  it('tells the app’s hooks the address of the socket and the request of Node', async () => {
    const seen: HttpRequest[] = []
    const curious = createAuthorizationServer({
      issuer: 'http://localhost:4433',
      storage: memoryStorage(),
      users: {
        current: async ({ request }) => {
          seen.push(request)
          return { status: 200, headers: [], body: '' }
        },
        challenge: async () => ({ status: 200, headers: [], body: '' }),
      },
      resources: { 'https://api.example': { scopes: { 'notes:read': 'Read' } } },
      clients: [
        {
          client_id: 'web:1',
          redirect_uris: ['https://client.example/callback'],
          token_endpoint_auth_method: 'none',
        },
      ],
    })
    const { origin } = await start((req, res) => {
      Object.assign(req, { mark: 'mine' })
      nodeListener(curious)(req, res)
    })
    expect((await fetch(origin + authorizeUrl)).status).toBe(200)
    expect(seen[0]).toMatchObject({ address: '127.0.0.1', native: { mark: 'mine', method: 'GET' } })
  })

  it('accepts the absolute form of a request target', async () => {
    const { port } = await start(nodeListener(auth))
    const text = await exchange(port, [
      'GET http://elsewhere.example/.well-known/oauth-authorization-server?a=b HTTP/1.1',
    ])
    expect(text).toMatch(/^HTTP\/1.1 200 /)
    expect(text).toContain('"issuer":"http://localhost:4433"')
  })

  it('answers under a prefix that a router has taken off', async () => {
    const { origin } = await start(express().use('/oauth', nodeListener(auth)))
    expect((await fetch(`${origin}/oauth/jwks`)).status).toBe(200)
  })

  it('keeps the cookies that the app has set before, and replaces its other headers', async () => {
    const { origin } = await start((req, res) => {
      res.setHeader('set-cookie', 'mine=1')
      res.setHeader('cache-control', 'public')
      nodeListener(auth)(req, res)
    })
    const { headers } = await fetch(origin + authorizeUrl, { redirect: 'manual' })
    expect(headers.getSetCookie().map((line) => line.replace(/=.*/, ''))).toEqual([
      'mine',
      'suite_login',
      'suite_seen',
      expect.stringMatching(/^gw-/),
    ])
    const token = await fetch(`${origin}/oauth/token`, { method: 'POST', body: credentials })
    expect(token.headers.get('cache-control')).toBe('no-store')
  })

  it('takes headers from bridges that have no raw ones', async () => {
    const { origin } = await start((req, res) => {
      req.rawHeaders.length = 0
      nodeListener(auth)(req, res)
    })
    expect((await fetch(`${origin}/oauth/token`, { method: 'POST', body: credentials })).status).toBe(200)
  })

  it('leaves a response alone that the app has begun', async () => {
    const { origin } = await start((req, res) => {
      res.writeHead(202).end('mine')
      nodeListener(auth)(req, res)
    })
    const response = await fetch(`${origin}/.well-known/oauth-authorization-server`)
    expect([response.status, await response.text()]).toEqual([202, 'mine'])
  })

  it.each([
    ['a string', express.text({ type: '*/*' })],
    ['bytes', express.raw({ type: '*/*' })],
    ['an object', express.urlencoded({ extended: false })],
  ])('takes a body that a parser has made %s of', async (_, parser) => {
    const { origin } = await start(express().use(parser).use(nodeListener(auth)))
    expect((await fetch(`${origin}/oauth/token`, { method: 'POST', body: credentials })).status).toBe(200)
    const repeated = await fetch(`${origin}/oauth/token`, {
      method: 'POST',
      body: new URLSearchParams([...credentials, ['scope', 'notes:write']]),
    })
    expect(repeated.status).toBe(400)
    expect(await repeated.json()).toMatchObject({ error: 'invalid_request' })
  })

  it('reads a body to which something before it listens, too', async () => {
    let heard = 0
    const app = express()
      .use((req, _, next) => {
        req.on('data', (chunk: Buffer) => {
          heard += chunk.length
        })
        next()
      })
      .use(nodeListener(auth))
    const { origin } = await start(app)
    expect((await fetch(`${origin}/oauth/token`, { method: 'POST', body: credentials })).status).toBe(200)
    expect(heard).toBe(String(credentials).length)
  })

  it('refuses a body that a parser has read but that is larger than the server wants', async () => {
    const { origin } = await start(
      express()
        .use(express.raw({ type: '*/*', limit: '1mb' }))
        .use(nodeListener(auth)),
    )
    const body = new URLSearchParams({ a: 'x'.repeat(70_000) })
    expect((await fetch(`${origin}/oauth/token`, { method: 'POST', body })).status).toBe(413)
  })

  it('says how to mount it when a body was read and nothing is left of it', async () => {
    const app = express()
      .use((req, _, next) => void req.resume().on('end', next))
      .use(nodeListener(auth))
      .use(
        ((error, _req, res, _next) => void res.status(500).send(error.message)) satisfies express.ErrorRequestHandler,
      )
    const { origin } = await start(app)
    const response = await fetch(`${origin}/oauth/token`, { method: 'POST', body: credentials })
    expect(response.status).toBe(500)
    expect(await response.text()).toContain('Mount the authorization server before body parsers')
    expect((await fetch(`${origin}/.well-known/oauth-authorization-server`)).status).toBe(200)
  })
})

describe('nodeListener over HTTP/2', () => {
  const connect = () => serveHttp2(nodeListener(auth))
  const post = { ':method': 'POST', ':path': '/oauth/token', 'content-type': 'application/x-www-form-urlencoded' }

  it('answers, reads forms, and keeps the lines of Set-Cookie apart', async () => {
    const { request } = await connect()
    expect((await request({ ':path': '/elsewhere' })).headers[':status']).toBe(404)
    expect(JSON.parse((await request(post, credentials.toString())).text)).toMatchObject({ token_type: 'Bearer' })
    const { headers } = await request({ ':path': authorizeUrl })
    expect(headers[':status']).toBe(303)
    expect(headers['set-cookie']).toHaveLength(3)
  })

  it('refuses a body that is too large', async () => {
    const { request } = await connect()
    expect((await request(post, `a=${'x'.repeat(2_000_000)}`)).headers[':status']).toBe(413)
    expect((await request({ ':path': '/oauth/jwks' })).headers[':status']).toBe(200)
  })

  it('goes on when clients hang up in the middle of a body', async () => {
    const { client, request } = await connect()
    for (const code of [constants.NGHTTP2_CANCEL, constants.NGHTTP2_INTERNAL_ERROR]) {
      const stream = client.request(post).on('error', () => {})
      stream.write('grant_type=')
      await new Promise((resolve) => client.ping(resolve))
      const closed = new Promise((resolve) => stream.once('close', resolve))
      stream.close(code)
      await closed
    }
    expect((await request({ ':path': '/oauth/jwks' })).headers[':status']).toBe(200)
  })
})
