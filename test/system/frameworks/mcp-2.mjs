import { NodeStreamableHTTPServerTransport } from '@modelcontextprotocol/node'
import { McpServer } from '@modelcontextprotocol/server'
import { serve } from './mcp.mjs'

serve(McpServer, NodeStreamableHTTPServerTransport, ({ http }) => http?.authInfo)
