/** Access tokens: one synchronous signature by `node:crypto`. */
import { createPrivateKey, createPublicKey, generateKeyPairSync, randomBytes, sign, verify } from 'node:crypto'
import { given } from '../../given.mjs'

const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const kid = 'floor'
const dsaEncoding = /** @type {const} */ ('ieee-p1363')
const signing = { key: createPrivateKey(pair.privateKey.export({ type: 'pkcs8', format: 'pem' })), dsaEncoding }
const verifying = { key: createPublicKey(pair.publicKey.export({ type: 'spki', format: 'pem' })), dsaEncoding }
const idHeader = Buffer.from(JSON.stringify({ alg: 'ES256', kid })).toString('base64url')
const header = Buffer.from(JSON.stringify({ alg: 'ES256', typ: 'at+jwt', kid })).toString('base64url')

export const keys = [{ ...pair.publicKey.export({ format: 'jwk' }), kid, alg: 'ES256', use: 'sig' }]

export const seconds = () => Math.floor(Date.now() / 1000)

/** @param {Record<string, unknown>} [others] claims */
export function signedToken(iss, sub, others) {
  const iat = seconds()
  const { resource: aud, client, scope, lifetimes } = given
  const jti = randomBytes(16).toString('base64url')
  const claims = { iss, sub, aud, client_id: client.id, scope, iat, exp: iat + lifetimes.access, jti, ...others }
  return signed(header, claims)
}

export function signedIdToken(iss, sub) {
  const iat = seconds()
  return signed(idHeader, { iss, sub, aud: given.client.id, iat, exp: iat + given.lifetimes.access })
}

function signed(head, claims) {
  const input = `${head}.${Buffer.from(JSON.stringify(claims)).toString('base64url')}`
  return `${input}.${sign('sha256', Buffer.from(input), signing).toString('base64url')}`
}

/** @returns {any} null when the signature is wrong */
export function claimsOf(token, key = verifying) {
  const at = token.lastIndexOf('.')
  const signature = Buffer.from(token.slice(at + 1), 'base64url')
  if (!verify('sha256', Buffer.from(token.slice(0, at)), key, signature)) return null
  return JSON.parse(Buffer.from(token.slice(token.indexOf('.') + 1, at), 'base64url').toString())
}
