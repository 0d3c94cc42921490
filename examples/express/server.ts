import express from 'express'
import { accessOf, authorizationServer, requireAccessToken } from 'grantwright/express'
import { auth } from './auth.js'
import { demoUsers } from './demo-users.js'
import { addNote, notesOf } from './notes.js'
import { issuer, isTrial, port } from './settings.js'

const app = express()
app.use(authorizationServer(auth)) // before body parsers
const headers = { 'Content-Security-Policy': "default-src 'self'; img-src data:; frame-ancestors 'none'" }
app.use(express.static(`${import.meta.dirname}/public`, { setHeaders: (res) => res.set(headers) }))
app.get('/demo-users.json', (_req, res) => res.json(demoUsers)) // none, unless this is a trial

app.get('/api/notes', requireAccessToken(auth, { scope: 'notes:read' }), (req, res) => {
  res.json({ notes: notesOf(accessOf(req).subject) })
})

app.post('/api/notes', requireAccessToken(auth, { scope: 'notes:write' }), express.json(), (req, res) => {
  const text: unknown = req.body?.text
  if (typeof text !== 'string' || text === '') return res.status(400).json({ error: 'Send { "text": "…" }.' })
  addNote(accessOf(req).subject, text)
  res.status(201).json({ notes: notesOf(accessOf(req).subject) })
})

await auth.ready() // says now, and not at the first request, what is wrong with the database or the secret

export const server = app.listen({ port, host: isTrial ? 'localhost' : undefined }, (error?: Error) => {
  console.log(error ? `Cannot start: ${error.message}` : `Listening at ${issuer}`)
  if (error) process.exit(1)
  for (const { username, password } of demoUsers) console.log(`Log in as ${username} / ${password}`)
})
