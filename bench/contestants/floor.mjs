/**
 * No authorization server: what is left of each work when everything is taken away that another could do without. It reads the body, parses the form,
 * splits and hashes the credentials, makes one compare-and-swap in a Map, writes JSON, and for JWTs signs or verifies once by `node:crypto`, synchronously.
 *
 * @module
 */
import { randomBytes } from 'node:crypto'
import { given, pkcePair, SESSION_COOKIE } from '../given.mjs'
import { issue, newCode } from './floor/grants.mjs'
import { consents, floorServer, paths, sessions } from './floor/server.mjs'
import { listen } from './listen.mjs'

const many = (n, one) => Array.from({ length: n }, (_, i) => one(`user-${i}`))

const material = {
  codes: (n) =>
    many(n, (user) => {
      const { verifier, challenge } = pkcePair()
      return { code: newCode(user, challenge), verifier }
    }),
  refreshTokens: (n, form, issuer) => many(n, (user) => issue(form, issuer, undefined, user, true).refresh_token),
  accessTokens: (n, form, issuer) =>
    many(n, (subject) => ({ subject, token: issue(form, issuer, undefined, subject, true).access_token })),
  cookies: (n) =>
    many(n, (user) => {
      const id = randomBytes(16).toString('base64url')
      sessions.set(id, user)
      consents.set(`${user} ${given.client.id}`, given.scope)
      return `${SESSION_COOKIE}=${id}`
    }),
}

/** @param {'jwt' | 'opaque'} form @param {keyof typeof material} [what] */
const work = (form, what) => async () => {
  const place = await listen((issuer) => floorServer(form, issuer))
  return { ...place, paths, prepare: (n) => what && material[what](n, form, place.issuer) }
}

export const contestant = {
  works: {
    'client-credentials-jwt': work('jwt'),
    'code-jwt': work('jwt', 'codes'),
    'refresh-jwt': work('jwt', 'refreshTokens'),
    'client-credentials-opaque': work('opaque'),
    'code-opaque': work('opaque', 'codes'),
    'refresh-opaque': work('opaque', 'refreshTokens'),
    'introspection-opaque': work('opaque', 'accessTokens'),
    'introspection-jwt': work('jwt', 'accessTokens'),
    'authorize-jwt': work('jwt', 'cookies'),
    discovery: work('jwt'),
    jwks: work('jwt'),
  },
}
