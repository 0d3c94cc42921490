/** What is listened to, and nothing that the work does not stand or fall with. */
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import { cookieOf, documentId, given, SESSION_COOKIE } from '../../given.mjs'
import { clientKey } from '../assertions.mjs'
import { find, issue, newCode, sha256 } from './grants.mjs'
import { claimsOf, keys, seconds, signedIdToken } from './jwt.mjs'

export const paths = {
  token: '/token',
  authorize: '/authorize',
  introspect: '/introspect',
  login: '/login',
  jwks: '/jwks',
  discovery: '/.well-known/oauth-authorization-server',
}

const { client } = given
/** Clients that are known by the document at their id, already read. */
const documents = new Map([[documentId, { redirectUri: client.redirectUri }]])
const clients = new Map([[client.id, { secret: sha256(client.secret), redirectUri: client.redirectUri }]])
const password = sha256(given.password)
/** From cookie to user, and from user and client to scope. */
export const sessions = new Map()
export const consents = new Map()

/** Assertions that were used. */
const used = new Map()

/** @param {'jwt' | 'opaque'} form @param {string} issuer @param {{ idToken?: boolean }} [more] */
export function floorServer(form, issuer, { idToken = false } = {}) {
  const grantTypes = {
    client_credentials: () => issue(form, issuer, undefined, client.id, false),
    authorization_code(fields) {
      const found = find(fields.get('code'), 'code')
      if (!found || sha256(fields.get('code_verifier')).toString('base64url') !== found.grant.challenge) return null
      if (fields.get('redirect_uri') !== client.redirectUri) return null
      const answer = issue(form, issuer, found, found.grant.subject, true)
      return answer && idToken ? { ...answer, id_token: signedIdToken(issuer, found.grant.subject) } : answer
    },
    refresh_token(fields) {
      const found = find(fields.get('refresh_token'), 'refresh')
      return found && issue(form, issuer, found, found.grant.subject, true)
    },
  }

  const published = {
    [paths.jwks]: JSON.stringify({ keys }),
    [paths.discovery]: JSON.stringify({
      issuer,
      authorization_endpoint: `${issuer}${paths.authorize}`,
      token_endpoint: `${issuer}${paths.token}`,
      introspection_endpoint: `${issuer}${paths.introspect}`,
      jwks_uri: `${issuer}${paths.jwks}`,
      response_types_supported: ['code'],
    }),
  }

  return (req, res) => {
    if (req.method === 'GET') {
      const document = published[req.url]
      if (document) return send(res, 200, document, {})
      return authorize(req, res, issuer)
    }
    let body = ''
    req.setEncoding('utf8')
    req.on('data', (text) => {
      body += text
    })
    req.on('end', () => {
      const fields = new URLSearchParams(body)
      if (req.url === paths.login) return logIn(res, fields)
      if (!isClient(req.headers.authorization, fields, issuer)) return json(res, 401, { error: 'invalid_client' })
      if (req.url === paths.introspect) return json(res, 200, factsOf[form](fields.get('token')))
      const answer = grantTypes[fields.get('grant_type')]?.(fields)
      return answer ? json(res, 200, answer) : json(res, 400, { error: 'invalid_grant' })
    })
  }
}

function isClient(authorization, fields, issuer) {
  const assertion = fields.get('client_assertion')
  if (assertion !== null) return isNewAssertion(assertion, issuer)
  // A public client, by the name of its document.
  if (authorization === undefined) return documents.has(fields.get('client_id'))
  const text = Buffer.from(authorization.slice('Basic '.length), 'base64').toString()
  const at = text.indexOf(':')
  const known = clients.get(decodeURIComponent(text.slice(0, at)))
  return known && timingSafeEqual(known.secret, sha256(decodeURIComponent(text.slice(at + 1))))
}

function isNewAssertion(assertion, issuer) {
  const claims = claimsOf(assertion, clientKey)
  if (claims?.iss !== client.id || claims.aud !== issuer || claims.exp <= seconds() || used.has(claims.jti))
    return false
  used.set(claims.jti, claims.exp)
  return true
}

const factsOf = {
  jwt(token) {
    const claims = claimsOf(token)
    return claims && claims.exp > seconds() ? { active: true, ...claims } : { active: false }
  },
  opaque(token) {
    const { grant } = find(token, 'access') ?? {}
    if (!grant || grant.expires <= seconds()) return { active: false }
    return { active: true, sub: grant.subject, client_id: client.id, scope: given.scope, exp: grant.expires }
  },
}

function authorize(req, res, issuer) {
  const asked = new URLSearchParams(req.url.slice(req.url.indexOf('?') + 1))
  const id = asked.get('client_id')
  const redirectUri = asked.get('redirect_uri')
  if (clients.get(id)?.redirectUri !== redirectUri) return json(res, 400, { error: 'invalid_request' })
  const subject = sessions.get(cookieOf(req.headers.cookie, SESSION_COOKIE))
  if (consents.get(`${subject} ${id}`) !== asked.get('scope')) return json(res, 403, { error: 'consent_required' })
  const code = newCode(subject, asked.get('code_challenge'))
  const answer = new URLSearchParams({ code, state: asked.get('state'), iss: issuer })
  return res.writeHead(302, { location: `${redirectUri}?${answer}`, 'cache-control': 'no-store' }).end()
}

/** The form has what a page would put there against forgery: bound to the request that waits. */
function logIn(res, fields) {
  const pending = fields.get('pending')
  const isForm = timingSafeEqual(formToken(pending), Buffer.from(fields.get('page_token'), 'base64url'))
  if (!isForm || !timingSafeEqual(password, sha256(fields.get('password'))))
    return json(res, 403, { error: 'access_denied' })
  const id = randomBytes(32).toString('base64url')
  sessions.set(sha256(id).toString('base64url'), fields.get('username'))
  const headers = {
    location: `${paths.authorize}?pending=${pending}`,
    'cache-control': 'no-store',
    'content-length': 0,
  }
  return res
    .writeHead(303, { ...headers, 'set-cookie': `${SESSION_COOKIE}=${id}; Path=/; HttpOnly; SameSite=Lax` })
    .end()
}

export const formToken = (pending) => createHmac('sha256', password).update(pending).digest()

const json = (res, status, content) => send(res, status, JSON.stringify(content), { 'cache-control': 'no-store' })

function send(res, status, text, headers) {
  const all = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text), ...headers }
  res.writeHead(status, all).end(text)
}
