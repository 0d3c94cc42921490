/**
 * What an app brings to a library that leaves it HTTP, sessions and consent.
 *
 * @module
 */
import { randomBytes } from 'node:crypto'
import { cookieOf, given, SESSION_COOKIE } from '../given.mjs'
import { codesOf, cookiesOf, materialFrom } from './material.mjs'

/** From what the cookie holds to the user, and from user and client to scope. */
const sessions = new Map()
const consents = new Map()
let users = 0

function logIn() {
  const id = randomBytes(16).toString('base64url')
  const subject = `user-${users++}`
  sessions.set(id, subject)
  consents.set(`${subject} ${given.client.id}`, given.scope)
  return { cookie: `${SESSION_COOKIE}=${id}`, subject }
}

export const material = { ...materialFrom(codesOf(logIn)), cookies: cookiesOf(logIn) }

/** @returns {string | null} the user, if they are logged in and have agreed to what is asked */
export function agreedUser(req, query) {
  const subject = sessions.get(cookieOf(req.headers.cookie, SESSION_COOKIE))
  return consents.get(`${subject} ${query.client_id}`) === query.scope ? subject : null
}

/** @returns {Promise<Record<string, string>>} */
export async function readForm(req) {
  const chunks = []
  for await (const chunk of req) chunks.push(chunk)
  return Object.fromEntries(new URLSearchParams(Buffer.concat(chunks).toString()))
}

/** @returns {{ path: string, query: Record<string, string> }} */
export function readUrl(req) {
  const at = req.url.indexOf('?')
  if (at < 0) return { path: req.url, query: {} }
  return { path: req.url.slice(0, at), query: Object.fromEntries(new URLSearchParams(req.url.slice(at + 1))) }
}

/** @param {object | undefined} content as JSON, if there is any */
export function send(res, status, headers, content) {
  if (content === undefined) return res.writeHead(status, headers).end()
  const text = JSON.stringify(content)
  res.writeHead(status, { ...headers, 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) })
  return res.end(text)
}
