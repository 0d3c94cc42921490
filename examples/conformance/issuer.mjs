// An issuer for the conformance suite of the OpenID Foundation. docs/conformance.md says how to start it, and what came of it.
//   node examples/conformance/issuer.mjs --issuer https://op.test:9443 --suite https://suite.test:8443 --cert cert.pem --key key.pem
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import { parseArgs } from 'node:util'
import { createAuthorizationServer, passwordLogin } from 'grantwright'
import { nodeListener } from 'grantwright/node'
import { openid } from 'grantwright/openid'
import { privateKeyJwt, registration } from 'grantwright/registration'
import { memoryStorage } from 'grantwright/storage/memory'

const { values } = parseArgs({
  options: {
    issuer: { type: 'string', default: 'http://localhost:3000' },
    suite: { type: 'string', default: 'https://localhost.emobix.co.uk:8443' },
    alias: { type: 'string', default: 'grantwright' },
    cert: { type: 'string' },
    key: { type: 'string' },
    'back-channel': { type: 'boolean', default: false },
  },
})
const { issuer, suite, cert, key } = values
const at = `${suite}/test/a/${values.alias}`

/** What the suite knows of a client: it cannot send PKCE in the plans of OpenID Connect Core. */
const known = {
  redirect_uris: [`${at}/callback`, `${at}/callback?dummy1=lorem&dummy2=ipsum`],
  allow_missing_pkce: true,
  post_logout_redirect_uris: [`${at}/post_logout_redirect`],
  // Only the plan for it wants to be called.
  ...(values['back-channel'] && { backchannel_logout_uri: `${at}/backchannel_logout` }),
}

/** Everything that a client may ask for. */
const ada = {
  name: 'Ada Lovelace',
  given_name: 'Ada',
  family_name: 'Lovelace',
  middle_name: 'King',
  nickname: 'Ada',
  preferred_username: 'ada',
  profile: 'https://example.com/ada',
  picture: 'https://example.com/ada.png',
  website: 'https://ada.example.com',
  gender: 'female',
  // The suite takes no year before 1900.
  birthdate: '1985-12-10',
  zoneinfo: 'Europe/London',
  locale: 'en-GB',
  updated_at: 1_700_000_000,
  email: 'ada@example.com',
  email_verified: true,
  phone_number: '+44 20 7946 0000',
  phone_number_verified: true,
  address: { street_address: "12 St James's Square", locality: 'London', postal_code: 'SW1Y 4JH', country: 'GB' },
}

const auth = createAuthorizationServer({
  issuer,
  storage: memoryStorage(),
  secret: process.env.AUTH_SECRET ?? 'of the conformance suite alone, for nobody else',
  users: passwordLogin({
    verify: (username, password) => (username === 'ada' && password === 'analytical-engine' ? 'user-1' : null),
    claims: (_, context) => (context.for === 'access_token' ? {} : ada),
  }),
  clients: [
    { client_id: 'first', client_secret: 'first-of-three-secrets-for-the-suite', ...known },
    { client_id: 'second', client_secret: 'second-of-three-secrets-for-the-suite', ...known },
    {
      client_id: 'posting',
      client_secret: 'third-of-three-secrets-for-the-suite',
      token_endpoint_auth_method: 'client_secret_post',
      ...known,
    },
  ],
  features: [
    openid({ documents: { allowOrigins: [suite] } }),
    privateKeyJwt({ documents: { allowOrigins: [suite] } }),
    // Registered clients, too, may leave PKCE out if they have a secret.
    registration({
      policy: ({ client }) => (client.token_endpoint_auth_method === 'none' ? true : { allow_missing_pkce: true }),
      vouchedFor: (uri) => uri.startsWith(`${suite}/`),
    }),
  ],
})

const server =
  cert && key
    ? createTlsServer({ cert: readFileSync(cert), key: readFileSync(key) }, nodeListener(auth))
    : createServer(nodeListener(auth))
server.listen(Number(new URL(issuer).port || 443), new URL(issuer).hostname, () => {
  console.log(`The issuer is at ${auth.issuer}, for the suite at ${suite}. Log in as ada, analytical-engine.`)
})
// The module about key rotation says when: kill -USR2 <pid>.
process.on('SIGUSR2', () => auth.keys.rotate().then(() => console.log('There are new keys.')))
