/** What each check says to change: the cure of what came, and not that of something else. */
import { describe, expect, it } from 'vitest'
import type { Registered, World } from '../../../src/cli/doctor/world.js'
import {
  answered,
  challenged,
  exchange,
  ISSUER,
  judge,
  knownClient,
  MCP,
  noAnswer,
  notFound,
  preflight,
  RESOURCE_URL,
  resourceWith,
  SERVER_URL,
  serverWith,
  visited,
  world,
} from './world.js'

type Cure = readonly [what: string, changed: Partial<World>, change: RegExp, never?: RegExp]

function cures(name: string, all: readonly Cure[]): void {
  for (const [what, changed, change, never] of all) {
    it(`of ${name}: ${what}`, () => {
      const finding = judge(name, changed)
      expect(finding.status).toMatch(/^(failed|warning)$/)
      expect(finding.change).toMatch(change)
      if (never) expect(finding.change).not.toMatch(never)
    })
  }
}

const byHand = knownClient('codex').identifies.find(({ by }) => by === 'static')

function registered(id: string, status: number, body: unknown, changed: Partial<Registered> = {}): Partial<World> {
  const client = knownClient(id)
  const headers = status === 429 ? [['retry-after', '60'] as const] : []
  return {
    client,
    way: client.identifies.find(({ by }) => by === 'registration'),
    clientId: status === 201 ? 'c1' : undefined,
    registered: {
      request: { redirect_uris: ['http://localhost:1/cb'], token_endpoint_auth_method: 'none', grant_types: [] },
      exchange: exchange({ method: 'POST', url: `${ISSUER}/oauth/register`, status, body, headers }),
      dryRun: false,
      removal: { state: 'nothing' },
      ...changed,
    },
  }
}
const asking = (...redirect_uris: readonly string[]) => ({ request: { redirect_uris } })
const unavailable = (members: object) => ({
  way: undefined,
  ...serverWith({ client_id_metadata_document_supported: false, registration_endpoint: undefined, ...members }),
})

describe('the cure', () => {
  const came = (status: number, headers: readonly (readonly [string, string])[] = []) => ({
    challenge: exchange({ method: 'POST', url: MCP, status, headers }),
  })
  cures('challenge', [
    ['200', came(200), /begin to log in on a 401 alone/],
    ['307', came(307, [['location', '/mcp/']]), /the URL that it redirects to/],
    ['400', came(400), /look at what stands before it/],
    ['401 without a challenge', came(401), /a proxy may take the header off/],
    ['403', came(403), /403 is for a token that is good/],
    ['404', came(404), /path included/],
    ['405', came(405), /path included/],
    ['502', came(502), /the log of the app/],
    ['no answer', { challenge: noAnswer('timeout', MCP) }, /whether the app runs/],
    ['no resource_metadata', { challenge: challenged('Bearer') }, /metadata: true/],
    ['a path in resource_metadata', { challenge: challenged('Bearer resource_metadata="/x"') }, /the whole public URL/],
  ])

  const tried = (url: string, ...all: Parameters<typeof exchange>[0][]) =>
    notFound(...all.map((sent) => exchange({ url, ...sent })))
  const away = [['location', 'https://www.example.com/x']] as const
  cures('resource', [
    ['a page', { resourceMetadata: tried(RESOURCE_URL, {}) }, /metadata: true/],
    ['404', { resourceMetadata: tried(RESOURCE_URL, { status: 404 }) }, /metadata: true/],
    [
      'elsewhere',
      { resourceMetadata: tried(RESOURCE_URL, { status: 302, headers: away }) },
      /redirects to/,
      /metadata: true/,
    ],
    [
      'no answer',
      { resourceMetadata: notFound(noAnswer('timeout', RESOURCE_URL)) },
      /whether the app runs/,
      /metadata: true/,
    ],
    ['another resource', resourceWith({ resource: `${MCP}/x` }), /name `resource` as that URL/],
  ])
  cures('metadata', [
    ['a page', { serverMetadata: tried(SERVER_URL, {}) }, /pass `\/\.well-known\/`/],
    ['404', { serverMetadata: tried(SERVER_URL, { status: 404 }) }, /pass `\/\.well-known\/`/],
    ['elsewhere', { serverMetadata: tried(SERVER_URL, { status: 302, headers: away }) }, /redirects to/, /pass/],
    ['no answer', { serverMetadata: notFound(noAnswer('timeout', SERVER_URL)) }, /whether the app runs/, /pass/],
  ])
  cures('auth', [
    [
      'none of a public client',
      serverWith({ token_endpoint_auth_methods_supported: ['client_secret_basic'] }),
      /always has `none`/,
    ],
  ])
  cures('client', [
    [
      'a client with a document alone',
      { client: knownClient('grok'), ...unavailable({}) },
      /^`features: \[metadataDocuments\(\)\]` of/,
    ],
    [
      'a client that registers alone',
      { client: knownClient('inspector'), ...unavailable({}) },
      /^`features: \[registration\(\)\]` of/,
    ],
    ['a client with both ways', { client: knownClient('codex'), ...unavailable({}) }, /\] *` or `.*client create/],
    ['too many', registered('codex', 429, ''), /trustProxy/],
    ['401', registered('codex', 401, {}), /open `registration\(\)`/],
    ['403', registered('codex', 403, {}), /open `registration\(\)`/],
    ['308', registered('codex', 308, ''), /the final URL/],
    ['404', registered('codex', 404, ''), /`hint`/, /final URL/],
    ['502', registered('codex', 502, ''), /`hint`/, /final URL/],
    ['one redirect URI', registered('codex', 400, { error: 'invalid_redirect_uri' }), /the policy/, /privateUse/],
    ['one that is wrong otherwise', registered('codex', 400, { error: 'invalid_client_metadata' }), /`hint`/],
    [
      'several that are wrong in any way',
      registered(
        'codex',
        400,
        { error: 'invalid_client_metadata' },
        asking('http://localhost/a', 'x-y:/b', 'https://c.example'),
      ),
      /policy.*`privateUseRedirectUris: \['x-y:\/b'\]`/,
    ],
    ['several, and a page', registered('codex', 400, '<p>', asking('http://localhost/a', 'x-y:/b')), /`hint`/],
    ['no answer', registered('codex', 0, '', { exchange: noAnswer('unreachable') }), /why the registration endpoint/],
    [
      'a secret where none is announced',
      {
        ...registered('codex', 201, { client_id: 'c1', token_endpoint_auth_method: 'client_secret_post' }),
        met: { server: {}, resource: MCP },
      },
      /and announce `none`/,
    ],
    [
      'a secret where none is announced, too',
      {
        ...registered('codex', 201, { client_id: 'c1', token_endpoint_auth_method: 'client_secret_post' }),
        met: { server: { token_endpoint_auth_methods_supported: ['none'] }, resource: MCP },
      },
      /let the policy leave it$/,
    ],
  ])
  const answer = (error: string) => ({ visits: [answered(`error=${error}`)] })
  cures('redirect', [
    ['a page', { visits: [visited(), visited({ status: 400 })] }, /which check failed/],
    ['a page for who was registered by hand', { way: byHand, visits: [visited({ status: 400 })] }, /--client-id/],
    ['the scope', answer('invalid_scope'), /the scopes that the challenge/],
    ['the resource', answer('invalid_target'), /name the resource in `resources`/],
    ['the grant type', answer('unauthorized_client'), /authorization_code/],
    ['the response type', answer('unsupported_response_type'), /authorization_code/],
    ['another error', answer('server_error'), /says more/],
    ['too many', { visits: [visited({ status: 429 }), visited()] }, /wait, and play one/],
  ])
  const token = (status: number) => ({ token: exchange({ status, body: '' }) })
  cures('token', [
    ['no answer', { token: noAnswer('timeout') }, /does not answer/],
    ['429', token(429), /wait/],
    ['308', token(308), /final URL/],
    ['500', token(500), /the event `failed`/],
    ['404', token(404), /pass the path on/],
    ['200', token(200), /pass the path on/],
  ])
  const inspector = { client: knownClient('inspector') }
  const bad = (...places: readonly string[]) => ({
    ...inspector,
    preflights: places.map((what) => preflight(what, [])),
  })
  cures('CORS', [
    [
      'the MCP endpoint',
      bad('the MCP endpoint'),
      /^`requireAccessToken\(auth, \{ cors: true \}\)` for the MCP endpoint$/,
    ],
    ['another', bad('the token endpoint'), /^the endpoints of grantwright answer every origin/],
    ['both', bad('the MCP endpoint', 'the token endpoint'), /cors: true.*; the endpoints of grantwright/],
    [
      'another, where the MCP endpoint is right',
      {
        ...inspector,
        preflights: [
          preflight('the token endpoint', []),
          preflight('the MCP endpoint', [
            ['access-control-allow-origin', '*'],
            ['access-control-allow-headers', 'authorization, content-type'],
          ]),
        ],
      },
      /^the endpoints of grantwright answer every origin/,
    ],
  ])
  const tls = (cause: string) => ({
    exchanges: [
      { asked: exchange().asked, took: 1, outcome: { answered: false, problem: 'tls', detail: 'x', cause } as const },
    ],
  })
  cures('TLS', [
    ['expired', tls('CERT_HAS_EXPIRED'), /^renew it/],
    ['too early', tls('CERT_NOT_YET_VALID'), /clock/],
    ['another host', tls('ERR_TLS_CERT_ALTNAME_INVALID: x'), /add this name/],
    ['self-signed', tls('DEPTH_ZERO_SELF_SIGNED_CERT'), /signed itself/],
    ['half a chain', tls('UNABLE_TO_VERIFY_LEAF_SIGNATURE'), /full chain/],
    ['another authority', tls('SELF_SIGNED_CERT_IN_CHAIN'), /NODE_EXTRA_CA_CERTS/],
    // As different versions of Node.js call it.
    ['plain http', tls('EPROTO: wrong version number'), /plain http/],
    ['plain http, too', tls('ERR_SSL_WRONG_VERSION_NUMBER'), /plain http/],
    ['an old version', tls('EPROTO: tlsv1 alert protocol version'), /TLS 1\.2 and 1\.3/],
    ['an old version, too', tls('ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION'), /TLS 1\.2 and 1\.3/],
    ['what is not known', tls('EPROTO: bad record mac'), /openssl s_client/],
  ])
})

describe('what came', () => {
  it('of a registration is told with the words of the server, where it has some, and how long to wait', () => {
    expect(judge('client', registered('codex', 429, '')).received).toMatch(/429 text\/html, Retry-After: 60$/)
    expect(judge('client', registered('codex', 400, { error: 'x' })).received).toMatch(/400 application\/json, “x”$/)
  })

  it('says of an issuer where the other one is from', () => {
    const other = serverWith({ issuer: 'https://other.example.com' })
    expect(judge('issuer', other).received).toContain('; authorization_servers of the resource: ')
    expect(judge('issuer', { ...other, issuerGuessed: true }).received).toContain('; the URL given: ')
    expect(judge('issuer', { ...other, target: { kind: 'issuer', url: ISSUER } }).received).toContain('; the URL given')
    // Nobody has named it, and a slash at the end is no other one.
    const slash = serverWith({ issuer: `${ISSUER}/` })
    expect(judge('issuer', { ...slash, issuerGuessed: true, silentVisit: null }).status).toBe('ok')
    expect(judge('issuer', { ...slash, silentVisit: null }).status).toBe('failed')
  })

  it('without a way to identify itself names only what the client knows', () => {
    expect(judge('client', { client: knownClient('grok'), ...unavailable({}) }).received).toBe(
      'client_id_metadata_document_supported: false',
    )
    expect(judge('client', { client: knownClient('gemini-cli'), ...unavailable({}) }).received).toBe(
      'registration_endpoint: missing',
    )
  })
})

describe('nothing is found wrong', () => {
  it('with the algorithms where the client signs nothing, or with the one that it signs with', () => {
    const chatgpt = { client: knownClient('chatgpt') }
    expect(judge('auth', chatgpt)).toMatchObject({ status: 'ok', received: 'private_key_jwt' })
    const none = serverWith({
      token_endpoint_auth_methods_supported: ['none'],
      token_endpoint_auth_signing_alg_values_supported: undefined,
    })
    expect(judge('auth', { ...chatgpt, ...none })).toMatchObject({ status: 'ok', received: 'none' })
  })

  it('with a client that one of several visits shows to be known', () => {
    const { visits } = { visits: [visited(), visited({ status: 400 })] }
    expect(judge('client', { visits }).status).toBe('ok')
    expect(judge('client', { visits: [visited({ status: 400 }), answered('error=invalid_scope')] }).status).toBe('ok')
  })

  it('with a client where its document cannot have been looked at', () => {
    const broken = visited({ status: 500 })
    expect(judge('client', { visits: [broken] }).status).toBe('not_reached')
    expect(judge('client', { visits: [broken, visited({ status: 400 })] }).status).toBe('failed')
    expect(judge('client', { visits: [] }).status).toBe('not_reached')
    expect(judge('client', { way: byHand, visits: [visited({ status: 400 })] }).status).toBe('not_reached')
  })

  it('with a registration that has what was asked for, and not what was not', () => {
    const uris = ['http://localhost:1/cb']
    const made = (body: object, request: object = {}) =>
      judge(
        'client',
        registered('codex', 201, { client_id: 'c1', ...body }, { request: { redirect_uris: uris, ...request } }),
      ).status
    const refresh = ['authorization_code', 'refresh_token']
    expect(made({ grant_types: refresh }, { grant_types: refresh })).toBe('ok')
    expect(made({ grant_types: ['authorization_code'] }, { grant_types: ['authorization_code'] })).toBe('ok')
    expect(made({}, { grant_types: refresh })).toBe('ok')
    const secret = { token_endpoint_auth_method: 'client_secret_basic' }
    expect(made(secret, secret)).toBe('ok')
    expect(made({ token_endpoint_auth_method: 'none' }, { token_endpoint_auth_method: 'none' })).toBe('ok')
    expect(judge('client', registered('codex', 201, { client_id: 'c1' })).received).not.toContain('dry run')
  })

  it('with cookies where none is set; those of the visit without a prompt count', () => {
    expect(judge('cookies')).toMatchObject({ status: 'ok', received: 'none was set' })
    const silentVisit = visited({ headers: [['set-cookie', 'sid=1; HttpOnly; SameSite=Lax']] })
    expect(judge('cookies', { silentVisit }).status).toBe('failed')
  })

  it('with CORS for the one origin, for a star where it counts, and for headers that are not asked for', () => {
    const inspector = { client: knownClient('inspector') }
    const status = (...preflights: World['preflights']) => judge('CORS', { ...inspector, preflights }).status
    const allowed = (origin: string, headers: string) =>
      preflight('the token endpoint', [
        ['access-control-allow-origin', origin],
        ['access-control-allow-headers', headers],
      ])
    expect(status(allowed('http://localhost:6274', 'authorization, *'))).toBe('ok')
    expect(status(allowed('https://other.example.com', 'authorization, *'))).toBe('failed')
    expect(status(allowed('*', 'authorization'))).toBe('failed')
    const one = preflight('the server metadata', [['access-control-allow-origin', '*']])
    const asked = (names: string) => ({
      ...one,
      preflight: {
        ...one.preflight,
        asked: { ...one.preflight.asked, headers: { 'access-control-request-headers': names } },
      },
    })
    expect(status(asked(''))).toBe('ok')
    expect(status(asked('x'))).toBe('failed')
    expect(status(preflight('the token endpoint', [], 100))).toBe('failed')
    const silent = { ...one, preflight: noAnswer('timeout') }
    expect(judge('CORS', { ...inspector, preflights: [silent] }).received).toContain('OPTIONS: no answer within 10 s')
    // Whoever did not answer is told so elsewhere.
    expect(status({ ...asked(''), answer: noAnswer('timeout') })).toBe('ok')
    expect(status({ ...asked(''), answer: null })).toBe('ok')
    expect(judge('CORS', { ...inspector, preflights: [] }).status).toBe('not_reached')
  })

  it('with the challenge of the MCP endpoint where scripts may read every header, or it is no challenge', () => {
    const inspector = { client: knownClient('inspector') }
    const allowed = [
      ['access-control-allow-origin', '*'],
      ['access-control-allow-headers', 'authorization, content-type'],
    ] as const
    const status = (sent: Parameters<typeof exchange>[0]) =>
      judge('CORS', {
        ...inspector,
        preflights: [{ ...preflight('the MCP endpoint', allowed), answer: exchange(sent) }],
      }).status
    const star = [['access-control-expose-headers', '*']] as const
    expect(status({ status: 401, headers: [allowed[0], ...star] })).toBe('ok')
    expect(status({ status: 401, headers: [allowed[0]] })).toBe('warning')
    expect(status({ status: 200, headers: [allowed[0]] })).toBe('ok')
  })

  it('with iss at a client that never looks at it, or where nothing says that it comes', () => {
    const client = knownClient('codex')
    const { source } = client.authentication
    const discovery = { ...client.discovery, source }
    const wrong = { silentVisit: answered('error=login_required&iss=https://x.example') }
    const of = (checksIss: 'never' | 'always') => ({ client: { ...client, discovery: { ...discovery, checksIss } } })
    expect(judge('issuer', { ...wrong, ...of('never') }).status).toBe('ok')
    expect(judge('issuer', { ...wrong, ...of('always') }).status).toBe('failed')
    const quiet = serverWith({ authorization_response_iss_parameter_supported: undefined })
    expect(judge('issuer', { ...wrong, ...quiet, ...of('always') })).toMatchObject({
      status: 'failed',
      received: expect.stringContaining('https://x.example'),
    })
    expect(judge('issuer', { ...wrong, ...quiet, client }).status).toBe('warning')
  })

  it('with anything behind a connection that there is not: that is one thing', () => {
    const none = { asked: exchange({ url: SERVER_URL }).asked, took: 1 }
    const tls = {
      ...none,
      outcome: { answered: false, problem: 'tls', detail: 'x', cause: 'CERT_HAS_EXPIRED' } as const,
    }
    const without = {
      ...{ challenge: tls, resourceMetadata: notFound(tls), serverMetadata: notFound(tls), exchanges: [tls] },
    }
    for (const name of ['challenge', 'resource', 'metadata'])
      expect(judge(name, without), name).toEqual({ status: 'not_reached', received: 'there is no TLS connection' })
    expect(judge('TLS', without).status).toBe('failed')
  })

  it('with a login that is led to on the way, whatever its parameters', () => {
    const to = (url: string) => visited({ status: 303, headers: [['location', url]] })
    const visits = [to(`${ISSUER}/login`), to('https://login.example.com/?error=none')]
    expect(judge('redirect', { visits }).status).toBe('ok')
    expect(judge('issuer', { visits, silentVisit: null }).status).toBe('ok')
    // A page that is broken behind the redirect is not the refusal of a client.
    const [first, broken] = [exchange({ status: 303 }), exchange({ status: 404 })]
    const behind = { visits: [{ ...visited(), hops: [first, broken] }] }
    expect(judge('client', behind).status).toBe('not_reached')
    expect(judge('redirect', behind).status).toBe('failed')
  })

  it('with a resource that is the URL or above it, and nothing like it', () => {
    const of = (id: string, resource: string) =>
      judge('resource', { client: knownClient(id), ...resourceWith({ resource }) }).status
    expect(of('typescript-sdk-2', 'https://notes.example.com')).toBe('ok')
    for (const other of ['https://notes.example.com/mc', 'https://x.example/', 'nothing'])
      expect(of('typescript-sdk-2', other), other).toBe('failed')
    expect(of('gemini-cli', 'nothing')).toBe('failed')
    // Not every client wants the metadata at the same origin.
    const { resourceMetadata } = world()
    const elsewhere = {
      tries: resourceMetadata.tries,
      found: { url: 'https://x.example/', json: resourceMetadata.found?.json ?? {} },
    }
    expect(judge('resource', { resourceMetadata: elsewhere }).status).toBe('ok')
    expect(judge('resource', { resourceMetadata: elsewhere, client: knownClient('gemini-cli') }).status).toBe('failed')
  })

  it('with the time that a connection took which did not come about, and the slowest counts', () => {
    const refused = { ...noAnswer('unreachable'), took: 5 }
    expect(judge('time', { exchanges: [exchange(), refused] }).status).toBe('ok')
    expect(judge('time', { exchanges: [exchange(), exchange({ took: 10_500 })] }).status).toBe('failed')
    expect(judge('time', { exchanges: [] }).status).toBe('not_reached')
  })

  it('with https on the internet, and with what is no URL in the metadata', () => {
    expect(judge('TLS')).toEqual({ status: 'ok', received: 'https' })
    expect(judge('TLS', serverWith({ jwks_uri: 'nothing' })).status).toBe('ok')
  })

  it('with a token endpoint that knows no client without its secret', () => {
    const token = exchange({ status: 401, body: { error: 'invalid_client' } })
    expect(judge('token', { token, client: knownClient('chatgpt') }).status).toBe('ok')
    expect(judge('token', { token }).status).toBe('failed')
    expect(judge('token', { token: exchange({ status: 400, body: {} }) }).status).toBe('failed')
    expect(judge('token', { token: null }).status).toBe('not_reached')
  })
})

describe('what could not be tried', () => {
  it('is said of redirect URIs, where the server knows no client or there is nowhere to go', () => {
    expect(judge('redirect', { visits: [] }).received).toContain('there is no authorization endpoint')
    const refused = registered('codex', 400, { error: 'x' }, { dryRun: true })
    expect(judge('redirect', { ...refused, visits: [] })).toEqual({
      status: 'not_reached',
      received: 'the server does not know the client',
    })
    const issuer = { target: { kind: 'issuer', url: ISSUER } as const }
    expect(judge('redirect', { ...issuer, visits: [answered('error=invalid_scope')] }).status).toBe('not_reached')
    expect(judge('redirect', { ...issuer, visits: [answered('error=server_error')] }).status).toBe('failed')
  })

  it('is no error of a proxy, on which a client goes no further', () => {
    const error = { serverMetadata: notFound(exchange({ url: SERVER_URL, status: 502 })) }
    expect(judge('metadata', error).right).toContain('clients look no further than this')
    const missing = { serverMetadata: notFound(exchange({ url: SERVER_URL, status: 404 })) }
    expect(judge('metadata', missing).right).toBe('a JSON document at one of these addresses')
  })

  it('is no words of a page without any', () => {
    const received = (body: string) =>
      judge('redirect', { visits: [visited(), visited({ status: 400, body })] }).received
    expect(received('')).toMatch(/: 400 text\/html$/)
    expect(received('<p>No.')).toMatch(/: 400 text\/html, “No\.”$/)
  })
})
