import { describe, expect, it } from 'vitest'
import {
  authorizationParameters,
  codeParameters,
  type Encounter,
  findByRedirectUri,
  identify,
  knownClients,
  redirectUriOf,
  refreshParameters,
  registrationRequest,
  scopeOf,
} from '../../src/known-clients/index.js'

const resource = 'https://api.example.com'
const server = {
  issuer: 'https://auth.example.com',
  registration_endpoint: 'https://auth.example.com/register',
  client_id_metadata_document_supported: true,
  authorization_response_iss_parameter_supported: true,
  token_endpoint_auth_methods_supported: ['none', 'private_key_jwt', 'client_secret_basic'],
  grant_types_supported: ['authorization_code', 'refresh_token'],
  scopes_supported: ['notes:read', 'notes:write', 'offline_access'],
}
const met: Encounter = { server, resource, redirectUri: 'http://127.0.0.1:8080/cb' }
const without = (...members: (keyof typeof server)[]): Encounter => ({
  ...met,
  server: Object.fromEntries(
    Object.entries(server).filter(([member]) => !members.includes(member as keyof typeof server)),
  ),
})
const known = (id: string) => {
  const client = knownClients.find((one) => one.id === id)
  if (!client) throw new Error(`no ${id}`)
  return client
}
const idOf = (id: string, encounter: Encounter) => identify(known(id), encounter)?.client_id
const own = { client_id: 'c', code_challenge: 'x'.repeat(43), state: 's' }

describe('how a client identifies itself', () => {
  it('is the document, where that is advertised', () => {
    expect(idOf('claude', met)).toBe('https://claude.ai/oauth/mcp-oauth-client-metadata')
    expect(idOf('vscode', met)).toBe('https://vscode.dev/oauth/client-metadata.json')
  })

  it('is registration for Claude and Codex, where `none` is not listed', () => {
    const closed = { ...met, server: { ...server, token_endpoint_auth_methods_supported: ['private_key_jwt'] } }
    for (const id of ['claude', 'codex']) {
      expect(identify(known(id), closed)).toMatchObject({ by: 'registration' })
      expect(idOf(id, closed)).toBeUndefined()
    }
  })

  it('depends on `iss` for ChatGPT and Codex, and so does the redirect URI', () => {
    const silent = { ...without('authorization_response_iss_parameter_supported'), id: 'abc', port: 5000 }
    expect(idOf('chatgpt', met)).toBe('https://chatgpt.com/oauth/client.json')
    expect(idOf('chatgpt', silent)).toBe('https://chatgpt.com/oauth/abc/client.json')
    expect(redirectUriOf(known('chatgpt'), met)).toBe('https://chatgpt.com/connector_platform_oauth_redirect')
    expect(redirectUriOf(known('chatgpt'), silent)).toBe('https://chatgpt.com/connector/oauth/abc')
    expect(idOf('codex', silent)).toBe('https://chatgpt.com/oauth/codex/abc/client.json')
    expect(redirectUriOf(known('codex'), silent)).toBe('http://127.0.0.1:5000/callback/abc')
  })

  it('is what a person has set, before all else', () => {
    expect(identify(known('claude'), { ...met, configuredClientId: 'mine' })).toMatchObject({
      by: 'static',
      client_id: 'mine',
    })
  })

  it('is a document for a library only where its app has one', () => {
    const configuredDocument = 'https://app.example.com/client.json'
    expect(idOf('typescript-sdk-2', met)).toBeUndefined()
    expect(idOf('typescript-sdk-2', { ...met, configuredDocument })).toBe(configuredDocument)
  })

  it('is nothing where the server offers nothing that it can do', () => {
    expect(identify(known('gemini-cli'), without('registration_endpoint'))).toBeUndefined()
    expect(identify(known('grok'), without('client_id_metadata_document_supported'))).toBeUndefined()
  })
})

describe('a redirect URI', () => {
  it('has the port that the client tries first, or the one that is free', () => {
    expect(redirectUriOf(known('vscode'), met)).toBe('http://127.0.0.1:33418/')
    expect(redirectUriOf(known('vscode'), { ...met, port: 40_000 })).toBe('http://127.0.0.1:40000/')
    expect(redirectUriOf(known('cursor'), { ...met, port: 40_000 })).toBe('http://localhost:8787/callback')
  })

  it('is brought by the app of a library', () => {
    expect(redirectUriOf(known('typescript-sdk-1'), met)).toBe(met.redirectUri)
    expect(redirectUriOf(known('typescript-sdk-1'), { server, resource })).toBeUndefined()
  })
})

describe('a registration', () => {
  it('of Cursor has URIs of three kinds', () => {
    expect(registrationRequest(known('cursor'), met)?.redirect_uris).toEqual([
      'cursor://anysphere.cursor-mcp/oauth/callback',
      'https://www.cursor.com/agents/mcp/oauth/callback',
      'http://localhost:8787/callback',
    ])
  })

  it('of VS Code lists the grant types that the server has, or its own', () => {
    expect(registrationRequest(known('vscode'), met)?.grant_types).toEqual(['authorization_code', 'refresh_token'])
    expect(registrationRequest(known('vscode'), without('grant_types_supported'))?.grant_types).toHaveLength(3)
  })

  it('of Gemini CLI and of the Inspector has an empty scope where none is named', () => {
    const bare = without('scopes_supported')
    for (const id of ['gemini-cli', 'inspector'])
      expect(registrationRequest(known(id), bare)).toMatchObject({ scope: '' })
    expect(registrationRequest(known('gemini-cli'), met)).toMatchObject({
      scope: 'notes:read notes:write offline_access',
    })
    expect(registrationRequest(known('vscode'), bare)).not.toHaveProperty('scope')
  })

  it('of mcp-remote asks for a secret where `none` is not listed', () => {
    const closed = { ...met, server: { ...server, token_endpoint_auth_methods_supported: ['client_secret_basic'] } }
    expect(registrationRequest(known('mcp-remote'), met)).toMatchObject({ token_endpoint_auth_method: 'none' })
    expect(registrationRequest(known('mcp-remote'), closed)).toMatchObject({
      token_endpoint_auth_method: 'client_secret_basic',
    })
  })

  it('of the SDK tells a native app from a web app by its redirect URI', () => {
    const sdk = known('typescript-sdk-2')
    expect(registrationRequest(sdk, met)).toMatchObject({
      application_type: 'native',
      redirect_uris: [met.redirectUri],
    })
    expect(registrationRequest(sdk, { ...met, redirectUri: 'com.example.app:/cb' })).toMatchObject({
      application_type: 'native',
    })
    expect(registrationRequest(sdk, { ...met, redirectUri: 'https://app.example.com/cb' })).toMatchObject({
      application_type: 'web',
    })
    expect(registrationRequest(sdk, { server, resource })).toBeUndefined()
  })

  it('of Claude Code carries the name that the person has given the server, and its port', () => {
    expect(registrationRequest(known('claude-code'), { ...met, name: 'notes', port: 3118 })).toMatchObject({
      client_name: 'Claude Code (notes)',
      redirect_uris: ['http://localhost:3118/callback'],
    })
  })

  it('leaves the data as it is', () => {
    const before = JSON.stringify(knownClients)
    for (const client of knownClients) registrationRequest(client, met)
    expect(JSON.stringify(knownClients)).toBe(before)
  })
})

describe('a scope', () => {
  it('is of the challenge, else of the resource', () => {
    const named = { ...without('scopes_supported'), resourceScopes: ['notes:read', 'notes:write'] }
    expect(scopeOf(known('claude'), { ...named, challengeScope: 'notes:read' })).toBe('notes:read')
    expect(scopeOf(known('claude'), named)).toBe('notes:read notes:write')
    expect(scopeOf(known('claude'), without('scopes_supported'))).toBeUndefined()
  })

  it('is a fallback of its own for mcp-remote', () => {
    expect(scopeOf(known('mcp-remote'), without('scopes_supported'))).toBe('openid email profile')
  })

  it('gets `offline_access` once, where it is advertised, and `prompt` with it', () => {
    const challenged = { ...met, challengeScope: 'notes:read' }
    expect(authorizationParameters(known('inspector'), challenged, own)).toMatchObject({
      scope: 'notes:read offline_access',
      prompt: 'consent',
    })
    expect(scopeOf(known('inspector'), { ...met, challengeScope: 'offline_access' })).toBe('offline_access')
    expect(scopeOf(known('vscode'), challenged)).toBe('notes:read')
    const unadvertised = { ...without('scopes_supported'), challengeScope: 'notes:read' }
    expect(authorizationParameters(known('inspector'), unadvertised, own)).not.toHaveProperty('prompt')
  })
})

describe('the resource', () => {
  it('is sent as it was read, or with the slash that a URL parser adds', () => {
    expect(authorizationParameters(known('typescript-sdk-2'), met, own).resource).toBe('https://api.example.com')
    expect(authorizationParameters(known('gemini-cli'), met, own).resource).toBe('https://api.example.com/')
  })

  it('is missing from the refreshes of Codex, and nobody else is known to leave it out where it counts', () => {
    const refresh = { client_id: 'c', refresh_token: 'r' }
    expect(refreshParameters(known('codex'), met, refresh)).toEqual({ grant_type: 'refresh_token', ...refresh })
    expect(refreshParameters(known('gemini-cli'), met, refresh)).toHaveProperty('resource')
    const redeem = { client_id: 'c', code: 'k', code_verifier: 'v' }
    for (const client of knownClients) expect(codeParameters(client, met, redeem), client.id).toHaveProperty('resource')
  })
})

describe.each(knownClients)('$id', (client) => {
  it('makes a whole authorization request', () => {
    const { client_id = 'registered' } = identify(client, met) ?? {}
    const parameters = authorizationParameters(client, met, { ...own, client_id })
    expect(parameters).toMatchObject({ response_type: 'code', client_id, code_challenge_method: 'S256', state: 's' })
    for (const value of Object.values(parameters)) expect(value).not.toMatch(/[{}]|undefined/)
    const { redirect_uri = '' } = parameters
    const mine = findByRedirectUri(redirect_uri).some((found) => found.client.id === client.id)
    expect(mine || redirect_uri === met.redirectUri).toBe(true)
    expect(codeParameters(client, met, { client_id, code: 'k', code_verifier: 'v' }).redirect_uri).toBe(redirect_uri)
  })

  it('registers the redirect URI that it asks with, but for a port', () => {
    const request = registrationRequest(client, met)
    const portless = (uri = '') => uri.replace(/^(http:\/\/[^/:]+):\d+/, '$1')
    if (client.registration)
      expect(request?.redirect_uris.map(portless)).toContain(portless(redirectUriOf(client, met)))
    expect(JSON.stringify(request) ?? '').not.toMatch(/\{(port|id|name|redirect_uri)\}/)
  })
})
