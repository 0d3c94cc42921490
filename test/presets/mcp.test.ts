/**
 * The preset for MCP, and each known client against it: from nothing to tokens that were refreshed.
 */
import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import { describe, expect, it } from 'vitest'
import type { HttpRequest } from '../../src/edge/message.js'
import {
  authorizationParameters,
  codeParameters,
  type Encounter,
  identify,
  type KnownClient,
  knownClients,
  refreshParameters,
  registrationRequest,
  shippedCopy,
} from '../../src/known-clients/index.js'
import { type McpOptions, mcp, protectMcp } from '../../src/presets/index.js'
import { memoryStorage } from '../../src/storage/memory.js'
import { Browser, basic, claimsOf, formFields, pkce, redirected, type Tokens } from '../support/harness.js'

const issuer = 'https://notes.example.com'
const endpoint = `${issuer}/mcp`

/** A server for an MCP endpoint. The hosts of documents serve what is in the map, and answer everything else as to a data centre. */
function setup(options: McpOptions = {}, hosted: ReadonlyMap<string, unknown> = new Map(), now = Date.now) {
  const fetch = async (url: string) => {
    const document = hosted.get(url)
    if (document === undefined) return new Response('Just a moment...', { status: 403 })
    return new Response(JSON.stringify(document), { headers: { 'content-type': 'application/json' } })
  }
  const { auth, api } = protectMcp({
    issuer,
    endpoint,
    scopes: { 'notes:read': 'Read your notes', 'notes:write': { text: 'Add notes', onRequest: true } },
    storage: memoryStorage(),
    now,
    secret: 'a secret of at least thirty-two bytes, for tests only',
    users: {
      current: async () => ({ subject: 'ada' }),
      challenge: async () => ({ status: 303, headers: [['location', '/login']], body: '' }),
    },
    mcp: { documents: { fetch }, ...options },
  })
  const send = async (path: string, init?: RequestInit) => auth.fetch(new Request(issuer + path, init))
  return { auth, api, send, browser: new Browser(auth) }
}

type Server = ReturnType<typeof setup>

/** Tokens for a form of a client, which proves itself with a secret if it has one. */
async function tokens(server: Server, { client_id, secret }: Identity, form: Readonly<Record<string, string>>) {
  const response = await server.send('/oauth/token', {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded', ...(secret && basic(client_id, secret)) },
    body: new URLSearchParams(form).toString(),
  })
  return (await response.json()) as Tokens
}

interface Identity {
  readonly client_id: string
  readonly secret?: string | undefined
}

/** What a client meets there; `hidden` members of the metadata are not shown to it. */
async function encounter(server: Server, hidden: readonly string[] = [], more: Partial<Encounter> = {}) {
  const metadata = (await (await server.send('/.well-known/oauth-authorization-server')).json()) as object
  const shown = Object.entries(metadata).filter(([member]) => !hidden.includes(member))
  return {
    server: Object.fromEntries(shown),
    resource: endpoint,
    resourceScopes: ['notes:read'],
    redirectUri: 'http://localhost:51234/callback',
    ...more,
  } satisfies Encounter
}

/** As whom it comes: by its document, or by its registration. */
async function identity(server: Server, client: KnownClient, met: Encounter): Promise<Identity> {
  const way = identify(client, met)
  if (way?.client_id !== undefined) return { client_id: way.client_id }
  const response = await server.send('/oauth/register', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(registrationRequest(client, met)),
  })
  const body = (await response.json()) as { readonly client_id: string; readonly client_secret?: string }
  if (response.status !== 201) throw new Error(`not registered: ${JSON.stringify(body)}`)
  return { client_id: body.client_id, secret: body.client_secret }
}

/** The way of the browser, and the tokens at its end. */
async function connect(
  server: Server,
  client: KnownClient,
  met: Encounter,
  proof: () => Promise<Record<string, string>> = async () => ({}),
) {
  const who = await identity(server, client, met)
  const { client_id } = who
  const { verifier, challenge } = pkce()
  const own = { client_id, code_challenge: challenge, state: 'its state' }
  const query = new URLSearchParams(authorizationParameters(client, met, own))
  const page = await server.browser.get(`${issuer}/oauth/authorize?${query}`)
  const html = await page.text()
  if (page.status !== 200) throw new Error(`no consent: ${page.status} ${page.headers.get('location') ?? html}`)
  const answer = redirected(await server.browser.post('/oauth/consent', { ...formFields(html), decision: 'allow' }))
  const code = answer.get('code') ?? ''
  const redeem = codeParameters(client, met, { client_id, code, code_verifier: verifier })
  const first = await tokens(server, who, { ...redeem, ...(await proof()) })
  const refresh = refreshParameters(client, met, { client_id, refresh_token: first.refresh_token })
  const second = await tokens(server, who, { ...refresh, ...(await proof()) })
  return { client_id, html, answer, first, second }
}

const known = (id: string): KnownClient => {
  const client = knownClients.find((one) => one.id === id)
  if (!client) throw new Error(`There is no ${id}.`)
  return client
}

const withDocument = knownClients.filter(
  ({ documents, authentication }) =>
    documents.some(({ copy }) => copy) && authentication.methods[0] !== 'private_key_jwt',
)

describe.each(withDocument.map((client) => [client.id, client] as const))('%s', (_, client) => {
  it.each(['its host serves', 'ships with the software, as its host answers 403'])(
    'connects by the document that %s',
    async (place) => {
      const hosted = client.documents.flatMap(({ url, copy }) => (copy ? [[url, copy.document] as const] : []))
      const server = setup({}, new Map(place === 'its host serves' ? hosted : []))
      const { client_id, answer, first, second } = await connect(server, client, await encounter(server))
      expect(client_id).toMatch(/^https:/)
      expect(Object.fromEntries(answer)).toMatchObject({ iss: issuer, state: 'its state' })
      expect(claimsOf(first.access_token)).toMatchObject({ aud: endpoint, client_id, scope: 'notes:read' })
      expect(claimsOf(second.access_token)).toMatchObject({ aud: endpoint, client_id, scope: 'notes:read' })
    },
  )
})

const registering = knownClients.filter((client) => client.registration)

describe.each(registering.map((client) => [client.id, client] as const))(
  '%s, where documents are not offered',
  (_, client) => {
    it('connects by registration', async () => {
      const server = setup()
      const met = await encounter(server, ['client_id_metadata_document_supported'])
      const { client_id, first, second } = await connect(server, client, met)
      expect(client_id).toMatch(/^gwcl_/)
      expect(claimsOf(first.access_token)).toMatchObject({ aud: endpoint, client_id })
      expect(claimsOf(second.access_token)).toMatchObject({ aud: endpoint, client_id })
    })
  },
)

describe('ChatGPT', () => {
  const client = known('chatgpt')
  const url = 'https://chatgpt.com/oauth/client.json'

  it('connects by its document, and proves itself with its key', async () => {
    const { privateKey, publicKey } = await generateKeyPair('RS256')
    const document = shippedCopy(url)?.document ?? { client_id: url, redirect_uris: [] }
    const jwks = { keys: [{ ...(await exportJWK(publicKey)), kid: 'one', alg: 'RS256' }] }
    const server = setup(
      {},
      new Map<string, unknown>([
        [url, document],
        [String(document.jwks_uri), jwks],
      ]),
    )
    const met = await encounter(server)
    // As it does: to the token endpoint, not to the issuer.
    const proof = async () => ({
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      client_assertion: await new SignJWT({ jti: crypto.randomUUID() })
        .setProtectedHeader({ alg: 'RS256', kid: 'one' })
        .setIssuer(url)
        .setSubject(url)
        .setAudience(`${issuer}/oauth/token`)
        .setIssuedAt()
        .setExpirationTime('2m')
        .sign(privateKey),
    })
    const { html, first, second } = await connect(server, client, met, proof)
    expect(html).toContain('Known app: <strong><bdi>ChatGPT</bdi></strong>')
    expect(claimsOf(first.access_token)).toMatchObject({ aud: endpoint, client_id: url })
    expect(second.refresh_token).toEqual(expect.any(String))
  })
})

describe('the consent page', () => {
  it('names a known client where the answer can reach nobody else, whatever it calls itself', async () => {
    const server = setup()
    const met = await encounter(server, ['client_id_metadata_document_supported'])
    const claude = known('claude')
    const liar = {
      ...claude,
      registration: claude.registration && {
        ...claude.registration,
        body: {
          ...claude.registration.body,
          client_name: 'Your bank',
          policy_uri: 'https://evil.example/p',
          logo_uri: 'https://evil.example/l.png',
        },
      },
    }
    const { html } = await connect(server, liar, met)
    expect(html).toContain('Known app: <strong><bdi>Claude</bdi></strong>')
    expect(html).not.toContain('Your bank')
    expect(html).not.toContain('evil.example')
  })

  it('names none by a loopback address, a scheme, or a name', async () => {
    const server = setup()
    const met = await encounter(server, ['client_id_metadata_document_supported'])
    for (const id of ['gemini-cli', 'mcp-remote', 'inspector']) {
      expect((await connect(server, known(id), met)).html).not.toContain('Known app')
    }
  })
})

it('offline_access is in the metadata of the server and not of the resource, and is echoed', async () => {
  const server = setup()
  const met = await encounter(server)
  expect(met.server.scopes_supported).toEqual(['notes:read', 'notes:write', 'offline_access'])
  expect(
    server.api.handle({ method: 'GET', url: '/.well-known/oauth-protected-resource/mcp' } as HttpRequest)?.body,
  ).not.toContain('offline_access')
  const { html, first, second } = await connect(server, known('claude-code'), { ...met, challengeScope: 'notes:read' })
  expect(html).not.toContain('offline_access')
  expect([first.scope, second.scope]).toEqual(['notes:read offline_access', 'notes:read offline_access'])
  expect(claimsOf(second.access_token)).toMatchObject({ scope: 'notes:read' })
})

describe('a document', () => {
  const url = 'https://claude.ai/oauth/mcp-oauth-client-metadata'
  const ask = (server: Server, client_id = url) =>
    server.browser.get(
      `${issuer}/oauth/authorize?${new URLSearchParams({
        response_type: 'code',
        client_id,
        redirect_uri: 'https://claude.ai/api/mcp/auth_callback',
        code_challenge: 'c'.repeat(43),
        code_challenge_method: 'S256',
      })}`,
    )

  it('that is nested deeply is one that cannot be used, and breaks nothing', async () => {
    const deep = `{"client_name":${'['.repeat(30_000)}${']'.repeat(30_000)}}`
    const fetch = async () => new Response(deep, { headers: { 'content-type': 'application/json' } })
    const server = setup({ documents: { fetch } })
    expect((await ask(server, 'https://evil.example/client')).status).toBe(400)
    const form = new URLSearchParams({
      grant_type: 'refresh_token',
      refresh_token: 'x',
      client_id: 'https://evil.example/c2',
    })
    const headers = { 'content-type': 'application/x-www-form-urlencoded' }
    expect((await server.send('/oauth/token', { method: 'POST', headers, body: form.toString() })).status).toBe(401)
  })

  it('that its host says is not there is not taken from what ships, also when the host is away later', async () => {
    let status = 404
    let now = Date.UTC(2026, 10, 27)
    const server = setup({ documents: { fetch: async () => new Response('', { status }) } }, new Map(), () => now)
    expect((await ask(server)).status).toBe(400)
    status = 503
    now += 3_600_000
    expect((await ask(server)).status).toBe(400)
    expect((await ask(setup({ documents: { fetch: async () => new Response('', { status }) } }))).status).toBe(200)
  })
})

describe('a registration', () => {
  const register = async (server: Server, ...redirect_uris: string[]) => {
    const response = await server.send('/oauth/register', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ redirect_uris, token_endpoint_auth_method: 'none' }),
    })
    return [response.status, ((await response.json()) as { error?: string }).error]
  }

  it('is refused to web apps and schemes that nobody has listed, and open to programs on the own machine', async () => {
    const own = 'https://agent.example.com/callback'
    expect(await register(setup(), own)).toEqual([400, 'invalid_redirect_uri'])
    expect(await register(setup({ redirectUris: [own] }), own)).toEqual([201, undefined])
    expect(await register(setup(), 'evil://x/callback')).toEqual([400, 'invalid_redirect_uri'])
    expect(await register(setup(), 'https://claude.ai.evil.example/api/mcp/auth_callback')).toEqual([
      400,
      'invalid_redirect_uri',
    ])
    expect(await register(setup(), 'http://127.0.0.1:4711/any/path')).toEqual([201, undefined])
    expect(await register(setup({ localClients: false }), 'http://127.0.0.1:4711/any/path')).toEqual([
      400,
      'invalid_redirect_uri',
    ])
    expect(await register(setup(), 'cursor://anysphere.cursor-mcp/oauth/callback')).toEqual([201, undefined])
  })
})

describe('the options', () => {
  it.each<[unknown, string]>([
    [{ open: true }, 'mcp: there is no option `open`'],
    [{ redirectUris: 'https://x.example' }, 'mcp: redirectUris must be a list'],
    [{ localClients: 'no' }, 'mcp: localClients must be true or false'],
    [{ features: {} }, 'mcp: features must be a list'],
    ['x', 'mcp takes options'],
  ])('%j are refused', (options, message) => expect(() => mcp(options as McpOptions)).toThrow(message))

  it.each<[unknown, string]>([
    [undefined, 'protectMcp takes options'],
    [{ issuer, scopes: {} }, 'protectMcp: endpoint must be the URL of the MCP endpoint'],
  ])('of protectMcp %j are refused', (options, message) => {
    expect(() => protectMcp(options as Parameters<typeof protectMcp>[0])).toThrow(message)
  })
})
