import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js'
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js'
import { serve } from './mcp.mjs'

serve(McpServer, StreamableHTTPServerTransport, ({ authInfo }) => authInfo)
