/** What anybody may read: the first is looked at in full, all others have to be the same. */
import { createPublicKey } from 'node:crypto'
import { jsonOf } from '../load/json.mjs'
import { demand } from '../load/wrong.mjs'
import { get } from './requests.mjs'

const document = (name, title, path, examine, type) => ({
  name,
  title,
  materialFor: () => 0,
  begin(target) {
    const request = get(target.host, target.paths[path])
    let right = null
    const replied = (reply) => {
      const content = jsonOf(reply, type)
      if (reply.body === right) return true
      examine(content, target, reply)
      right = reply.body
      return true
    }
    return { lane: () => ({ next: () => request, replied }) }
  },
})

export const discovery = document('discovery', 'Metadata', 'discovery', (content, { issuer, host, paths }, reply) => {
  demand(content.issuer === issuer, `issuer is ${issuer}`, reply)
  for (const [member, path] of [
    ['token_endpoint', paths.token],
    ['authorization_endpoint', paths.authorize],
    ['jwks_uri', paths.jwks],
    ['introspection_endpoint', paths.introspect],
  ])
    demand(content[member] === (path && `http://${host}${path}`), `${member} is where it is`, reply)
  demand(content.response_types_supported?.includes('code'), 'response_types_supported has code', reply)
})

// RFC 7517 §8.5.2 has a type of its own for it.
const setOfKeys = /^application\/(jwk-set\+)?json\b/i

export const jwks = document('jwks', 'JWKS', 'jwks', examineKeys, setOfKeys)

/** Of private and of secret keys: RFC 7518 §6, and for ML-DSA. */
const secret = ['d', 'k', 'priv']

function examineKeys({ keys }, _target, reply) {
  demand(Array.isArray(keys), 'there are keys', reply)
  const isPublic = keys.every((key) => secret.every((member) => !(member in key)))
  demand(isPublic, 'no key is private', reply)
  const kids = new Set(keys.map(({ kid }) => kid))
  demand(kids.size === keys.length && !kids.has(undefined), 'each key has a kid of its own', reply)
  const signing = keys.find(({ kty, crv }) => kty === 'EC' && crv === 'P-256')
  demand(signing && isKey(signing), 'there is a key for ES256', reply)
  const { alg = 'ES256', use = 'sig' } = signing
  demand(alg === 'ES256' && use === 'sig', 'it is said to be one', reply)
}

function isKey(jwk) {
  try {
    return createPublicKey({ key: jwk, format: 'jwk' }).type === 'public'
  } catch {
    return false
  }
}
