import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { nodeListener } from '../../adapters/node.js'
import { poster } from '../../adapters/testing/server.js'
import { adapterTestServer } from '../../adapters/testing.js'
import type { AuthorizationServer } from '../../src/server.js'
import { type App, apps, listen } from './apps.js'
import { answer, exchange, open } from './raw.js'

const form = 'Content-Type: application/x-www-form-urlencoded'

/** A server that counts the requests it is working on. */
function countingServer(): { auth: AuthorizationServer; pending: () => number; seen: () => number } {
  const auth = adapterTestServer('http://localhost:4433')
  const { handle } = auth
  let pending = 0
  let seen = 0
  const counting: typeof handle = (request) => {
    const response = handle(request)
    if (!response) return null
    pending++
    seen++
    return response.finally(() => pending--)
  }
  // Middlewares know a server by its identity, so this one is changed, not copied.
  Object.assign(auth, { handle: counting })
  return { auth, pending: () => pending, seen: () => seen }
}

async function start(app: App) {
  const server = countingServer()
  const site = await listen(app(server.auth))
  onTestFinished(() => site.close())
  return { ...server, ...site }
}

const parsedFirst = (name: string) => name.includes('parsers')
const own = Object.entries(apps).filter(([name]) => name !== 'the fetch handler' && name !== 'Next route handlers')

describe.each(own)('%s', (name, app) => {
  it('shows two Authorization lines to the token endpoint, which refuses them', async () => {
    const { port } = await start(app)
    const lines = ['POST /oauth/token HTTP/1.1', form, 'Authorization: Basic YTpi', 'Authorization: Basic YTpi']
    const text = await exchange(port, lines, 'grant_type=client_credentials')
    expect(text).toMatch(/^HTTP\/1.1 400 /)
    expect(text).toContain('more than one Authorization header')
  })

  it('shows two Authorization lines to the API, which refuses them', async () => {
    const { port } = await start(app)
    const lines = ['GET /api/notes HTTP/1.1', 'Authorization: Bearer a', 'authorization: Bearer b']
    const text = await exchange(port, lines)
    expect(text).toMatch(/^HTTP\/1.1 400 /)
    expect(text).toContain('error="invalid_request"')
  })

  it('reads a form that comes in pieces, without a length', async () => {
    const { port } = await start(app)
    const head = ['POST /oauth/token HTTP/1.1', 'Host: localhost', form, 'Transfer-Encoding: chunked']
    const text = new URLSearchParams({ grant_type: 'client_credentials', scope: 'notes:read', ...poster }).toString()
    const chunk = (part: string) => `${part.length.toString(16)}\r\n${part}\r\n`
    const socket = await open(port, head, chunk(text.slice(0, 30)))
    await new Promise((resolve) => socket.write(chunk(text.slice(30)), resolve))
    socket.write('0\r\n\r\n')
    expect(await answer(socket)).toMatch(/^HTTP\/1.1 200 /)
    socket.destroy()
  })

  it('leaves nothing pending when the client hangs up in the middle of a body, and goes on', async () => {
    const { port, origin, pending, seen } = await start(app)
    const head = ['POST /oauth/token HTTP/1.1', 'Host: localhost', form, 'Content-Length: 1000']
    const sockets = await Promise.all(Array.from({ length: 5 }, () => open(port, head, 'grant_type=')))
    // With its parsers first the app never asks the server.
    if (!parsedFirst(name)) await vi.waitFor(() => expect([seen(), pending()]).toEqual([5, 5]))
    for (const socket of sockets) socket.destroy()
    await vi.waitFor(() => expect(pending()).toBe(0))
    const response = await fetch(`${origin}/oauth/token`, { method: 'POST', body: new URLSearchParams({ a: 'b' }) })
    expect(response.status).toBe(401)
  })

  it('leaves nothing pending when the client hangs up before the answer', async () => {
    const { port, origin, pending } = await start(app)
    const head = ['POST /oauth/token HTTP/1.1', 'Host: localhost', form, 'Content-Length: 3']
    const sockets = await Promise.all(Array.from({ length: 5 }, () => open(port, head, 'a=b')))
    for (const socket of sockets) socket.destroy()
    await vi.waitFor(() => expect(pending()).toBe(0))
    expect((await fetch(`${origin}/hello`)).status).toBe(200)
  })
})

it('leaves nothing pending when the client has hung up before the server asks for the body', async () => {
  const late: App = (auth) => (req, res) => void req.once('close', () => nodeListener(auth)(req, res))
  const { port, pending, seen } = await start(late)
  const head = ['POST /oauth/token HTTP/1.1', 'Host: localhost', form, 'Content-Length: 1000']
  const socket = await open(port, head, 'grant_type=')
  socket.destroy()
  await vi.waitFor(() => expect([seen(), pending()]).toEqual([1, 0]))
})

// Body parsers wait for the end of what they refuse.
describe.each(own.filter(([name]) => !parsedFirst(name)))('%s', (_, app) => {
  it('refuses a body as soon as too much of it has arrived, before the client has sent the rest', async () => {
    const { port, pending } = await start(app)
    const head = ['POST /oauth/token HTTP/1.1', 'Host: localhost', form]
    for (const length of ['Content-Length: 10000000', 'Transfer-Encoding: chunked']) {
      const body = Buffer.alloc(70_000, 'a')
      const socket = await open(
        port,
        [...head, length],
        length.startsWith('C') ? body : `${(90_000).toString(16)}\r\n${body}`,
      )
      expect(await answer(socket)).toMatch(/^HTTP\/1.1 413 /)
      socket.destroy()
    }
    await vi.waitFor(() => expect(pending()).toBe(0))
  })
})

describe.each(own)('%s', (_, app) => {
  it('lets a client that reads nothing before it has sent everything come to its refusal', async () => {
    const { port } = await start(app)
    const size = 8_000_000
    const socket = await open(port, ['POST /oauth/token HTTP/1.1', 'Host: localhost', form, `Content-Length: ${size}`])
    await new Promise<void>((resolve, reject) => {
      socket.write(Buffer.alloc(size, 'a'), (error) => (error ? reject(error) : resolve()))
    })
    expect(await answer(socket)).toMatch(/^HTTP\/1.1 413 /)
    socket.destroy()
  })
})
