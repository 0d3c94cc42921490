/**
 * Grants in a Map, each changed by a compare-and-swap. A credential is `<id of the grant>.<secret>`, and of the secret only the digest is kept.
 *
 * @module
 */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import { given } from '../../given.mjs'
import { seconds, signedToken } from './jwt.mjs'

/** @type {Map<string, any>} */
const grants = new Map()

export const sha256 = (text) => createHash('sha256').update(text).digest()

const newSecret = () => randomBytes(32).toString('base64url')
const newId = () => randomBytes(16).toString('base64url')

/** @param {'code' | 'refresh' | 'access'} what the credential is */
export function find(credential, what) {
  const at = credential.indexOf('.')
  const id = credential.slice(0, at)
  const grant = grants.get(id)
  const digest = grant?.[what]
  return digest && timingSafeEqual(digest, sha256(credential.slice(at + 1))) ? { id, grant } : null
}

function swap(id, before, after) {
  if (grants.get(id) !== before) return false
  grants.set(id, after)
  return true
}

export function newCode(subject, challenge) {
  const id = newId()
  const secret = newSecret()
  swap(id, undefined, { subject, challenge, code: sha256(secret) })
  return `${id}.${secret}`
}

/** A new grant, or the next state of one that was found; null when another was faster. */
export function issue(form, issuer, { id, grant } = { id: newId(), grant: undefined }, subject, refreshes) {
  const refresh = refreshes ? newSecret() : null
  const access = form === 'opaque' ? newSecret() : null
  const expires = seconds() + given.lifetimes.access
  const token = access ? `${id}.${access}` : signedToken(issuer, subject)
  const after = { subject, expires, refresh: refresh && sha256(refresh), access: access && sha256(access) }
  if ((access || refresh) && !swap(id, grant, after)) return null
  return {
    access_token: token,
    token_type: 'Bearer',
    expires_in: given.lifetimes.access,
    ...(refresh && { refresh_token: `${id}.${refresh}` }),
    scope: given.scope,
  }
}
