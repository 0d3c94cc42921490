/**
 * A server on memory storage with a clock of its own, and a browser to visit it with. Everything goes through
 * `AuthorizationServer.fetch`, as a client would see it.
 *
 * @module
 */
import { createHash, randomBytes } from 'node:crypto'
import type { ServerOptions } from '../../src/construction/options.js'
import type { ServerEvent } from '../../src/edge/events.js'
import type { Grant } from '../../src/grant/state.js'
import { createAuthorizationServer } from '../../src/server.js'
import type { Kind, Storage } from '../../src/storage/contract.js'
import { memoryStorage } from '../../src/storage/memory.js'
import type { Claims, ClaimsContext, Login, UserAuthentication } from '../../src/users/contract.js'

export const ISSUER = 'https://auth.example.com'
export const API = 'https://api.example.com'
export const OTHER_API = 'https://other.example.com/v1'
export const CALLBACK = 'https://app.example.com/callback'

export const clients = {
  web: {
    client_id: 'web',
    client_secret: 'web-secret-web-secret-web-secret-web',
    client_name: 'Web App',
    redirect_uris: [CALLBACK],
    scope: 'read write admin',
    default_scope: 'read',
  },
  posting: {
    client_id: 'posting',
    client_secret: 'posting-secret-posting-secret-posting',
    token_endpoint_auth_method: 'client_secret_post',
    redirect_uris: [CALLBACK],
    default_scope: 'read',
  },
  spa: {
    client_id: 'spa',
    client_name: 'Single Page',
    token_endpoint_auth_method: 'none',
    redirect_uris: ['https://spa.example.com/cb'],
    default_scope: 'read write',
  },
  native: {
    client_id: 'native',
    token_endpoint_auth_method: 'none',
    redirect_uris: ['http://127.0.0.1/cb', 'com.example.app:/cb'],
    default_scope: 'read',
  },
  machine: {
    client_id: 'machine',
    client_secret: 'machine-secret-machine-secret-machine',
    grant_types: ['client_credentials'],
    default_scope: 'read',
  },
  api: {
    client_id: 'api',
    client_secret: 'api-secret-api-secret-api-secret-api-s',
    grant_types: ['client_credentials'],
    serves: [API],
    default_scope: 'read',
  },
} as const satisfies Record<string, NonNullable<ServerOptions['clients']>[number]>

/** The time at which every test begins. */
export const START = Date.UTC(2026, 0, 15, 12)

export interface Harness {
  readonly server: ReturnType<typeof createAuthorizationServer>
  readonly storage: Storage
  readonly events: ServerEvent[]
  /** Who is logged in at every browser; change it as you like. */
  login: Login | null
  /** The app's hook for claims about a user. */
  claims: (subject: string, context: ClaimsContext) => Promise<Claims | null>
  now: number
  /** A form post to an endpoint of the server. */
  post(path: string, form: Form, headers?: Record<string, string>): Promise<Response>
  /** What the JSON of an answer says. */
  token(form: Form, client?: keyof typeof clients | null): Promise<{ status: number; body: Tokens; headers: Headers }>
  browser(): Browser
}

export type Form = Record<string, string | readonly string[]> | string

/** What the token endpoint says: tokens or an error, so not all of it at once. */
export interface Tokens {
  readonly access_token: string
  readonly refresh_token: string
  readonly token_type: string
  readonly expires_in: number
  readonly scope: string
  readonly error: string
  readonly error_description: string
}

export function harness(options: Partial<ServerOptions> = {}): Harness {
  const storage = options.storage ?? memoryStorage()
  const users: UserAuthentication = {
    current: async () => h.login,
    challenge: async (_, need) => ({
      status: 303,
      headers: [
        [
          'location',
          `https://auth.example.com/app-login?reason=${need.reason}&return_to=${encodeURIComponent(need.returnTo)}`,
        ],
      ],
      body: '',
    }),
    claims: (subject, context) => h.claims(subject, context),
  }
  const events: ServerEvent[] = []
  const server = createAuthorizationServer({
    issuer: ISSUER,
    users,
    secret: 'a secret of at least thirty-two bytes, for tests only',
    clients: Object.values(clients),
    resources: {
      [API]: { scopes: { read: 'Read your notes', write: 'Change your notes' }, default: true },
      [OTHER_API]: { scopes: { admin: 'Administrate' }, accessToken: 'opaque' },
    },
    now: () => h.now,
    onEvent: (event) => events.push(event),
    ...options,
    storage,
  })
  const h: Harness = {
    server,
    storage,
    events,
    login: { subject: 'alice', authenticatedAt: START - 60_000, sessionId: 's1' },
    claims: async () => ({}),
    now: START,
    post: (path, form, headers = {}) =>
      server.fetch(
        new Request(ISSUER + path, {
          method: 'POST',
          headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
          body: encodeForm(form),
        }),
      ),
    async token(form, client = 'web') {
      const response = await h.post('/oauth/token', ...authenticated(form, client))
      return { status: response.status, body: (await response.json()) as Tokens, headers: response.headers }
    },
    browser: () => new Browser(server),
  }
  return h
}

/** A form and headers with which a client authenticates in its registered way. */
export function authenticated(form: Form, name: keyof typeof clients | null): [Form, Record<string, string>] {
  if (name === null) return [form, {}]
  const client: { client_id: string; client_secret?: string; token_endpoint_auth_method?: string } = clients[name]
  const { client_id, client_secret, token_endpoint_auth_method: method = 'client_secret_basic' } = client
  if (method === 'client_secret_basic') return [form, basic(client_id, client_secret ?? '')]
  const more = { client_id, ...(client_secret !== undefined && { client_secret }) }
  return [typeof form === 'string' ? `${form}&${encodeForm(more)}` : { ...form, ...more }, {}]
}

export const basic = (id: string, secret: string): Record<string, string> => ({
  authorization: `Basic ${Buffer.from(`${encodeURIComponent(id)}:${encodeURIComponent(secret)}`).toString('base64')}`,
})

export function encodeForm(form: Form): string {
  if (typeof form === 'string') return form
  const params = new URLSearchParams()
  for (const [name, value] of Object.entries(form)) for (const one of [value].flat()) params.append(name, one)
  return params.toString()
}

/** Cookies, and requests that carry them. Follows nothing by itself. */
export class Browser {
  readonly cookies = new Map<string, string>()
  constructor(private readonly server: { fetch(request: Request): Promise<Response> }) {}

  get(url: string, headers: Record<string, string> = {}): Promise<Response> {
    return this.send(new Request(new URL(url, ISSUER), { headers }))
  }

  post(url: string, form: Form, headers: Record<string, string> = {}): Promise<Response> {
    const request = new Request(new URL(url, ISSUER), {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
      body: encodeForm(form),
    })
    return this.send(request)
  }

  private async send(request: Request): Promise<Response> {
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    if (cookie) request.headers.set('cookie', cookie)
    const response = await this.server.fetch(request)
    for (const line of response.headers.getSetCookie()) {
      const [name = '', value = ''] = line.split(';', 1)[0]?.split(/=(.*)/) ?? []
      if (/max-age=0/i.test(line)) this.cookies.delete(name)
      else this.cookies.set(name, value)
    }
    return response
  }
}

export interface Pkce {
  readonly verifier: string
  readonly challenge: string
}

export function pkce(): Pkce {
  const verifier = randomBytes(32).toString('base64url')
  return { verifier, challenge: createHash('sha256').update(verifier).digest('base64url') }
}

/** The URL of an authorization request by the client `web`, with changes; null leaves a parameter out. */
export function authorizeUrl(
  challenge: string,
  changes: Record<string, string | null | readonly string[]> = {},
): string {
  const parameters = {
    response_type: 'code',
    client_id: 'web',
    redirect_uri: CALLBACK,
    state: 'the state & more',
    code_challenge: challenge,
    code_challenge_method: 'S256',
    ...changes,
  }
  const kept: Record<string, string | readonly string[]> = {}
  for (const [name, value] of Object.entries(parameters)) if (value !== null) kept[name] = value
  return `/oauth/authorize?${encodeForm(kept)}`
}

/** The hidden fields of the first form of a page. */
export function formFields(html: string): Record<string, string> {
  const fields = [...html.matchAll(/<input type="hidden" name="([^"]+)" value="([^"]*)">/g)]
  return Object.fromEntries(fields.map(([, name = '', value = '']) => [name, unescapeHtml(value)]))
}

/** The pages write every character that matters as a number. */
export const unescapeHtml = (text: string): string =>
  text.replaceAll(/&#([0-9]+);/g, (_, code) => String.fromCharCode(Number(code)))

/** The parameters that a redirect carries to the client. */
export const redirected = (response: Response): URLSearchParams =>
  new URL(response.headers.get('location') ?? '').searchParams

/** Walks from the authorization request to the code: allows whatever the consent page asks. */
export async function obtainCode(
  h: Harness,
  changes: Record<string, string | null | readonly string[]> = {},
  browser: Browser = h.browser(),
): Promise<{ code: string; verifier: string; response: Response }> {
  const { verifier, challenge } = pkce()
  let response = await browser.get(authorizeUrl(challenge, changes))
  if (response.status === 200) {
    response = await browser.post('/oauth/consent', { ...formFields(await response.text()), decision: 'allow' })
  }
  const code = redirected(response).get('code')
  if (code === null) throw new Error(`no code: ${response.status} ${response.headers.get('location')}`)
  return { code, verifier, response }
}

/** Tokens for a fresh grant of a client. */
export async function obtainTokens(
  h: Harness,
  client: 'web' | 'spa' | 'posting' | 'native' = 'web',
  changes: Record<string, string | null | readonly string[]> = {},
  browser?: Browser,
): Promise<Tokens> {
  const redirect_uri = clients[client].redirect_uris[0]
  const { code, verifier } = await obtainCode(h, { client_id: client, redirect_uri, ...changes }, browser)
  const form = { grant_type: 'authorization_code', code, code_verifier: verifier, redirect_uri }
  const { status, body } = await h.token(form, client)
  if (status !== 200) throw new Error(`no tokens: ${JSON.stringify(body)}`)
  return body
}

/** The form that redeems a code. */
export const redeemForm = ({ code, verifier }: { code: string; verifier: string }) => ({
  grant_type: 'authorization_code',
  code,
  code_verifier: verifier,
  redirect_uri: CALLBACK as string,
})

export const refreshForm = (refresh_token: string) => ({ grant_type: 'refresh_token', refresh_token })

/** The id of the grant that a code or refresh token belongs to. */
export const grantIdOf = (credential: string): string => credential.slice(5, 27)

/** Every stored record of the given kinds as text: equal before and after means that nothing was written. */
export async function snapshot(
  h: Harness,
  kinds: readonly Kind[] = ['grant', 'consent', 'request', 'once', 'client'],
): Promise<string> {
  const records = await Promise.all(kinds.map((kind) => h.storage.list(kind, {}, { limit: 100_000 })))
  return JSON.stringify(records)
}

/** The stored grant behind a code or refresh token. */
export async function storedGrant(h: Harness, credential: string): Promise<Grant> {
  const record = await h.storage.get('grant', grantIdOf(credential))
  if (!record) throw new Error('There is no such grant')
  return (JSON.parse(record.document) as { d: Grant }).d
}

/** What the introspection endpoint tells the API about a token, or another client about its own. */
export async function introspected(
  h: Harness,
  token: string,
  client: keyof typeof clients = 'api',
): Promise<Record<string, unknown>> {
  const response = await h.post('/oauth/introspect', ...authenticated({ token }, client))
  return (await response.json()) as Record<string, unknown>
}

/** What an access token says, unverified. */
export const claimsOf = (jwt: string): Record<string, unknown> =>
  JSON.parse(Buffer.from(jwt.split('.')[1] ?? '', 'base64url').toString()) as Record<string, unknown>

/** `text` with one character, counted from the end if negative, replaced by another of the same alphabet. */
export function garbled(text: string, at = -8): string {
  const i = at < 0 ? text.length + at : at
  return text.slice(0, i) + (text[i] === 'A' ? 'B' : 'A') + text.slice(i + 1)
}
