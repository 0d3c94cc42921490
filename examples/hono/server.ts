import { serve } from '@hono/node-server'
import { getConnInfo } from '@hono/node-server/conninfo'
import { serveStatic } from '@hono/node-server/serve-static'
import { startPurging } from 'grantwright'
import { authorizationServer, requireAccessToken } from 'grantwright/hono'
import { Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { auth, issuer, port, storage } from './auth.js'
import { addNote, notesOf } from './notes.js'
import { keepDemoUser } from './users.js'

const app = new Hono()
app.use(authorizationServer(auth, { clientAddress: (c) => getConnInfo(c).remote.address }))

app.use('/api/*', bodyLimit({ maxSize: 100_000 }))
app.get('/api/notes', requireAccessToken(auth, { scope: 'notes:read' }), (c) => {
  return c.json({ notes: notesOf(c.var.auth.subject) })
})

app.post('/api/notes', requireAccessToken(auth, { scope: 'notes:write' }), async (c) => {
  const text: unknown = (await c.req.json().catch(() => null))?.text
  if (typeof text !== 'string' || text === '') return c.json({ error: 'Send { "text": "…" }.' }, 400)
  addNote(c.var.auth.subject, text)
  return c.json({ notes: notesOf(c.var.auth.subject) }, 201)
})

app.use(serveStatic({ root: `${import.meta.dirname}/public` }))

await auth.ready() // says now, and not at the first request, what is wrong with the database or the secret
await keepDemoUser(issuer)
startPurging(storage, { every: 60_000, onError: console.error })

export const server = serve({ fetch: app.fetch, port }, () => console.log(`Listening at ${issuer}`))
