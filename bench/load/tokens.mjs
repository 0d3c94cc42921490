/**
 * Whether an answer of a token endpoint is right in every member, and no token was there before.
 *
 * @module
 */
import { createPublicKey, verify } from 'node:crypto'
import { given } from '../given.mjs'
import { demandNoStore, jsonOf } from './json.mjs'
import { demand, Wrong } from './wrong.mjs'

const SIGNATURES = 101
const ES256_SIGNATURE = 86
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
 * @typedef {{ issuer: string, origin: string, paths: Record<string, string>, keys?: object[], claims?: Record<string, unknown>, expiresIn?: number, lacks?: string[], scopeToo?: string }} Target
 *   what a contestant `lacks` is said on the page; `keys` where no path has them; `claims` and `expiresIn` where a contestant has others than it was given
 * @param {Target} target
 * @param {{ form: 'jwt' | 'opaque', refresh: boolean, idToken?: boolean }} expected
 */
export function tokenChecker(target, expected) {
  const lacks = (what) => target.lacks?.includes(what) === true
  const seen = new Set()
  const sample = []
  /** Headers of JWTs that were looked at already, as they are in the token. */
  const headers = new Map()
  let count = 0

  const fresh = (token, what, reply) => {
    demand(typeof token === 'string' && token.length >= 20, `${what} is a string that nobody guesses`, reply)
    demand(!seen.has(token), `${what} is a new one`, reply)
    seen.add(token)
  }

  /** The claims of a JWT that is signed with ES256; one signature in a hundred is verified later. */
  function claimsOf(token, what, reply) {
    const [head, payload, signature, ...more] = typeof token === 'string' ? token.split('.') : []
    demand(signature?.length === ES256_SIGNATURE && !more.length, `${what} is a JWT signed with ES256`, reply)
    if (!headers.has(head)) headers.set(head, parse(head, reply))
    demand(headers.get(head).alg === 'ES256', 'alg is ES256', reply)
    if (count++ % SIGNATURES === 0) sample.push({ token, kid: headers.get(head).kid, reply })
    const claims = parse(payload, reply)
    demand(claims.iss === target.issuer, `iss is ${target.issuer}`, reply)
    const life = claims.exp - Date.now() / 1000
    demand(life > 0 && life <= (what === 'id_token' ? DAY : given.lifetimes.access + 2), 'exp is to come', reply)
    return claims
  }

  function checkJwt(token, reply) {
    const claims = claimsOf(token, 'the access token', reply)
    for (const [name, value] of Object.entries(target.claims ?? usual))
      demand(isClaim(name, claims[name], value, target.scopeToo), `${name} is ${value}`, reply)
  }

  function checkIdToken(token, reply) {
    const { aud, sub } = claimsOf(token, 'id_token', reply)
    demand(isClaim('aud', aud, given.client.id), `aud is ${given.client.id}`, reply)
    demand(typeof sub === 'string' && sub !== '', 'sub is there', reply)
  }

  return {
    /** @returns {any} the members */
    check(reply) {
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
      if (expected.idToken) checkIdToken(answer.id_token, reply)
      if (expected.form === 'jwt') checkJwt(answer.access_token, reply)
      else demand(!/^ey[\w-]+\.[\w-]+\.[\w-]+$/.test(answer.access_token), 'the access token is opaque', reply)
      return answer
    },
    /** After the window: one signature in a hundred. */
    async finish() {
      if (expected.form !== 'jwt') return
      const keys = target.keys ?? (await (await fetch(`${target.origin}${target.paths.jwks}`)).json()).keys
      const objects = keys.map((jwk) => ({ kid: jwk.kid, key: createPublicKey({ key: jwk, format: 'jwk' }) }))
      for (const { token, kid, reply } of sample) {
        const { key } = objects.find((one) => one.kid === kid) ?? { key: null }
        demand(key, `a key is published with the kid ${kid}`, reply)
        const at = token.lastIndexOf('.')
        const how = { key, dsaEncoding: /** @type {const} */ ('ieee-p1363') }
        const is = verify('sha256', Buffer.from(token.slice(0, at)), how, Buffer.from(token.slice(at + 1), 'base64url'))
        demand(is, 'the signature of the token is right', reply)
      }
      if (!sample.length) throw new Wrong('No signature was looked at.')
    },
  }
}

const usual = { aud: given.resource, client_id: given.client.id, scope: given.scope }

const isLifetime = (value, lifetime) => Number.isInteger(value) && value > lifetime - 10 && value <= lifetime

function isClaim(name, value, wantedValue, scopeToo) {
  if (name === 'scope') return isWholeScope(Array.isArray(value) ? value.join(' ') : value, scopeToo)
  return Array.isArray(value) ? value.length === 1 && value[0] === wantedValue : value === wantedValue
}

function parse(part, reply) {
  try {
    return JSON.parse(Buffer.from(part, 'base64url').toString())
  } catch {
    return demand(false, 'the parts of the JWT are JSON', reply)
  }
}
