// A public client of the authorization server: the authorization code flow with PKCE, step by step.
const client_id = 'notes-page'
const redirect_uri = `${location.origin}/`
const $ = (id) => document.getElementById(id)

// sessionStorage: tokens survive a reload and end with the tab. localStorage would keep them on the disk, for every tab.
const load = (name) => JSON.parse(sessionStorage.getItem(name))
const save = (name, value) => sessionStorage.setItem(name, JSON.stringify(value))

async function discover() {
  const server = await (await fetch('/.well-known/oauth-authorization-server')).json()
  if (server.issuer !== location.origin) throw Error(`Please open this page at ${server.issuer}, where it works.`)
  return server
}

async function connect() {
  const { authorization_endpoint } = await discover()
  const state = crypto.randomUUID()
  const code_verifier = crypto.randomUUID() + crypto.randomUUID()
  save('login', { state, code_verifier })
  const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(code_verifier)))
  const base64url = { '+': '-', '/': '_', '=': '' }
  const code_challenge = btoa(String.fromCharCode(...hash)).replace(/[+/=]/g, (char) => base64url[char])
  const asked = { response_type: 'code', client_id, redirect_uri, scope: 'notes:read notes:write', state }
  const question = new URLSearchParams({ ...asked, code_challenge, code_challenge_method: 'S256' })
  location.assign(`${authorization_endpoint}?${question}`)
}

/** When the page opens: the browser may be back with a code, or with the reason why there is none. */
async function resume() {
  const { state, iss, code, error, error_description } = Object.fromEntries(new URLSearchParams(location.search))
  if (!state) return load('tokens') && callApi('GET')
  history.replaceState(null, '', '/')
  const login = load('login')
  save('login', null)
  const { issuer } = await discover()
  // Against an answer that somebody else's link brought here, or another server's.
  if (state !== login?.state || iss !== issuer) throw Error('This tab has not asked for that answer: nothing was done.')
  if (error === 'access_denied') throw Error('You said no: nothing is connected.')
  if (error) throw Error(`It did not work: ${error_description ?? error}`)
  await getTokens({ grant_type: 'authorization_code', code, redirect_uri, code_verifier: login.code_verifier })
}

async function getTokens(form) {
  const { token_endpoint } = await discover()
  const response = await fetch(token_endpoint, { method: 'POST', body: new URLSearchParams({ client_id, ...form }) })
  const answer = await response.json()
  if (answer.error === 'invalid_grant') save('tokens', null)
  if (!response.ok) throw Error(`There are no new tokens: ${answer.error_description ?? answer.error}`)
  save('tokens', answer)
  await callApi('GET')
}

async function disconnect() {
  const { revocation_endpoint } = await discover()
  const body = new URLSearchParams({ client_id, token: load('tokens').refresh_token })
  const { ok } = await fetch(revocation_endpoint, { method: 'POST', body })
  if (!ok) throw Error('The server could not do that. Please try again.')
  save('tokens', null)
}

async function callApi(method, note) {
  const headers = { authorization: `Bearer ${load('tokens').access_token}`, 'content-type': 'application/json' }
  const response = await fetch('/api/notes', { method, headers, body: JSON.stringify(note) })
  $('answer').textContent = `${method} /api/notes ${response.status}\n${JSON.stringify(await response.json(), null, 2)}`
  if (response.status === 401) throw Error('The access token is not valid any more. Please refresh.')
}

/** While this is a trial there are users whose passwords everybody knows. */
async function showDemoUsers() {
  const users = await (await fetch('/demo-users.json')).json()
  $('trial').hidden = users.length === 0
  for (const { username, password } of users) {
    for (const [name, text] of Object.entries({ dt: username, dd: password })) {
      $('users').append(Object.assign(document.createElement(name), { textContent: text }))
    }
  }
}

/** Does something, says what went wrong with it, and shows how things are. */
async function run(work) {
  $('problem').textContent = ''
  await work().catch((error) => {
    console.error(error)
    $('problem').textContent = error instanceof TypeError ? 'The server does not answer.' : error.message
  })
  const tokens = load('tokens')
  $('status').textContent = tokens ? `Connected: ${tokens.scope}` : 'An app that would like to see your notes.'
  $('connect').hidden = Boolean(tokens)
  $('connected').hidden = !tokens
  $('write').hidden = !tokens?.scope.includes('notes:write')
}

$('connect').onclick = () => run(connect)
$('refresh').onclick = () =>
  run(() => getTokens({ grant_type: 'refresh_token', refresh_token: load('tokens').refresh_token }))
$('disconnect').onclick = () => run(disconnect)
$('write').onsubmit = (event) => {
  event.preventDefault()
  run(() => callApi('POST', { text: event.target.text.value })).then(() => event.target.reset())
}

showDemoUsers().catch(console.error)
run(resume)
