import { McpServer } from '@modelcontextprotocol/server'
import { type Access, scopeChallenge } from 'grantwright/resource'
import { z } from 'zod'
import { addNote, notesOf } from './notes.js'

/** An MCP server for one request: who calls it is known. */
export function mcpServer({ subject }: Access): McpServer {
  const server = new McpServer({ name: 'notes', version: '1.0.0' })
  const text = (text: string) => ({ content: [{ type: 'text' as const, text }] })

  server.registerTool('list_notes', { description: 'All notes, the oldest first' }, () =>
    text(notesOf(subject).join('\n') || 'There are no notes.'),
  )
  server.registerTool(
    'find_notes',
    { description: 'The notes that contain a text', inputSchema: z.object({ text: z.string() }) },
    ({ text: wanted }) =>
      text(
        notesOf(subject)
          .filter((note) => String(note).includes(wanted))
          .join('\n') || 'No note contains that.',
      ),
  )
  server.registerTool(
    'add_note',
    {
      description: 'Adds a note',
      inputSchema: z.object({ text: z.string() }),
      // A client without this scope is told so, and asks its user.
      scopeChallenge: scopeChallenge('notes:write'),
    },
    ({ text: note }) => {
      addNote(subject, note)
      return text('Added.')
    },
  )
  return server
}
