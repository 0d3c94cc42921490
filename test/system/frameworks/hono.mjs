import { serve } from '@hono/node-server'
import { authorizationServer, requireAccessToken } from 'grantwright/hono'
import { Hono } from 'hono'
import { auth } from './auth.js'

const app = new Hono()
app.use(authorizationServer(auth))
app.get('/hello', (c) => c.text('hello'))
app.get('/api/notes', requireAccessToken(auth, { scope: 'notes:read' }), (c) => c.json(c.var.auth))
app.post('/api/notes', requireAccessToken(auth, { scope: 'notes:write' }), (c) => c.json(c.var.auth))
serve({ fetch: app.fetch, port: 3000 })
