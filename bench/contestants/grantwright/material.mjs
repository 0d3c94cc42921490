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
  const fields = new URLSearchParams({ ...page.hidden, decision: 'allow' })
  const answer = await fetch(new URL(page.action, server.origin), {
    method: 'POST',
    redirect: 'manual',
    headers: { cookie: page.cookie, origin: server.origin, 'sec-fetch-site': 'same-origin' },
    body: fields,
  })
  codeIn(answer.headers.get('location') ?? answer.headers.get('refresh'))
  return { cookie, subject }
}

/** To the page with a form, with whatever cookies come on the way. */
export async function follow(server, response, cookie) {
  const cookies = [
    ...(cookie ? [cookie] : []),
    ...response.headers.getSetCookie().map((line) => line.split(';')[0]),
  ].join('; ')
  if (response.status !== 200) {
    const location = response.headers.get('location')
    if (location === null) throw new Error(`No page came: ${response.status} ${await response.text()}`)
    const next = new URL(location, server.origin)
    return follow(server, await fetch(next, { redirect: 'manual', headers: { cookie: cookies } }), cookies)
  }
  const html = await response.text()
  const inputs = html.matchAll(/<input type="hidden" name="([^"]+)" value="([^"]*)"/g)
  const hidden = Object.fromEntries([...inputs].map(([, name, value]) => [name, value]))
  return { hidden, cookie: cookies, action: /<form[^>]* action="([^"]+)"/.exec(html)[1] }
}
