import { requireAccessToken } from 'grantwright/next'
import { auth } from '../../../lib/auth'
import { addNote, notesOf } from '../../../lib/notes'

export const GET = requireAccessToken(auth, { scope: 'notes:read' }, (_request, { auth }) =>
  Response.json({ notes: notesOf(auth.subject) }),
)

export const POST = requireAccessToken(auth, { scope: 'notes:write' }, async (request, { auth }) => {
  if (Number(request.headers.get('content-length') ?? Infinity) > 100_000) return new Response(null, { status: 413 })
  const text: unknown = (await request.json().catch(() => null))?.text
  if (typeof text !== 'string' || text === '') return Response.json({ error: 'Send { "text": "…" }.' }, { status: 400 })
  addNote(auth.subject, text)
  return Response.json({ notes: notesOf(auth.subject) }, { status: 201 })
})
