/**
 * The official clients of both generations at a server of `protectMcp`: from nothing, by registration and by a metadata document, to a tool call, a
 * step-up, a refresh, and the end by revocation.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Reader } from '../../docs/reader.js'
import { Jar } from '../logins/jar.js'
import { clientDocument, McpUser } from './mcp-user.js'
import { packagesHere } from './packages.js'

const server = `
import { McpServer } from '@modelcontextprotocol/server'
import { NodeStreamableHTTPServerTransport } from '@modelcontextprotocol/node'
import express from 'express'
import { accessOf, authorizationServer, requireAccessToken, resourceMetadata } from 'grantwright/express'
import { protectMcp } from 'grantwright/mcp'
import { authInfoOf, scopeChallenge } from 'grantwright/resource'
import { memoryStorage } from 'grantwright/storage/memory'

const { auth, api } = protectMcp({
  issuer: 'http://localhost:3000',
  endpoint: 'http://localhost:3000/mcp',
  scopes: { 'notes:read': 'Read your notes', 'notes:write': { text: 'Add notes', onRequest: true } },
  storage: memoryStorage(),
  users: {
    current: async () => ({ subject: 'ada' }),
    challenge: async () => ({ status: 303, headers: [['location', '/']], body: '' }),
  },
  mcp: { documents: { fetch: async () => new Response(${JSON.stringify(JSON.stringify(clientDocument))}, { headers: { 'content-type': 'application/json' } }) } },
})

function newServer() {
  const server = new McpServer({ name: 'notes', version: '1.0.0' })
  const text = (text: string) => ({ content: [{ type: 'text' as const, text }] })
  server.registerTool('whoami', {}, ({ http }) => text(String(http?.authInfo?.extra?.subject)))
  server.registerTool('add_note', { scopeChallenge: scopeChallenge('notes:write') }, ({ http }) => text('added with ' + http?.authInfo?.scopes.join(' ')))
  return server
}

const app = express()
app.use(authorizationServer(auth), resourceMetadata(api))
app.post('/mcp', requireAccessToken(api, { scope: 'notes:read' }), express.json(), async (req, res) => {
  const handedOn = Object.assign(req, { auth: authInfoOf(accessOf(req), req.headers.authorization) })
  const transport = new NodeStreamableHTTPServerTransport()
  await newServer().connect(transport)
  await transport.handleRequest(handedOn, res, req.body)
})
app.listen(3000, () => console.log('ready'))
`

let reader: Reader
beforeAll(async () => {
  reader = await Reader.arrive([], packagesHere())
  reader.write('server.ts', server)
  await reader.run('node server.js').says(/^ready/m)
})
afterAll(() => reader?.leave())

describe.each([1, 2] as const)('the official client of generation %d', (generation) => {
  it.each(['registering', 'described'] as const)('comes %s, and goes all the way', async (comes) => {
    const jar = new Jar(reader.origin)
    const agree = async (url: string) => (await jar.submit(await jar.open(url), { decision: 'allow' })).url
    // The client of generation 1 that has a refresh token does not ask for more, but spends it.
    const ada = new McpUser(generation, `${reader.origin}/mcp`, agree, generation === 2, comes)
    expect(await ada.connect()).toMatch(/^notes:read( offline_access)?$/)
    if (comes === 'described') expect(ada.clientId()).toBe(clientDocument.client_id)
    else expect(ada.clientId()).toMatch(/^gwcl_/)
    expect(await ada.call('whoami')).toBe('ada')
    expect(await ada.callAndAuthorize('add_note')).toBe('added with notes:read notes:write')

    const keeping = new McpUser(generation, `${reader.origin}/mcp`, agree, true, comes)
    await keeping.connect()
    const before = keeping.tokens
    const asked = keeping.asked.length
    keeping.wearOut()
    expect(await keeping.call('whoami')).toBe('ada')
    expect(keeping.tokens?.access_token).not.toBe(before?.access_token)
    expect(keeping.asked).toHaveLength(asked)

    const body = new URLSearchParams({
      token: keeping.tokens?.refresh_token ?? '',
      client_id: keeping.clientId() ?? '',
    })
    expect((await fetch(`${reader.origin}/oauth/revoke`, { method: 'POST', body })).status).toBe(200)
    // Nobody gets on with what was revoked; the person is asked again, and a fresh authorization works.
    expect(await keeping.callAndAuthorize('whoami')).toBe('ada')
    expect(keeping.asked).toHaveLength(asked + 1)
  })
})
