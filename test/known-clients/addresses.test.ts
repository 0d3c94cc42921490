import { expect, it } from 'vitest'
import { knownClients, resourceMetadataUrls, serverMetadataUrls } from '../../src/known-clients/index.js'

const known = (id: string) => {
  const client = knownClients.find((one) => one.id === id)
  if (!client) throw new Error(`no ${id}`)
  return client
}

it('asks where the challenge says, and nowhere else', () => {
  const challenged = 'https://api.example.com/metadata'
  expect(resourceMetadataUrls(known('vscode'), 'https://api.example.com/mcp', challenged)).toEqual([challenged])
})

it('asks at the well-known addresses without a challenge, in the order of the client', () => {
  expect(resourceMetadataUrls(known('vscode'), 'https://api.example.com/mcp')).toEqual([
    'https://api.example.com/.well-known/oauth-protected-resource/mcp',
    'https://api.example.com/.well-known/oauth-protected-resource',
  ])
  expect(resourceMetadataUrls(known('vscode'), 'https://api.example.com/')).toEqual([
    'https://api.example.com/.well-known/oauth-protected-resource',
  ])
})

it('asks a server with a path at every form that the client knows', () => {
  expect(serverMetadataUrls(known('gemini-cli'), 'https://auth.example.com/a/')).toEqual([
    'https://auth.example.com/.well-known/oauth-authorization-server/a',
    'https://auth.example.com/.well-known/openid-configuration/a',
    'https://auth.example.com/a/.well-known/openid-configuration',
    'https://auth.example.com/.well-known/oauth-authorization-server',
    'https://auth.example.com/.well-known/openid-configuration',
  ])
  expect(serverMetadataUrls(known('mcp-remote'), 'https://auth.example.com/a')[1]).toBe(
    'https://auth.example.com/.well-known/oauth-authorization-server',
  )
})

it('asks a server without a path at two addresses, once each', () => {
  expect(serverMetadataUrls(known('gemini-cli'), 'https://auth.example.com')).toEqual([
    'https://auth.example.com/.well-known/oauth-authorization-server',
    'https://auth.example.com/.well-known/openid-configuration',
  ])
})

it('says nothing of what nobody knows', () => {
  expect(serverMetadataUrls(known('grok'), 'https://auth.example.com')).toEqual([])
  expect(resourceMetadataUrls(known('grok'), 'https://api.example.com', 'https://api.example.com/metadata')).toEqual([])
})
