import { describe, expect, it } from 'vitest'
import { knownClients, provenClient } from '../../src/known-clients/index.js'

const code = 'https://claude.ai/oauth/claude-code-client-metadata'

describe('a client is proven', () => {
  it.each(
    knownClients.flatMap(({ id, redirectUris }) =>
      redirectUris.filter(({ proves }) => proves).map(({ uri }) => [uri.replace('{id}', 'abc'), id]),
    ),
  )('by %s: %s', (redirect_uri, id) => {
    expect(provenClient({ redirect_uri })?.id).toBe(id)
  })

  it('by an https URI that stands in a document of its vendor', () => {
    const redirect_uri = 'https://claude.ai/api/mcp/another_callback'
    const client_id = 'https://claude.ai/oauth/mcp-oauth-client-metadata'
    expect(provenClient({ redirect_uri, client_id })?.id).toBe('claude')
  })

  it('as the one that receives the answer, whosever document comes with it', () => {
    const redirect_uri = 'https://grok.com/connectors-oauth-exchange-code/'
    expect(provenClient({ redirect_uri, client_id: 'https://cursor.com/oauth/mcp-client.json' })?.id).toBe('grok')
  })
})

describe('nobody is proven', () => {
  it.each(
    knownClients.flatMap(({ documents, redirectUris }) =>
      redirectUris
        .filter(({ proves }) => !proves)
        .map(({ uri }) => [uri.replace('{id}', 'abc'), documents[0]?.url] as const),
    ),
  )('by %s, not even with the document %s', (redirect_uri, client_id) => {
    expect(provenClient({ redirect_uri })).toBeUndefined()
    expect(provenClient({ redirect_uri, client_id })).toBeUndefined()
  })

  it.each([
    { redirect_uri: 'https://evil.example/callback' },
    { redirect_uri: 'https://evil.example/callback', client_id: 'https://evil.example/client.json' },
    { redirect_uri: 'https://claude.ai.evil.example/api/mcp/auth_callback' },
    { redirect_uri: 'HTTPS://claude.ai/api/mcp/auth_callback' },
    { redirect_uri: 'http://localhost:5000/callback', client_id: code },
    { redirect_uri: 'http://localhost@evil.example/callback', client_id: code },
    { redirect_uri: 'claude://callback', client_id: code },
  ])('by %j', (request) => {
    expect(provenClient(request)).toBeUndefined()
  })
})
