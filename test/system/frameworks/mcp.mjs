/** An MCP server behind our guard, on whichever generation of the SDK. */
import express from 'express'
import { accessOf, authorizationServer, requireAccessToken } from 'grantwright/express'
import { auth } from './auth.js'

export function serve(McpServer, Transport, authInfoOf) {
  const app = express()
  app.use(authorizationServer(auth))

  async function answer(req, res) {
    const server = new McpServer({ name: 'notes', version: '1.0.0' })
    server.registerTool('whoami', { description: 'Says who calls' }, (context) => {
      const told = { subject: accessOf(req).subject, handedOn: authInfoOf(context) ?? null }
      return { content: [{ type: 'text', text: JSON.stringify(told) }] }
    })
    const transport = new Transport({ sessionIdGenerator: undefined })
    await server.connect(transport)
    await transport.handleRequest(req, res, req.body)
  }

  const guard = requireAccessToken(auth, { scope: 'notes:read' })
  app.post('/mcp', guard, express.json(), answer)

  // What the SDK calls AuthInfo, for tools that want it from there.
  const handOn = (req, _res, next) => {
    const { subject, clientId, scope, expiresAt } = accessOf(req)
    const [, token] = req.headers.authorization.split(' ')
    Object.assign(req, {
      auth: { token, clientId, scopes: [...scope], expiresAt: Math.floor(expiresAt / 1000), extra: { subject } },
    })
    next()
  }
  app.post('/handed-on', guard, express.json(), handOn, answer)
  app.listen(3000)
}
