import express from 'express'
import { startPurging } from 'grantwright'
import { authorizationServer, requireAccessToken } from 'grantwright/express'
import { auth, issuer, port, storage } from './auth.js'
import { addNote, notesOf } from './notes.js'
import { keepDemoUser } from './users.js'

const app = express()
app.use(authorizationServer(auth)) // before body parsers
app.use(express.static(`${import.meta.dirname}/public`))

app.get('/api/notes', requireAccessToken(auth, { scope: 'notes:read' }), (req, res) => {
  res.json({ notes: notesOf(req.auth.subject) })
})

app.post('/api/notes', requireAccessToken(auth, { scope: 'notes:write' }), express.json(), (req, res) => {
  const text: unknown = req.body?.text
  if (typeof text !== 'string' || text === '') return res.status(400).json({ error: 'Send { "text": "…" }.' })
  addNote(req.auth.subject, text)
  res.status(201).json({ notes: notesOf(req.auth.subject) })
})

await auth.ready() // says now, and not at the first request, what is wrong with the database or the secret
await keepDemoUser(issuer)
startPurging(storage, { every: 60_000, onError: console.error })

export const server = app.listen(port, (error) => {
  if (error) throw error
  console.log(`Listening at ${issuer}`)
})
