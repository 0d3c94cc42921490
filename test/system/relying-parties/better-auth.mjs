// An Express app with better-auth, into which people log in by its plugin for other providers. The page speaks to it as better-auth's client does.
import { betterAuth } from 'better-auth'
import { memoryAdapter } from 'better-auth/adapters/memory'
import { toNodeHandler } from 'better-auth/node'
import { genericOAuth } from 'better-auth/plugins'
import express from 'express'

const { ISSUER, SECRET, FORUM } = process.env

const logins = betterAuth({
  baseURL: FORUM,
  secret: SECRET,
  onAPIError: { errorURL: '/' },
  telemetry: { enabled: false },
  database: memoryAdapter({ user: [], session: [], account: [], verification: [] }),
  plugins: [
    genericOAuth({
      config: [
        {
          providerId: 'grantwright',
          discoveryUrl: `${ISSUER}/.well-known/openid-configuration`,
          requireIdTokenVerification: true,
          clientId: 'forum',
          clientSecret: SECRET,
          scopes: ['openid', 'profile', 'email'],
          pkce: true,
        },
      ],
    }),
  ],
})

const page = `<!doctype html><html lang="en"><link rel="icon" href="data:,"><title>The Forum</title><h1></h1>
<button onclick="go('sign-in/social', { provider: 'grantwright', callbackURL: '/' })">Log in</button>
<button onclick="go('sign-out', { callbackURL: '/bye', state: 'goodbye' })">Log out</button>
<script>
  const call = (path, body) => fetch('/api/auth/' + path, body && {
    method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body),
  }).then((answer) => answer.json())
  const go = (path, body) => call(path, body).then(({ url }) => { location.href = url })
  call('get-session').then((session) => {
    document.querySelector('h1').textContent = session ? session.user.name + ' <' + session.user.email + '>' : 'Nobody'
  })
</script></html>`

express()
  .all('/api/auth/*path', toNodeHandler(logins))
  .get(['/', '/bye'], (_req, res) => res.send(page))
  .listen(Number(new URL(FORUM).port), () => console.log(`The forum is at ${FORUM}`))
