/**
 * Requests that cost what they cost an app's server, without a socket: over memory, with signed access tokens, and a confidential
 * and a public client that take turns.
 *
 * @module
 */
import { createHash, randomBytes } from 'node:crypto'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'

const confidential = {
  client_id: 'web',
  client_secret: 'web-secret-web-secret-web-secret-web',
  redirect_uris: ['https://web.example.com/callback'],
  grant_types: ['authorization_code', 'refresh_token', 'client_credentials'],
  first_party: true,
}
const open = {
  client_id: 'spa',
  token_endpoint_auth_method: 'none',
  redirect_uris: ['https://spa.example.com/callback'],
  first_party: true,
}
/** Half of them use each client. They are many, because codes that nobody is asked about are limited per user. */
const USERS = 100

/**
 * The kinds of request to a fresh server of a build. Each is sent by calling it with a number that goes up, and throws when the answer
 * is not what a client hopes for.
 *
 * @param {string} dist the folder of the build
 */
export async function requestsTo(dist) {
  const load = (file) => import(pathToFileURL(resolve(dist, file)).href)
  const { createAuthorizationServer, externalLogin } = await load('index.js')
  const { memoryStorage } = await load('storage/memory.js')
  let now = Date.UTC(2026, 0, 15, 12)
  const server = createAuthorizationServer({
    issuer: 'https://auth.example.com',
    storage: memoryStorage(),
    secret: 'a secret of at least thirty-two bytes, for this alone',
    users: externalLogin({ current: ({ native }) => native, loginUrl: '/login' }),
    clients: [confidential, open],
    resources: { 'https://api.example.com': { scopes: { read: 'Read your notes', write: 'Change your notes' } } },
    purge: false,
    onEvent: () => {},
    now: () => now,
  })
  await server.ready()

  const send = async (method, url, headers, text, native) => {
    now += 1000
    const bytes = Buffer.from(text)
    const headerValues = (name) => headers[name] ?? []
    return server.handle({ method, url, headerValues, body: async () => bytes, native })
  }
  const form = 'application/x-www-form-urlencoded'
  const basic = `Basic ${btoa(`${confidential.client_id}:${confidential.client_secret}`)}`
  const token = async (client, fields) => {
    const own = client === open ? { client_id: open.client_id } : {}
    const headers = { 'content-type': [form], authorization: client === open ? [] : [basic] }
    const { status, body } = await send(
      'POST',
      '/oauth/token',
      headers,
      `${new URLSearchParams({ ...fields, ...own })}`,
    )
    if (status !== 200) throw new Error(`${fields.grant_type} was answered with ${status}: ${body}`)
    return JSON.parse(body)
  }

  const visitors = Array.from({ length: USERS }, (_, i) => {
    const client = i % 2 ? open : confidential
    const [redirect_uri] = client.redirect_uris
    const code_verifier = randomBytes(32).toString('base64url')
    const query = new URLSearchParams({
      response_type: 'code',
      client_id: client.client_id,
      redirect_uri,
      state: `state-${i}`,
      scope: 'read write',
      code_challenge: createHash('sha256').update(code_verifier).digest('base64url'),
      code_challenge_method: 'S256',
    })
    return { client, redirect_uri, code_verifier, user: `user-${i}`, url: `/oauth/authorize?${query}`, current: '' }
  })
  const redeem = async (i) => {
    const { client, redirect_uri, code_verifier, user, url } = visitors[i % USERS]
    const { status, headers } = await send('GET', url, {}, '', user)
    const location = headers.find(([name]) => name === 'location')?.[1] ?? 'about:blank'
    const code = new URL(location).searchParams.get('code')
    if (!code) throw new Error(`The authorization request was answered with ${status} and no code: ${location}`)
    return token(client, { grant_type: 'authorization_code', code, redirect_uri, code_verifier })
  }
  const refresh = async (i) => {
    const visitor = visitors[i % USERS]
    const fields = { grant_type: 'refresh_token', refresh_token: visitor.current }
    visitor.current = (await token(visitor.client, fields)).refresh_token
  }
  for (const [i, visitor] of visitors.entries()) visitor.current = (await redeem(i)).refresh_token
  const clientCredentials = () => token(confidential, { grant_type: 'client_credentials', scope: 'read' })
  return { refresh, 'authorize and redeem': redeem, client_credentials: clientCredentials }
}
