/**
 * The code flow over the packed build, on whichever Node runs this: `node flow.mjs memory|sqlite`. It stands beside the
 * node_modules in which grantwright is installed, plays browser and client with nothing but `fetch`, and throws at the first
 * answer that is not what it should be.
 *
 * @module
 */
import assert from 'node:assert/strict'
import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { createAuthorizationServer, externalLogin } from 'grantwright'
import { nodeListener } from 'grantwright/node'
import { createRemoteJWKSet, jwtVerify } from 'jose'

const http = createServer().listen(0, 'localhost')
await once(http, 'listening')
const issuer = `http://localhost:${http.address().port}`
const resource = `${issuer}/api`
const redirectUri = 'http://localhost:1/callback'

const auth = createAuthorizationServer({
  issuer,
  storage: await openStorage(process.argv[2]),
  users: externalLogin({
    current: async () => ({ subject: 'ada', sessionId: 'session-1', authenticatedAt: Date.now() }),
    loginUrl: '/login',
  }),
  resources: { [resource]: { scopes: { 'notes:read': 'Read your notes' } } },
})
http.on('request', nodeListener(auth))

const { client, clientSecret } = await auth.clients.create({
  client_name: 'Notes',
  redirect_uris: [redirectUri],
  grant_types: ['authorization_code', 'refresh_token'],
  token_endpoint_auth_method: 'client_secret_basic',
  scope: 'notes:read',
})

const metadata = await json(await fetch(`${issuer}/.well-known/oauth-authorization-server`), 200)
assert.equal(metadata.issuer, issuer)

// The browser: to the client's redirect URI, saying yes wherever a form asks.
const verifier = randomBytes(32).toString('base64url')
const authorization = new URL(metadata.authorization_endpoint)
authorization.search = new URLSearchParams({
  response_type: 'code',
  client_id: client.client_id,
  redirect_uri: redirectUri,
  scope: 'notes:read',
  state: 'a b&c',
  code_challenge: createHash('sha256').update(verifier).digest('base64url'),
  code_challenge_method: 'S256',
}).toString()
const callback = await browse(authorization)
assert.equal(callback.searchParams.get('error'), null)
assert.equal(callback.searchParams.get('state'), 'a b&c')
assert.equal(callback.searchParams.get('iss'), issuer)

// The client.
const redemption = {
  grant_type: 'authorization_code',
  code: callback.searchParams.get('code'),
  redirect_uri: redirectUri,
  code_verifier: verifier,
}
const tokens = await json(await post(metadata.token_endpoint, redemption), 200)
assert.equal(tokens.token_type, 'Bearer')
const { payload, protectedHeader } = await jwtVerify(
  tokens.access_token,
  createRemoteJWKSet(new URL(metadata.jwks_uri)),
  { issuer, audience: resource, typ: 'at+jwt' },
)
assert.equal(payload.sub, 'ada')
assert.equal(protectedHeader.alg, 'ES256')

const refresh = (token) => post(metadata.token_endpoint, { grant_type: 'refresh_token', refresh_token: token })
const second = await json(await refresh(tokens.refresh_token), 200)
assert.notEqual(second.refresh_token, tokens.refresh_token)
const retried = await json(await refresh(tokens.refresh_token), 200)
assert.equal(retried.refresh_token, second.refresh_token, 'a retry gets the same successor')

const introspect = (token) => post(metadata.introspection_endpoint, { token })
assert.equal((await json(await introspect(second.access_token), 200)).active, true)
const revoked = await post(metadata.revocation_endpoint, { token: second.refresh_token })
assert.equal(revoked.status, 200)
assert.equal((await json(await introspect(second.access_token), 200)).active, false)
assert.equal((await json(await refresh(second.refresh_token), 400)).error, 'invalid_grant')

await auth.close()
http.closeAllConnections()
http.close()
console.log(`the code flow works on Node ${process.versions.node}`)

async function openStorage(kind) {
  if (kind === 'memory') return (await import('grantwright/storage/memory')).memoryStorage()
  const { sqliteStorage } = await import('grantwright/storage/sqlite')
  const { default: Database } = await import('libsql')
  return sqliteStorage(new Database(':memory:'))
}

async function json(response, status) {
  const text = await response.text()
  assert.equal(response.status, status, text)
  return JSON.parse(text)
}

function post(url, form) {
  const basic = [client.client_id, clientSecret].map(encodeURIComponent).join(':')
  return fetch(url, {
    method: 'POST',
    headers: { authorization: `Basic ${Buffer.from(basic).toString('base64')}` },
    body: new URLSearchParams(form),
  })
}

/** Follows redirects and submits each form with its hidden fields and Allow, until the redirect URI is reached. */
async function browse(start) {
  const cookies = new Map()
  let request = { url: new URL(start), body: undefined }
  for (let hop = 0; hop < 12; hop++) {
    const response = await fetch(request.url, {
      method: request.body ? 'POST' : 'GET',
      body: request.body,
      redirect: 'manual',
      headers: {
        cookie: [...cookies].map((pair) => pair.join('=')).join('; '),
        ...(request.body && { origin: issuer, 'sec-fetch-site': 'same-origin' }),
      },
    })
    for (const line of response.headers.getSetCookie()) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(line)
      if (/max-age=0(;|$)/i.test(line)) cookies.delete(name)
      else cookies.set(name, value)
    }
    const location = response.headers.get('location')
    const page = await response.text()
    if (location) request = { url: new URL(location, request.url), body: undefined }
    else request = submission(page, request.url)
    if (request.url.href.startsWith(redirectUri)) return request.url
  }
  throw new Error(`the browser went in circles, last at ${request.url}`)
}

function submission(page, at) {
  const form = /<form\b([^>]*)>([\s\S]*?)<\/form>/i.exec(page)
  assert.ok(form, `a page without a form at ${at}: ${page}`)
  const attribute = (tag, name) => unescapeHtml(new RegExp(`\\b${name}\\s*=\\s*"([^"]*)"`, 'i').exec(tag)?.[1] ?? '')
  const hidden = [...form[2].matchAll(/<input\b[^>]*>/gi)].filter(([tag]) => attribute(tag, 'type') === 'hidden')
  const button = /<button\b[^>]*\bvalue="allow"[^>]*>/i.exec(form[2])?.[0] ?? ''
  const fields = [...hidden.map(([tag]) => tag), button].filter((tag) => attribute(tag, 'name'))
  const body = new URLSearchParams(fields.map((tag) => [attribute(tag, 'name'), attribute(tag, 'value')]))
  return { url: new URL(attribute(form[1], 'action') || at, at), body }
}

function unescapeHtml(text) {
  const named = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }
  return text.replace(/&(?:#x([0-9a-f]+)|#(\d+)|(\w+));/gi, (all, hex, decimal, name) =>
    hex || decimal ? String.fromCodePoint(hex ? Number.parseInt(hex, 16) : Number(decimal)) : (named[name] ?? all),
  )
}
