/**
 * The list. In an order for people: those that most have, first.
 *
 * @module
 */
import { chatgpt } from './clients/chatgpt.js'
import { claude } from './clients/claude.js'
import { claudeCode } from './clients/claude-code.js'
import { codex } from './clients/codex.js'
import { cursor } from './clients/cursor.js'
import { geminiCli } from './clients/gemini-cli.js'
import { grok } from './clients/grok.js'
import { inspector } from './clients/inspector.js'
import { mcpRemote } from './clients/mcp-remote.js'
import { typescriptSdk1, typescriptSdk2 } from './clients/typescript-sdk.js'
import { vscode } from './clients/vscode.js'
import type { KnownClient } from './known-client.js'

/**
 * MCP clients that many people use, as they were on the date that each fact carries. They change without notice: what is here was true
 * then, and what is not here is not known.
 */
export const knownClients: readonly KnownClient[] = [
  claude,
  claudeCode,
  chatgpt,
  codex,
  cursor,
  vscode,
  geminiCli,
  grok,
  inspector,
  mcpRemote,
  typescriptSdk1,
  typescriptSdk2,
]
