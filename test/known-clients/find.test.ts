import { describe, expect, it } from 'vitest'
import {
  findByDocument,
  findByRedirectUri,
  knownClients,
  knownRedirectUris,
  shippedCopy,
} from '../../src/known-clients/index.js'
import { redirectUriProblem } from '../../src/protocol/redirect-uri.js'

const idsAt = (uri: string) => findByRedirectUri(uri).map(({ client }) => client.id)

describe('a known client by its document', () => {
  it.each(
    knownClients.flatMap(({ id, documents }) => documents.map(({ url }) => [url.replace('{id}', 'abc-DEF_1'), id])),
  )('%s is the one of %s', (url, id) => {
    expect(findByDocument(url)?.client.id).toBe(id)
  })

  it('is told from others on the same host', () => {
    expect(findByDocument('https://claude.ai/oauth/mcp-oauth-client-metadata')?.client.id).toBe('claude')
    expect(findByDocument('https://claude.ai/oauth/claude-code-client-metadata')?.client.id).toBe('claude-code')
    expect(findByDocument('https://chatgpt.com/oauth/client.json')?.client.id).toBe('chatgpt')
    expect(findByDocument('https://chatgpt.com/oauth/codex/client.json')?.client.id).toBe('codex')
  })

  it.each([
    'https://claude.ai/oauth/other',
    'https://claude.ai/oauth/mcp-oauth-client-metadata/',
    'https://claude.ai/oauth/mcp-oauth-client-metadata?a=b',
    'https://CLAUDE.ai/oauth/mcp-oauth-client-metadata',
    'http://claude.ai/oauth/mcp-oauth-client-metadata',
    'https://claude.ai.example.com/oauth/mcp-oauth-client-metadata',
    'https://chatgpt.com/oauth/a/b/client.json',
    'https://chatgpt.com/oauth//client.json',
    'https://chatgpt.com/oauth/../client.json',
    'https://chatgpt.com/oauth/a%2Fb/client.json',
    'https://chatgptXcom/oauth/abc/client.json',
    `https://chatgpt.com/oauth/${'a'.repeat(129)}/client.json`,
    'claude',
    '',
  ])('is nobody at %s', (url) => {
    expect(findByDocument(url)).toBeUndefined()
  })

  it('has a copy where somebody has read it, and none where it differs between connectors', () => {
    const url = 'https://claude.ai/oauth/mcp-oauth-client-metadata'
    expect(shippedCopy(url)).toMatchObject({ document: { client_id: url }, source: { date: '2026-09-29' } })
    expect(shippedCopy('https://chatgpt.com/oauth/abc/client.json')).toBeUndefined()
    expect(shippedCopy('https://cursor.com/oauth/mcp-client.json')).toBeUndefined()
    expect(shippedCopy('https://example.com/client.json')).toBeUndefined()
  })
})

describe('known clients by a redirect URI', () => {
  it.each([
    ['https://claude.ai/api/mcp/auth_callback', ['claude']],
    ['https://chatgpt.com/connector_platform_oauth_redirect', ['chatgpt']],
    ['https://chatgpt.com/connector/oauth/Ab-9_z', ['chatgpt']],
    ['cursor://anysphere.cursor-mcp/oauth/callback', ['cursor']],
    ['http://localhost:8787/callback', ['claude-code', 'codex', 'cursor']],
    ['http://localhost:51234/callback', ['claude-code', 'codex']],
    ['http://127.0.0.1:51234/callback/Ab-9_z', ['codex']],
    ['http://127.0.0.1:33418/', ['vscode']],
    ['http://127.0.0.1:40000/', ['vscode']],
    ['http://localhost:6274/oauth/callback', ['gemini-cli', 'inspector', 'mcp-remote']],
    ['https://vscode.dev/redirect', ['vscode']],
  ])('%s is of %j', (uri, ids) => {
    expect(idsAt(uri)).toEqual(ids)
  })

  it.each([
    'https://claude.ai/api/mcp/auth_callback/',
    'https://claude.ai/api/mcp/auth_callback?next=1',
    'https://claude.ai:8443/api/mcp/auth_callback',
    'https://claude.ai/api/mcp/other',
    'https://evil.example/api/mcp/auth_callback',
    'cursor://anysphere.cursor-mcp/oauth/callback/more',
    'cursor://evil/oauth/callback',
    'http://localhost:51234/callback/../other',
    'http://127.0.0.1:51234/callback/a/b',
    'http://127.0.0.1:99999/callback',
    'http://localhost.example.com:51234/callback',
    'http://[::1]:51234/callback',
    'https://localhost:51234/callback',
    'https://chatgpt.com/connector/oauth/a/b',
    'https://chatgpt.com/connector/oauth/{id}',
    'http://127.0.0.1:8788/callback/',
  ])('%s is of nobody', (uri) => {
    expect(idsAt(uri)).toEqual([])
  })

  it('has no free port where the client always takes the same', () => {
    const cursorAt = (port: number) => idsAt(`http://localhost:${port}/callback`).includes('cursor')
    expect([cursorAt(8787), cursorAt(8788)]).toEqual([true, false])
  })
})

it('lists redirect URIs that can be registered as they stand, the one of Cursor among them', () => {
  const listed = new Set(['cursor://anysphere.cursor-mcp/oauth/callback'])
  expect(knownRedirectUris).toContain('cursor://anysphere.cursor-mcp/oauth/callback')
  expect(new Set(knownRedirectUris).size).toBe(knownRedirectUris.length)
  for (const uri of knownRedirectUris) {
    expect(redirectUriProblem(uri, { public: true }, { privateUseRedirectUris: listed }), uri).toBeNull()
  }
})
