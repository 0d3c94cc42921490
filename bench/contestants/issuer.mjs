/**
 * An issuer for APIs, with the keys of the floor, on a port of its own.
 *
 * @module
 */
import { given } from '../given.mjs'
import { keys, seconds, signedToken } from './floor/jwt.mjs'
import { listen } from './listen.mjs'

export async function issuerOfTokens() {
  const { issuer } = await listen((origin) => {
    const documents = {
      '/.well-known/oauth-authorization-server': {
        issuer: origin,
        authorization_endpoint: `${origin}/authorize`,
        token_endpoint: `${origin}/token`,
        jwks_uri: `${origin}/jwks`,
        response_types_supported: ['code'],
      },
      '/jwks': { keys },
    }
    return (req, res) => {
      const document = documents[req.url]
      res.writeHead(document ? 200 : 404, { 'content-type': 'application/json' }).end(JSON.stringify(document ?? {}))
    }
  })
  const tokens = (n) =>
    Array.from({ length: n }, (_, i) => ({ subject: `user-${i}`, token: signedToken(issuer, `user-${i}`) }))
  const refused = {
    'an expired token': signedToken(issuer, 'user-0', { exp: seconds() - given.lifetimes.access }),
    'a token for another API': signedToken(issuer, 'user-0', { aud: 'https://other.example.com' }),
    'a token of another issuer': signedToken('https://other.example.com', 'user-0'),
  }
  return { issuer, tokens, refused, keys }
}

/**
 * The work of an API: `check` says who calls, throws, or has answered itself.
 *
 * @param {(given: { issuer: string, keys: object[] }) => (req: any, res: any) => Promise<string> | string} checkOf
 */
export const apiWork = (checkOf) => async () => {
  const { issuer, tokens, refused, keys: published } = await issuerOfTokens()
  const check = checkOf({ issuer, keys: published })
  const place = await listen(() => async (req, res) => {
    try {
      const sub = await check(req, res)
      if (res.writableEnded) return
      const text = JSON.stringify({ sub })
      res.writeHead(200, { 'content-type': 'application/json', 'content-length': text.length }).end(text)
    } catch (error) {
      res.writeHead(401).end(String(error.stack))
    }
  })
  return { ...place, refused, prepare: tokens }
}
