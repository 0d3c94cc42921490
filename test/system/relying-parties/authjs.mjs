// An Express app into which people log in with Auth.js. It keeps and refreshes no tokens by itself: the `jwt` callback does, as its guide "Refresh Token Rotation" has it.
import { Auth, skipCSRFCheck } from '@auth/core'
import { getToken } from '@auth/core/jwt'
import { ExpressAuth } from '@auth/express'
import express from 'express'

const { ISSUER, SECRET, FORUM } = process.env
const metadata = await (await fetch(`${ISSUER}/.well-known/openid-configuration`)).json()
const now = () => Math.floor(Date.now() / 1000)

async function refresh(token) {
  const { refresh_token } = token
  const form = { client_id: 'forum', client_secret: SECRET, grant_type: 'refresh_token', refresh_token }
  const answer = await fetch(metadata.token_endpoint, { method: 'POST', body: new URLSearchParams(form) })
  const { error, access_token, id_token, ...got } = await answer.json()
  if (error) return { ...token, error }
  return { ...token, access_token, id_token, refresh_token: got.refresh_token, expires_at: now() + got.expires_in }
}

const config = {
  basePath: '/auth',
  secret: SECRET,
  trustHost: true,
  pages: { signIn: '/', error: '/' },
  providers: [
    {
      id: 'grantwright',
      name: 'Grantwright',
      type: 'oidc',
      issuer: ISSUER,
      clientId: 'forum',
      clientSecret: SECRET,
      idToken: false,
    },
  ],
  callbacks: {
    jwt({ token, account, session }) {
      // `account` is there at the login alone.
      if (account) {
        const { access_token, id_token, refresh_token, expires_at } = account
        return { ...token, access_token, id_token, refresh_token, expires_at }
      }
      // The page says that it has run out, for nobody waits for it.
      return now() < (session?.expires_at ?? token.expires_at) ? token : refresh(token)
    },
    session: ({ session, token }) => ({ ...session, error: token.error }),
  },
}
const tokensOf = (req) => getToken({ req, secret: SECRET })

const page = `<!doctype html><html lang="en"><link rel="icon" href="data:,"><title>The Forum</title><h1></h1>
<button onclick="logIn()">Log in</button> <button onclick="refresh()">Refresh</button>
<form method="post" action="/logout"><button>Log out</button></form>
<script>
  const say = (text) => { document.querySelector('h1').textContent = text }
  const call = (path, options) => fetch(path, options).then((answer) => answer.json())
  const post = async (path, body) => call('/auth/' + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-auth-return-redirect': '1' },
    body: JSON.stringify({ ...await call('/auth/csrf'), ...body }),
  })
  const logIn = async () => { location.href = (await post('signin/grantwright', { callbackUrl: '/' })).url }
  const refresh = async () => {
    const { error } = await post('session', { data: { expires_at: 0 } })
    say(error || 'Still ' + (await call('/me')).sub)
  }
  call('/auth/session').then((session) => say(session ? session.user.name + ' <' + session.user.email + '>' : 'Nobody'))
</script></html>`

express()
  .use('/auth', ExpressAuth(config))
  .get(['/', '/bye'], (_req, res) => res.send(page))
  .get('/me', async (req, res) => {
    const { access_token } = await tokensOf(req)
    const answer = await fetch(metadata.userinfo_endpoint, { headers: { authorization: `Bearer ${access_token}` } })
    res.status(answer.status).json(await answer.json())
  })
  .post('/logout', async (req, res) => {
    const { id_token } = await tokensOf(req)
    // The session's cookie is SameSite=Lax, so that no form of another site gets as far as here.
    const request = new Request(`${FORUM}/auth/signout`, { method: 'POST', headers: { cookie: req.headers.cookie } })
    const { headers } = await Auth(request, { ...config, skipCSRFCheck })
    const query = { id_token_hint: id_token, post_logout_redirect_uri: `${FORUM}/bye`, state: 'goodbye' }
    res.append('set-cookie', headers.getSetCookie())
    res.redirect(303, `${metadata.end_session_endpoint}?${new URLSearchParams(query)}`)
  })
  .listen(Number(new URL(FORUM).port), () => console.log(`The forum is at ${FORUM}`))
