import { NodeStreamableHTTPServerTransport } from '@modelcontextprotocol/node'
import express from 'express'
import { accessOf, authorizationServer, requireAccessToken, resourceMetadata } from 'grantwright/express'
import { authInfoOf } from 'grantwright/resource'
import { api, auth } from './auth.js'
import { demoUsers } from './demo-users.js'
import { issuer, isTrial, port } from './settings.js'
import { mcpServer } from './tools.js'

const app = express()
app.use(authorizationServer(auth), resourceMetadata(api)) // at the root, and before body parsers
app.use('/mcp', requireAccessToken(api, { scope: 'notes:read', cors: true }))

app.post('/mcp', express.json(), async (req, res) => {
  const access = accessOf(req)
  const handedOn = Object.assign(req, { auth: authInfoOf(access, req.headers.authorization) })
  const transport = new NodeStreamableHTTPServerTransport()
  await mcpServer(access).connect(transport)
  await transport.handleRequest(handedOn, res, req.body)
})
app.all('/mcp', (_req, res) => res.status(405).set('Allow', 'POST').end()) // no session, so no stream of its own

app.get('/', (_req, res) => res.type('text').send(`An MCP server. Give this to your MCP client: ${api.resource}\n`))

await auth.ready() // says now, and not at the first request, what is wrong with the database or the secret

export const server = app.listen({ port, host: isTrial ? 'localhost' : undefined }, (error?: Error) => {
  console.log(error ? `Cannot start: ${error.message}` : `The MCP server is at ${api.resource}`)
  if (error) process.exit(1)
  console.log(`Look at it from outside: npx grantwright doctor ${issuer}/mcp`)
  for (const { username, password } of demoUsers) console.log(`Log in as ${username} / ${password}`)
})
