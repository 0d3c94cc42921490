/**
 * oidc-provider on a free port of 127.0.0.1, which it prints. What tokens look like depends on the resource they are for.
 *
 * @module
 */
import { generateKeyPairSync } from 'node:crypto'
import { createServer } from 'node:http'
import Provider from 'oidc-provider'

const resources = {
  'https://es.example.com': { accessTokenFormat: 'jwt', jwt: { sign: { alg: 'ES256' } } },
  'https://rs.example.com': { accessTokenFormat: 'jwt', jwt: { sign: { alg: 'RS256' } } },
  'https://ps.example.com': { accessTokenFormat: 'jwt', jwt: { sign: { alg: 'PS256' } } },
  'https://hs.example.com': { accessTokenFormat: 'jwt', jwt: { sign: { alg: 'HS256', key: Buffer.alloc(32, 1) } } },
  'https://opaque.example.com': { accessTokenFormat: 'opaque' },
}
const machine = (client_id) => ({
  client_id,
  client_secret: `the secret of ${client_id}: + % /`,
  grant_types: ['client_credentials'],
  redirect_uris: [],
  response_types: [],
})
const key = (...parameters) => generateKeyPairSync(...parameters).privateKey.export({ format: 'jwk' })

const server = createServer()
server.listen(0, '127.0.0.1', () => {
  const issuer = `http://127.0.0.1:${server.address().port}`
  const provider = new Provider(issuer, {
    // Neither key names its algorithm.
    jwks: { keys: [key('ec', { namedCurve: 'P-256' }), key('rsa', { modulusLength: 2048 })] },
    clients: [machine('machine'), machine('api')],
    // Where people log in: elsewhere.
    interactions: { url: (_, { uid }) => `https://login.example.com/${uid}` },
    features: {
      devInteractions: { enabled: false },
      registration: { enabled: true },
      registrationManagement: { enabled: true },
      clientCredentials: { enabled: true },
      introspection: { enabled: true, allowedPolicy: (_, client) => client.clientId === 'api' },
      revocation: { enabled: true },
      resourceIndicators: {
        enabled: true,
        getResourceServerInfo: (_, resource) => ({ scope: 'read write', ...resources[resource] }),
      },
    },
  })
  server.on('request', provider.callback())
  console.log(issuer)
})
