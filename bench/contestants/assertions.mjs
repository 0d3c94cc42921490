/**
 * The key of a client, and what it signs: made before the window.
 *
 * @module
 */
import { generateKeyPairSync, randomUUID, sign } from 'node:crypto'
import { given } from '../given.mjs'

const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
const kid = 'client'
export const clientKey = publicKey
export const clientJwks = { keys: [{ ...publicKey.export({ format: 'jwk' }), kid, alg: 'RS256', use: 'sig' }] }

const encoded = (value) => Buffer.from(JSON.stringify(value)).toString('base64url')
const header = encoded({ alg: 'RS256', kid })
const LIFETIME = 120

/** @param {string} audience */
export const assertions = (n, audience) =>
  Array.from({ length: n }, () => {
    const iat = Math.floor(Date.now() / 1000)
    const { id } = given.client
    const input = `${header}.${encoded({ iss: id, sub: id, aud: audience, jti: randomUUID(), iat, exp: iat + LIFETIME })}`
    return `${input}.${sign('sha256', Buffer.from(input), privateKey).toString('base64url')}`
  })
