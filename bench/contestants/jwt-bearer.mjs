/**
 * `express-oauth2-jwt-bearer` in Express 5, without which it cannot be.
 *
 * @module
 */
import express from 'express'
import { auth } from 'express-oauth2-jwt-bearer'
import { given } from '../given.mjs'
import { issuerOfTokens } from './issuer.mjs'
import { listen } from './listen.mjs'

async function verify() {
  const { issuer, tokens, refused } = await issuerOfTokens()
  const options = {
    issuer,
    jwksUri: `${issuer}/jwks`,
    audience: given.resource,
    tokenSigningAlg: 'ES256',
    strict: true,
  }
  const app = express()
  app.get('/notes', auth(options), (req, res) => res.json({ sub: req.auth.payload.sub }))
  return { ...(await listen(() => app)), refused, prepare: tokens }
}

export const contestant = { works: { 'verify-jwt': verify } }
