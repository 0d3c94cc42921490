/**
 * Whether an answer of a token endpoint is right in every member, and no token was there before.
 *
 * @module
 */
import { createHash } from 'node:crypto'
import { given } from '../given.mjs'
import { demandNoStore, jsonOf } from './json.mjs'
import { jwtReader } from './jwts.mjs'
import { demand } from './wrong.mjs'

const DAY = 86_400
const wanted = new Set(given.scope.split(' '))

/** @param {string} [too] a name that may be there besides */
export const isWholeScope = (text, too) => {
  const names = String(text)
    .split(' ')
    .filter((name) => name !== too)
  return names.length === wanted.size && names.every((name) => wanted.has(name))
}

/**
 * @typedef {{ issuer: string, origin: string, paths: Record<string, string>, keys?: object[], claims?: Record<string, unknown>, expiresIn?: number, lacks?: string[], scopeToo?: string, refreshToo?: boolean }} Target
 *   what a contestant `lacks` is said on the page; `keys` where no path has them; `claims` and `expiresIn` where a contestant has others than it was given;
 *   `scopeToo` and `refreshToo` what it gives besides
 * @param {Target} target
 * @param {{ form: 'jwt' | 'opaque', refresh: boolean, idToken?: boolean }} expected
 */
export function tokenChecker(target, expected) {
  const lacks = (what) => target.lacks?.includes(what) === true
  const seen = new Set()
  const jwts = jwtReader(target, lacks)

  const fresh = (token, what, reply) => {
    demand(typeof token === 'string' && token.length >= 20, `${what} is a string that nobody guesses`, reply)
    demand(!seen.has(token), `${what} is a new one`, reply)
    seen.add(token)
  }

  const ids = new Set()
  const freshId = (jti, reply) => {
    demand(typeof jti === 'string' && !ids.has(jti), 'jti is a new one', reply)
    ids.add(jti)
  }

  function checkJwt(token, subject, reply) {
    const { typ, claims } = jwts.read(token, 'the access token', given.lifetimes.access + 2, reply)
    demand(lacks('typ') || isTypeOfAccessTokens.test(typ), 'typ is at+jwt', reply)
    demand(subject === undefined || claims.sub === subject, `sub is ${subject}`, reply)
    if (!lacks('jti')) freshId(claims.jti, reply)
    for (const [name, value] of Object.entries(target.claims ?? usual))
      demand(isClaim(name, claims[name], value, target.scopeToo), `${name} is ${value}`, reply)
  }

  function checkIdToken({ id_token, access_token }, subject, reply) {
    const { typ, claims } = jwts.read(id_token, 'id_token', DAY, reply)
    demand(!isTypeOfAccessTokens.test(typ), 'the typ of the ID token is not that of an access token', reply)
    demand(isClaim('aud', claims.aud, given.client.id), `aud is ${given.client.id}`, reply)
    demand(claims.sub === subject, `sub is ${subject}`, reply)
    demand(claims.nonce === undefined, 'there is no nonce, because none was sent', reply)
    demand(
      claims.at_hash === undefined || claims.at_hash === halfHash(access_token),
      'at_hash is of the access token',
      reply,
    )
  }

  return {
    /** @param {string} [subject] where it is known @returns {any} the members */
    check(reply, subject) {
      const answer = jsonOf(reply)
      if (!lacks('no-store')) demandNoStore(reply)
      fresh(answer.access_token, 'access_token', reply)
      demand(lacks('token_type') || /^bearer$/i.test(answer.token_type), 'token_type is Bearer', reply)
      demand(
        (lacks('expires_in') && answer.expires_in === undefined) ||
          isLifetime(answer.expires_in, target.expiresIn ?? given.lifetimes.access),
        'expires_in is the lifetime',
        reply,
      )
      demand(
        answer.scope === undefined || isWholeScope(answer.scope, target.scopeToo),
        'scope is what was asked for',
        reply,
      )
      if (expected.refresh) fresh(answer.refresh_token, 'refresh_token', reply)
      else demand(target.refreshToo || answer.refresh_token === undefined, 'there is no refresh_token', reply)
      if (expected.idToken) checkIdToken(answer, subject, reply)
      if (expected.form === 'jwt') checkJwt(answer.access_token, subject, reply)
      else demand(!/^ey[\w-]+\.[\w-]+\.[\w-]+$/.test(answer.access_token), 'the access token is opaque', reply)
      return answer
    },
    finish: async () => expected.form === 'jwt' && (await jwts.finish()),
  }
}

const usual = { aud: given.resource, client_id: given.client.id, scope: given.scope }

// RFC 9068 §2.1
const isTypeOfAccessTokens = /^(application\/)?at\+jwt$/i

/** OpenID Connect Core §3.1.3.6, for ES256. */
const halfHash = (token) => createHash('sha256').update(token).digest().subarray(0, 16).toString('base64url')

const isLifetime = (value, lifetime) => Number.isInteger(value) && value > lifetime - 10 && value <= lifetime

function isClaim(name, value, wantedValue, scopeToo) {
  if (name === 'scope') return isWholeScope(Array.isArray(value) ? value.join(' ') : value, scopeToo)
  return Array.isArray(value) ? value.length === 1 && value[0] === wantedValue : value === wantedValue
}
