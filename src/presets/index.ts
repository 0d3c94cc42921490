/**
 * `grantwright/mcp`: an authorization server for MCP clients.
 *
 * @module
 */
export { type McpOptions, mcp } from './mcp.js'
export { type ProtectedMcp, type ProtectMcpOptions, protectMcp } from './protect-mcp.js'
