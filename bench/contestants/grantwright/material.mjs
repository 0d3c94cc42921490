/**
 * What the load needs, got from the server over HTTP before the window, as a client and a browser get it.
 *
 * @module
 */
import { randomBytes } from 'node:crypto'
import { authorizationQuery, pkcePair, SESSION_COOKIE } from '../../given.mjs'
import { all, codeIn, materialFrom } from '../redeem.mjs'

/** A user gets 120 codes in ten minutes without being asked, then the consent page; so there are enough users. */
const CODES_EACH = 100

export const material = {
  ...materialFrom(codesOf),
  /** Of users who have agreed. */
  async cookies(n, server) {
    const users = await all(Math.ceil(n / CODES_EACH), async () => agreed(server, logIn(server)))
    return Array.from({ length: n }, (_, i) => users[i % users.length])
  },
}

let users = 0

function logIn({ sessions }) {
  const id = randomBytes(16).toString('base64url')
  const subject = `user-${users++}`
  sessions.set(id, subject)
  return { cookie: `${SESSION_COOKIE}=${id}`, subject }
}

function visit({ origin, paths }, cookie, challenge) {
  const url = `${origin}${paths.authorize}?${authorizationQuery('before', challenge)}`
  return fetch(url, { redirect: 'manual', headers: { cookie } })
}

/** @returns {Promise<string>} the cookie, once its user has pressed "Allow" */
async function agreed(server, { cookie }) {
  const { challenge } = pkcePair()
  const asked = await visit(server, cookie, challenge)
  const page = await follow(server, asked, cookie)
  const fields = new URLSearchParams({ decision: 'allow' })
  for (const [, name, value] of page.html.matchAll(/<input type="hidden" name="([^"]+)" value="([^"]*)"/g))
    fields.set(name, value)
  const answer = await fetch(new URL(page.action, server.origin), {
    method: 'POST',
    redirect: 'manual',
    headers: { cookie: page.cookie, origin: server.origin, 'sec-fetch-site': 'same-origin' },
    body: fields,
  })
  codeIn(answer.headers.get('location') ?? answer.headers.get('refresh'))
  return cookie
}

/** To the consent page, with whatever cookies come on the way. */
async function follow(server, response, cookie) {
  const cookies = [cookie, ...response.headers.getSetCookie().map((line) => line.split(';')[0])].join('; ')
  if (response.status !== 200) {
    const next = new URL(response.headers.get('location'), server.origin)
    return follow(server, await fetch(next, { redirect: 'manual', headers: { cookie: cookies } }), cookies)
  }
  const html = await response.text()
  return { html, cookie: cookies, action: /<form[^>]* action="([^"]+)"/.exec(html)[1] }
}

async function codesOf(n, server) {
  const visitors = Array.from({ length: Math.ceil(n / CODES_EACH) }, () => logIn(server))
  return all(n, async (i) => {
    const { cookie, subject } = visitors[i % visitors.length]
    const { verifier, challenge } = pkcePair()
    const response = await visit(server, cookie, challenge)
    return { code: codeIn(response.headers.get('location')), verifier, subject }
  })
}
