// An OpenID provider at which Ada has an account. Its clients come in the environment.
import express from 'express'
import { createAuthorizationServer, passwordLogin } from 'grantwright'
import { authorizationServer } from 'grantwright/express'
import { openid } from 'grantwright/openid'
import { memoryStorage } from 'grantwright/storage/memory'

const { ISSUER, PORT, CLIENT, CALLED } = process.env
const claims = { name: 'Ada Lovelace', preferred_username: 'ada', email: 'ada@example.com', email_verified: true }

const auth = createAuthorizationServer({
  issuer: ISSUER,
  storage: memoryStorage(),
  users: passwordLogin({
    verify: (username, password) => (username === 'ada' && password === 'analytical-engine' ? 'user-1' : null),
    claims: (_, context) => (context.for === 'access_token' ? {} : claims),
  }),
  clients: [JSON.parse(CLIENT)],
  features: [openid({ documents: { allowOrigins: [CALLED] } })],
})
express()
  .use(authorizationServer(auth))
  .listen(Number(PORT), () => console.log(`The provider is at ${ISSUER}`))
