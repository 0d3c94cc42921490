/**
 * JWTs that are signed with ES256, whatever they are for.
 *
 * @module
 */
import { createPublicKey, verify } from 'node:crypto'
import { demand, Wrong } from './wrong.mjs'

/** One in so many is verified. Odd, so that it is not always the same where an answer has two. */
const SIGNATURES = 101
const ES256_SIGNATURE = 86

/** @param {import('./tokens.mjs').Target} target @param {(what: string) => boolean} lacks */
export function jwtReader(target, lacks) {
  const sample = []
  /** Headers that were looked at already, as they are in the token. */
  const headers = new Map()
  let count = 0
  return {
    /**
     * @param {unknown} token
     * @param {string} what it is
     * @param {number} longest that it may live, in seconds
     */
    read(token, what, longest, reply) {
      const [head, payload, signature, ...more] = typeof token === 'string' ? token.split('.') : []
      demand(signature?.length === ES256_SIGNATURE && !more.length, `${what} is a JWT signed with ES256`, reply)
      if (!headers.has(head)) headers.set(head, parse(head, reply))
      const { alg, kid, typ } = headers.get(head)
      demand(alg === 'ES256', 'alg is ES256', reply)
      if (count++ % SIGNATURES === 0) sample.push({ token, kid, reply })
      const claims = parse(payload, reply)
      demand(claims.iss === target.issuer, `iss is ${target.issuer}`, reply)
      const life = claims.exp - Date.now() / 1000
      demand(life > 0 && life <= longest, 'exp is to come', reply)
      const { iat } = claims
      demand((lacks('iat') && iat === undefined) || isPast(iat), 'iat is there, and is not to come', reply)
      return { typ, claims }
    },
    /** After the window: the signatures. */
    async finish() {
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

const isPast = (seconds) => Number.isInteger(seconds) && seconds * 1000 <= Date.now()

function parse(part, reply) {
  try {
    return JSON.parse(Buffer.from(part, 'base64url').toString())
  } catch {
    return demand(false, 'the parts of the JWT are JSON', reply)
  }
}
