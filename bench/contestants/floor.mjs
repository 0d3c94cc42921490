/**
 * No authorization server: what is left of each work when everything is taken away that another could do without. It reads the body, parses the form,
 * splits and hashes the credentials, makes one compare-and-swap in a Map, writes JSON, and for JWTs signs or verifies once by `node:crypto`, synchronously.
 *
 * @module
 */
import { randomBytes } from 'node:crypto'
import { documentId, given, pkcePair, SESSION_COOKIE } from '../given.mjs'
import { assertions } from './assertions.mjs'
import { issue, newCode } from './floor/grants.mjs'
import { claimsOf } from './floor/jwt.mjs'
import { consents, floorServer, formToken, paths, sessions } from './floor/server.mjs'
import { apiWork } from './issuer.mjs'
import { listen } from './listen.mjs'
import { usualWorks } from './usual.mjs'

const many = (n, one) => Array.from({ length: n }, (_, i) => one(`user-${i}`))

const material = {
  codes: (n) =>
    many(n, (user) => {
      const { verifier, challenge } = pkcePair()
      return { code: newCode(user, challenge), verifier, subject: user }
    }),
  assertions: (n, _form, issuer) => assertions(n, issuer),
  refreshTokens: (n, form, issuer) => many(n, (user) => issue(form, issuer, undefined, user, true).refresh_token),
  accessTokens: (n, form, issuer) =>
    many(n, (subject) => ({ subject, token: issue(form, issuer, undefined, subject, true).access_token })),
  forms: (n) =>
    many(n, (username) => {
      const pending = randomBytes(32).toString('base64url')
      const page_token = formToken(pending).toString('base64url')
      const fields = { pending, page_token, username, password: given.password }
      return { cookie: 'none=', action: paths.login, body: new URLSearchParams(fields).toString() }
    }),
  cookies: (n) =>
    many(n, (user) => {
      const id = randomBytes(16).toString('base64url')
      sessions.set(id, user)
      consents.set(`${user} ${given.client.id}`, given.scope)
      return `${SESSION_COOKIE}=${id}`
    }),
}

/** @param {'jwt' | 'opaque'} form @param {keyof typeof material} [what] @param {{ more?: object, [member: string]: unknown }} [options] */
const work =
  (form, what, { more, ...target } = {}) =>
  async () => {
    const place = await listen((issuer) => floorServer(form, issuer, more))
    return { ...place, paths, ...target, prepare: (n) => what && material[what](n, form, place.issuer) }
  }

const verify = apiWork(({ issuer }) => (req) => {
  const claims = claimsOf(req.headers.authorization.slice('Bearer '.length))
  if (claims?.iss !== issuer || claims.aud !== given.resource || claims.exp * 1000 <= Date.now()) throw new Error('No')
  return claims.sub
})

/** The access token of the floor names its one client in any case. */
const ofDocument = { authorization: '', extra: { client_id: documentId } }

export const contestant = {
  works: {
    ...usualWorks(work),
    'id-token': work('jwt', 'codes', { more: { idToken: true } }),
    'private-key-jwt': work('jwt', 'assertions'),
    'password-login': work('jwt', 'forms', { sessionCookie: SESSION_COOKIE }),
    'document-jwt': work('jwt', 'codes', ofDocument),
    'verify-jwt': verify,
  },
}
