// An Express app into which people log in with passport-openidconnect. It knows its endpoints by heart: the strategy reads no metadata.
import express from 'express'
import session from 'express-session'
import passport from 'passport'
import refresh from 'passport-oauth2-refresh'
import OpenIDConnectStrategy from 'passport-openidconnect'

const { ISSUER, SECRET, FORUM } = process.env
const page = (text) =>
  `<!doctype html><html lang="en"><link rel="icon" href="data:,"><title>The Forum</title><h1>${text}</h1>
  <form method="post"><button formaction="/refresh">Refresh</button><button formaction="/logout">Log out</button></form></html>`

const strategy = new OpenIDConnectStrategy(
  {
    issuer: ISSUER,
    authorizationURL: `${ISSUER}/oauth/authorize`,
    tokenURL: `${ISSUER}/oauth/token`,
    userInfoURL: `${ISSUER}/oauth/userinfo`,
    clientID: 'forum',
    clientSecret: SECRET,
    callbackURL: `${FORUM}/callback`,
    scope: ['profile', 'email'],
    nonce: true,
    skipUserProfile: false,
  },
  (_issuer, profile, _context, idToken, _accessToken, refreshToken, _params, done) =>
    done(null, { id: profile.id, name: profile.displayName, email: profile.emails[0].value, idToken, refreshToken }),
)
passport.use(strategy)
refresh.use(strategy)
passport.serializeUser((user, done) => done(null, user))
passport.deserializeUser((user, done) => done(null, user))

express()
  .use(session({ secret: SECRET, resave: false, saveUninitialized: false }))
  .use(passport.session())
  .get('/', (req, res) => res.send(page(req.user ? `${req.user.name} is ${req.user.id}` : 'Nobody')))
  .get('/refused', (_req, res) => res.send(page('You did not let us know who you are')))
  .get('/login', passport.authenticate('openidconnect'))
  .get('/callback', passport.authenticate('openidconnect', { failureRedirect: '/refused' }), (req, res) =>
    res.send(page(`${req.user.name} <${req.user.email}>`.replace('<', '&lt;'))),
  )
  .post('/refresh', (req, res, next) =>
    refresh.requestNewAccessToken('openidconnect', req.user.refreshToken, (error, accessToken, _, params) => {
      if (error) return next(error)
      fetch(`${ISSUER}/oauth/userinfo`, { headers: { authorization: `Bearer ${accessToken}` } })
        .then((answer) => answer.json())
        .then(({ sub }) => res.send(page(`Still ${sub}${params.id_token ? ', with a new ID token' : ''}`)), next)
    }),
  )
  .post('/logout', (req, res, next) => {
    const query = new URLSearchParams({
      id_token_hint: req.user.idToken,
      post_logout_redirect_uri: `${FORUM}/`,
      state: 'goodbye',
    })
    req.logout((error) => (error ? next(error) : res.redirect(303, `${ISSUER}/oauth/end-session?${query}`)))
  })
  .use((error, _req, res, _next) => res.status(error.status ?? 500).send(page(error.message)))
  .listen(Number(new URL(FORUM).port), () => console.log(`The forum is at ${FORUM}`))
