/**
 * A server with everything that differs between runtimes: the login page with its sessions and passwords, both kinds of access
 * token, the client's address. `PASSWORDS` says who compares passwords: the app, or the library with hashes that it made.
 *
 * @module
 */
import {
  createAuthorizationServer,
  createResourceServer,
  hashPassword,
  passwordLogin,
  type ServerEvent,
  verifyPassword,
} from 'grantwright'
import { requireAccessToken } from 'grantwright/next'
import { memoryStorage } from 'grantwright/storage/memory'

const issuer = process.env.ISSUER ?? ''
const jwt = `${issuer}/api/jwt`
const opaque = `${issuer}/api/opaque`

const passwords = new Map<string, string>()
const events: ServerEvent[] = []

const auth = createAuthorizationServer({
  issuer,
  storage: memoryStorage(),
  users:
    process.env.PASSWORDS === 'hashed'
      ? passwordLogin({ find: (name) => ({ subject: name, passwordHash: passwords.get(name) ?? null }) })
      : passwordLogin({ verify: (name, password) => (passwords.get(name) === password ? name : null) }),
  resources: {
    [jwt]: { scopes: { read: 'Read' }, default: true },
    [opaque]: { scopes: { read: 'Read' }, accessToken: 'opaque' },
  },
  clients: [
    {
      client_id: 'web',
      client_secret: 'the secret of web, of 32 characters',
      redirect_uris: ['https://client.example/callback'],
      default_scope: 'read',
    },
    {
      client_id: 'api',
      client_secret: 'the secret of api, of 32 characters',
      grant_types: [],
      serves: [jwt, opaque],
    },
  ],
  onEvent: (event) => events.push(event),
})

const routes: { readonly [path: string]: (request: Request) => Response | Promise<Response> } = {
  '/api/jwt': guarded(jwt),
  '/api/opaque': guarded(opaque),
  '/events': () =>
    Response.json(events.map((event) => ({ ...event, ...('cause' in event && { cause: String(event.cause) }) }))),
  // The user's own sign-up.
  async '/sign-up'(request) {
    const { username, password } = (await request.json()) as { username: string; password: string }
    passwords.set(username, process.env.PASSWORDS === 'hashed' ? await hashPassword(password) : password)
    return new Response(passwords.get(username))
  },
  async '/verify'(request) {
    const { password, hash } = (await request.json()) as { password: string; hash: string }
    return verifyPassword(password, hash).then(
      (right) => Response.json({ right }),
      (error) => Response.json({ error: String(error) }),
    )
  },
}

function guarded(resource: string) {
  const api = createResourceServer({ server: auth, resource })
  const handler = requireAccessToken(api, { scope: 'read' }, (_request, { auth: access }) => Response.json(access))
  return (request: Request) => handler(request, { params: Promise.resolve({}) })
}

/** What the runtime hands over beside the request: Bun its server, Deno facts about the connection. */
interface Beside {
  requestIP?(request: Request): { readonly address: string } | null
  readonly remoteAddr?: { readonly hostname: string }
}

export default {
  fetch(request: Request, beside?: Beside): Response | Promise<Response> {
    const route = routes[new URL(request.url).pathname]
    if (route) return route(request)
    const address =
      beside?.requestIP?.(request)?.address ??
      beside?.remoteAddr?.hostname ??
      request.headers.get('cf-connecting-ip') ??
      undefined
    return auth.fetch(request, { address })
  },
}
