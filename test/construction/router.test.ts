/**
 * From a request to its endpoint: methods, CORS, addresses, and what happens to whatever is thrown.
 */
import { describe, expect, it } from 'vitest'
import type { ServerOptions } from '../../src/construction/options.js'
import { OAuthError } from '../../src/edge/errors.js'
import type { HttpRequest } from '../../src/edge/message.js'
import { deploymentOf } from '../../src/points/deployments.js'
import { nextTurn } from '../../src/runtime/turn.js'
import { memoryStorage } from '../../src/storage/memory.js'
import { passwordLogin } from '../../src/users/password.js'
import { authorizeUrl, harness, ISSUER, pkce } from '../support/harness.js'

const { challenge } = pkce()

function message(
  url: string,
  changes: Partial<HttpRequest> & { headers?: Record<string, string[]> } = {},
): HttpRequest {
  const { headers = {}, ...rest } = changes
  return {
    method: 'GET',
    url,
    headerValues: (name) => headers[name] ?? [],
    body: async () => new Uint8Array(),
    native: null,
    ...rest,
  }
}

describe('a path', () => {
  const h = harness()

  it.each([
    '/',
    '/oauth',
    '/oauth/',
    '/oauth/token//',
    '/oauth//token/',
    '/oauth/token/x/',
    '/oauth/token/;',
    '/oauth/token%2F',
    '/oauth/tokenx',
    '/OAuth/token',
    '//oauth/token',
    '/api/oauth/token',
    '/oauth/token;x',
    '/.well-known/',
    '/.well-known/oauth-authorization-server/x',
    '/.well-known/oauth-authorization-server//',
    '/__proto__',
    '/constructor',
  ])('that is none of the server’s (%s) goes on to the app', (path) => {
    expect(h.server.handle(message(path))).toBeNull()
  })

  it.each([
    ['https://auth.example.com', ''],
    ['https://auth.example.com/', ''],
    ['https://auth.example.com/tenant', '/tenant'],
    ['https://auth.example.com/tenant/', '/tenant'],
  ])('of the server at %s may have one slash at its end, with which nothing else is answered', async (issuer, base) => {
    const { server } = harness({ issuer, users: passwordLogin({ verify: () => null }) })
    const names = ['authorize', 'login', 'consent', 'apps', 'logout', 'token', 'revoke', 'introspect', 'jwks']
    const metadata = '/.well-known/oauth-authorization-server'
    for (const path of [...names.map((name) => `${base}/oauth/${name}`), base + metadata, metadata + base]) {
      for (const method of ['GET', 'POST', 'OPTIONS', 'HEAD', 'PUT']) {
        const [without, slash] = await Promise.all(
          [path, `${path}/`].map((url) => server.handle(message(`${url}?a=/`, { method }))),
        )
        expect(without, path).not.toBeNull()
        expect([slash?.status, slash?.headers.length], `${method} ${path}/`).toEqual([
          without?.status,
          without?.headers.length,
        ])
      }
      expect(server.handle(message(`${path}//`)), `${path}//`).toBeNull()
    }
  })

  it('that is none of the server’s is 404 for fetch', async () => {
    const response = await h.server.fetch(new Request(`${ISSUER}/nothing`))
    expect([response.status, await response.text()]).toEqual([404, 'Not Found'])
  })

  it('may have a query with further question marks', async () => {
    expect((await h.server.handle(message('/oauth/jwks?a=?b')))?.status).toBe(200)
  })
})

describe('HEAD', () => {
  it.each(['/oauth/jwks', '/.well-known/oauth-authorization-server'])(
    '%s answers like GET, without the body',
    async (path) => {
      const h = harness()
      const [get, head] = await Promise.all(
        ['GET', 'HEAD'].map((method) => h.server.fetch(new Request(ISSUER + path, { method }))),
      )
      expect(head?.status).toBe(200)
      expect([...(head?.headers ?? [])]).toEqual([...(get?.headers ?? [])])
      expect(await head?.text()).toBe('')
    },
  )
})

describe('CORS', () => {
  const open = ['/oauth/token', '/oauth/revoke', '/oauth/jwks', '/.well-known/oauth-authorization-server']
  const origin = { origin: 'https://spa.example.com' }

  it.each(open)('%s answers a preflight: any origin, no credentials, the headers that it asks for', async (path) => {
    const { server } = harness()
    const asks = {
      ...origin,
      'access-control-request-headers': 'content-type, mcp-protocol-version,X-B3 , a b, é, authorization',
    }
    const response = await server.fetch(new Request(ISSUER + path, { method: 'OPTIONS', headers: asks }))
    expect(response.status).toBe(204)
    expect(response.headers.get('access-control-allow-origin')).toBe('*')
    expect(response.headers.get('access-control-allow-methods')).toBe(/token|revoke/.test(path) ? 'POST' : 'GET')
    expect(response.headers.get('access-control-allow-headers')).toBe(
      'authorization, content-type, mcp-protocol-version, X-B3',
    )
    expect(response.headers.get('access-control-allow-credentials')).toBeNull()
  })

  it.each(open)('%s lets scripts read its answers, errors too, and the challenge in them', async (path) => {
    const method = /token|revoke/.test(path) ? 'POST' : 'GET'
    const response = await harness().server.fetch(new Request(ISSUER + path, { method, headers: origin }))
    expect(response.headers.get('access-control-allow-origin')).toBe('*')
    expect(response.headers.get('access-control-expose-headers')).toBe('www-authenticate, retry-after')
    expect(response.headers.get('access-control-allow-credentials')).toBeNull()
  })

  it.each(['/oauth/authorize', '/oauth/consent', '/oauth/introspect'])('%s has none', async (path) => {
    const { server } = harness()
    for (const method of ['OPTIONS', 'GET', 'POST']) {
      const response = await server.fetch(new Request(ISSUER + path, { method, headers: origin }))
      expect([...response.headers.keys()].filter((name) => name.startsWith('access-control'))).toEqual([])
    }
  })
})

describe('trustProxy', () => {
  async function addressSeen(trustProxy: number, lines: string[], address: string | undefined = '10.0.0.1') {
    let seen: string | undefined
    const h = harness({
      trustProxy,
      users: {
        async current({ request }) {
          seen = request.address
          return null
        },
        challenge: async () => ({ status: 200, headers: [], body: '' }),
      },
    })
    await h.server.handle(message(authorizeUrl(challenge), { address, headers: { 'x-forwarded-for': lines } }))
    return seen
  }

  it('0 believes only the socket', async () => {
    expect(await addressSeen(0, ['6.6.6.6'])).toBe('10.0.0.1')
  })

  it('1 believes what the proxy appended, and nothing that stands left of it', async () => {
    expect(await addressSeen(1, ['6.6.6.6, 203.0.113.9'])).toBe('203.0.113.9')
  })

  it('2 believes two proxies', async () => {
    expect(await addressSeen(2, ['6.6.6.6, 203.0.113.9, 10.0.0.2'])).toBe('203.0.113.9')
  })

  it('counts across several header lines', async () => {
    expect(await addressSeen(1, ['6.6.6.6', '203.0.113.9'])).toBe('203.0.113.9')
  })

  it('falls back to the socket when there are fewer entries than proxies', async () => {
    expect(await addressSeen(2, ['6.6.6.6'])).toBe('10.0.0.1')
    expect(await addressSeen(1, [])).toBe('10.0.0.1')
  })
})

describe('the time of a request', () => {
  const { settlesByItself: _, ...waiting } = memoryStorage()
  const hanging = (changes: Partial<ServerOptions>) =>
    harness({ users: { current: () => new Promise(() => {}), challenge: async () => expect.fail() }, ...changes })

  it('is 8/3 of what one verb of the storage may take: 8 seconds', async () => {
    const { settings } = deploymentOf(harness().server)
    expect([settings.storageTimeout, settings.requestTimeout]).toEqual([3000, 8000])
    const h = hanging({ storage: waiting, storageTimeout: 0.03 })
    const response = await h.browser().get(authorizeUrl(pkce().challenge))
    expect([response.status, response.headers.get('retry-after')]).toEqual([503, '1'])
    expect(h.events.at(-1)).toMatchObject({ type: 'failed', endpoint: 'authorize' })
  })

  it('ends for a page of the app’s own that hangs, too: then the one that ships is shown', async () => {
    const pages = { render: () => new Promise<never>(() => {}) }
    const h = harness({ storage: waiting, storageTimeout: 0.03, pages })
    const response = await h.browser().get(authorizeUrl(pkce().challenge))
    expect(response.status).toBe(503)
    expect(await response.text()).toContain('Too busy at the moment')
  })

  it('is not watched where the storage never waits', async () => {
    const timers = () => process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length
    // Those of the tests before run out first.
    while (timers() > 0) await nextTurn()
    const h = hanging({ purge: false })
    void h.browser().get(authorizeUrl(pkce().challenge))
    await nextTurn()
    expect(timers()).toBe(0)
    const watched = hanging({ storage: waiting, storageTimeout: 0.03, purge: false })
    const answer = watched.browser().get(authorizeUrl(pkce().challenge))
    await nextTurn()
    expect(timers()).toBe(1)
    await answer
  })
})

it.each([{}, { trustProxy: 1 }])(
  'nothing is done before the adapter has gathered what arrives, with %j',
  async (more) => {
    const h = harness(more)
    let begin = () => {}
    const ready = () =>
      new Promise<void>((resolve) => {
        begin = resolve
      })
    let isAsked = false
    const body = async () => {
      isAsked = true
      return new Uint8Array()
    }
    const headers = { 'content-type': ['application/x-www-form-urlencoded'] }
    const answer = h.server.handle(message('/oauth/token', { method: 'POST', ready, body, headers }))
    await nextTurn()
    expect(isAsked).toBe(false)
    begin()
    expect((await answer)?.status).toBe(401)
    expect(isAsked).toBe(true)
  },
)

describe('whatever is thrown', () => {
  const CANARY = 'canary-/home/app/secret.ts:1:1'
  const boom = (): never => {
    throw Object.assign(new Error(CANARY), { stack: CANARY, status: 200, headers: [['x-canary', CANARY]] })
  }
  const users = { current: async () => null, challenge: async () => ({ status: 200, headers: [], body: '' }) }

  const cases: [string, Partial<ServerOptions>, string, RequestInit][] = [
    ['by users.current', { users: { ...users, current: async () => boom() } }, authorizeUrl(challenge), {}],
    ['by users.challenge', { users: { ...users, challenge: async () => boom() } }, authorizeUrl(challenge), {}],
    ['at once by users.current', { users: { ...users, current: boom } }, authorizeUrl(challenge), {}],
    [
      'by clientClaims',
      { clientClaims: boom },
      '/oauth/token',
      {
        method: 'POST',
        body: 'grant_type=client_credentials&client_id=c&client_secret=secret-secret-secret-secret-secret-1',
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
      },
    ],
  ]
  const client = {
    client_id: 'c',
    client_secret: 'secret-secret-secret-secret-secret-1',
    token_endpoint_auth_method: 'client_secret_post',
    grant_types: ['client_credentials'],
    default_scope: 'read',
  } as const

  it.each(cases)('%s never reaches the wire, and is in the event', async (_, options, url, init) => {
    const { clients } = await import('../support/harness.js')
    const h = harness({ ...options, clients: [client, clients.web] })
    const response = await h.server.fetch(new Request(ISSUER + url, init))
    expect(response.status).toBe(500)
    const text = await response.text()
    expect(text + JSON.stringify([...response.headers])).not.toContain('canary')
    expect(h.events.at(-1)).toMatchObject({ type: 'failed', cause: { message: CANARY } })
    if (url.startsWith('/oauth/token')) {
      expect(JSON.parse(text)).toEqual({ error: 'server_error', error_description: expect.any(String) })
    } else {
      expect(response.headers.get('content-type')).toMatch(/^text\/html/)
    }
  })

  it.each([
    ['nothing', undefined],
    ['null', null],
    ['a string', 'canary'],
    ['an object', { status: 200, body: 'canary' }],
  ])('never reaches the wire even if it is no error: %s', async (_, thrown) => {
    const h = harness({ users: { ...users, current: () => Promise.reject(thrown) } })
    const response = await h.server.fetch(new Request(ISSUER + authorizeUrl(challenge)))
    expect(response.status).toBe(500)
    expect(await response.text()).not.toContain('canary')
  })

  it('by the body of a request is a server_error', async () => {
    const h = harness()
    const headers = { 'content-type': ['application/x-www-form-urlencoded'] }
    const response = await h.server.handle(
      message('/oauth/token', { method: 'POST', headers, body: async () => boom() }),
    )
    expect(response?.status).toBe(500)
    expect(response?.body).not.toContain('canary')
  })

  it('even by the source of randomness: handle never rejects', async () => {
    const h = harness({ randomBytes: boom })
    for (const url of [authorizeUrl(challenge), '/oauth/jwks']) {
      const response = await h.server.fetch(new Request(ISSUER + url))
      expect(response.status).toBe(500)
      expect(await response.text()).not.toContain('canary')
    }
  })

  it('has the same reference on the page and in the event', async () => {
    const h = harness({ users: { ...users, current: async () => boom() } })
    const text = await (await h.server.fetch(new Request(ISSUER + authorizeUrl(challenge)))).text()
    const event = h.events.at(-1)
    const reference = event?.type === 'failed' ? event.reference : ''
    expect(reference).toMatch(/^[\w-]{12}$/)
    expect(text).toContain(reference)
  })
})

describe('an answer with the status 401', () => {
  const saying = (headers: [string, string][]): ServerOptions['features'] => [
    {
      name: 'strict',
      endpoints: () => [
        {
          name: 'strict',
          paths: ['/oauth/strict'],
          methods: { GET: () => ({ status: 401, headers, body: '' }) },
          answers: 'json',
          cors: true,
        },
      ],
    },
  ]
  const challengesOf = async (h: ReturnType<typeof harness>, url: string) =>
    (await h.server.handle(message(url)))?.headers.filter(([name]) => name.toLowerCase() === 'www-authenticate')

  it('of a feature has a challenge, its own if it has one', async () => {
    const client = [['www-authenticate', 'Client realm="client"']]
    expect(await challengesOf(harness({ features: saying([]) }), '/oauth/strict')).toEqual(client)
    const own: [string, string] = ['WWW-Authenticate', 'Own realm="x"']
    expect(await challengesOf(harness({ features: saying([own]) }), '/oauth/strict')).toEqual([own])
  })

  it.each([
    ['invalid_token', 401, [['www-authenticate', 'Client realm="client"']]],
    // What is wrong with a client is told to a person as a mistake of the app's.
    ['invalid_client', 400, []],
  ] as const)('that a hook of the app wants (%s) has one, also as a page', async (code, status, challenges) => {
    const users = {
      current: () => {
        throw new OAuthError(code, 'No.')
      },
      challenge: () => {
        throw new Error('Nobody asks')
      },
    }
    const h = harness({ users })
    expect((await h.server.handle(message('/oauth/apps')))?.status).toBe(status)
    expect(await challengesOf(h, '/oauth/apps')).toEqual(challenges)
  })
})

describe('a form that a body parser has read already', () => {
  const form = (fields: Record<string, unknown>) =>
    message('/oauth/token', {
      method: 'POST',
      headers: { 'content-type': ['application/x-www-form-urlencoded'] },
      body: async () => ({ form: fields }),
    })
  const machine = { client_id: 'spa', grant_type: 'refresh_token' }

  it('is read', async () => {
    const response = await harness().server.handle(form({ ...machine, refresh_token: 'x' }))
    expect([response?.status, JSON.parse(response?.body ?? '')]).toMatchObject([400, { error: 'invalid_grant' }])
  })

  it.each([
    ['a list', { refresh_token: ['x', 'y'] }],
    ['an object', { refresh_token: { $gt: '' } }],
    ['a number', { refresh_token: 1 }],
    ['null', { refresh_token: null }],
    ['a list of objects', { refresh_token: [{ a: 1 }] }],
    ['an object in a parameter that nobody knows', { refresh_token: 'x', filter: { a: 1 } }],
  ])('is an invalid_request when a value is %s', async (_, fields) => {
    const response = await harness().server.handle(form({ ...machine, ...fields }))
    expect([response?.status, JSON.parse(response?.body ?? '')]).toMatchObject([400, { error: 'invalid_request' }])
  })
})
