/**
 * How somebody is logged in at the app, and agrees on the consent page.
 *
 * @module
 */
import { randomBytes } from 'node:crypto'
import { pkcePair, SESSION_COOKIE } from '../../given.mjs'
import { assertions } from '../assertions.mjs'
import { codeIn, codesOf, cookiesOf, materialFrom, visit } from '../material.mjs'

export const material = {
  ...materialFrom(codesOf(logIn)),
  cookies: cookiesOf(async (server) => agreed(server, logIn(server))),
  codesOfAgreed: codesOf(async (server) => agreed(server, logIn(server))),
  assertions: (n, { issuer }) => assertions(n, issuer),
}

let users = 0

function logIn({ sessions }) {
  const id = randomBytes(16).toString('base64url')
  const subject = `user-${users++}`
  sessions.set(id, subject)
  return { cookie: `${SESSION_COOKIE}=${id}`, subject }
}

/** @returns {Promise<{ cookie: string }>} the cookie, once its user has pressed "Allow" */
async function agreed(server, { cookie, subject }) {
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
  return { cookie, subject }
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
