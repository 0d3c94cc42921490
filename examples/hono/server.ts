import { serve } from '@hono/node-server'
import { getConnInfo } from '@hono/node-server/conninfo'
import { serveStatic } from '@hono/node-server/serve-static'
import { accessOf, authorizationServer, requireAccessToken } from 'grantwright/hono'
import { type Context, Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { auth } from './auth.js'
import { demoUsers } from './demo-users.js'
import { addNote, notesOf } from './notes.js'
import { issuer, isTrial, port } from './settings.js'

const app = new Hono()
app.use(authorizationServer(auth, { clientAddress: (c) => getConnInfo(c).remote.address }))

app.use('/api/*', bodyLimit({ maxSize: 100_000 }))
app.get('/api/notes', requireAccessToken(auth, { scope: 'notes:read' }), (c) => {
  return c.json({ notes: notesOf(accessOf(c).subject) })
})

app.post('/api/notes', requireAccessToken(auth, { scope: 'notes:write' }), async (c) => {
  const text: unknown = (await c.req.json().catch(() => null))?.text
  if (typeof text !== 'string' || text === '') return c.json({ error: 'Send { "text": "…" }.' }, 400)
  addNote(accessOf(c).subject, text)
  return c.json({ notes: notesOf(accessOf(c).subject) }, 201)
})

app.get('/demo-users.json', (c) => c.json(demoUsers)) // none, unless this is a trial

const policy = "default-src 'self'; img-src data:; frame-ancestors 'none'"
const onFound = (_path: string, c: Context) => c.header('Content-Security-Policy', policy)
app.use(serveStatic({ root: `${import.meta.dirname}/public`, onFound }))

await auth.ready() // says now, and not at the first request, what is wrong with the database or the secret

export const server = serve({ fetch: app.fetch, port, hostname: isTrial ? 'localhost' : undefined }, () => {
  console.log(`Listening at ${issuer}`)
  for (const { username, password } of demoUsers) console.log(`Log in as ${username} / ${password}`)
}).on('error', (error) => {
  console.error(`Cannot start: ${error.message}`)
  process.exit(1)
})
