/**
 * How a handler learns what the access token says: `accessOf`, and nothing that others write to or read.
 */
import type { RequestListener } from 'node:http'
import express from 'express'
import express4 from 'express4'
import { type Context, Hono } from 'hono'
import { describe, expect, expectTypeOf, it, onTestFinished, vi } from 'vitest'
import * as forExpress from '../../adapters/express.js'
import * as forHono from '../../adapters/hono.js'
import * as forNode from '../../adapters/node.js'
import { poster } from '../../adapters/testing/server.js'
import { adapterTestServer } from '../../adapters/testing.js'
import type { Access } from '../../src/resource/resource-server.js'
import { listen } from './apps.js'

const issuer = 'http://localhost:4433'
const auth = adapterTestServer(issuer)
const guard = forExpress.requireAccessToken(auth, { scope: 'notes:read' })

async function token(): Promise<string> {
  const body = new URLSearchParams({ grant_type: 'client_credentials', scope: 'notes:read', ...poster })
  const response = await auth.fetch(new Request(`${issuer}/oauth/token`, { method: 'POST', body }))
  return (await response.json()).access_token
}

const bearer = async () => ({ authorization: `Bearer ${await token()}` })

async function visit(app: RequestListener, path: string): Promise<{ status: number; text: string }> {
  const site = await listen(app)
  onTestFinished(() => site.close())
  const response = await fetch(site.origin + path, { headers: await bearer() })
  return { status: response.status, text: await response.text() }
}

const toldBy = (framework: typeof express, build: (app: express.Express) => void): RequestListener => {
  const app = framework()
  build(app)
  return app.use(((error, _req, res, _next) => void res.status(500).send(error.message)) as express.ErrorRequestHandler)
}

describe.each([
  ['Express 5', express],
  ['Express 4', express4],
])('%s', (_, framework) => {
  const subject: express.RequestHandler = (req, res) => void res.send(forExpress.accessOf(req).subject)

  it('says what the token says behind the guard', async () => {
    const app = toldBy(framework, (app) => app.get('/notes', guard, subject))
    expect(await visit(app, '/notes')).toEqual({ status: 200, text: 'poster' })
  })

  it('throws on a route without a guard, and says what to do', async () => {
    const { status, text } = await visit(
      toldBy(framework, (app) => app.get('/open', subject)),
      '/open',
    )
    expect(status).toBe(500)
    expect(text).toContain('no requireAccessToken has let this request through')
    expect(text).toContain("app.get('/api/notes', requireAccessToken(auth, { scope: 'notes:read' }), handler)")
  })

  it('leaves req.auth to whoever else has it, and adds nothing that a log or a copy would show', async () => {
    const mine = { session: 'of the app' }
    const app = framework()
    app.use('/taken', (req, _res, next) => next(void Object.assign(req, { auth: mine })))
    app.use(guard, (req, res) => {
      res.json({
        auth: (req as { auth?: unknown }).auth ?? 'none',
        shown: Object.getOwnPropertySymbols({ ...req }).map(String),
      })
    })
    expect(JSON.parse((await visit(app, '/taken')).text)).toEqual({
      auth: mine,
      shown: expect.not.arrayContaining(['Symbol(grantwright.access)']),
    })
    expect(JSON.parse((await visit(app, '/free')).text)).toEqual({
      auth: 'none',
      shown: expect.not.arrayContaining(['Symbol(grantwright.access)']),
    })
  })

  it('is found in sub-apps and routers, which change what a request inherits', async () => {
    const app = framework().use(
      '/api',
      guard,
      framework().use('/v1', framework.Router().get('/notes', subject)),
    ) as express.Express
    expect(await visit(app, '/api/v1/notes')).toEqual({ status: 200, text: 'poster' })
  })

  it('is found through a proxy of the request, and an object that inherits from it', async () => {
    const app = framework()
    app.get('/notes', guard, (req, res) => {
      const wrapped = [new Proxy(req, {}), Object.create(req) as typeof req]
      res.send(wrapped.map((wrapped) => forExpress.accessOf(wrapped).subject).join())
    })
    expect(await visit(app, '/notes')).toEqual({ status: 200, text: 'poster,poster' })
  })

  it('is found by another copy of the package, and by the adapter for node:http', async () => {
    vi.resetModules()
    const copy = await import('../../adapters/express.js')
    expect(copy.accessOf).not.toBe(forExpress.accessOf)
    const app = framework()
    app.get('/notes', guard, (req, res) => void res.send(copy.accessOf(req).subject + forNode.accessOf(req).subject))
    expect(await visit(app, '/notes')).toEqual({ status: 200, text: 'posterposter' })
  })

  it('says what the last of several guards has found', async () => {
    const access = { subject: 'somebody', clientId: 'else' } as Access
    const other = forExpress.requireAccessToken({
      resource: 'https://other.example',
      metadataUrl: undefined,
      check: async () => ({ ok: true, access }),
      demand: () => null,
      handle: () => null,
    })
    const app = framework()
    app.get('/notes', guard, other, subject)
    expect(await visit(app, '/notes')).toEqual({ status: 200, text: 'somebody' })
  })
})

describe('node:http', () => {
  const guard = forNode.requireAccessToken(auth, { scope: 'notes:read' })

  it('says further on what the guard has found', async () => {
    const later: RequestListener = (req, res) => void res.end(forNode.accessOf(req).subject)
    const app: RequestListener = async (req, res) => void ((await guard(req, res)) && later(req, res))
    expect(await visit(app, '/notes')).toEqual({ status: 200, text: 'poster' })
  })

  it('throws without a guard, and after a guard that has refused', async () => {
    const told: unknown[] = []
    const attempt = (req: forNode.NodeRequest) => {
      try {
        forNode.accessOf(req)
      } catch (error) {
        told.push(error)
      }
    }
    const writer = forNode.requireAccessToken(auth, { scope: 'notes:write' })
    const site = await listen(async (req, res) => {
      attempt(req)
      await writer(req, res)
      attempt(req)
    })
    onTestFinished(() => site.close())
    expect((await fetch(site.origin, { headers: await bearer() })).status).toBe(403)
    expect(told).toEqual([expect.any(Error), expect.any(Error)])
    expect(String(told[0])).toContain('if (await requireAccessToken(auth)(req, res)) handler(req, res)')
  })
})

describe('Hono', () => {
  const guard = forHono.requireAccessToken(auth, { scope: 'notes:read' })
  const subject = (c: Context) => c.text(forHono.accessOf(c).subject)
  const ask = async (app: { request: Hono['request'] }, path: string) => {
    const response = await app.request(path, { headers: await bearer() })
    return { status: response.status, text: await response.text() }
  }

  it('says what the token says behind the guard, in apps inside apps too', async () => {
    const app = new Hono().use('/api/*', guard).route('/api', new Hono().get('/notes', subject))
    expect(await ask(app, '/api/notes')).toEqual({ status: 200, text: 'poster' })
  })

  it('throws on a route without a guard, and says what to do', async () => {
    const app = new Hono()
      .use('/api/*', guard)
      .get('/open', subject)
      .onError((error, c) => c.text(error.message, 500))
    const { status, text } = await ask(app, '/open')
    expect(status).toBe(500)
    expect(text).toContain('no requireAccessToken has let this context through')
  })

  it('leaves c.var.auth to whoever else has it', async () => {
    const app = new Hono<{ Variables: { auth: string } }>()
      .use(async (c, next) => {
        c.set('auth', 'of the app')
        await next()
      })
      .get('/notes', guard, (c) => c.text(c.var.auth))
    expect(await ask(app, '/notes')).toEqual({ status: 200, text: 'of the app' })
    const bare = new Hono().get('/notes', guard, (c) => c.json(Object.keys(c.var)))
    expect(await ask(bare, '/notes')).toEqual({ status: 200, text: '[]' })
  })
})

it('types no route as guarded, and what accessOf gives', () => {
  expectTypeOf<express.Request>().not.toHaveProperty('auth')
  expectTypeOf(forExpress.accessOf).returns.toEqualTypeOf<Access>()
  expectTypeOf(forNode.accessOf).returns.toEqualTypeOf<Access>()
  new Hono().use(forHono.requireAccessToken(auth)).get('/', (c) => {
    expectTypeOf(c.var).not.toHaveProperty('auth')
    expectTypeOf(forHono.accessOf(c)).toEqualTypeOf<Access>()
    return c.body(null)
  })
  // Whatever a handler knows of its route, its request will do.
  const typed: express.RequestHandler<{ id: string }, number, { text: string }, { page: string }> = (req) =>
    forExpress.accessOf(req)
  expect(typed).toBeTypeOf('function')
})
