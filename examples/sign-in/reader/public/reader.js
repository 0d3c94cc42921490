// A public client of the provider, with https://www.npmjs.com/package/oidc-client-ts: it keeps the tokens in sessionStorage, so they
// survive a reload and end with the tab.
const $ = (id) => document.getElementById(id)
const home = `${location.origin}/`
const { authority } = await (await fetch('/settings.json')).json()
const users = new oidc.UserManager({
  authority,
  client_id: 'reader',
  redirect_uri: home,
  post_logout_redirect_uri: home,
  scope: 'openid profile email',
  loadUserInfo: true, // that is where name and email are
  revokeTokensOnSignout: true,
})

/** When the page opens: the browser may be back with a code, or with the reason why there is none. */
async function resume() {
  const url = location.href
  if (!new URL(url).searchParams.has('state')) return
  history.replaceState(null, '', '/')
  await users.signinCallback(url)
}

/** The provider has told the server of this page that the session is over. */
async function forget() {
  await users.revokeTokens().catch(console.error)
  await users.removeUser()
}

let logouts
/** Does something, says what went wrong with it, and shows how things are. */
async function run(work) {
  $('problem').textContent = ''
  await work().catch((error) => {
    console.error(error)
    if (error.error === 'access_denied') $('problem').textContent = 'You said no: nobody is logged in.'
    else $('problem').textContent = error instanceof TypeError ? 'The server does not answer.' : error.message
  })
  const profile = (await users.getUser())?.profile
  // People may keep name and email to themselves.
  const said = [profile?.name ?? profile?.sub, profile?.email].filter(Boolean).join(', ')
  $('status').textContent = profile ? `You are ${said}.` : 'You are not logged in.'
  $('log-in').hidden = Boolean(profile)
  $('logged-in').hidden = !profile
  logouts?.close()
  if (!profile) return
  logouts = new EventSource(`/logouts?${new URLSearchParams({ sid: profile.sid })}`)
  logouts.onmessage = () => run(forget)
}

$('account').href = authority
$('log-in').onclick = () => run(() => users.signinRedirect())
$('refresh').onclick = () => run(() => users.signinSilent())
$('log-out').onclick = () => run(() => users.signoutRedirect())
run(resume)
