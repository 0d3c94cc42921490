/** docs/how-to/social-login.md as it stands there, with a provider of OpenID Connect that is played here. */
import { createHash } from 'node:crypto'
import { createServer, type Server } from 'node:http'
import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import * as oauth from 'oauth4webapi'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { freePort } from '../support/free-port.js'
import { Jar } from '../system/logins/jar.js'
import { filesOf, Reader } from './reader.js'

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

const files = filesOf('docs/how-to/social-login.md')
const http = { [oauth.allowInsecureRequests]: true }

let reader: Reader
let provider: Provider
let as: oauth.AuthorizationServer

beforeAll(async () => {
  reader = await Reader.arrive(['express', 'libsql', 'openid-client', 'typescript', '@types', 'undici-types'])
  provider = await Provider.start()
  for (const [name, code] of files) reader.write(name, name === 'provider.ts' ? onHttp(code) : code)
  await reader.run('node app.js', { PROVIDER: provider.issuer, PROVIDER_ID: 'me' }).says(/^The server is at/m)
  const found = await oauth.discoveryRequest(new URL(reader.origin), { ...http, algorithm: 'oauth2' })
  as = await oauth.processDiscoveryResponse(new URL(reader.origin), found)
})
afterAll(() => {
  reader?.leave()
  provider?.server.close()
})

/** The provider of the page has https, this one has not. */
function onHttp(code: string): string {
  const changed = code.replace('PROVIDER_SECRET)', 'undefined, oidc.None(), { execute: [oidc.allowInsecureRequests] })')
  expect(changed).not.toBe(code)
  return changed
}

class Provider {
  /** What was asked, and what the next ID token says besides. */
  readonly asked: URLSearchParams[] = []
  says: Record<string, unknown> = { sub: 'ada' }
  private constructor(
    readonly server: Server,
    readonly issuer: string,
  ) {}

  static async start(): Promise<Provider> {
    const { publicKey, privateKey } = await generateKeyPair('RS256', { extractable: true })
    const jwks = { keys: [{ ...(await exportJWK(publicKey)), kid: '1', alg: 'RS256', use: 'sig' }] }
    const issuer = `http://localhost:${await freePort()}`
    const server = createServer(async (req, res) => {
      const { pathname } = new URL(req.url ?? '', issuer)
      const json = (body: unknown) => void res.setHeader('content-type', 'application/json').end(JSON.stringify(body))
      if (pathname === '/.well-known/openid-configuration') return json(provider.metadata())
      if (pathname === '/jwks') return json(jwks)
      const nonce = provider.asked.at(-1)?.get('nonce')
      const id_token = await new SignJWT({ nonce, ...provider.says })
        .setProtectedHeader({ alg: 'RS256', kid: '1' })
        .setIssuer(issuer)
        .setAudience('me')
        .setIssuedAt()
        .setExpirationTime('5m')
        .sign(privateKey)
      json({ access_token: 'x', token_type: 'Bearer', id_token })
    })
    const provider = new Provider(server, issuer)
    await new Promise<void>((listening) => server.listen(Number(new URL(issuer).port), listening))
    return provider
  }

  private metadata() {
    const { issuer } = this
    return {
      issuer,
      authorization_endpoint: `${issuer}/authorize`,
      token_endpoint: `${issuer}/token`,
      jwks_uri: `${issuer}/jwks`,
      response_types_supported: ['code'],
      subject_types_supported: ['public'],
      id_token_signing_alg_values_supported: ['RS256'],
    }
  }

  /** The person is let through at once. Resolves with where the browser goes. */
  back(url: URL): string {
    expect(url.origin).toBe(this.issuer)
    this.asked.push(url.searchParams)
    return `/login/callback?${new URLSearchParams({ code: 'c', state: url.searchParams.get('state') ?? '' })}`
  }
}

const redirect_uri = 'http://127.0.0.1:51234/callback'
const verifier = 'v'.repeat(43)

function authorizeUrl(more: Record<string, string> = {}): string {
  const code_challenge = createHash('sha256').update(verifier).digest('base64url')
  const scope = 'notes:read notes:write'
  const asked = { client_id: 'desktop', response_type: 'code', redirect_uri, scope, code_challenge, ...more }
  return `${as.authorization_endpoint}?${new URLSearchParams({ ...asked, code_challenge_method: 'S256', state: 's' })}`
}

/** The answer at the client's callback: tokens, or what the server refused with. */
async function redeemed(callback: URL) {
  const client = { client_id: 'desktop' }
  const parameters = oauth.validateAuthResponse(as, client, callback, 's')
  const sent = [client, oauth.None(), parameters, redirect_uri, verifier, http] as const
  const answer = await oauth.authorizationCodeGrantRequest(as, ...sent)
  return oauth.processAuthorizationCodeResponse(as, client, answer)
}

const claimsOf = (token: string) => JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString())
const call = (method: string, token: string) =>
  fetch(`${reader.origin}/api/notes`, { method, headers: { authorization: `Bearer ${token}` } })

/** Logs in at the provider and allows; with a code where it is asked for. */
async function walk(jar: Jar, more: Record<string, string> = {}, code = '271828') {
  let place = await jar.open(authorizeUrl(more))
  if (place.url.origin === provider.issuer) place = await jar.open(provider.back(place.url))
  const wasAsked = place.html.includes('one-time-code')
  if (wasAsked) place = await jar.submit(place, { code })
  return { place, wasAsked, allow: async () => redeemed((await jar.submit(place, { decision: 'allow' })).url) }
}

describe('social login and second factors', () => {
  it('a login at the provider is a login here, and says when the person was there only if the provider does', async () => {
    const jar = new Jar(reader.origin)
    const { wasAsked, allow } = await walk(jar)
    const { access_token } = await allow()
    expect(wasAsked).toBe(false)
    expect(claimsOf(access_token)).toMatchObject({ sub: 'user-1' })
    for (const name of ['auth_time', 'acr', 'amr']) expect(claimsOf(access_token)).not.toHaveProperty(name)
    expect(await (await call('GET', access_token)).json()).toEqual({ notesOf: 'user-1' })

    provider.says = { sub: 'ada', auth_time: 1_700_000_000 }
    const again = await (await walk(new Jar(reader.origin))).allow()
    expect(claimsOf(again.access_token)).toMatchObject({ sub: 'user-1', auth_time: 1_700_000_000 })
  })

  it('a route that demands a second factor refuses such a token and says what it wants; a new login with a code gets it', async () => {
    const jar = new Jar(reader.origin)
    const { access_token: weak } = await (await walk(jar)).allow()
    const refused = await call('DELETE', weak)
    expect(refused.status).toBe(401)
    const challenge = refused.headers.get('www-authenticate')
    expect(challenge).toContain('error="insufficient_user_authentication"')
    expect(challenge).toContain('acr_values="mfa"')
    expect(challenge).toMatch(/max_age="?300"?/)

    const { wasAsked, allow } = await walk(jar, { prompt: 'login' })
    expect(wasAsked).toBe(true)
    expect(provider.asked.at(-1)?.get('prompt')).toBe('login')
    const { access_token: strong } = await allow()
    expect(claimsOf(strong)).toMatchObject({ sub: 'user-1', acr: 'mfa', amr: ['otp', 'mfa'] })
    expect(await (await call('DELETE', strong)).json()).toEqual({ deletedOf: 'user-1' })
    expect((await call('DELETE', weak)).status).toBe(401)
  })

  it('where nobody was logged in the first login is without a code, and the second with one, as the page says', async () => {
    const jar = new Jar(reader.origin)
    const first = await walk(jar, { prompt: 'login' })
    expect([first.wasAsked, claimsOf((await first.allow()).access_token).acr]).toEqual([false, undefined])
    const second = await walk(jar, { prompt: 'login' })
    expect([second.wasAsked, claimsOf((await second.allow()).access_token).acr]).toEqual([true, 'mfa'])
  })

  it('a wrong code makes no login better, and cannot be tried again', async () => {
    const jar = new Jar(reader.origin)
    await (await walk(jar)).allow()
    const { place, wasAsked } = await walk(jar, { prompt: 'login' }, '000000')
    expect([wasAsked, place.status, place.html]).toEqual([true, 401, 'Wrong code. Start again.'])
    const code = new URLSearchParams({ code: '271828' })
    expect((await jar.send('/login/code', { method: 'POST', body: code })).status).toBe(401)
    const { access_token } = await (await walk(jar)).allow()
    expect(claimsOf(access_token)).not.toHaveProperty('acr')
  })

  it('an answer of the provider that this browser did not ask for logs nobody in', async () => {
    const victim = new Jar(reader.origin)
    const login = await victim.open(authorizeUrl())
    const stranger = new Jar(reader.origin)
    expect((await stranger.open(provider.back(login.url))).status).toBe(400)
    const { url } = await stranger.open(authorizeUrl({ prompt: 'none' }))
    expect(url.searchParams.get('error')).toBe('login_required')
  })

  it('two people are two users', async () => {
    provider.says = { sub: 'grace' }
    const { access_token } = await (await walk(new Jar(reader.origin))).allow()
    expect(claimsOf(access_token).sub).not.toBe('user-1')
  })
})

it('the files are TypeScript as strict compilers want it', async () => {
  expect(await reader.typeCheck(files)).toBe('')
  const wrong = new Map([
    ['wrong.ts', "import { externalLogin } from 'grantwright'\nexport const users = externalLogin({})\n"],
  ])
  expect(await reader.typeCheck(wrong)).toContain('Argument of type')
})
