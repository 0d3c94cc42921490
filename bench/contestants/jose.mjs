/**
 * `jose` alone, as its documentation verifies an access token with a remote set of keys.
 *
 * @module
 */
import { createRemoteJWKSet, jwtVerify } from 'jose'
import { given } from '../given.mjs'
import { apiWork } from './issuer.mjs'

const verify = apiWork(({ issuer }) => {
  const keys = createRemoteJWKSet(new URL(`${issuer}/jwks`))
  const options = { issuer, audience: given.resource, typ: 'at+jwt', algorithms: ['ES256'] }
  return async (req) => {
    const { payload } = await jwtVerify(req.headers.authorization.slice('Bearer '.length), keys, options)
    return payload.sub
  }
})

export const contestant = { works: { 'verify-jwt': verify } }
