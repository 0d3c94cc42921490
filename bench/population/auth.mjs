/**
 * The server whose grants are counted, asked in its own process: one confidential client, which is not asked for consent, signed access tokens.
 *
 * @module
 */
import { load } from '../dist.mjs'
import { basic, given, pkcePair } from '../given.mjs'
import { Wrong } from '../load/wrong.mjs'

const form = 'application/x-www-form-urlencoded'
const unlimited = { consume: async () => {} }

/**
 * @param {any} storage
 * @param {() => number} now epoch milliseconds
 */
export async function authOver(storage, now) {
  const { createAuthorizationServer, externalLogin } = await load('index.js')
  const { client } = given
  const auth = createAuthorizationServer({
    issuer: 'https://auth.example.com',
    storage,
    now,
    secret: 'a secret of at least thirty-two bytes, for the benchmark alone',
    users: externalLogin({ current: ({ native }) => native, loginUrl: '/login' }),
    resources: { [given.resource]: { scopes: { 'notes:read': 'Read notes', 'notes:write': 'Change notes' } } },
    clients: [
      {
        client_id: client.id,
        client_secret: client.secret,
        client_name: client.name,
        redirect_uris: [client.redirectUri],
        grant_types: ['authorization_code', 'refresh_token'],
        first_party: true,
      },
    ],
    limiter: { pendingRequestsPerAddress: unlimited, pendingRequestsPerBrowser: unlimited },
    purge: false,
  })
  await auth.ready()

  const send = (method, url, headers, text, native) => {
    const bytes = Buffer.from(text)
    return auth.handle({
      method,
      url,
      headerValues: (name) => headers[name] ?? [],
      body: async () => bytes,
      native,
    })
  }

  /** @returns {Promise<string>} the refresh token */
  async function tokenFor(fields) {
    const headers = { 'content-type': [form], authorization: [basic] }
    const text = `${new URLSearchParams(fields)}`
    const { status, headers: answered, body } = await send('POST', '/oauth/token', headers, text)
    if (status !== 200) throw new Wrong(`A token request was answered with ${status}: ${body}`)
    const { access_token, refresh_token, token_type, scope } = JSON.parse(body)
    const isWhole = access_token?.split('.').length === 3 && token_type === 'Bearer' && scope === given.scope
    if (!isWhole || typeof refresh_token !== 'string') throw new Wrong(`An answer is not whole: ${body}`)
    if (!answered.some(([name, value]) => name === 'cache-control' && value === 'no-store'))
      throw new Wrong(`An answer may be stored: ${JSON.stringify(answered)}`)
    return refresh_token
  }

  return {
    /** A code for a user, redeemed. */
    async approve(subject) {
      const { verifier, challenge } = pkcePair()
      const redirect_uri = client.redirectUri
      const query = { response_type: 'code', client_id: client.id, redirect_uri, scope: given.scope, state: 'state' }
      const asked = new URLSearchParams({ ...query, code_challenge: challenge, code_challenge_method: 'S256' })
      const { status, headers } = await send('GET', `/oauth/authorize?${asked}`, {}, '', subject)
      const location = headers.find(([name]) => name === 'location')?.[1] ?? 'about:blank'
      const code = new URL(location).searchParams.get('code')
      if (!code) throw new Wrong(`An authorization request was answered with ${status} and no code: ${location}`)
      return tokenFor({ grant_type: 'authorization_code', code, redirect_uri, code_verifier: verifier })
    },
    async refresh(token) {
      const next = await tokenFor({ grant_type: 'refresh_token', refresh_token: token })
      if (next === token) throw new Wrong('A refresh token was not rotated.')
      return next
    },
    close: () => auth.close(),
  }
}
