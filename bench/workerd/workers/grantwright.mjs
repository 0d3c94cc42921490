/** grantwright as docs/runtimes.md has it for Workers, without a framework. */
import { env } from 'cloudflare:workers'
import { createAuthorizationServer, passwordLogin } from '../../../dist/index.js'
import { memoryStorage } from '../../../dist/storage/memory.js'

const auth = createAuthorizationServer({
  issuer: 'http://localhost',
  storage: memoryStorage(),
  secret: env.AUTH_SECRET,
  users: passwordLogin({ verify: (username, password) => (password === env.PASSWORD ? username : null) }),
  resources: { 'https://api.example.com': { scopes: { 'notes:read': 'Read notes', 'notes:write': 'Change notes' } } },
  clients: [
    {
      client_id: 'desktop',
      token_endpoint_auth_method: 'none',
      redirect_uris: ['http://127.0.0.1/callback'],
      default_scope: 'notes:read',
    },
  ],
})

export default { fetch: (request) => auth.fetch(request) }
