// app.ts
import { createAuthorizationServer, passwordLogin } from 'grantwright'
import { accessOf, authorizationServer, requireAccessToken } from 'grantwright/hono'
import { memoryStorage } from 'grantwright/storage/memory'
import { Hono } from 'hono'

const auth = createAuthorizationServer({
  issuer: 'http://localhost:3000',
  storage: memoryStorage(), // for a first look: it forgets everything
  users: passwordLogin({
    verify: (username, password) => (username === 'ada' && password === 'analytical-engine' ? 'user-1' : null),
  }),
  resources: { 'http://localhost:3000/api': { scopes: { 'notes:read': 'Read your notes' } } },
  clients: [
    {
      client_id: 'desktop',
      token_endpoint_auth_method: 'none',
      redirect_uris: ['http://127.0.0.1/callback'],
      default_scope: 'notes:read',
    },
  ],
})

const app = new Hono()
app.use(authorizationServer(auth))
app.get('/api/notes', requireAccessToken(auth, { scope: 'notes:read' }), (c) =>
  c.json({ notesOf: accessOf(c).subject }),
)

export default app
