/**
 * The app that the adapter suite wants, written once for each adapter, and a real socket to put it on.
 *
 * @module
 */
import { once } from 'node:events'
import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { getRequestListener } from '@hono/node-server'
import express, { type Express } from 'express'
import express4 from 'express4'
import { Hono } from 'hono'
import * as forExpress from '../../adapters/express.js'
import * as forHono from '../../adapters/hono.js'
import type { MountOptions } from '../../adapters/mount.js'
import * as forNext from '../../adapters/next.js'
import * as forNode from '../../adapters/node.js'
import { fromRequest, toResponse } from '../../src/edge/fetch.js'
import { createResourceServer } from '../../src/resource/resource-server.js'
import type { AuthorizationServer } from '../../src/server.js'

/** An app around an authorization server, with the three routes of `adapterSuite`. */
export type App = (auth: AuthorizationServer, mount?: MountOptions) => RequestListener

/** Every adapter, and the ways it is mounted. */
export const apps: { readonly [name: string]: App } = {
  'node:http': nodeApp,
  'Express 5': (auth, mount) => expressApp(express, auth, mount),
  'Express 5 after its body parsers': (auth, mount) => expressApp(express, auth, mount, 'parsers first'),
  'Express 4': (auth, mount) => expressApp(express4, auth, mount),
  'Express 4 after its body parsers': (auth, mount) => expressApp(express4, auth, mount, 'parsers first'),
  Hono: (auth, mount) => getRequestListener(honoApp(auth, mount).fetch),
  'the fetch handler': fetchApp,
  'Next route handlers': nextApp,
}

/** Listens on a free port of 127.0.0.1. The app may come later, when the origin is known. */
export async function listen(app?: RequestListener): Promise<{
  readonly origin: string
  readonly port: number
  readonly server: Server
  close(): void
}> {
  const server = createServer(app).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const close = () => {
    server.close()
    server.closeAllConnections()
  }
  return { origin: `http://127.0.0.1:${port}`, port, server, close }
}

function nodeApp(auth: AuthorizationServer, mount?: MountOptions): RequestListener {
  const answer = forNode.nodeListener(auth, mount)
  const guards = {
    GET: forNode.requireAccessToken(auth, { scope: 'notes:read' }),
    POST: forNode.requireAccessToken(auth, { scope: 'notes:write' }),
  }
  return (req, res) =>
    answer(req, res, async () => {
      const { pathname } = new URL(req.url ?? '/', 'http://localhost')
      if (pathname === '/hello') return res.end('hello')
      const guard = pathname === '/api/notes' && guards[req.method === 'POST' ? 'POST' : 'GET']
      if (!guard) return res.writeHead(404).end()
      const access = await guard(req, res)
      return access && res.setHeader('content-type', 'application/json').end(JSON.stringify(access))
    })
}

function expressApp(
  framework: typeof express,
  auth: AuthorizationServer,
  mount?: MountOptions,
  order?: 'parsers first',
): Express {
  const app = framework()
  if (order === 'parsers first') {
    app.use(framework.json(), framework.urlencoded({ extended: true, limit: '64kb' }))
  }
  app.use(forExpress.authorizationServer(auth, mount))
  app.get('/hello', (_, res) => void res.type('text').send('hello'))
  app.get(
    '/api/notes',
    forExpress.requireAccessToken(auth, { scope: 'notes:read' }),
    (req, res) => void res.json(forExpress.accessOf(req)),
  )
  app.post(
    '/api/notes',
    forExpress.requireAccessToken(auth, { scope: 'notes:write' }),
    (req, res) => void res.json(forExpress.accessOf(req)),
  )
  app.use(((error, _req, res, _next) => {
    res.status(error.status ?? 500).send(String(error.message))
  }) satisfies express.ErrorRequestHandler)
  return app
}

function honoApp(auth: AuthorizationServer, options?: forHono.AuthorizationServerOptions) {
  return new Hono()
    .use(forHono.authorizationServer(auth, options))
    .get('/hello', (c) => c.text('hello'))
    .get('/api/notes', forHono.requireAccessToken(auth, { scope: 'notes:read' }), (c) => c.json(forHono.accessOf(c)))
    .post('/api/notes', forHono.requireAccessToken(auth, { scope: 'notes:write' }), (c) => c.json(forHono.accessOf(c)))
}

function fetchApp(auth: AuthorizationServer): RequestListener {
  const api = createResourceServer({ server: auth })
  return getRequestListener(async (request) => {
    const { pathname } = new URL(request.url)
    if (pathname === '/hello') return new Response('hello')
    if (pathname !== '/api/notes') return auth.fetch(request)
    const scope = request.method === 'POST' ? 'notes:write' : 'notes:read'
    const decision = await api.check(fromRequest(request), { scope })
    return decision.ok ? Response.json(decision.access) : toResponse(decision.response)
  })
}

/** Route handlers as Next calls them: by the file that a path belongs to, and then by method; HEAD goes to GET. */
function nextApp(auth: AuthorizationServer, mount?: MountOptions): RequestListener {
  const server = forNext.routeHandlers(auth, mount)
  const notes = {
    GET: forNext.requireAccessToken(auth, { scope: 'notes:read' }, (_, { auth }) => Response.json(auth)),
    POST: forNext.requireAccessToken(auth, { scope: 'notes:write' }, (_, { auth }) => Response.json(auth)),
  }
  const routes: [
    RegExp,
    { [method: string]: (request: Request, context: forNext.RouteContext) => Response | Promise<Response> },
  ][] = [
    [/^(\/tenant)?\/(oauth|\.well-known)\/./, server],
    [/^\/api\/notes$/, notes],
    [/^\/hello$/, { GET: () => new Response('hello') }],
  ]
  return getRequestListener((request) => {
    const { pathname } = new URL(request.url)
    const route = routes.find(([path]) => path.test(pathname))?.[1]
    const handler = route?.[request.method === 'HEAD' ? 'GET' : request.method]
    if (!handler) return new Response(null, { status: route ? 405 : 404 })
    return handler(request, { params: Promise.resolve({}) })
  })
}
