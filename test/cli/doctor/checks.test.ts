/** Each check, with canned answers: it is content where nothing is wrong, and says what came, what is right and what to change where something is. */
import { describe, expect, it } from 'vitest'
import { checks } from '../../../src/cli/doctor/checks.js'
import type { Exchange } from '../../../src/cli/doctor/exchange.js'
import type { Finding } from '../../../src/cli/doctor/finding.js'
import type { Registered, World } from '../../../src/cli/doctor/world.js'
import {
  answered,
  challenged,
  exchange,
  found,
  ISSUER,
  judge,
  knownClient,
  MCP,
  NOW,
  noAnswer,
  notFound,
  preflight,
  RESOURCE_URL,
  resourceMetadata,
  resourceWith,
  SERVER_URL,
  serverWith,
  visited,
} from './world.js'

type Case = readonly [what: string, changed: Partial<World>, received: string]

const seenToFail = new Set<string>()

/** Every case has words for what came, and the two that help. */
function cases(name: string, status: Finding['status'], all: readonly Case[]): void {
  if (status === 'failed') seenToFail.add(name)
  it.each(all)(`${status}: %s`, (_, changed, received) => {
    const finding = judge(name, changed)
    expect(finding).toMatchObject({ status, received: expect.stringContaining(received) })
    if (status !== 'failed' && status !== 'warning') return
    expect(finding.right).toMatch(/./)
    expect(finding.change).toMatch(/./)
  })
}

describe('every check', () => {
  it('is content with a deployment where nothing is wrong, or not needed', () => {
    const statuses = checks.map(({ name }) => [name, judge(name).status])
    expect(Object.fromEntries(statuses)).toEqual({
      ...Object.fromEntries(checks.map(({ name }) => [name, 'ok'])),
      CORS: 'not_needed',
    })
  })

  it('goes on without metadata of the server, and says that it could not look', () => {
    const changed = {
      serverMetadata: notFound(exchange({ url: SERVER_URL, status: 404 })),
      ...{ way: undefined, clientId: undefined, visits: [], silentVisit: null, token: null },
    }
    for (const name of ['issuer', 'PKCE', 'auth', 'client', 'redirect', 'token', 'cookies'])
      expect(judge(name, changed).status, name).toBe('not_reached')
  })

  it('is seen to fail below', () => {
    expect([...seenToFail]).toEqual(checks.map(({ name }) => name))
  })

  it('has headings that fit into a narrow table, and differ', () => {
    for (const { name, short } of checks) {
      expect(short.length).toBeLessThanOrEqual(5)
      expect(name.length).toBeLessThanOrEqual(9)
    }
    expect(new Set(checks.map(({ short }) => short)).size).toBe(checks.length)
  })
})

describe('challenge', () => {
  const status = (code: number, headers: readonly (readonly [string, string])[] = []) => ({
    challenge: exchange({ method: 'POST', url: MCP, status: code, headers }),
  })
  const nowhere = { resourceMetadata: notFound(exchange({ url: RESOURCE_URL, status: 404 })) }
  cases('challenge', 'failed', [
    ['200 without a token', status(200), 'answered 200'],
    ['403 in place of 401', status(403), 'answered 403'],
    ['404', status(404), 'answered 404'],
    ['a redirect', status(307, [['location', '/mcp/']]), '307 to https://notes.example.com/mcp/'],
    ['no answer', { challenge: noAnswer('timeout', MCP) }, 'no answer within 10 s'],
    ['401 without a challenge', status(401), 'without WWW-Authenticate'],
    ['401 with Basic alone', status(401, [['www-authenticate', 'Basic realm="x"']]), 'Basic realm'],
    [
      'no resource_metadata, and none elsewhere',
      { challenge: challenged('Bearer realm="api"'), ...nowhere },
      'without resource_metadata',
    ],
    ['a path in resource_metadata', { challenge: challenged('Bearer resource_metadata="/x"') }, '"/x"'],
  ])
  cases('challenge', 'warning', [
    [
      'no resource_metadata, and the client finds them',
      { challenge: challenged('Bearer realm="api"') },
      'without resource_metadata',
    ],
    [
      'Bearer behind another',
      { challenge: challenged(`Basic realm="x", Bearer resource_metadata="${RESOURCE_URL}"`) },
      'Basic',
    ],
  ])
})

describe('resource', () => {
  const gemini = { client: knownClient('gemini-cli') }
  cases('resource', 'failed', [
    [
      'nothing is there',
      { resourceMetadata: notFound(exchange({ url: RESOURCE_URL, status: 404 })) },
      `${RESOURCE_URL}: 404`,
    ],
    [
      'an app answers every path with its page',
      { resourceMetadata: notFound(exchange({ url: RESOURCE_URL })) },
      '200 text/html',
    ],
    [
      'another resource',
      resourceWith({ resource: 'https://notes.example.com/other' }),
      'https://notes.example.com/other',
    ],
    ['a slash at the end, at a client that compares exactly', resourceWith({ resource: `${MCP}/` }), `${MCP}/`],
    ['no resource', resourceWith({ resource: undefined }), 'missing'],
    ['no server', resourceWith({ authorization_servers: [] }), '[]'],
    ['a server that is no URL', resourceWith({ authorization_servers: ['auth'] }), '["auth"]'],
    [
      'metadata of another origin, at a client that takes no other',
      { ...gemini, resourceMetadata: found('https://other.example.com/x', resourceMetadata) },
      'https://other.example.com/x',
    ],
  ])
  cases('resource', 'warning', [
    ['offline_access is not the resource’s', resourceWith({ scopes_supported: ['offline_access'] }), 'offline_access'],
  ])
  it('compares as the client does', () => {
    const slash = resourceWith({ resource: 'https://NOTES.example.com/mcp' })
    expect(judge('resource', slash).status).toBe('failed')
    expect(judge('resource', { ...slash, ...gemini }).status).toBe('ok')
    const shorter = resourceWith({ resource: 'https://notes.example.com/' })
    expect(judge('resource', { ...shorter, ...gemini }).status).toBe('failed')
    expect(judge('resource', { ...shorter, client: knownClient('typescript-sdk-2') }).status).toBe('ok')
  })
})

describe('metadata', () => {
  const tried = (...all: readonly Exchange[]) => ({ serverMetadata: notFound(...all) })
  const at = (status: number) => exchange({ url: SERVER_URL, status })
  cases('metadata', 'failed', [
    ['404 everywhere', tried(at(404), exchange({ url: `${ISSUER}/x`, status: 404 })), `${ISSUER}/x: 404`],
    ['a page in place of JSON', tried(at(200)), '200 text/html'],
    ['an error of a proxy', tried(at(502)), '502'],
    ['no answer', tried(noAnswer('timeout', SERVER_URL)), 'no answer'],
    [
      'a redirect to another host',
      tried(exchange({ url: SERVER_URL, status: 302, headers: [['location', 'https://www.example.com/x']] })),
      '302 to https://www.example.com/x',
    ],
    ['no token endpoint', serverWith({ token_endpoint: undefined }), 'no token_endpoint'],
    ['a path as endpoint', serverWith({ authorization_endpoint: '/authorize' }), 'no authorization_endpoint'],
    ['no code', serverWith({ response_types_supported: ['token'] }), 'code'],
    ['an issuer that is no URL', { issuer: 'auth', serverMetadata: { tries: [], found: null } }, 'auth is no URL'],
  ])
  it('is content with a 404 before the right one, and not with an error before it', () => {
    const { tries, found: last } = found(SERVER_URL, { ...serverWith({}).serverMetadata.found?.json })
    const preceded = (status: number) => ({
      serverMetadata: { tries: [...notFound(exchange({ url: `${ISSUER}/x`, status })).tries, ...tries], found: last },
    })
    expect(judge('metadata', preceded(404)).status).toBe('ok')
    expect(judge('metadata', preceded(500)).status).toBe('failed')
  })
})

describe('issuer', () => {
  cases('issuer', 'failed', [
    ['a slash at the end', serverWith({ issuer: `${ISSUER}/` }), `"${ISSUER}/"`],
    ['no issuer', serverWith({ issuer: undefined }), 'missing'],
    ['an answer without iss', { silentVisit: answered('error=login_required') }, 'iss=null'],
    [
      'an answer with another iss',
      { silentVisit: answered('error=login_required&iss=https://x.example') },
      'https://x.example',
    ],
    [
      'iss is not announced, at a client that wants it in any case',
      {
        client: knownClient('gemini-cli'),
        silentVisit: null,
        ...serverWith({ authorization_response_iss_parameter_supported: undefined }),
      },
      'is not true',
    ],
  ])
  cases('issuer', 'warning', [
    [
      'a slash, at a client that compares nothing',
      { client: knownClient('typescript-sdk-1'), ...serverWith({ issuer: `${ISSUER}/` }) },
      `${ISSUER}/`,
    ],
    ['iss is not announced', serverWith({ authorization_response_iss_parameter_supported: undefined }), 'is not true'],
  ])
})

describe('PKCE', () => {
  cases('PKCE', 'failed', [
    ['no methods', serverWith({ code_challenge_methods_supported: undefined }), 'missing'],
    ['plain alone', serverWith({ code_challenge_methods_supported: ['plain'] }), '["plain"]'],
  ])
})

describe('auth', () => {
  cases('auth', 'failed', [
    [
      'no `none`',
      serverWith({ token_endpoint_auth_methods_supported: ['client_secret_basic'] }),
      '["client_secret_basic"]',
    ],
    [
      'nothing, which means a secret',
      serverWith({ token_endpoint_auth_methods_supported: undefined }),
      'client_secret_basic',
    ],
    [
      'not the algorithm of the assertion',
      {
        client: knownClient('chatgpt'),
        ...serverWith({ token_endpoint_auth_signing_alg_values_supported: ['ES256'] }),
      },
      '["ES256"]',
    ],
  ])
  it('is content with the next way that the client knows', () => {
    const without = serverWith({ token_endpoint_auth_methods_supported: ['none'] })
    expect(judge('auth', { client: knownClient('chatgpt'), ...without })).toMatchObject({
      status: 'ok',
      received: 'none',
    })
  })
})

/** Cursor, which registers three redirect URIs of three kinds. */
const cursorUris = [
  'cursor://anysphere.cursor-mcp/oauth/callback',
  'https://www.cursor.com/agents/mcp/oauth/callback',
  'http://localhost:8787/callback',
]
function registered(status: number, body: unknown, changed: Partial<Registered> = {}): Partial<World> {
  const client = knownClient('cursor')
  return {
    client,
    way: client.identifies.find(({ by }) => by === 'registration'),
    clientId: status === 201 ? 'c1' : undefined,
    registered: {
      request: {
        redirect_uris: cursorUris,
        token_endpoint_auth_method: 'none',
        grant_types: ['authorization_code', 'refresh_token'],
      },
      exchange: exchange({ method: 'POST', url: `${ISSUER}/oauth/register`, status, body }),
      dryRun: false,
      removal: { state: 'nothing' },
      ...changed,
    },
  }
}

describe('client', () => {
  const refusal = '<style>p { }</style><h1>No</h1><p>The document says &quot;no&quot;.</p>'
  const made = (body: object) => registered(201, { client_id: 'c1', redirect_uris: cursorUris, ...body })
  cases('client', 'failed', [
    [
      'neither documents nor registration',
      {
        way: undefined,
        ...serverWith({ client_id_metadata_document_supported: false, registration_endpoint: undefined }),
      },
      'client_id_metadata_document_supported: false; registration_endpoint: missing',
    ],
    ['the document is refused', { visits: [visited({ status: 400, body: refusal })] }, 'No The document says "no".'],
    [
      'all or nothing',
      registered(400, { error: 'invalid_redirect_uri', error_description: 'no dot' }),
      'invalid_redirect_uri: no dot',
    ],
    ['a token is wanted', registered(401, { error: 'invalid_token' }), 'answered 401'],
    ['too many', registered(429, 'slow down'), 'answered 429'],
    ['a page', registered(200, '<p>hello'), 'answered 200'],
    ['no client_id', registered(201, {}), 'without client_id'],
    ['none of its URIs', made({ redirect_uris: ['https://x.example'] }), 'https://x.example'],
    ['a secret in place of none', made({ token_endpoint_auth_method: 'client_secret_basic' }), 'client_secret_basic'],
    ['no answer', registered(0, '', { exchange: noAnswer('unreachable') }), 'no connection'],
  ])
  cases('client', 'warning', [
    ['one URI is left out', made({ redirect_uris: cursorUris.slice(1) }), 'cursor://anysphere.cursor-mcp'],
    ['no refresh', made({ grant_types: ['authorization_code'] }), '["authorization_code"]'],
  ])
  cases('client', 'ok', [
    ['it is registered', made({}), '201'],
    ['a dry run', registered(200, { redirect_uris: cursorUris }, { dryRun: true }), 'as a dry run'],
    [
      'the document is taken, and something else is wrong',
      { visits: [answered('error=invalid_scope')] },
      'https://claude.ai/',
    ],
  ])
  it('knows of which document a copy ships', () => {
    const refused = { visits: [visited({ status: 400, body: refusal })] }
    expect(judge('client', refused).change).toContain('takes the copy that it ships with')
    const [{ url: clientId } = { url: '' }] = knownClient('cursor').documents
    const other = { ...refused, client: knownClient('cursor'), clientId }
    expect(judge('client', other).change).toContain('no copy of this one ships')
  })
  it('names the option for a redirect URI whose scheme has no dot', () => {
    expect(judge('client', made({ redirect_uris: cursorUris.slice(1) })).change).toContain(
      `privateUseRedirectUris: ['${cursorUris[0]}']`,
    )
  })
  it('says that it is not known what a client registers', () => {
    const { registered: _, ...rest } = made({})
    expect(judge('client', { ...rest, registered: null }).status).toBe('not_reached')
  })
})

describe('redirect', () => {
  cases('redirect', 'failed', [
    [
      'one of several is refused',
      { visits: [visited(), visited({ status: 400, body: 'redirect_uri' }, 'http://localhost/x')] },
      'http://localhost/x: 400',
    ],
    ['the scope is refused', { visits: [answered('error=invalid_scope&error_description=no')] }, 'invalid_scope: no'],
    ['the resource is refused', { visits: [answered('error=invalid_target')] }, 'invalid_target'],
    [
      'the login page is broken',
      { visits: [{ ...visited(), hops: [exchange({ status: 303 }), exchange({ status: 500 })] }] },
      '500',
    ],
    ['no answer', { visits: [{ ...visited(), hops: [noAnswer('timeout')] }] }, 'no answer'],
    [
      'a client that was registered by hand is unknown',
      {
        way: { by: 'static', when: [], source: knownClient('claude').authentication.source },
        visits: [visited({ status: 400 })],
      },
      '400',
    ],
  ])
  cases('redirect', 'ok', [
    [
      'a login elsewhere',
      { visits: [visited({ status: 303, headers: [['location', 'https://login.example.com/']] })] },
      '',
    ],
    ['an answer with a code', { visits: [answered('code=1')] }, ''],
  ])
  cases('redirect', 'not_reached', [
    ['the document was refused', { visits: [visited({ status: 400 })] }, 'the client was refused'],
    [
      'no resource is known',
      { target: { kind: 'issuer', url: ISSUER }, visits: [answered('error=invalid_target')] },
      'MCP endpoint',
    ],
  ])
  it('takes the word of a dry run', () => {
    const dry = (uris: readonly string[]) => ({
      ...registered(200, { redirect_uris: uris }, { dryRun: true }),
      ...{ visits: [], untried: 'it cannot be removed' },
    })
    expect(judge('redirect', dry(cursorUris))).toMatchObject({
      status: 'not_reached',
      received: expect.stringMatching(/takes them all; .*not tried, because it cannot be removed$/),
    })
    const less = dry(cursorUris.slice(1))
    const left = { status: 'warning', received: expect.stringContaining('cursor://') }
    expect(judge('redirect', less)).toMatchObject(left)
    // Also where a client that stood in could come with the others.
    const stoodIn = { clientId: 'c2', visits: [visited({}, cursorUris[1]), visited({}, cursorUris[2])] }
    expect(judge('redirect', { ...less, ...stoodIn })).toMatchObject(left)
    expect(judge('redirect', { ...dry(cursorUris), ...stoodIn }).status).toBe('ok')
    const refused = { visits: [visited({ status: 400 }, cursorUris[1])] }
    expect(judge('redirect', { ...less, ...stoodIn, ...refused }).status).toBe('failed')
  })
})

describe('token', () => {
  const came = (status: number, body: unknown) => ({ token: exchange({ method: 'POST', status, body }) })
  cases('token', 'failed', [
    ['a page', came(200, '<p>hello'), 'answered 200'],
    ['404', came(404, '<p>nothing here'), 'answered 404'],
    ['403 of a firewall', came(403, { error: 'forbidden' }), 'answered 403'],
    ['a redirect', { token: exchange({ status: 308, headers: [['location', '/token/']] }) }, '308 to'],
    ['no answer', { token: noAnswer('timeout') }, 'no answer'],
    ['a client that was taken before is unknown', came(401, { error: 'invalid_client' }), 'invalid_client'],
  ])
  cases('token', 'warning', [
    [
      'a client that does not exist is not told so',
      { clientId: undefined, ...came(400, { error: 'invalid_grant' }) },
      'invalid_grant',
    ],
  ])
  it('says nothing more of a client that was refused before', () => {
    const unknown = came(401, { error: 'invalid_client' })
    const refused = { ...unknown, visits: [visited({ status: 400 }), visited({ status: 400 })] }
    expect(judge('token', refused).status).toBe('not_reached')
    expect(judge('token', { ...refused, visits: [visited(), visited({ status: 400 })] }).status).toBe('failed')
    // It knows it, and something else is wrong.
    for (const visits of [[], [answered('error=invalid_scope')]])
      expect(judge('token', { ...unknown, visits }).status).toBe('failed')
  })
  it('is content when a client that does not exist is told so', () => {
    expect(judge('token', { clientId: undefined, ...came(401, { error: 'invalid_client' }) }).status).toBe('ok')
  })
})

describe('CORS', () => {
  const inspector = { client: knownClient('inspector') }
  const every = [
    ['access-control-allow-origin', '*'],
    ['access-control-allow-headers', 'Authorization, *'],
  ] as const
  const asked = (allowed: Parameters<typeof preflight>[1], status = 204) => ({
    ...inspector,
    preflights: [preflight('the MCP endpoint', allowed, status)],
  })
  const unread = { ...preflight('the token endpoint', every), answer: exchange({ status: 200 }) }
  cases('CORS', 'failed', [
    ['no answer to OPTIONS', asked([], 405), 'OPTIONS: 405'],
    ['no origin', asked([]), 'no Access-Control-Allow-Origin'],
    ['two origins', asked([...every, ['access-control-allow-origin', '*']]), 'no Access-Control-Allow-Origin'],
    [
      'a star for authorization',
      asked([
        ['access-control-allow-origin', '*'],
        ['access-control-allow-headers', '*'],
      ]),
      'lacks authorization',
    ],
    ['the answer cannot be read', { ...inspector, preflights: [unread] }, '200 without Access-Control-Allow-Origin'],
  ])
  cases('CORS', 'warning', [
    [
      'a library, which may run in a page',
      { ...asked([]), client: knownClient('typescript-sdk-2') },
      'no Access-Control-Allow-Origin',
    ],
    [
      'the challenge cannot be read',
      {
        ...inspector,
        preflights: [
          { ...preflight('the MCP endpoint', every), answer: exchange({ status: 401, headers: [every[0]] }) },
        ],
      },
      'does not let scripts read WWW-Authenticate',
    ],
  ])
  cases('CORS', 'ok', [['all of it', asked(every), 'the MCP endpoint']])
})

describe('TLS', () => {
  const soon = NOW + 5 * 86_400_000
  cases('TLS', 'failed', [
    ['a certificate that nobody trusts', { exchanges: [noAnswer('tls')] }, 'no connection'],
    [
      'http beyond this machine',
      serverWith({ token_endpoint: 'http://auth.example.com/token' }),
      'http://auth.example.com/token',
    ],
  ])
  cases('TLS', 'warning', [
    ['a certificate that ends soon', { exchanges: [exchange({ certificateEnds: soon })] }, '2026-12-02'],
    [
      'a hosted client and this machine',
      { target: { kind: 'mcp', url: 'http://localhost:3000/mcp' } },
      'localhost:3000',
    ],
    ['a hosted client and a private network', { target: { kind: 'mcp', url: 'https://10.0.0.1/mcp' } }, '10.0.0.1'],
  ])
  cases('TLS', 'ok', [
    [
      'a local client and this machine',
      { client: knownClient('codex'), target: { kind: 'mcp', url: 'http://127.0.0.1:3000/mcp' } },
      'on this machine',
    ],
  ])
})

describe('cookies', () => {
  const set = (cookie: string, url = `${ISSUER}/login`) => ({
    visits: [visited({ url, headers: [['set-cookie', cookie]] })],
  })
  cases('cookies', 'failed', [['no Secure', set('sid=secret-1; HttpOnly; SameSite=Lax'), 'without Secure: sid']])
  cases('cookies', 'warning', [
    ['no HttpOnly', set('sid=secret-1; Secure; SameSite=Lax'), 'without HttpOnly: sid'],
    ['no SameSite', set('sid=secret-1; Secure; HttpOnly'), 'without SameSite: sid'],
    ['Strict', set('sid=secret-1; Secure; HttpOnly; samesite=strict'), 'SameSite=Strict: sid'],
  ])
  cases('cookies', 'ok', [
    ['all three', set('sid=secret-1; Secure; HttpOnly; SameSite=Lax'), 'sid'],
    ['http on this machine', set('sid=secret-1; HttpOnly; SameSite=Lax', 'http://localhost:3000/login'), 'sid'],
  ])
  it('tells no value of a cookie', () => {
    expect(JSON.stringify(judge('cookies', set('sid=secret-1')))).not.toContain('secret-1')
  })
})

describe('time', () => {
  const slow = (took: number) => ({ exchanges: [exchange({ took }), exchange({ took: 10 })] })
  const codex = { client: knownClient('codex') }
  cases('time', 'failed', [
    ['longer than the client waits', slow(10_500), '10.5 s'],
    ['no answer at all', { ...codex, exchanges: [exchange(), noAnswer('timeout')] }, 'no answer within 10 s'],
  ])
  cases('time', 'warning', [
    ['longer than half of that', slow(6000), '6.0 s'],
    ['very long, at a client whose patience is not known', { ...codex, ...slow(20_000) }, '20.0 s'],
  ])
})
