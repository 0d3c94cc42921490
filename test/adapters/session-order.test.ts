/** Where the server stands among the middleware of an Express app. */
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import express, { type RequestHandler } from 'express'
import { afterEach, beforeEach, describe, expect, it, type MockInstance, vi } from 'vitest'
import { authorizationServer } from '../../adapters/express.js'
import { createAuthorizationServer, externalLogin, type ServerEvent } from '../../src/index.js'
import { memoryStorage } from '../../src/storage/memory.js'

let warned: MockInstance
let http: Server
beforeEach(() => {
  warned = vi.spyOn(console, 'warn').mockImplementation(() => {})
})
afterEach(async () => {
  vi.restoreAllMocks()
  http.close()
  http.closeAllConnections()
  await once(http, 'close')
})

type WithSession = express.Request & { session?: { userId?: string } }

/** What express-session does, as far as it matters here. */
function session(): RequestHandler {
  const sessions = new Map<string, { userId?: string }>()
  return (req, res, next) => {
    let id = /(?:^|; )sid=([^;]+)/.exec(req.headers.cookie ?? '')?.[1]
    if (id === undefined || !sessions.has(id)) {
      id = randomUUID()
      sessions.set(id, {})
      res.append('set-cookie', `sid=${id}; Path=/; HttpOnly`)
    }
    Object.assign(req, { session: sessions.get(id) })
    next()
  }
}

/** An app whose login page logs everybody in at once, and a browser that follows redirects as far as the client. */
async function visit(order: 'before' | 'after', logsIn = true): Promise<{ location: string; events: ServerEvent[] }> {
  const events: ServerEvent[] = []
  const app = express()
  http = createServer(app).listen(0)
  await once(http, 'listening')
  const issuer = `http://localhost:${(http.address() as AddressInfo).port}`
  const auth = createAuthorizationServer({
    issuer,
    storage: memoryStorage(),
    users: externalLogin<WithSession>({ current: ({ native }) => native.session?.userId, loginUrl: '/login' }),
    resources: { [`${issuer}/api`]: { scopes: { read: 'Read' } } },
    clients: [
      {
        client_id: 'app',
        client_secret: 'app-secret-app-secret-app-secret-app',
        redirect_uris: ['https://app.example.com/cb'],
        default_scope: 'read',
        first_party: true,
      },
    ],
    onEvent: (event) => events.push(event),
  })
  if (order === 'before') app.use(session())
  app.use(authorizationServer(auth))
  if (order === 'after') app.use(session())
  app.get('/login', (req: WithSession, res) => {
    if (logsIn && req.session) req.session.userId = 'ada'
    res.redirect(303, String(req.query.return_to))
  })

  const cookies = new Map<string, string>()
  const query = { client_id: 'app', redirect_uri: 'https://app.example.com/cb', response_type: 'code' }
  const pkce = { code_challenge: 'x'.repeat(43), code_challenge_method: 'S256' }
  let location = `${issuer}/oauth/authorize?${new URLSearchParams({ ...query, ...pkce })}`
  for (let hops = 0; hops < 12 && location.startsWith(issuer); hops++) {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const response = await fetch(location, { redirect: 'manual', headers: { cookie } })
    for (const line of response.headers.getSetCookie()) {
      const [name = '', value = ''] = line.split(';', 1)[0]?.split(/=(.*)/) ?? []
      cookies.set(name, value)
    }
    await response.text()
    location = new URL(response.headers.get('location') ?? 'about:blank', location).href
  }
  return { location, events }
}

const said = () => warned.mock.calls.map((call) => call.join(' '))

describe('the session middleware of an Express app', () => {
  it('after the server is named once on the console, with the cure, and in the refusal', async () => {
    const { location, events } = await visit('after')
    expect(new URL(location).searchParams.get('error')).toBe('login_required')
    await vi.waitFor(() => expect(said()).toHaveLength(2))
    expect(
      said().filter((line) => line.includes('app.use(session(…))`, then `app.use(authorizationServer(auth))')),
    ).toHaveLength(1)
    expect(said()[0]).toContain('Somebody came back from loginUrl, and users.current finds nobody')
    expect(said()[1]).toContain('login_no_login')
    expect(events).toEqual([
      expect.objectContaining({
        type: 'refused',
        reason: 'login_no_login',
        clientId: 'app',
        redirectUri: 'https://app.example.com/cb',
        hint: expect.stringContaining('mount the session middleware before the server'),
      }),
    ])
  })

  it('before the server works without a word', async () => {
    const { location, events } = await visit('before')
    expect(new URL(location).searchParams.get('code')).toBeTypeOf('string')
    expect(events).toMatchObject([{ type: 'code_issued', subject: 'ada', clientId: 'app' }])
    expect(said()).toEqual([])
  })

  it('is not blamed before somebody has come back', async () => {
    const { location } = await visit('before', false)
    expect(new URL(location).searchParams.get('error')).toBe('login_required')
    await vi.waitFor(() => expect(said()).toHaveLength(2))
    expect(said()[0]).toContain('If that is so each time')
  })
})
