/**
 * The demo API: notes of the user on whose behalf somebody calls. Each route says which scope it needs.
 *
 * @module
 */
import { json, Router } from 'express'
import type { AuthorizationServer } from 'grantwright'
import { accessOf, requireAccessToken } from 'grantwright/express'

export function notesApi(auth: AuthorizationServer): Router {
  const notes = new Map<string, string[]>()
  const notesOf = (subject: string) => notes.get(subject) ?? ['Buy milk', 'Finish note G']

  const api = Router()
  api.get('/notes', requireAccessToken(auth, { scope: 'notes:read' }), (req, res) => {
    const { subject, clientId, scope } = accessOf(req)
    res.json({ subject, client_id: clientId, scope: scope.join(' '), notes: notesOf(subject) })
  })
  api.post('/notes', requireAccessToken(auth, { scope: 'notes:write' }), json(), (req, res) => {
    const { text } = req.body ?? {}
    if (typeof text !== 'string' || text === '') return void res.status(400).json({ error: 'Send { "text": "…" }.' })
    notes.set(accessOf(req).subject, [...notesOf(accessOf(req).subject), text].slice(-20))
    res.status(201).json({ notes: notesOf(accessOf(req).subject) })
  })
  return api
}
