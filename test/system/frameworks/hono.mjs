import { serve } from '@hono/node-server'
import { accessOf, authorizationServer, requireAccessToken } from 'grantwright/hono'
import { Hono } from 'hono'
import { auth } from './auth.js'

const app = new Hono()
app.use(authorizationServer(auth))
app.get('/hello', (c) => c.text('hello'))
app.get('/api/notes', requireAccessToken(auth, { scope: 'notes:read' }), (c) => c.json(accessOf(c)))
app.post('/api/notes', requireAccessToken(auth, { scope: 'notes:write' }), (c) => c.json(accessOf(c)))
serve({ fetch: app.fetch, port: 3000 })
