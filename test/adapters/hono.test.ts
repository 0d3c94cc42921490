import { constants } from 'node:http2'
import { getRequestListener } from '@hono/node-server'
import { getConnInfo } from '@hono/node-server/conninfo'
import { type Context, Hono, type MiddlewareHandler } from 'hono'
import { expect, it, onTestFinished } from 'vitest'
import { authorizationServer } from '../../adapters/hono.js'
import { authorizationRequest } from '../../adapters/testing/site.js'
import { adapterTestServer } from '../../adapters/testing.js'
import type { HttpRequest } from '../../src/edge/message.js'
import { listen } from './apps.js'
import { serveHttp2 } from './http2.js'

const auth = adapterTestServer('http://localhost:4433')
const credentials = {
  scope: 'notes:read',
  grant_type: 'client_credentials',
  client_id: 'poster',
  client_secret: 'a+b c&d=e%41?;:/@ and 32 characters',
}
const post = (app: Hono, body: URLSearchParams) => app.request('/oauth/token', { method: 'POST', body })

/** A middleware that does something first. */
const before =
  (run: (c: Context) => unknown): MiddlewareHandler =>
  async (c, next) => {
    await run(c)
    await next()
  }

it.each<[string, MiddlewareHandler]>([
  ['c.req.parseBody()', before((c) => c.req.parseBody())],
  ['c.req.formData()', before((c) => c.req.formData())],
  ['c.req.text()', before((c) => c.req.text())],
  ['c.req.arrayBuffer()', before((c) => c.req.arrayBuffer())],
])('takes a body that a middleware has read by %s', async (_, reader) => {
  const app = new Hono().use(reader).use(authorizationServer(auth))
  expect((await post(app, new URLSearchParams(credentials))).status).toBe(200)
  const repeated = await post(app, new URLSearchParams([...Object.entries(credentials), ['client_id', 'poster']]))
  expect(repeated.status).toBe(400)
})

it('refuses a body that a middleware has read but that is larger than the server wants', async () => {
  const app = new Hono().use(before((c) => c.req.text())).use(authorizationServer(auth))
  expect((await post(app, new URLSearchParams({ a: 'x'.repeat(70_000) }))).status).toBe(413)
})

it('says how to mount it when a body was read past Hono', async () => {
  const app = new Hono()
    .use(before((c) => c.req.raw.text()))
    .use(authorizationServer(auth))
    .onError((error, c) => c.text(error.message, 500))
  const response = await post(app, new URLSearchParams(credentials))
  expect(response.status).toBe(500)
  expect(await response.text()).toContain('Mount the authorization server before it')
})

it('keeps the cookies and headers that a middleware before it has set, beside its own', async () => {
  const early = before((c) => {
    c.res.headers.append('set-cookie', 'early=1')
    c.header('x-request-id', 'r1')
  })
  const app = new Hono().use(early).use(authorizationServer(auth))
  const response = await app.request(`/oauth/authorize?${new URLSearchParams(authorizationRequest())}`)
  const cookies = response.headers.getSetCookie().map((line) => line.split('=')[0])
  expect(cookies).toEqual(['early', 'suite_login', 'suite_seen', expect.stringMatching(/^gw-/)])
  expect(response.headers.get('x-request-id')).toBe('r1')
  expect(response.headers.get('location')).not.toBeNull()
})

it('tells the app’s hooks the context, and the address when it is told how to find it', async () => {
  const seen: HttpRequest[] = []
  const spied = {
    ...auth,
    handle: (request: HttpRequest) => {
      seen.push(request)
      return auth.handle(request)
    },
  }
  const app = new Hono<{ Variables: { mark: string } }>()
    .use(before((c) => c.set('mark', 'mine')))
    .use(authorizationServer(spied, { clientAddress: (c) => getConnInfo(c).remote.address }))
  const site = await listen(getRequestListener(app.fetch))
  onTestFinished(() => site.close())
  await fetch(`${site.origin}/oauth/jwks`)
  expect(seen[0]?.address).toBe('127.0.0.1')
  expect((seen[0]?.native as Context | undefined)?.get('mark')).toBe('mine')
})

it('works over HTTP/2: forms, pages with several cookies, bodies that are too large, and clients that hang up', async () => {
  const app = new Hono().use(authorizationServer(auth)).get('/hello', (c) => c.text('hello'))
  const { client, request } = await serveHttp2(getRequestListener(app.fetch))
  const token = { ':method': 'POST', ':path': '/oauth/token', 'content-type': 'application/x-www-form-urlencoded' }
  const form = new URLSearchParams(credentials).toString()
  expect(JSON.parse((await request(token, form)).text)).toMatchObject({ token_type: 'Bearer' })
  const authorize = await request({ ':path': `/oauth/authorize?${new URLSearchParams(authorizationRequest())}` })
  expect([authorize.headers[':status'], authorize.headers['set-cookie']]).toEqual([303, expect.any(Array)])
  expect(authorize.headers['set-cookie']).toHaveLength(3)
  expect((await request(token, `a=${'x'.repeat(2_000_000)}`)).headers[':status']).toBe(413)
  const stream = client.request(token).on('error', () => {})
  stream.write('grant_type=')
  await new Promise((resolve) => client.ping(resolve))
  const closed = new Promise((resolve) => stream.once('close', resolve))
  stream.close(constants.NGHTTP2_CANCEL)
  await closed
  expect((await request({ ':path': '/hello' })).text).toBe('hello')
})

it('answers together what arrives in one turn behind Node’s own server, and elsewhere at once', async () => {
  const app = new Hono().use(authorizationServer(auth))
  const waits = async (env: object | undefined, init: RequestInit) => {
    let isLater = false
    const turn = new Promise(setImmediate).then(() => {
      isLater = true
    })
    const path = init.method === 'POST' ? '/oauth/revoke' : '/.well-known/oauth-authorization-server'
    const { status } = await app.request(path, init, env)
    const waited = isLater
    await turn
    return { status, waited }
  }
  const form = { method: 'POST', body: new URLSearchParams({ client_id: 'nobody' }) }
  expect(await waits({ incoming: {} }, {})).toEqual({ status: 200, waited: true })
  expect(await waits(undefined, {})).toEqual({ status: 200, waited: false })
  expect(await waits({ incoming: {} }, form)).toEqual({ status: 401, waited: true })
})
