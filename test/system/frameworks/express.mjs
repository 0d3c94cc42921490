import express from 'express'
import { accessOf, authorizationServer, requireAccessToken } from 'grantwright/express'
import { auth } from './auth.js'

const app = express()
app.use(authorizationServer(auth))
app.get('/hello', (_req, res) => {
  res.send('hello')
})
app.get('/api/notes', requireAccessToken(auth, { scope: 'notes:read' }), (req, res) => {
  res.json(accessOf(req))
})
app.post('/api/notes', requireAccessToken(auth, { scope: 'notes:write' }), (req, res) => {
  res.json(accessOf(req))
})
app.listen(3000)
