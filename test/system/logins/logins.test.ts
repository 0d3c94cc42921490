/**
 * Every recipe of docs/users as it stands there, with the library it speaks of: whole flows over HTTP, as a browser and a client see
 * them.
 *
 * @module
 */
import { createHash, randomBytes } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { claimsOf } from '../../support/harness.js'
import { Jar, type Place } from './jar.js'
import { App, type Recipe } from './recipe.js'

interface Person {
  readonly subject: string
  readonly credentials: Record<string, string>
}

interface Case extends Recipe {
  readonly name: string
  readonly loginPath: string
  /** What the login page calls the way back. */
  readonly returnTo: string
  readonly cookie: string
  /** Whether a copy of the cookie is worthless once its browser has logged out. */
  readonly endsCopies: boolean
  readonly people: (app: App) => Promise<{ readonly ada: Person; readonly grace: Person }>
}

const secret = randomBytes(32).toString('base64url')
const people = async () => ({
  ada: { subject: 'user-1', credentials: { name: 'ada', password: 'analytical-engine' } },
  grace: { subject: 'user-2', credentials: { name: 'grace', password: 'flow-matic' } },
})
// `arrive` adds a user whose row is from before there were generations.
const table = `
import { users } from './users.js'
verbs.gone = (subject) => { users.find(({ id }) => id === subject).blocked = true }
verbs.arrive = (subject) => { users.push({ ...users[0], id: subject, name: subject, generation: undefined }) }`

const ironSession: Case = {
  name: 'iron-session 9',
  page: 'iron-session.md',
  env: { SESSION_SECRET: secret },
  verbs: table,
  loginPath: '/login',
  returnTo: 'return_to',
  cookie: 'session',
  endsCopies: false,
  people,
}

const authjs: Case = {
  name: 'Auth.js',
  page: 'authjs.md',
  env: { AUTH_SECRET: secret, AUTH_TRUST_HOST: 'true', NODE_ENV: 'production' },
  verbs: table,
  loginPath: '/auth/signin',
  returnTo: 'callbackUrl',
  cookie: 'authjs.session-token',
  endsCopies: false,
  people,
}

const betterAuth: Case = {
  name: 'better-auth',
  page: 'better-auth.md',
  env: { BETTER_AUTH_SECRET: secret, BETTER_AUTH_TELEMETRY: '0' },
  verbs: `
import { logins } from './better-auth.js'
verbs.gone = async (subject) => (await logins.$context).internalAdapter.deleteUser(subject)`,
  loginPath: '/login',
  returnTo: 'return_to',
  cookie: 'better-auth.session_token',
  endsCopies: true,
  people: async (app) => ({ ada: await signUp(app, 'Ada'), grace: await signUp(app, 'Grace') }),
}

const cases: Case[] = [
  betterAuth,
  {
    name: 'Passport with express-session',
    page: 'passport.md',
    env: { SESSION_SECRET: secret, NODE_ENV: 'production' },
    verbs: table,
    loginPath: '/login',
    returnTo: 'return_to',
    cookie: 'connect.sid',
    endsCopies: true,
    people,
  },
  authjs,
  ironSession,
  { ...ironSession, name: 'iron-session 8', instead: { 'iron-session': 'iron-session-8' } },
  {
    name: 'your own getUser(request)',
    page: 'your-own.md',
    env: {},
    verbs: table,
    loginPath: '/login',
    returnTo: 'return_to',
    cookie: 'session',
    endsCopies: true,
    people,
  },
]

describe.each(cases)('$name', (recipe) => {
  let app: App
  let ada: Person
  let grace: Person
  beforeAll(async () => {
    app = await App.start(recipe)
    const found = await recipe.people(app)
    ada = found.ada
    grace = found.grace
  })
  afterAll(() => app?.stop())

  const visitor = () => new Jar(app.origin)
  const isLoginPage = (place: Place) =>
    place.status < 500 && place.url.pathname === recipe.loginPath && place.html.includes('type="password"')

  /** A browser in which somebody has logged in at the app, with no client in sight. */
  async function loggedIn(person: Person): Promise<Jar> {
    const jar = visitor()
    await jar.submit(await jar.open(recipe.loginPath), person.credentials)
    expect(await isLoggedIn(jar)).toBe(true)
    return jar
  }

  /** With prompt=none the server says whether it knows the browser's user: it asks nobody, and the consent is not there yet. */
  async function isLoggedIn(jar: Jar): Promise<boolean> {
    const { error } = await answer(await jar.open(authorize(app, { prompt: 'none' }).url))
    expect(['login_required', 'consent_required']).toContain(error)
    return error === 'consent_required'
  }

  it('walks from a request without a session by way of the login page to tokens, and to the API', async () => {
    const jar = visitor()
    const request = authorize(app)
    const login = await jar.open(request.url)
    expect(isLoginPage(login)).toBe(true)
    expect(login.url.searchParams.get(recipe.returnTo)).toMatch(`${app.origin}/oauth/authorize?pending=`)

    const refused = await jar.submit(login, { ...ada.credentials, password: 'not-this-one' })
    expect(isLoginPage(refused)).toBe(true)
    expect(await isLoggedIn(jar)).toBe(false)

    const consent = await jar.submit(refused, ada.credentials)
    expect(consent.url.pathname).toBe('/oauth/authorize')
    expect(consent.html).toContain('Notes for the desktop')
    const tokens = await redeem(app, request, await jar.submit(consent, { decision: 'allow' }))
    expect(claimsOf(tokens.access_token)).toMatchObject({ sub: ada.subject })
    expect(await notes(app, tokens.access_token)).toEqual({ notesOf: ada.subject })
    expect(await notes(app, '')).toBe(401)
  })

  it('does not ask somebody to log in who is logged in', async () => {
    const jar = await loggedIn(ada)
    const consent = await jar.open(authorize(app).url)
    expect(consent.trail.map(({ pathname }) => pathname)).not.toContain(recipe.loginPath)
    expect(consent.html).toContain('Notes for the desktop')
  })

  it('answers prompt=none without a session with login_required', async () => {
    expect(await answer(await visitor().open(authorize(app, { prompt: 'none' }).url))).toMatchObject({
      error: 'login_required',
    })
  })

  it('with prompt=login shows the form to somebody who is logged in, and takes nothing but a new login', async () => {
    const jar = await loggedIn(ada)
    const request = authorize(app, { prompt: 'login' })
    const login = await jar.open(request.url)
    expect(isLoginPage(login)).toBe(true)

    const again = await jar.open(login.url.searchParams.get(recipe.returnTo) ?? '')
    expect(isLoginPage(again)).toBe(true)

    const consent = await jar.submit(again, ada.credentials)
    const tokens = await redeem(app, request, await jar.submit(consent, { decision: 'allow' }))
    expect(claimsOf(tokens.access_token)).toMatchObject({ sub: ada.subject })
  })

  it('with prompt=select_account lets somebody else log in', async () => {
    const jar = await loggedIn(ada)
    const request = authorize(app, { prompt: 'select_account' })
    const login = await jar.open(request.url)
    expect(isLoginPage(login)).toBe(true)
    const consent = await jar.submit(login, grace.credentials)
    const tokens = await redeem(app, request, await jar.submit(consent, { decision: 'allow' }))
    expect(claimsOf(tokens.access_token)).toMatchObject({ sub: grace.subject })
  })

  it.each([
    'https://evil.example/',
    '//evil.example/',
    'javascript:alert(1)//evil.example',
    'ISSUER@evil.example/oauth/authorize?pending=gwpr_A',
    'ISSUER.evil.example/oauth/authorize?pending=gwpr_A',
  ])('never sends the browser to a foreign return_to: %s', async (text) => {
    const foreign = text.replace('ISSUER', app.origin)
    const expectHome = ({ trail }: Place) => {
      for (const { origin } of trail) expect(origin).toBe(app.origin)
    }
    const jar = visitor()
    const path = `${recipe.loginPath}?${new URLSearchParams({ [recipe.returnTo]: foreign })}`
    const login = await jar.open(path)
    expectHome(login)
    // Auth.js shows its error page where it cannot read the URL.
    const form = isLoginPage(login) ? login : await jar.open(recipe.loginPath)
    expectHome(await jar.submit(form, ada.credentials))
    expect(await isLoggedIn(jar)).toBe(true)
    expectHome(await jar.open(path))

    const forced = visitor()
    expectHome(
      await forced.submit(await forced.open(recipe.loginPath), { ...ada.credentials, [recipe.returnTo]: foreign }),
    )
  })

  const actionOf = (login: Place) => /<form[^>]* action="([^"]+)"/.exec(login.html)?.[1] ?? ''

  it.each<Record<string, string>>([
    { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' },
    { origin: 'https://evil.example', 'sec-fetch-site': 'same-site' },
    { origin: 'https://evil.example' },
    { origin: 'null', 'sec-fetch-site': 'cross-site' },
    { origin: 'null' },
  ])('lets no other site’s form log a browser in: %j', async (headers) => {
    const jar = visitor()
    const action = actionOf(await jar.open(recipe.loginPath))
    await jar.send(action, { method: 'POST', headers, body: new URLSearchParams(ada.credentials) })
    expect(await isLoggedIn(jar)).toBe(false)
  })

  it.each<Record<string, string>>([
    { origin: 'ISSUER' },
    // From a page that was sent with `no-referrer`.
    { origin: 'null', 'sec-fetch-site': 'same-origin' },
  ])('takes its own form from every browser: %j', async (given) => {
    const jar = visitor()
    const headers = { ...given, origin: (given.origin ?? '').replace('ISSUER', app.origin) }
    await jar.submit(await jar.open(recipe.loginPath), ada.credentials, headers)
    expect(await isLoggedIn(jar)).toBe(true)
  })

  it('sends a login page that nobody may frame or cache', async () => {
    const jar = visitor()
    const login = await jar.open(recipe.loginPath)
    const refused = await jar.submit(login, { ...ada.credentials, password: 'not-this-one' })
    for (const page of [login, refused]) {
      expect(isLoginPage(page)).toBe(true)
      expect(page.headers.get('content-security-policy')).toContain("frame-ancestors 'none'")
      expect(page.headers.get('x-frame-options')).toBe('DENY')
      expect(page.headers.get('cache-control')).toContain('no-store')
      // `no-referrer` would make browsers write `null` as the origin of the form.
      expect(page.headers.get('referrer-policy')).toBe('same-origin')
    }
  })

  it('takes a post that is not a form for a login that failed, and not for an error of its own', async () => {
    const jar = visitor()
    const action = actionOf(await jar.open(recipe.loginPath))
    const headers = { 'content-type': 'application/json' }
    const { status } = await jar.send(action, { method: 'POST', headers, body: JSON.stringify(ada.credentials) })
    expect(status).toBeLessThan(500)
    expect(await isLoggedIn(jar)).toBe(false)
  })

  it('has a session cookie that scripts cannot read and that comes along from other sites’ links', async () => {
    const jar = await loggedIn(ada)
    const line = jar.lines.findLast((one) => one.startsWith(`${recipe.cookie}=`))
    expect(line).toMatch(/; HttpOnly/i)
    expect(line).toMatch(/; SameSite=Lax/i)
  })

  it('logs out at /oauth/logout in this browser, and in no other', async () => {
    const [jar, other] = [await loggedIn(ada), await loggedIn(ada)]
    const copy = new Map(jar.cookies)
    const done = await jar.submit(await jar.open('/oauth/logout'), { where: 'here' })
    expect(done.url.pathname).toBe('/oauth/logout')
    expect(done.html).toContain('You are logged out')
    expect([await isLoggedIn(jar), await isLoggedIn(other)]).toEqual([false, true])
    for (const [name, value] of copy) jar.cookies.set(name, value)
    expect(await isLoggedIn(jar)).toBe(!recipe.endsCopies)
  })

  it('logs out everywhere: in other browsers and for copies of the cookie, but nobody else', async () => {
    const [jar, other, hers] = [await loggedIn(ada), await loggedIn(ada), await loggedIn(grace)]
    const copy = new Map(jar.cookies)
    const done = await jar.submit(await jar.open('/oauth/logout'), { where: 'everywhere' })
    expect(done.html).toContain('You are logged out')
    for (const [name, value] of copy) jar.cookies.set(name, value)
    expect([await isLoggedIn(jar), await isLoggedIn(other), await isLoggedIn(hers)]).toEqual([false, false, true])
    await loggedIn(ada)
  })

  it('auth.users.signOut ends the sessions and the grants of a user, and nobody else’s', async () => {
    const [jar, hers] = [await loggedIn(ada), await loggedIn(grace)]
    const [tokens, herTokens] = [await tokensFor(app, jar), await tokensFor(app, hers)]
    await app.tell('signOut', ada.subject)
    expect([await isLoggedIn(jar), await isLoggedIn(hers)]).toEqual([false, true])
    expect(await refresh(app, tokens.refresh_token)).toMatchObject({ error: 'invalid_grant' })
    expect(await refresh(app, herTokens.refresh_token)).not.toHaveProperty('error')
  })

  it('ends the grants of a user who is blocked or deleted at the next refresh, and their sessions', async () => {
    const [jar, hers] = [await loggedIn(ada), await loggedIn(grace)]
    const [tokens, herTokens] = [await tokensFor(app, jar), await tokensFor(app, hers)]
    await app.tell('gone', grace.subject)
    expect(await refresh(app, herTokens.refresh_token)).toMatchObject({ error: 'invalid_grant' })
    expect(await refresh(app, tokens.refresh_token)).not.toHaveProperty('error')
    expect([await isLoggedIn(jar), await isLoggedIn(hers)]).toEqual([true, false])
    const stranger = visitor()
    await stranger.submit(await stranger.open(recipe.loginPath), grace.credentials)
    expect(await isLoggedIn(stranger)).toBe(false)
  })
})

describe.each(cases.filter(({ verbs }) => verbs === table))('$name, with users from before generations', (recipe) => {
  let app: App
  beforeAll(async () => {
    app = await App.start(recipe)
  })
  afterAll(() => app?.stop())

  it('takes the session of somebody who is gone for nobody’s', async () => {
    await app.tell('arrive', 'old-user')
    const jar = new Jar(app.origin)
    await jar.submit(await jar.open(recipe.loginPath), { name: 'old-user', password: 'analytical-engine' })
    const promptNone = async () => answer(await jar.open(authorize(app, { prompt: 'none' }).url))
    expect(await promptNone()).toMatchObject({ error: 'consent_required' })
    await app.tell('gone', 'old-user')
    expect(await promptNone()).toMatchObject({ error: 'login_required' })
  })
})

describe('Auth.js, with a session from before the recipe', () => {
  let app: App
  beforeAll(async () => {
    const mint = `
import { encode } from '@auth/core/jwt'
verbs.mint = (sub) => encode({ token: { sub }, secret: process.env.AUTH_SECRET, salt: '${authjs.cookie}' })`
    app = await App.start({ ...authjs, verbs: table + mint })
  })
  afterAll(() => app?.stop())

  const visit = async (subject: string, more: Record<string, string>) => {
    const jar = new Jar(app.origin)
    jar.cookies.set(authjs.cookie, await app.tell('mint', subject))
    return jar.open(authorize(app, more).url)
  }

  it.each(['user-1', 'nobody'])('asks for a login: %s', async (subject) => {
    expect((await visit(subject, {})).url.pathname).toBe(authjs.loginPath)
  })

  it('knows a user without a generation, and asks for a login only if its time matters', async () => {
    await app.tell('arrive', 'old-user')
    expect((await visit('old-user', {})).html).toContain('Notes for the desktop')
    expect((await visit('old-user', { max_age: '3600' })).url.pathname).toBe(authjs.loginPath)
  })
})

describe('better-auth, from a login page that calls its client', () => {
  let app: App
  beforeAll(async () => {
    app = await App.start(betterAuth)
  })
  afterAll(() => app?.stop())

  const signIn = (jar: Jar, { credentials }: Person, callbackURL: string) =>
    jar.send('/api/auth/sign-in/email', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ ...credentials, callbackURL }),
    })

  it('takes return_to as callbackURL, and nothing foreign', async () => {
    const ada = await signUp(app, 'Ada')
    const jar = new Jar(app.origin)
    const login = await jar.open(authorize(app).url)
    expect((await signIn(jar, ada, 'https://evil.example/')).status).toBe(403)
    const response = await signIn(jar, ada, login.url.searchParams.get('return_to') ?? '')
    const { url } = (await response.json()) as { url: string }
    expect((await jar.open(url)).html).toContain('Notes for the desktop')
  })
})

async function signUp(app: App, name: string): Promise<Person> {
  const credentials = { email: `${name.toLowerCase()}@example.com`, password: 'analytical-engine' }
  const response = await new Jar(app.origin).send('/api/auth/sign-up/email', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ name, ...credentials }),
  })
  const { user } = (await response.json()) as { user: { id: string } }
  return { subject: user.id, credentials }
}

const client_id = 'desktop'
const redirect_uri = 'http://127.0.0.1:51234/callback'

interface Started {
  readonly url: URL
  readonly verifier: string
}

function authorize(app: App, more: Record<string, string> = {}): Started {
  const verifier = randomBytes(32).toString('base64url')
  const url = new URL('/oauth/authorize', app.origin)
  url.search = new URLSearchParams({
    client_id,
    response_type: 'code',
    redirect_uri,
    state: 'the-state',
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
    ...more,
  }).toString()
  return { url, verifier }
}

/** What came back to the client. */
async function answer({ url, html }: Place): Promise<Record<string, string>> {
  if (url.host !== new URL(redirect_uri).host) throw new Error(`not at the client but at ${url}: ${html}`)
  const answered = Object.fromEntries(url.searchParams)
  expect(answered.state).toBe('the-state')
  return answered
}

interface Tokens {
  readonly access_token: string
  readonly refresh_token: string
}

async function post(app: App, form: Record<string, string>): Promise<Record<string, string>> {
  const response = await fetch(`${app.origin}/oauth/token`, { method: 'POST', body: new URLSearchParams(form) })
  return (await response.json()) as Record<string, string>
}

async function redeem(app: App, { verifier }: Started, callback: Place): Promise<Tokens> {
  const { code = '', iss } = await answer(callback)
  expect(iss).toBe(app.origin)
  const form = { grant_type: 'authorization_code', client_id, redirect_uri, code, code_verifier: verifier }
  const { access_token, refresh_token } = await post(app, form)
  if (!access_token || !refresh_token) throw new Error('There are no tokens')
  return { access_token, refresh_token }
}

async function tokensFor(app: App, jar: Jar): Promise<Tokens> {
  const request = authorize(app)
  return redeem(app, request, await jar.submit(await jar.open(request.url), { decision: 'allow' }))
}

const refresh = (app: App, refresh_token: string) =>
  post(app, { grant_type: 'refresh_token', client_id, refresh_token })

async function notes(app: App, token: string): Promise<unknown> {
  const response = await fetch(`${app.origin}/api/notes`, {
    headers: token ? { authorization: `Bearer ${token}` } : {},
  })
  return response.ok ? response.json() : response.status
}
