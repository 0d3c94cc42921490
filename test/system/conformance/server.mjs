// A server for MCP clients, out of the package, at which Ada is logged in. Arguments: port, and the path of the issuer.
import { createServer } from 'node:http'
import { protectMcp } from 'grantwright/mcp'
import { nodeListener } from 'grantwright/node'
import { memoryStorage } from 'grantwright/storage/memory'

const [port, path = ''] = process.argv.slice(2)
const issuer = `http://localhost:${port}${path}`
const { auth } = protectMcp({
  issuer,
  endpoint: `http://localhost:${port}/mcp`,
  scopes: { 'notes:read': 'Read your notes', 'notes:write': { text: 'Add notes', onRequest: true } },
  storage: memoryStorage(),
  users: {
    current: async () => ({ subject: 'ada' }),
    challenge: async () => ({ status: 303, headers: [['location', '/']], body: '' }),
  },
})
createServer(nodeListener(auth)).listen(Number(port), () => console.log(`ready at ${issuer}`))
